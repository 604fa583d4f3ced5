"""What is wrong, printed when the site is written: one line each, as compilers print it."""

import logging
import sys
from collections.abc import Iterable

from rich.console import Console

from ..core.diagnostics import Diagnostic, Severity, in_order

logger = logging.getLogger(__name__)


def report(found: Iterable[Diagnostic]) -> None:
    """Print the diagnostics `found`, and log how many there are at the level of the gravest.

    Ends the program with exit code 1 where that is fatal to Pelican: the files are written, and what is wrong
    has been said, so that nothing is left for a traceback to say.
    """
    diagnostics = in_order(found)
    if not diagnostics:
        return
    errors = sum(one.severity is Severity.ERROR for one in diagnostics)
    level = logging.ERROR if errors else logging.WARNING
    if logger.isEnabledFor(level):
        # Pelican's handler of log records would break lines at the width of the terminal.
        console = Console(stderr=True, soft_wrap=True, markup=False, highlight=False, emoji=False)
        for diagnostic in diagnostics:
            console.print(str(diagnostic))
    try:
        logger.log(level, "%s in the sources of this site", counted(errors, len(diagnostics) - errors))
    except RuntimeError:  # --fatal
        sys.exit(1)


def counted(errors: int, warnings: int) -> str:
    """Return the numbers in words: “1 error and 2 warnings”."""
    counts = ((errors, "error"), (warnings, "warning"))
    return " and ".join(f"{count} {noun}{'s' * (count != 1)}" for count, noun in counts if count)
