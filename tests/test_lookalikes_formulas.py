"""TeX that is left in prose is reported, prices and shell are not; faulty definitions name their file."""

from pathlib import Path

import pytest
from conftest import ROOT, Build
from markdown import Markdown
from parts import whole
from research.core.diagnostics import Diagnostic
from research.core.post import Post, Text
from research.formulas.settings import Settings
from research.formulas.syntax import lookalikes
from research.formulas.syntax.parse import parse
from test_citations_check import check

NO_FORMULAS = ROOT / "tests" / "cases" / "lookalikes" / "no-formulas.md"
FRONT = "Title: P\nDate: 2026-01-01\n\n"

#: What is written, on which line of it the warning is, and what it says.
CASES = {
    "$$\na\n\nb\n$$": (1, 1, "a blank line ends a formula"),
    "Here:\n$$\na\n\nb\n$$": (2, 1, "a blank line ends a formula"),
    "$$\n\na + b\n\n$$": (3, 1, "a blank line ends a formula"),
    "$$x = 1": (1, 1, "“$$” opens a formula that nothing closes"),
    r"So \\(x\\) is": (1, 6, r"“\\(x\\)” is no formula, since its backslashes are escaped: write $x$"),
    r"So \\[x^2\\] is": (1, 6, "write $$x^2$$"),
    r"Then $a \mathrm{ if $b$ holds}$ is": (1, 6, "a formula in a formula"),
    "A $true positive rate$ is": (
        1,
        3,
        r"reads as prose, and is no formula: write \text{…} around words in it",
    ),
    r"So \(x^2\) is": (1, 4, r"“\(x^2\)” is text, since “\(” is an escape in Markdown: write $x^2$, or name"),
    r"So \[\alpha\] is": (1, 4, r"write $$\alpha$$, or name \[ and \] in RESEARCH['display_math']"),
    "\\begin{align}\na\n\nb\n\\end{align}": (
        1,
        1,
        r"“\begin{align}” is left as text, since it holds a blank line",
    ),
    r"A \begin{align} x": (1, 3, r"since no \end{align} follows"),
    r"An \alpha is": (1, 4, r"“\alpha” is a command of TeX outside of a formula"),
    r"A \frac{1}{2} is": (1, 3, r"“\frac” is a command of TeX"),
    r"An \emph{x} is": (1, 4, r"“\emph{x}” is a command of TeX"),
}


def reported(folder: Path, text: str, **settings: object) -> list[Diagnostic]:
    """Return what is reported of `text`, as Markdown makes HTML of it."""
    source = folder / "post.md"
    source.write_text(FRONT + text, encoding="utf-8")
    extensions = ["extra", "toc", "research.formulas.syntax.markdown", "research.citations.syntax.markdown"]
    post = Post(source, (Text(Markdown(extensions=extensions).convert(text)),))
    chosen = Settings(root=folder, **settings)  # type: ignore[arg-type]
    return list(lookalikes.diagnostics(post, parse(post, chosen), chosen))


@pytest.mark.parametrize("written", CASES)
def test_each_is_reported_once_with_its_place(tmp_path: Path, written: str) -> None:
    before = f"$x$ and\n\n$$\ny\n$$\n\n    {written.splitlines()[0]}\n\n"
    found = reported(tmp_path, f"{before}{written}\n\nAfter $x$.")
    line, column, message = CASES[written]
    first = (FRONT + before).count("\n")
    assert [(one.line, one.column) for one in found] == [(first + line, column)]
    assert message in found[0].message


def test_one_warning_a_line(tmp_path: Path) -> None:
    found = reported(tmp_path, "An \\frac12, a \\(y^2\\) and \\alpha,\nand \\beta.")
    assert [one.line for one in found] == [4, 5]


@pytest.mark.parametrize("between", ["\n", "\n\n", "\n- "])
def test_prices_shell_paths_and_code_are_silent(tmp_path: Path, between: str) -> None:
    lines = NO_FORMULAS.read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 60
    assert reported(tmp_path, between.join(lines)) == []


def test_each_line_of_prices_is_silent_alone(tmp_path: Path) -> None:
    for line in NO_FORMULAS.read_text(encoding="utf-8").splitlines():
        assert reported(tmp_path, line) == []


