"""Run the test suite of another project: print how much of it we do as it expects, and what differs.

    python campaigns/conformance.py CHECKOUT…

A checkout is known by what lies in it; docs/conformance.md says which there are, where to get them, and what
we reach. Without one, ONNX's tests of operators are run, which the package onnx brings.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Suite(NamedTuple):
    """A test suite, and the campaign that runs it."""

    name: str
    #: What a checkout of it has, and nothing else does.
    mark: Path
    #: The campaign and its arguments, for a checkout.
    command: Callable[[Path], list[str]]


def pandoc(checkout: Path) -> list[str]:
    """Return the command for the tests of pandoc-citeproc, of which each file is a bibliography."""
    files = sorted(map(str, (checkout / PANDOC).glob("*.biblatex")))
    return ["pandoc.py", "items", *files, "--differences"]


PANDOC = Path("tests", "biblio2yaml")
SUITES = (
    Suite("CSL processor tests", Path("processor-tests", "humans"), lambda at: ["csl.py", str(at)]),
    Suite("BibLaTeX import of pandoc", PANDOC, pandoc),
    Suite(
        "screenshot tests of KaTeX",
        Path("test", "screenshotter", "ss_data.yaml"),
        lambda at: ["formulas.py", str(at), "--list"],
    ),
    Suite(
        "TeX tests of MathJax",
        Path("testsuite", "tests", "input", "tex"),
        lambda at: ["formulas.py", str(at), "--list"],
    ),
)


def command(checkout: Path) -> tuple[str, list[str]]:
    """Return the name of the suite in `checkout`, and what runs it.

    Raises `SystemExit` where it has none of `SUITES`.
    """
    for suite in SUITES:
        if (checkout / suite.mark).exists():
            return suite.name, suite.command(checkout)
    known = "".join(f"\n  {suite.name}: {suite.mark.as_posix()}" for suite in SUITES)
    raise SystemExit(f"{checkout} has no test suite that is known. Known are{known}")


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkouts", type=Path, nargs="*", metavar="CHECKOUT")
    checkouts = parser.parse_args().checkouts
    found = [command(path.resolve()) for path in checkouts] or [("operators of ONNX", ["operators.py"])]
    for name, (script, *arguments) in found:
        print(f"== {name}", flush=True)
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)


if __name__ == "__main__":
    main()
