"""Formulas: the TeX of posts, typeset by MathJax while the site is built.

``syntax`` finds the formulas, which the readers left in elements of class ``math``; ``typesetting`` typesets
them; ``output`` puts placeholders into posts, and replaces these by the typeset formulas when a page is
written. Until then, and in feeds, a formula is its TeX.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.labels import EQUATION, Label, Labels
from ..core.part import Collected, Environment, Failure, Part, ReaderExtensions, Resolved, Results, Target
from ..core.post import Post, PublishedFile
from ..core.storage.assets import Linked, StyleSheetFile
from ..core.text.placeholders import ID, sign
from .output import chtml, client, page, posts
from .settings import Settings
from .syntax import lookalikes, parse, reading, render_math
from .syntax.find import REFERENCE_ID, TypesetFormula
from .syntax.find import labels as labels_in
from .typesetting.typeset import NotTypeset, TypesetGroup, typeset

OUTPUT = Path(__file__).parent / "output"


class Formulas(Part):
    """Sets the formulas of posts."""

    name = "formulas"
    settings_type = Settings

    def __init__(self, settings: Settings, environment: Environment) -> None:
        super().__init__(settings, environment)
        #: What pages show in the place of placeholders, by their ids.
        self._formulas: dict[str, TypesetFormula] = {}
        #: The ids on each page of a post that has formulas in CHTML, and the first of these posts.
        self._pages: list[set[str]] = []
        self._first: Path | None = None
        self._has_reported = False

    @classmethod
    def readers(cls, settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
        """Make readers leave formulas in elements of class ``math``."""
        return reading.extensions(settings, pelican_settings)

    @classmethod
    def settings_of_others(cls, pelican_settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the settings of pelican-render-math."""
        return render_math.settings_of_render_math(pelican_settings)

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
        found: dict[Any, TypesetGroup] = {}
        try:
            for request, result in typeset(requests, self.settings, self.environment.cache):
                if isinstance(result, TypesetGroup):
                    found[request] = result
                yield request, result
        finally:
            # In the order of posts and not in that in which they were found, cached ones first: the style
            # sheet of the formulas follows it.
            for request in requests:
                if request in found:
                    self._formulas |= _formulas_of(found[request])

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with placeholders for its formulas, and errors for those that cannot be typeset."""
        parsed = collected.constructs
        outcomes = {request: _outcome(results[request]) for request in collected.requests}
        html = [posts.with_placeholders(text, outcomes) for text in parsed]
        diagnostics = [found for text in parsed for found in posts.errors(text, outcomes)]
        diagnostics += self._failures(parsed, results)
        self._note_page(post.source, html)
        found = tuple(_labels(parsed[0], outcomes)) if parsed else ()
        return Resolved(post.with_html(html), tuple(diagnostics), self._files(html), found)

    def preview(self, post: Post) -> Post:
        """Return `post` with its formulas in elements of class ``math``, and without scripts of MathJax."""
        return post.with_html(posts.marked(text) for text in parse.parse(post, self.settings))

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheets of the formats, and the one that CHTML makes of the blog's formulas."""
        marker = sign(page.PART)
        yield StyleSheetFile(OUTPUT / "mathjax.css", marker)
        yield StyleSheetFile(OUTPUT / "mathml.css", f'{marker} {ID}="mathml-')
        if self._first:
            made, warning = chtml.style_sheet(self._formulas, self._pages, self.environment.cache)
            if warning:
                self.environment.report(Diagnostic(self._first, None, warning, Severity.WARNING))
            yield made

    def finish_page(self, html: str, target: Target) -> str:
        """Show formulas; let a page whose formulas are not typeset load MathJax."""
        html = client.show_in_titles(html)
        if client.MARKER in html:
            html = client.link_client(html, target.base, self.settings)
        return page.insert_formulas(html, self._formulas)

    def finish_excerpt(self, html: str) -> str:
        """Return `html` without what the style sheet of formulas is for, which a feed does not have."""
        return posts.without_style(html)

    def _note_page(self, source: Path, html: Sequence[str]) -> None:
        if any(chtml.MARKER in text for text in html):
            self._first = self._first or source
            self._pages.append(chtml.ids(html[0]))

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


def _formulas_of(group: TypesetGroup) -> dict[str, TypesetFormula]:
    outcomes = zip(group.keys, group.outcomes, strict=True)
    return {key: one for key, one in outcomes if isinstance(one, TypesetFormula)}


def _outcome(result: Any) -> TypesetGroup | NotTypeset:
    """Return the `result` of a request; a group over which typesetting failed is not typeset."""
    return NotTypeset(in_browser=False, message=result.message) if isinstance(result, Failure) else result
