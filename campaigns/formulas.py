"""How many formulas of other projects' test suites are typeset, of those that MathJax in a page typesets.

    python campaigns/formulas.py CHECKOUT… [--format svg] [--list]

A checkout is one of KaTeX, whose screenshot tests are read, or of MathJax-src, whose tests of TeX input are
read. The reference is MathJax with the packages that it loads by itself. What is refused on
purpose is counted apart (docs/formulas.md, “Settings”): commands that reach into the page, references to
nothing. Prints a table and judges nothing.
"""

import argparse
import ast
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins")]

from research.core.processes.node import find_node  # noqa: E402
from research.formulas.settings import Settings  # noqa: E402
from research.formulas.syntax.find import Formula  # noqa: E402
from research.formulas.typesetting.mathjax import typeset_groups  # noqa: E402

#: Refused on purpose: a formula cannot reach into the page, and a reference has something to refer to.
ON_PURPOSE = re.compile(
    r"\\(?:href|class|cssId|style|unicode|U|data|url|html\w*|includegraphics|setOptions|toggle|mathtip|texttip|"
    r"mmlToken|require|begingroupSandbox|begingroupReset|char|action|tip)(?![a-zA-Z])|<\w+[^>]*>"
)
NOTHING_TO_REFER_TO = "no formula of this page has the label"
STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`\\$]|\\.)*`"
CALL = re.compile(rf"tex2mml\(\s*((?:{STRING})(?:\s*\+\s*(?:{STRING}))*)\s*(,\s*false)?", re.DOTALL)


#: What a checkout of KaTeX has, and what one of MathJax-src has.
KATEX = Path("test", "screenshotter", "ss_data.yaml")
MATHJAX = Path("testsuite", "tests", "input", "tex")


def of_suite(checkout: Path) -> tuple[str, list[Formula]]:
    """Return the name and the formulas, each once, of the suite in `checkout`."""
    if (checkout / KATEX).exists():
        return "KaTeX", list(dict.fromkeys(of_katex(checkout)))
    if (checkout / MATHJAX).exists():
        return "MathJax", list(dict.fromkeys(of_mathjax(checkout)))
    raise SystemExit(
        f"{checkout} has neither {KATEX} nor {MATHJAX}: it is no checkout of KaTeX or MathJax-src"
    )


def of_katex(checkout: Path) -> Iterator[Formula]:
    """Yield the formulas of KaTeX's screenshot tests."""
    data = yaml.safe_load((checkout / KATEX).read_text("utf-8"))
    for case in data.values():
        tex = case if isinstance(case, str) else case["tex"]
        macros = {} if isinstance(case, str) else case.get("macros", {})
        definitions = "".join(rf"\def{name}{{{body}}}" for name, body in macros.items())
        yield Formula(definitions + tex, not isinstance(case, str) and bool(case.get("display")))


def of_mathjax(checkout: Path) -> Iterator[Formula]:
    """Yield the formulas of MathJax's tests of its TeX input."""
    for file in sorted((checkout / MATHJAX).glob("*.test.ts")):
        for call in CALL.finditer(file.read_text("utf-8")):
            pieces = re.findall(STRING, call[1], re.DOTALL)
            tex = "".join(_value(piece) for piece in pieces)
            yield Formula(tex, display=not call[2])


def _value(literal: str) -> str:
    """Return the value of a string of JavaScript."""
    literal = re.sub(
        r"(?<!\\)((?:\\\\)*)\\u\{(\w+)\}", lambda found: found[1] + chr(int(found[2], 16)), literal
    )
    quoted = f'"""{literal[1:-1]} """' if literal.startswith("`") else literal.replace("\n", "\\n")
    value: str = ast.literal_eval(quoted)
    return value[:-1] if literal.startswith("`") else value


def reference(formulas: list[Formula]) -> list[str]:
    """Return for each of the `formulas` why MathJax in a page does not typeset it; "" where it does."""
    members = [{"tex": formula.tex, "display": formula.display} for formula in formulas]
    script = Path(__file__).with_name("reference.mjs")
    done = subprocess.run(
        [find_node(), script], input=json.dumps(members), capture_output=True, text=True, check=True
    )
    return done.stdout.split("\n")[: len(formulas)]


def alone(formulas: list[Formula], theirs: list[str], ours: list[str]) -> list[str]:
    """Return `theirs`, anew where `ours` alone refuse: macros that a suite defines outlive their formula."""
    return [
        reference([formula])[0] if our and not their else their
        for formula, their, our in zip(formulas, theirs, ours, strict=True)
    ]


def ours(formulas: list[Formula], format: str) -> list[str]:
    """Return for each of the `formulas` why we do not typeset it; "" where we do."""
    tex = {"packages": Settings().tex_packages, "tags": "ams"}
    results = typeset_groups([(formula,) for formula in formulas], {"format": format, "tex": tex})
    return [result.get("error", "") for (result,) in results]


def main() -> None:
    """Measure what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkouts", type=Path, nargs="+", metavar="CHECKOUT", help="of KaTeX or MathJax-src")
    parser.add_argument("--format", choices=("svg", "chtml", "mathml"), default="svg")
    parser.add_argument(
        "--list", action="store_true", help="print each formula that we do not typeset, and why"
    )
    given = parser.parse_args()
    table = Table("suite", "formulas", "MathJax in a page", "refused on purpose", "the rest", "typeset by us")
    for name, formulas in map(of_suite, given.checkouts):
        here = ours(formulas, given.format)
        there = alone(formulas, reference(formulas), here)
        counts: Counter[str] = Counter()
        for formula, theirs, our in zip(formulas, there, here, strict=True):
            counts["there"] += not theirs
            refused = ON_PURPOSE.search(formula.tex) or our.startswith(NOTHING_TO_REFER_TO)
            on_purpose = bool(not theirs and our and refused)
            counts["on purpose"] += on_purpose
            counts["here"] += not theirs and not our
            if given.list and our and not theirs:
                Console().print(f"{'on purpose: ' if on_purpose else ''}{formula.tex!r}: {our}", markup=False)
        rest = counts["there"] - counts["on purpose"]
        share = f"{counts['here']} ({counts['here'] / rest:.2%})" if rest else "–"
        table.add_row(
            name, f"{len(formulas)}", f"{counts['there']}", f"{counts['on purpose']}", f"{rest}", share
        )
    Console().print(table)


if __name__ == "__main__":
    main()
