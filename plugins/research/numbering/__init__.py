r"""Numbers of figures, tables, listings, sections and theorems, and references to them.

``[](#fig-plane)`` becomes “Figure 3”. `html` finds what has a number, `count` numbers it and `references`
gives words to links and to ``\ref``. That comes last, when all other parts have entered their labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, line_of, nearest
from ..core.labels import POST, Label, Labels
from ..core.part import Collected, Part, ReaderExtensions, Resolved, Results
from ..core.post import TITLE, Post
from ..core.storage.assets import Linked, StyleSheetFile
from . import count, references
from .checks import anchors, duplicates, strays
from .html import captions
from .html.find import Found, find
from .kinds import BOXES, Kinds
from .settings import Settings
from .syntax import directives

#: What all that is numbered has.
ID_SIGN = " id="
#: What the front matter of a post may say of its numbers.
CHOICES = ("sections", "none")


class Numbering(Part):
    """Numbers what has an id, and names what is referred to."""

    name = "numbering"
    is_quick = True
    settings_type = Settings

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Let readers understand captions, theorems, and references of reST."""
        boxes = dict.fromkeys(BOXES, directives.Box)
        groups = dict.fromkeys(("subfigures", "listing"), directives.Group)
        return ReaderExtensions(
            cls.name,
            markdown={f"{__name__}.syntax.markdown": {"root": str(settings.root)}},
            directives={**boxes, **groups},
            roles=dict.fromkeys(("ref", "numref"), directives.reference_role),
        )

    def decisive(self, posts: Sequence[Post]) -> Sequence[str]:
        """Return nothing for any of `posts`."""
        return [""] * len(posts)

    def collect(self, post: Post) -> Collected:
        """Return what is numbered in `post`, its labels, and warnings for ids that it has twice."""
        kinds = Kinds.of(post.language, self.settings)
        html = post.body.html
        numbered = list(count.numbered(find(html, kinds), kinds, self._has_sections(post)))
        title = post.text(TITLE)
        labels = [Label("", POST, name=title.html if title else "")]
        for found, number in numbered:
            labels += count.labels(html, found, number)
        diagnostics = (
            *duplicates.diagnostics(post),
            *strays.diagnostics(post, kinds),
            *strays.includes(post),
            *strays.titles(post, [found for found, _ in numbered]),
            *_unknown_choice(post),
        )
        return Collected(numbered, labels=tuple(labels), diagnostics=diagnostics)

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with its numbers, and with the words of its references."""
        kinds = Kinds.of(post.language, self.settings)
        post = post.with_html(self._numbered(post, collected.constructs, labels, kinds))
        html, diagnostics = [], list[Diagnostic]()
        for text in post.texts:
            resolved, found = references.resolve(text, post, labels, kinds)
            html.append(resolved)
            diagnostics += found
        return Resolved(post.with_html(html), tuple(diagnostics))

    def check(self, posts: Sequence[Post]) -> Iterator[Diagnostic]:
        """Yield warnings for links to places that are not there."""
        yield from anchors.dead(posts)

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheet of captions and theorems."""
        yield StyleSheetFile(Path(__file__).with_name("numbering.css"), f'class="{captions.NUMBER_CLASS}')

    def _has_sections(self, post: Post) -> bool:
        chosen = _choice(post)
        return chosen == "sections" if chosen in CHOICES else self.settings.number_sections

    def _numbered(
        self, post: Post, numbered: Sequence[tuple[Found, str]], labels: Labels, kinds: Kinds
    ) -> Iterator[str]:
        """Yield the HTML of each text of `post`; excerpts have the numbers of the post."""
        known = labels.of(post.source)
        for text in post.texts:
            if text.is_body:
                yield captions.Captions(text.html, kinds).written(numbered)
            elif text.is_excerpt and ID_SIGN in text.html:
                found = find(text.html, kinds)
                of_post = [
                    (one, known[one.ids[0]].number if one.ids and one.ids[0] in known else "")
                    for one in found
                ]
                yield captions.Captions(text.html, kinds, is_excerpt=True).written(of_post)
            else:
                yield text.html


def _choice(post: Post) -> str:
    return str(post.metadata.get("numbering", "")).strip().lower()


def _unknown_choice(post: Post) -> Iterator[Diagnostic]:
    """Yield an error where the front matter of `post` asks for numbers that we do not know."""
    chosen = _choice(post)
    if chosen and chosen not in CHOICES:
        message = f"Numbering: {chosen} is none of {', '.join(CHOICES)}{nearest(chosen, CHOICES)}"
        yield Diagnostic(post.source, line_of(post.source, chosen), message)
