"""GitHub's forms of formulas in Markdown: ``$`x`$`` in a line of text, and a fenced block ``math``."""

import re
from collections.abc import Callable, Iterator, Sequence

from ...core.lazy import lazy_pattern

#: Code, which is looked over, or a formula; whichever begins first.
CODE_OR_FORMULA = lazy_pattern(
    r"(?<![\\`])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)|(?<![\\$])\$`(?P<tex>[^`]+)`\$(?!\d)", re.DOTALL
)
FENCE = lazy_pattern(r"(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*?)[ \t]*$")
#: What opens a container of indented text.
OPENER = lazy_pattern(r"[ \t]*(?:[*+-][ \t]|\d+\.[ \t]|!!!|\?\?\?|===|:[ \t]|\[\^[^\]]+\]:)")
INDENTED_CODE = 4
MATH = ("math", "{math}", "{.math}")


class Inline:
    """What Markdown takes for a compiled pattern: it finds formulas, and none in code."""

    def finditer(self, text: str, start: int = 0) -> Iterator[re.Match[str]]:
        """Find the formulas in `text` from `start`."""
        if "$`" in text:
            yield from (match for match in CODE_OR_FORMULA.finditer(text, start) if match["tex"])


def without_fences(lines: Sequence[str], store: Callable[[str], str]) -> list[str]:
    """Return `lines` with what `store` returns for the TeX of each fenced block ``math``, in its place."""
    found: list[str] = []
    unclosed: set[str] = set()
    number = 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        fence = opening["fence"] if opening else ""
        end = None if not fence or fence in unclosed else _closing(lines, number, fence)
        if not opening or end is None:
            unclosed.add(fence)
            found.append(lines[number])
            number += 1
            continue
        if opening["info"].lower() in MATH and _is_fence(lines, number, opening["indent"]):
            tex = "\n".join(line.removeprefix(opening["indent"]) for line in lines[number + 1 : end])
            found += ["", opening["indent"] + store(tex.strip()), ""]
        else:
            found += lines[number : end + 1]
        number = end + 1
    return found


def _closing(lines: Sequence[str], number: int, fence: str) -> int | None:
    """Return the number of the line that closes the `fence` which the line `number` opens."""
    for at in range(number + 1, len(lines)):
        bare = lines[at].strip()
        if bare.startswith(fence) and not bare.strip(fence[0]):
            return at
    return None


def _is_fence(lines: Sequence[str], number: int, indent: str) -> bool:
    """Say whether the fence in line `number` is one, and not shown in indented code."""
    width = len(indent.expandtabs(INDENTED_CODE))
    if width < INDENTED_CODE:
        return True
    for line in reversed(lines[:number]):
        expanded = line.expandtabs(INDENTED_CODE)
        if line.strip() and len(expanded) - len(expanded.lstrip()) < width:
            return OPENER.match(line) is not None
    return False