def test_a_table_of_prices_is_silent(tmp_path: Path) -> None:
    assert reported(tmp_path, "| a | b |\n| --- | --- |\n| Sushi | $$ |\n| Pizza | $ |\n| Pasta | $$ |") == []


def test_dollars_are_dollars_where_the_blog_says_so(tmp_path: Path) -> None:
    assert reported(tmp_path, "An $x \\mathrm{ $ is", inline_math=((r"\(", r"\)"),)) == []


def test_a_build_and_check_report_the_same(build: Build, tmp_path: Path) -> None:
    text = f"{FRONT}An \\sqrt{{x}} is.\n\nMore \\alpha.\n"
    wanted = ["p.md:4:4: warning: “\\sqrt{x}”", "p.md:6:6: warning: “\\alpha”"]
    site = build({"p.md": text})
    (tmp_path / "other").mkdir()
    done = check(tmp_path / "other", p_md=text)
    for log in (site.log, done.stdout):
        assert [log.count(one) for one in wanted] == [1, 1], log
        assert log.count("warning:") == 2, log


def test_no_formulas_no_warnings(build: Build) -> None:
    text = "Title: P\nDate: 2026-01-01\nMath: off\n\nAn $ x$ is \\alpha.\n"
    assert "warning:" not in build({"p.md": text}).log


def test_collecting_is_skipped_for_posts_without_signs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookalikes, "find", None)
    assert reported(tmp_path, "Formulas $x$ and\n\n$$\n\\alpha\n$$\n\nand `$ x$` and\n\n    \\alpha\n") == []


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (r"\newcomand{\R}{R}", r"Undefined control sequence \newcomand"),
        (r"\newcommand{\R}{\mathbbb{R}}", r"Undefined control sequence \mathbbb"),
        (r"\newcommand{\R}{\mathbb{R}", "Missing close brace"),
    ],
)
def test_faulty_macros_name_their_file_and_line(build: Build, definition: str, message: str) -> None:
    macros = f"\n% Numbers.\n\\newcommand{{\\E}}{{\\mathbb{{E}}}}\n{definition}\n"
    files = {
        "p.md": f"{FRONT}In $\\R$ and $\\R$.\n",
        "q.md": "Title: Q\nDate: 2026-01-01\n\nIn $\\R$.\n",
        "/macros.tex": macros,
    }
    site = build(files, "RESEARCH = {'macros_file': 'macros.tex', 'macros': r'\\newcommand{\\z}{z}'}")
    assert site.log.count(f"macros.tex:4: error: MathJax, of the macros: {message}") == 1, site.log


def test_faulty_macros_of_the_settings_name_these(build: Build, tmp_path: Path) -> None:
    site = build({"p.md": f"{FRONT}In $x$.\n"}, r"RESEARCH = {'macros': r'\newcomand{\z}{z}'}")
    assert f"{tmp_path}: error: MathJax, of the macros: Undefined control sequence" in site.log


BIB = r"""
@misc{good, author={A}, title={On $x^2$}, year=2000}

@misc{bad,
  author={B}, title={On $\nosuch{x}$ and $ 5}, year=2001}
"""


@pytest.mark.parametrize("style", ["author-date", "apa"])
def test_a_formula_of_a_bibliography_names_it(build: Build, style: str) -> None:
    text = f"{FRONT}As [@@good] and [@@bad] say, $x$.\n"
    listing = "Title: All\nBibliography: all\n"
    files = {"p.md": text, "q.md": text.replace("P", "Q", 1), "pages/all.md": listing, "references.bib": BIB}
    site = build(files, f"RESEARCH = {{'citation_style': {style!r}}}")
    assert site.log.count(r"references.bib:4: error: MathJax, of the formula “\nosuch{x}”: Undefined") == 1, (
        site.log
    )
    assert "p.md:" not in site.log
    assert "all.md:" not in site.log


def test_parts_collect_for_check(tmp_path: Path) -> None:
    (tmp_path / "post.md").write_text("An \\sqrt{x}")
    pipeline = whole(tmp_path)
    pipeline.run([Post(tmp_path / "post.md", (Text("<p>An \\sqrt{x}</p>"),))], quick=True)
    assert len(pipeline.diagnostics) == 1
