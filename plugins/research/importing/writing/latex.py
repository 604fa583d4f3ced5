r"""LaTeX that pandoc does not understand: references, theorems as pandoc writes them, algorithms."""

import re
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy_pattern
from ..report import comment
from ..tree import LABEL, text

if TYPE_CHECKING:
    from .inlines import Inlines

REFERENCE = lazy_pattern(
    r"\\(?P<name>[cC]?ref|eqref|autoref|nameref|vref|pageref|subref)\*?\s*\{(?P<ids>[^{}]*)\}"
)
#: Commands that lay a page out, which a post does not.
LAYOUT = lazy_pattern(
    r"\\(?:maketitle|tableofcontents|centering|noindent|clearpage|newpage|pagebreak|linebreak|smallskip|medskip"
    r"|bigskip|hfill|vfill|hline|toprule|midrule|bottomrule|small|footnotesize|scriptsize|normalsize|large"
    r"|raggedright|protect|sloppy|frenchspacing|listoffigures|listoftables|printbibliography|balance"
    r"|qedhere|qed|null|bibliographystyle\{[^{}]*\}|bibliography\{[^{}]*\}|vspace\*?\{[^{}]*\}"
    r"|hspace\*?\{[^{}]*\}|label\{[^{}]*\}|thispagestyle\{[^{}]*\}|pagestyle\{[^{}]*\}"
    r"|setlength\{[^{}]*\}\{[^{}]*\}|setcounter\{[^{}]*\}\{[^{}]*\}|addcontentsline\{[^{}]*\}\{[^{}]*\}\{[^{}]*\})"
    r"(?![a-zA-Z])\s*(?:\[[^\]]*\])?(?:\{\})?"
)
APPENDIX = lazy_pattern(r"\\appendix\b|\\begin\{appendi(?:x|ces)\}")
ALGORITHM = lazy_pattern(r"\\begin\{algorithm\*?\}(?P<inside>.*?)\\end\{algorithm\*?\}", re.DOTALL)
CAPTION = lazy_pattern(r"\\caption\{(?P<text>(?:[^{}]|\{[^{}]*\})*)\}")
STEP = lazy_pattern(
    r"\\(?P<name>State|Statex|Require|Ensure|Input|Output|If|ElsIf|Else|EndIf|For|ForAll|EndFor|While|EndWhile"
    r"|Repeat|Until|Loop|EndLoop|Procedure|EndProcedure|Function|EndFunction|Return|Comment)\b\s*"
)
ARGUMENT = lazy_pattern(r"\{(?P<text>(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
WORDS = {
    "Require": "**Require:** {}", "Ensure": "**Ensure:** {}", "Input": "**Input:** {}",
    "Output": "**Output:** {}", "If": "**if** {} **then**", "ElsIf": "**else if** {} **then**",
    "Else": "**else**", "For": "**for** {} **do**", "ForAll": "**for all** {} **do**",
    "While": "**while** {} **do**", "Repeat": "**repeat**", "Until": "**until** {}", "Loop": "**loop**",
    "Procedure": "**procedure** {}", "Function": "**function** {}", "Return": "**return** {}",
}  # fmt: skip
OPENS = frozenset("If ElsIf Else For ForAll While Repeat Loop Procedure Function".split())
CLOSES = frozenset("ElsIf Else EndIf EndFor EndWhile Until EndLoop EndProcedure EndFunction".split())
NAME = lazy_pattern(r"[A-Z][a-z]+(?: [\d.]+)?\.?")


def inline(typed: str, inlines: "Inlines") -> str:
    """Return a command that stands in text in our form."""
    if found := REFERENCE.fullmatch(typed):
        ids = ",".join(inlines.id(id.strip()) for id in found["ids"].split(","))
        name = {"vref": "cref", "pageref": "ref", "subref": "ref"}.get(found["name"], found["name"])
        if found["name"] in ("vref", "pageref"):
            inlines.report.add(f"a post has no pages: {typed} says no page", typed)
        return rf"\{name}{{{ids}}}"
    if LAYOUT.fullmatch(typed) or APPENDIX.fullmatch(typed):
        return ""
    blocks = inlines.understood(typed)
    if len(blocks) == 1 and blocks[0]["t"] in ("Para", "Plain"):
        return inlines.text(blocks[0]["c"])
    inlines.report.raw(typed)
    return comment(typed)


def theorem(blocks: list[Any]) -> tuple[str, str, bool, list[Any]]:
    """Return title, id and content of a theorem, which pandoc begins with its name and its number.

    The third says whether it has a number.
    """
    if not blocks or blocks[0]["t"] not in ("Para", "Plain"):
        return "", "", False, blocks
    inlines = list(blocks[0]["c"])
    name = text(inlines[0]) if inlines and inlines[0]["t"] in ("Strong", "Emph") else ""
    if not NAME.fullmatch(name):
        return "", "", False, blocks
    title, inlines = _title(inlines[1:])
    if len(inlines) == 1 and inlines[0]["t"] == "Emph":
        inlines = list(inlines[0]["c"])
    labels = [node for node in inlines if node["t"] == "RawInline" and LABEL.search(node["c"][1])]
    first = _stripped([node for node in inlines if node not in labels])
    id = LABEL.findall(labels[0]["c"][1])[0] if labels else ""
    return title, id, name[-1:].isdigit(), _without_sign([{"t": "Para", "c": first}, *blocks[1:]])


def _title(inlines: list[Any]) -> tuple[str, list[Any]]:
    """Return the title that stands in brackets, and what follows it."""
    inlines = _stripped(inlines)
    if not (inlines and inlines[0]["t"] == "Str" and inlines[0]["c"].startswith("(")):
        if inlines and inlines[0] == {"t": "Str", "c": "."}:
            del inlines[0]
        return "", _stripped(inlines)
    for number, node in enumerate(inlines):
        if node["t"] == "Str" and node["c"].endswith((").", ")")):
            title = text(inlines[: number + 1]).rstrip(".").strip("()")
            return title, _stripped(inlines[number + 1 :])
    return "", inlines


def _without_sign(blocks: list[Any]) -> list[Any]:
    """Return `blocks` without the sign that ends a proof, which is ours to set."""
    if blocks and blocks[-1]["t"] in ("Para", "Plain"):
        last = list(blocks[-1]["c"])
        while last and last[-1]["t"] == "Str" and last[-1]["c"].strip("\N{NO-BREAK SPACE}◻□∎") == "":
            del last[-1]
        return [*blocks[:-1], {"t": "Para", "c": last}] if last else blocks[:-1]
    return blocks


def _stripped(inlines: list[Any]) -> list[Any]:
    found = list(inlines)
    while found and found[0]["t"] in ("Space", "SoftBreak"):
        del found[0]
    while found and found[-1]["t"] in ("Space", "SoftBreak"):
        del found[-1]
    return found


def algorithm(typed: str) -> tuple[str, str, list[str]] | None:
    """Return caption, id and the lines of an algorithm of algpseudocode; None where `typed` is none."""
    found = ALGORITHM.search(typed)
    if not found:
        return None
    inside = found["inside"]
    caption, label = CAPTION.search(inside), LABEL.search(inside)
    lines: list[str] = []
    depth, counts = 0, [0]
    steps = list(STEP.finditer(inside))
    for step, after in zip(steps, [*steps[1:], None], strict=True):
        name = step["name"]
        rest = inside[step.end() : after.start() if after else len(inside)]
        rest = re.sub(r"\\(?:begin|end)\{algorithmic\}(?:\[\d+\])?", "", rest).strip()
        if name in CLOSES and depth:
            depth -= 1
            counts = counts[: depth + 1]
        if name.startswith("End"):
            continue
        if name == "Comment" and lines:
            argument = ARGUMENT.match(rest)
            lines[-1] += f" *({argument['text'] if argument else rest})*"
            continue
        argument = ARGUMENT.match(rest)
        if argument and name not in ("State", "Statex"):
            rest = " ".join((argument["text"], ARGUMENT.sub(r"(\g<text>)", rest[argument.end() :]))).strip()
        said = WORDS.get(name, "{}").format(_plain(rest)).strip()
        if not said:
            continue
        counts[depth] += 1
        lines.append(f"{'    ' * depth}{counts[depth]}. {said}")
        if name in OPENS:
            depth += 1
            counts.append(0)
    return (_plain(caption["text"]) if caption else "", label[1] if label else "", lines) if lines else None


def _plain(typed: str) -> str:
    typed = re.sub(r"\\(?:textbf|textit|emph|textsc|texttt|text)\{([^{}]*)\}", r"*\1*", typed)
    return " ".join(re.sub(r"\\Call\{([^{}]*)\}\{([^{}]*)\}", r"\1(\2)", typed).split())
