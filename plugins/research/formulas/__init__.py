"""Formulas: the TeX of posts, typeset by MathJax while the site is built.

``syntax`` finds the formulas, which the readers left in elements of class ``math``; ``typesetting`` typesets
them; ``output`` puts placeholders into posts, and replaces these by the typeset formulas when a page is
written. Until then, and in feeds, a formula is its TeX.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.labels import EQUATION, Label, Labels
from ..core.part import Collected, Environment, Failure, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import Post, PublishedFile
from ..core.processes.node import NodeError
from ..core.storage.assets import Linked, StyleSheetFile
from ..core.text.placeholders import ID, sign
from .output import chtml, client, page, posts
from .settings import Settings
from .syntax import lookalikes, parse, reading, render_math, signs
from .syntax.find import REFERENCE_ID, TypesetFormula
from .syntax.find import labels as labels_in
from .typesetting.mathjax import versions
from .typesetting.typeset import NotTypeset, TypesetGroup, recalled, typeset

OUTPUT = Path(__file__).parent / "output"


class Formulas(Part):
    """Sets the formulas of posts."""

    name = "formulas"
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        #: What pages show in the place of placeholders, by their ids.
        self._formulas: dict[str, TypesetFormula] = {}
        self._in_chtml: Sequence[Post] = ()
        self._has_reported = False

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Make readers leave formulas in elements of class ``math``."""
        return reading.extensions(settings, pelican_settings)

    @classmethod
    def settings_of_others(cls, pelican_settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings of pelican-render-math."""
        return render_math.settings_of_render_math(pelican_settings)

    def decisive(self, posts: Sequence[Post]) -> Sequence[str | None]:
        """Return the versions of what typesets formulas, and the macros of the blog."""
        try:
            named = json.dumps([versions(), [macros.tex for macros in self.settings.all_macros]])
        except NodeError:
            return [None] * len(posts)
        return [named] * len(posts)

    def recall(self, posts: Sequence[Post]) -> Sequence[bool]:
        """Fetch the formulas of `posts` from the cache."""
        needed = [{id for text in post.texts for id in page.ids(text.html)} for post in posts]
        missing = set().union(*needed) - self._formulas.keys()
        self._formulas |= recalled(missing, self.settings, self.environment.cache)
        return [ids <= self._formulas.keys() for ids in needed]

    def take_note(self, posts: Sequence[Post], notes: Sequence[Any]) -> None:
        """Note those of `posts` whose pages have formulas in CHTML."""
        self._in_chtml = [post for post in posts if any(chtml.MARKER in text.html for text in post.texts)]

    def collect(self, post: Post) -> Collected:
        """Return the formulas of `post`, and the groups that they are typeset with."""
        parsed = parse.parse(post, self.settings)
        reported = list(parse.unknown_format(post))
        if parse.format_of(post, self.settings) != "off":
            reported += lookalikes.diagnostics(post, parsed, self.settings)
        requests = tuple(dict.fromkeys(group for text in parsed for group, _ in text.groups))
        return Collected(parsed, requests, diagnostics=tuple(reported))

    def compute(self, requests: Sequence[Any]) -> Iterator[tuple[Any, TypesetGroup | NotTypeset]]:
        """Set groups of formulas."""
        for request, result in typeset(requests, self.settings, self.environment.cache):
            if isinstance(result, TypesetGroup):
                self._formulas |= result.formulas
            yield request, result

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with placeholders for its formulas, and errors for those that cannot be typeset."""
        parsed = collected.constructs
        outcomes = {request: _outcome(results[request]) for request in collected.requests}
        html = [posts.with_placeholders(text, outcomes) for text in parsed]
        diagnostics = [found for text in parsed for found in posts.errors(text, outcomes)]
        diagnostics += self._failures(parsed, results)
        found = tuple(_labels(parsed[0], outcomes)) if parsed else ()
        is_typeset = all(isinstance(outcome, TypesetGroup) for outcome in outcomes.values())
        return Resolved(post.with_html(html), tuple(diagnostics), self._files(html), found, is_typeset)

    def preview(self, post: Post) -> Post:
        """Return `post` with its formulas in elements of class ``math``, and without scripts of MathJax."""
        return post.with_html(signs.shown(posts.marked(text)) for text in parse.parse(post, self.settings))

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheets of the formats, and the one that CHTML makes of the blog's formulas."""
        marker = sign(page.PART)
        yield StyleSheetFile(OUTPUT / "mathjax.css", marker)
        yield StyleSheetFile(OUTPUT / "svg.css", f'{marker} {ID}="svg-')
        yield StyleSheetFile(OUTPUT / "mathml.css", f'{marker} {ID}="mathml-')
        if self._in_chtml:
            made, warning = chtml.style_sheet(self._formulas, self._in_chtml, self.environment.cache)
            if warning:
                first = self._in_chtml[0].source
                self.environment.report(Diagnostic(first, None, warning, Severity.WARNING))
            yield made

    def finish_page(self, html: str, target: Target) -> str:
        """Show formulas and escaped signs; let a page whose formulas are not typeset load MathJax."""
        html = client.show_in_titles(html)
        if client.MARKER in html:
            html = client.link_client(html, target.base, self.settings)
        return page.insert_formulas(signs.shown(html), self._formulas)

    def finish_excerpt(self, html: str) -> str:
        """Return `html` without what the style sheet of formulas is for, which a feed does not have."""
        return posts.without_style(signs.shown(html))

    def _files(self, html: Sequence[str]) -> tuple[PublishedFile, ...]:
        return tuple(client.files()) if any(map(client.is_needed, html)) else ()

    def _failures(self, parsed: Sequence[parse.ParsedText], results: Results) -> Iterator[Diagnostic]:
        """Yield why formulas could not be typeset and how they are published, once per build."""
        for text in parsed:
            for number, (group, _) in enumerate(text.groups):
                result = results[group]
                if isinstance(result, Failure):
                    yield Diagnostic(text.source, text.line_of(number), result.message)
                elif isinstance(result, NotTypeset) and not self._has_reported:
                    self._has_reported = True
                    fallback = "typeset by MathJax in the page" if result.in_browser else "shown as TeX"
                    message = f"{result.message}; until then formulas are {fallback}"
                    yield Diagnostic(text.source, text.line_of(number), message)


def _labels(body: parse.ParsedText, outcomes: Mapping[Any, TypesetGroup | NotTypeset]) -> Iterator[Label]:
    """Yield the labels of the equations of a post, for references."""
    for group, index in body.groups:
        result = outcomes[group]
        if isinstance(result, TypesetGroup) and isinstance(formula := result.outcomes[index], TypesetFormula):
            for label, number in formula.labels.items():
                yield Label(label, EQUATION, number, anchor=f"{REFERENCE_ID}:{label}")
    if any(isinstance(result, NotTypeset) and result.in_browser for result in outcomes.values()):
        for label in sorted(
            {label for occurrence in body.occurrences for label in labels_in(occurrence.formula.tex)}
        ):
            words = client.mark_for_client(rf"\(\eqref{{{escape(label)}}}\)")
            yield Label(label, EQUATION, name=words, anchor=f"{REFERENCE_ID}:{label}")


def _outcome(result: Any) -> TypesetGroup | NotTypeset:
    """Return the `result` of a request; a group over which typesetting failed is not typeset."""
    return NotTypeset(in_browser=False, message=result.message) if isinstance(result, Failure) else result
