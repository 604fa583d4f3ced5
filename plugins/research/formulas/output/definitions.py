"""Errors that MathJax finds in definitions: they name the file that these stand in, and its line."""

import re
from collections.abc import Iterable

from ...core.diagnostics import Diagnostic
from ...core.lazy import lazy_pattern
from ..settings import Macros
from ..syntax.find import TypesettingError
from ..typesetting.hints import UNDEFINED, hint

ESCAPED_OR_COMMENT = lazy_pattern(r"\\.|%[^\n]*")


def diagnostic(macros: Macros, error: TypesettingError) -> Diagnostic:
    """Return the error that `macros` have, or that formulas have of them."""
    line = macros.line
    if line is not None:
        line += macros.tex.count("\n", 0, _offset(macros.tex, error))
    message = f"MathJax, of the macros: {error.reason}{hint(error.reason)}"
    return Diagnostic(macros.path, line, message)


def blamed(tex: str, error: TypesettingError, macros: Iterable[Macros]) -> Diagnostic | None:
    """Return the error of the `macros` that brought an unknown command into the formula `tex`, if any did."""
    undefined = UNDEFINED.search(error.reason)
    if not undefined or _command(undefined[1]).search(tex):
        return None
    found = (one for one in macros if _command(undefined[1]).search(one.tex))
    return next((diagnostic(one, error) for one in found), None)


def _offset(tex: str, error: TypesettingError) -> int:
    """Return where in definitions an error is, as far as its reason says so."""
    if undefined := UNDEFINED.search(error.reason):
        found = _command(undefined[1]).search(tex)
        return found.start() if found else 0
    if error.column is not None:
        return error.column
    return _unbalanced(tex)


def _command(name: str) -> re.Pattern[str]:
    return re.compile(rf"\\{name}(?![a-zA-Z])")


def _unbalanced(tex: str) -> int:
    """Return where the first line begins from which braces are not balanced; 0 where all are."""
    start = depth = at = 0
    for line in ESCAPED_OR_COMMENT.sub(lambda found: " " * len(found[0]), tex).splitlines(keepends=True):
        if depth == 0:
            start = at
        depth += line.count("{") - line.count("}")
        if depth < 0:
            return at
        at += len(line)
    return start if depth else 0
