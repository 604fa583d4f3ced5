"""Notes beside the text: footnotes in the margin of a page that is wide enough, and blocks that stand there.

Posts keep their footnotes as their markup has them, and so do feeds; `margin` moves them when a page is
written.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, line_of, nearest
from ..core.labels import Labels
from ..core.part import Collected, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import Post
from ..core.storage.assets import Linked, StyleSheetFile
from . import directive, margin
from .settings import Settings

STYLE_SHEET = Path(__file__).with_name("notes.css")
#: What the front matter of a post may say of its notes.
MARGIN, END = CHOICES = ("margin", "end")


class Notes(Part):
    """Puts notes beside the text."""

    name = "notes"
    is_quick = True
    settings_type = Settings

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Let readers understand blocks in the margin."""
        return ReaderExtensions(
            cls.name, markdown={f"{__name__}.markdown": {}}, directives={"margin": directive.Margin}
        )

    def decisive(self, posts: Sequence[Post]) -> Sequence[str]:
        """Return nothing for any of `posts`."""
        return [""] * len(posts)

    def collect(self, post: Post) -> Collected:
        """Return an error where the front matter of `post` asks for a place that is none."""
        chosen = _choice(post)
        if not chosen or chosen in CHOICES:
            return Collected()
        message = f"Notes: {chosen} is none of {', '.join(CHOICES)}{nearest(chosen, CHOICES)}"
        return Collected(diagnostics=(Diagnostic(post.source, line_of(post.source, chosen), message),))

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with its blocks in the margin, and with those footnotes marked that go there."""
        body = margin.with_blocks(post.body.html)
        chosen = _choice(post)
        if chosen == MARGIN or (chosen != END and self.settings.margin_notes):
            body = margin.marked(body)
        return Resolved(post.with_html([body, *(text.html for text in post.texts[1:])]))

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheet of notes."""
        yield StyleSheetFile(STYLE_SHEET, f'class="{margin.PREFIX}')

    def finish_page(self, html: str, target: Target) -> str:
        """Return the page `html` with the notes that are marked where they are referred to."""
        return margin.moved(html) if margin.MARK_CLASS in html else html


def _choice(post: Post) -> str:
    return str(post.metadata.get("notes", "")).strip().lower()
