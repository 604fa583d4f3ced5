"""Typeset formulas → posts, with placeholders that `page` replaces, and errors for what cannot be typeset."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from ...core.diagnostics import Diagnostic
from ...core.lazy import lazy_pattern
from ...core.text.placeholders import OPENING
from ...core.text.segments import Edit, apply_edits
from ..syntax.find import Formula, TypesettingError
from ..syntax.parse import ParsedText
from ..typesetting.hints import hint
from ..typesetting.typeset import NotTypeset, TypesetGroup
from . import definitions
from .client import mark_for_client, mark_in_title, with_macros
from .page import formula_placeholder
from .readable import readable

#: Ideographs, kana and syllables of Korean, between which a line may end anywhere.
UNSPACED = (
    "\u2e80-\u2fff\u3041-\u30ff\u3105-\u9fff\ua000-\ua4cf\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
#: Text on either side of a formula, with no space between: no line breaks there.
BEFORE = re.compile(rf"[^\s<>&;\\$`{UNSPACED}]{{1,20}}\Z")
AFTER = re.compile(rf"[^\s<>&\\$`{UNSPACED}]{{1,20}}")

NO_BREAK = lazy_pattern(r'<span class="math-nobr">((?:(?!</?span\b).)*)</span>', re.DOTALL)
ERROR = lazy_pattern(r'<code class="math-error"[^>]*>')

Results = Mapping[Any, TypesetGroup | NotTypeset]


def with_placeholders(parsed: ParsedText, results: Results) -> str:
    """Return the HTML of a text with placeholders for its formulas, which `page.show` replaces.

    A formula that could not be typeset is shown as its source.
    """
    edits = list(parsed.removals)
    in_browser = False
    definitions = "".join(formula.tex for formula in parsed.preamble)
    at = 0
    for (formula, start, end), (group, index) in zip(parsed.occurrences, parsed.groups, strict=True):
        result = results[group]
        if isinstance(result, TypesetGroup):
            html = _shown(formula, result, index, parsed.text.is_title)
        elif result.in_browser and parsed.text.is_title:
            text = escape(readable(formula.tex, definitions))
            html, in_browser = mark_in_title(formula.source, text), True
        elif result.in_browser:
            html, in_browser = mark_for_client(formula.source), True
        elif parsed.text.is_title:
            html = escape(readable(formula.tex, definitions))
        else:
            html = _as_source(formula, "not typeset")
        edit = Edit(start, end, html)
        is_alone = formula.display or parsed.text.is_title
        if not is_alone and html.startswith(OPENING):
            edit = _with_neighbours(edit, parsed.text.html, at)
        edits.append(edit)
        at = edit.end
    if not edits:
        return parsed.text.html
    html = apply_edits(parsed.text.html, edits)
    if in_browser and parsed.preamble:
        html = with_macros(html, " ".join(formula.tex for formula in parsed.preamble))
    return html


def marked(parsed: ParsedText) -> str:
    """Return the HTML of a text with each of its formulas in an element of class ``math``."""
    edits = [
        Edit(start, end, f'<span class="math">{formula.source}</span>')
        for formula, start, end in parsed.occurrences
        if not parsed.text.html.startswith("<", start)
    ]
    return apply_edits(parsed.text.html, [*parsed.removals, *edits])


def _with_neighbours(edit: Edit, source: str, at: int) -> Edit:
    """Bind the formula to the text that it touches, not before `at`: a comma, an opening bracket."""
    stands_apart = source[edit.start - 1 : edit.start].isspace()
    before = None if stands_apart else BEFORE.search(source, max(at, edit.start - 20), edit.start)
    after = AFTER.match(source, edit.end)
    if not before and not after:
        return edit
    start = before.start() if before else edit.start
    end = after.end() if after else edit.end
    html = source[start : edit.start] + edit.html + source[edit.end : end]
    return Edit(start, end, f'<span class="math-nobr">{html}</span>')


def _shown(formula: Formula, group: TypesetGroup, index: int, in_title: bool) -> str:
    """Return what stands for a formula: in a title, where no markup may be shown, with its text inside."""
    outcome = group.outcomes[index]
    if isinstance(outcome, TypesettingError):
        return _as_source(formula, outcome.reason)
    is_reference = outcome.html.startswith("<a ")  # it says its number where formulas are shown as TeX, too
    source = outcome.html if is_reference else formula.source
    return formula_placeholder(group.keys[index], escape(outcome.text) if in_title else source)


def _as_source(formula: Formula, reason: str) -> str:
    return f'<code class="math-error" title="{escape(reason)}">{formula.source}</code>'


def without_style(html: str) -> str:
    """Return `html` without the elements and classes that `with_placeholders` gives to a style sheet."""
    return ERROR.sub("<code>", NO_BREAK.sub(r"\1", html)) if 'class="math-' in html else html


def errors(parsed: ParsedText, results: Results) -> Iterator[Diagnostic]:
    """Yield an error for each formula of a text, and of its macros, that MathJax does not typeset."""
    for number, (group, index) in enumerate(parsed.groups):
        result = results[group]
        if not isinstance(result, TypesetGroup) or not result.has_errors:
            continue
        for macros, outcome in zip(parsed.macros, result.outcomes, strict=False):
            if isinstance(outcome, TypesettingError):
                yield definitions.diagnostic(macros, outcome)
        if isinstance(error := result.outcomes[index], TypesettingError):
            tex = parsed.occurrences[number].formula.tex
            yield definitions.blamed(tex, error, parsed.macros) or _diagnostic(parsed, number, error)


def _diagnostic(parsed: ParsedText, number: int, error: TypesettingError) -> Diagnostic:
    tex, at = parsed.occurrences[number].formula.tex, ""
    shown = tex if len(tex) <= 60 else f"{tex[:60]}…"
    reason = error.reason + hint(error.reason)
    if origin := parsed.origin_of(number):
        return Diagnostic(origin.path, origin.line, f"MathJax, of the formula “{shown}”: {reason}")
    line = parsed.line_of(number)
    if error.column is not None:
        at = f", at character {error.column}"
        line = line and line + tex.count("\n", 0, error.column)
    return Diagnostic(parsed.source, line, f"MathJax, of the formula “{shown}”{at}: {reason}")
