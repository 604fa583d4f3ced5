"""What was not understood of an article, with the lines that it stands on."""

from dataclasses import dataclass, field
from pathlib import Path

from ..core.diagnostics import Diagnostic, Severity

#: Characters of what an author wrote that a message shows.
SHOWN = 60


def comment(typed: str) -> str:
    """Return a comment of HTML that says what its author `typed`."""
    return f"<!-- {typed.replace('--', '- -')} -->"


@dataclass
class Report:
    """The list, in the order of what was found."""

    path: Path
    text: str
    found: list[Diagnostic] = field(default_factory=list)

    def add(self, message: str, typed: str = "") -> None:
        """Note what is wrong with what its author `typed`, which need not be unique."""
        lines = (line.strip() for line in typed.splitlines())
        sought = next((line for line in lines if line), "")
        at = self.text.find(sought) if sought else -1
        line = self.text.count("\n", 0, at) + 1 if at >= 0 else None
        diagnostic = Diagnostic(self.path, line, message, Severity.WARNING)
        if diagnostic not in self.found:
            self.found.append(diagnostic)

    def raw(self, typed: str, instead: str = "it stands in the post as a comment") -> None:
        """Note that what its author `typed` was not understood."""
        shown = " ".join(typed.split())
        shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
        self.add(f"not understood: {shown}; {instead}", typed)
