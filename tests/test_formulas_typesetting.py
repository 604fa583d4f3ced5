"""TeX → SVG by the real MathJax: what a formula becomes, what is refused, what is cached."""

import os
import re
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import parts
import pytest
from conftest import ROOT
from fontTools.ttLib import TTFont
from parts import Document, typeset
from research.core.processes import node
from research.formulas.output import fonts
from research.formulas.output.chtml import StyleSheet
from research.formulas.output.page import insert_formulas
from research.formulas.settings import Settings
from research.formulas.syntax.find import Formula, TypesetFormula
from research.formulas.typesetting import mathjax

SOURCE = "Title: Post\n\nFirst a line, then $x^2$.\n\nThen $\\foo + 1$, and again $\\foo + 1$.\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache=tmp_path / "cache")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "post.md"
    path.write_text(SOURCE)
    return path


@pytest.fixture
def node_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets a line each time that Node.js is started."""
    log, real = tmp_path / "starts", node.find_node()
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho start >> "{log}"\nexec "{real}" "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    log.touch()
    return log


def documents(source: Path, *texts: str) -> list[Document]:
    return [Document(html=text, source=source) for text in texts]


def page(html: str, formulas: dict[str, TypesetFormula]) -> str:
    return insert_formulas(f"<html><body>{html}</body></html>", formulas)


def set_page(texts: Sequence[str], source: Path, settings: Settings) -> str:
    done, faults, formulas = typeset(documents(source, *texts), settings)
    assert faults == []
    return page("".join(document.html for document in done), formulas)


def test_a_document_keeps_its_tex_and_a_page_gets_svg(source: Path, settings: Settings) -> None:
    (done,), faults, formulas = typeset(documents(source, r"<p>of \(x &lt; y\)</p>"), settings)
    assert faults == []
    assert re.sub("<.*?>", "", done.html) == r"of \(x &lt; y\)"
    html = page(done.html, formulas)
    assert "<svg" in html
    assert "<mi>x</mi><mo>&lt;</mo><mi>y</mi>" in html
    assert html.count(r"\(x") == 1  # to be copied
    assert not re.search("data-latex|data-mml-node|<script|xlink", html)


def test_a_page_holds_each_glyph_once_and_all_it_refers_to(source: Path, settings: Settings) -> None:
    html = set_page([r"\(x+y\) and \(y+x\)", r"\[x\]"], source, settings)
    referred = set(re.findall(r'<use href="#([^"]+)"', html))
    assert len(re.findall('<use href="#MJX-NCM-I-1D465"', html)) == 3
    assert sorted(re.findall(r'<path id="([^"]+)"', html)) == sorted(referred)


def test_space_is_reserved_in_units_of_the_text(source: Path, settings: Settings) -> None:
    html = set_page([r"\(x_y\)", r"\begin{equation}x\end{equation}"], source, settings)
    pictures = re.findall(r'<svg width="(.*?)" height="(.*?)"', html)
    assert [width.lstrip("0123456789.") for width, _ in pictures] == ["ex", "%", "ex"]
    assert [height.lstrip("0123456789.") for _, height in pictures] == ["ex", "ex", ""]
    assert 'class="mjx-d3"' in html  # for it, svg.css lets the y hang below the line
    assert "scale(0.0" not in html


def test_numbers_labels_and_references(source: Path, settings: Settings) -> None:
    text = r"See \(\eqref{b}\). \begin{align}x &= 1 \label{a}\\ y &= 2\label{b}\end{align} After \(\ref{a}\)."
    html = set_page([text], source, settings)
    assert re.search(r'See .*<a href="#mjx-eqn%3Ab">\(2\)</a>\.', html)
    assert re.search(r'After .*<a href="#mjx-eqn%3Aa">1</a>\.', html)
    assert 'id="mjx-eqn:b"' in html


def test_documents_do_not_see_each_others_macros_labels_and_numbers(source: Path, settings: Settings) -> None:
    first = r"\(\newcommand{\half}{\frac12}\half\) \begin{equation}x\label{a}\end{equation} \(\half\)"
    second = r"\(\half\) \begin{equation}y\label{a}\end{equation} \(\eqref{a}\)"
    done, faults, formulas = typeset(documents(source, first, second), settings)
    assert [fault.message for fault in faults] == [
        r"MathJax, of the formula “\half”, at character 5: Undefined control sequence \half"
    ]
    assert ">(1)</a>" in page(done[1].html, formulas)
    assert 'class="math-error"' not in done[0].html


def test_a_page_that_shows_two_posts_has_each_id_once(source: Path, settings: Settings) -> None:
    text = r"\begin{equation}x\label{a}\end{equation}"
    html = set_page([text, f"<p>{text}</p>"], source, settings)
    assert html.count("<mjx-container") == 2
    assert html.count('id="mjx-eqn:a"') == 1


def test_a_summary_knows_what_its_post_defines(source: Path, settings: Settings) -> None:
    start = r"<p>By \eqref{a}, \(\half\).</p>"
    rest = r"\(\newcommand{\half}{\frac12}\) \begin{equation}x\label{a}\end{equation}"
    body = Document(html=rest + start, source=source)
    summary = Document(html=start, source=source, is_summary=True)
    (_, done), faults, formulas = typeset([body, summary], settings)
    assert faults == []
    html = page(done.html, formulas)
    assert 'By <span class="math-nobr">(1),</span>' in html  # and no link to what is not there
    assert "<mfrac>" in html


def test_references_in_prose(source: Path, settings: Settings) -> None:
    text = r"<p>By \eqref{a}, <code>\eqref{a}</code></p>\begin{equation}x\label{a}\end{equation}"
    html = set_page([text], source, settings)
    assert re.search(r'By .*<a href="#mjx-eqn%3Aa">\(1\)</a>', html)
    assert r"<code>\eqref{a}</code>" in html


@pytest.mark.parametrize(("numbers", "count"), [("all", 3), ("ams", 1), ("none", 0)])
def test_numbers_by_setting(numbers: str, count: int, source: Path, settings: Settings) -> None:
    text = r"\[x\] \[z\] \(w\) \begin{equation}y\end{equation}"
    html = set_page([text], source, replace(settings, equation_numbers=numbers))
    assert re.findall('id="mjx-eqn:(.)"', html) == [str(number + 1) for number in range(count)]


def test_macros_of_the_site_and_of_a_post(source: Path, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "macros.tex"
    file.write_text("% of all\n\\newcommand{\\E}{\\mathbb{E}}\n")
    settings = replace(settings, macros_file=file, macros=r"\newcommand{\half}[1]{\frac{#1}{2}}")
    text = r"\(\E\) \(\half{x}\) \(\KL\)"
    own = Document(html=text, source=source, metadata={"macros": r"\DeclareMathOperator{\KL}{KL}"})
    done, faults, formulas = typeset([own, *documents(source, text)], settings)
    assert page(done[0].html, formulas).count("<svg width") == 3
    assert page(done[1].html, formulas).count("<svg width") == 2
    assert [fault.message for fault in faults] == [
        r"MathJax, of the formula “\KL”, at character 3: Undefined control sequence \KL"
    ]


def test_macros_that_do_not_parse_are_named(tmp_path: Path, settings: Settings) -> None:
    source = tmp_path / "post.md"
    source.write_text("Title: Post\nMacros: \\newcommand{\\a}{\n\n$x$\n")
    document = Document(html=r"\(x\)", source=source, metadata={"macros": r"\newcommand{\a}{"})
    _, (fault,), _ = typeset([document], settings)
    assert fault.line == 2
    assert fault.message.startswith("MathJax, of the macros: ")


def test_packages_by_name(source: Path, settings: Settings) -> None:
    tex = r"\(\ce{H2O}\) \(\cancel{x}\) \(\coloneqq\) \(\boldsymbol{z}\) \(\bra{x}\)"
    set_page([tex], source, settings)
    set_page([r"\(\dv{f}{x}\)"], source, replace(settings, packages=("physics",)))


def test_math_turned_off_in_a_post(source: Path, settings: Settings, node_starts: Path) -> None:
    document = Document(html=r"\(x\)", source=source, metadata={"math": "off"})
    assert typeset([document], settings) == ([document], [], {})
    assert node_starts.read_text() == ""


def test_a_formula_keeps_its_comma(source: Path, settings: Settings) -> None:
    (done,), _, _ = typeset(documents(source, r"<p>a (\(x\)), \(y\)-axis, \(u\)-\(v\) b</p>"), settings)
    nobr = re.findall(r'<span class="math-nobr">(.*?)</span>', done.html)
    assert [re.sub("<.*?>", "", text) for text in nobr] == [r"(\(x\)),", r"\(y\)-axis,", r"\(u\)-"]
    assert re.sub("<.*?>", "", done.html) == r"a (\(x\)), \(y\)-axis, \(u\)-\(v\) b"


def test_lines_may_end_beside_a_formula_where_words_have_no_spaces(source: Path, settings: Settings) -> None:
    text = r"<p>对于所有的\(x\)，数「\(y\)」成立，にある\(z\)は最小である</p>"
    (done,), _, _ = typeset(documents(source, text), settings)
    nobr = re.findall(r'<span class="math-nobr">(.*?)</span>', done.html)
    assert [re.sub("<.*?>", "", text) for text in nobr] == [r"\(x\)，", r"「\(y\)」"]


def test_bad_tex_is_named_with_its_place_and_shown_as_its_source(source: Path, settings: Settings) -> None:
    text = r"<p>\(x^2\) <b>\(\foo + 1\)</b> \(\foo + 1\) \(a &lt; {b\)</p>"
    (done,), faults, formulas = typeset(documents(source, text), settings)
    first, second, third = faults
    assert str(first) == (
        f"{source}:5: error: MathJax, of the formula “\\foo + 1”, at character 5: "
        r"Undefined control sequence \foo"
    )
    assert second == first
    assert "missing close brace" in third.message
    html = page(done.html, formulas)
    assert html.count("<svg width") == 1
    assert (
        r'<code class="math-error" title="Extra open brace or missing close brace">\(a &lt; {b\)</code>'
        in html
    )


def test_a_reference_to_nothing_is_a_fault(source: Path, settings: Settings) -> None:
    (done,), (fault,), _ = typeset(documents(source, r"\(\eqref{nowhere}\)"), settings)
    assert "label" in fault.message
    assert r"\eqref{nowhere}" in done.html


@pytest.mark.parametrize(
    "tex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{position: fixed}{x}",
        r"\class{a}{x}",
        r"\cssId{a}{x}",
        r"\require{html}",
        r"\require{physics}",
        r"\unicode{65}",
        r"\def\a{\a}\a",
        r"\def\a{\a\a}\a",
        "{" * 5000 + "x" + "}" * 5000,
        "x" * 1_000_000,
    ],
    ids=lambda tex: tex[:20],
)
def test_what_runs_styles_or_never_ends_is_refused(tex: str, source: Path, settings: Settings) -> None:
    (done,), (fault,), formulas = typeset(documents(source, rf"\({tex}\) \(y\)"), settings)
    assert len(fault.message) < 300
    assert page(done.html, formulas).count("<svg width") == 1


def test_attributes_that_authors_give_are_safe(source: Path, settings: Settings) -> None:
    tex = r'\mmlToken{mi}[href="javascript:alert(1)" style="position: fixed" class="a"]{x}'
    html = set_page([rf"\({tex}\)", r"\(\bbox[position: fixed]{x}\)"], source, settings)
    assert not re.search('javascript|fixed|class="a"', re.sub("<mjx-tex.*?</mjx-tex>", "", html))


def test_lines_outside_of_environments_are_stacked(source: Path, settings: Settings) -> None:
    html = set_page([r"\(a \\ b\)", r"\[{c \\ d}\]"], source, settings)
    assert "mtable" in html
    assert not re.search(r'width="100%"', html.split("<mjx-container display")[0])


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_numbered_lines_in_a_line_of_text_are_set(format: str, source: Path, settings: Settings) -> None:
    text = r"As \(\begin{align}x &= y \\ z &= 1\end{align}\) and \(\begin{multline}x\\y\end{multline}\) say."
    html = set_page([text], source, replace(settings, formulas=format))
    assert html.count('id="mjx-eqn:') == 3
    assert html.count("<mjx-full") == html.count("<mjx-container display") == (2 if format == "svg" else 0)


def test_lines_that_are_wider_than_any_column_stay_whole(source: Path, settings: Settings) -> None:
    html = set_page([rf"\begin{{multline*}}{'x + ' * 200} y \\ z\end{{multline*}}"], source, settings)
    assert html.count("<use ") == 402
    assert not re.search("NaN|Infinity|undefined", html)


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_lines_within_a_formula_have_no_numbers_of_their_own(
    format: str, source: Path, settings: Settings
) -> None:
    lines = r"\begin{multlined} y \\ z \end{multlined}"
    texts = [rf"\[u = {lines} + v\]", rf"\begin{{equation}}u = {lines} + v \label{{a}}\end{{equation}}"]
    one, numbered = (set_page([text], source, replace(settings, formulas=format)) for text in texts)
    assert "mjx-eqn:" not in one
    assert re.findall('id="(mjx-eqn:.*?)"', numbered) == ["mjx-eqn:a"]
    for letter in "uvyz":
        shown = rf'href="#MJX-NCM-I-{ord(letter) - ord("a") + 0x1D44E:X}"' if format == "svg" else letter
        assert shown in one, letter
        assert shown in numbered, letter


@pytest.mark.parametrize("format", ["svg", "chtml"])
def test_no_attribute_has_a_style(format: str, source: Path, settings: Settings) -> None:
    tables = r"\begin{array}{|c|r}\hline \bbox[border: 1px solid]{1}&2\\3&4\end{array}"
    text = (
        rf"\({tables} \color{{red}}{{x}}\) \begin{{align}}x &= y\end{{align}} \(a \text{{漢}} \cancel{{x}}\)"
    )
    assert " style=" not in set_page([text], source, replace(settings, formulas=format))


def test_what_is_known_is_not_set_again(source: Path, settings: Settings, node_starts: Path) -> None:
    texts = [r"\(x\) \(y\)", r"\(y\)"]
    first = typeset(documents(source, *texts), settings)
    assert typeset(documents(source, *texts), settings) == first
    assert node_starts.read_text().count("start") == 1
    typeset(documents(source, r"\(z\) \(w\)", r"\(x\)"), settings)
    assert node_starts.read_text().count("start") == 2


def test_an_error_is_not_cached(source: Path, settings: Settings) -> None:
    typeset(documents(source, r"\(\foo\)", r"\(x\)"), settings)
    assert len(list((settings.cache / "formulas").iterdir())) == 1


@pytest.mark.parametrize(
    "tex",
    [
        r"\def\x{A} \begingroupSandbox \def\x{B} \begingroupSandbox \x",
        r"\endgroup \endgroup \def\alpha{\foo}",
        r"\gdef\beta{\foo} \global\let\gamma=\foo",
        r"\definecolor{teal}{rgb}{1,0,0} \definecolor{own}{rgb}{1,0,0}",
        r"\newtagform{b}{[}{]} \usetagform{b} x",
        r"\newcolumntype{c}{\foo}",
        r"\renewcommand{\frac}[2]{\foo} \newenvironment{pmatrix}{\foo}{\foo} \let\sum\foo",
        r"\mathtoolsset{mathstrut=\foo}",
        r"\DeclareMathOperator{\sin}{\foo} \DeclarePairedDelimiter{\abs}{\foo}{\foo}",
    ],
)
def test_no_formula_changes_those_of_other_groups(tex: str, source: Path, settings: Settings) -> None:
    others = [
        r"\(\alpha \beta \gamma \sin x\)",
        r"\(\color{teal}{x}\)",
        r"\[x \tag{1}\]",
        r"\(\frac12 \sum \begin{pmatrix}a\end{pmatrix} \begin{array}{c}a\end{array}\)",
    ]
    alone, faults, _ = typeset(documents(source, *others), settings)
    assert faults == []
    with_it = replace(settings, cache=settings.cache / "other")
    _, *beside = typeset(documents(source, rf"\({tex}\)", *others, r"\(\color{own}{x}\)"), with_it)[0]
    assert [page.html for page in beside[: len(others)]] == [page.html for page in alone]
    assert "math-error" in beside[-1].html


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"a \\ b \tag{1}", "(1), a; b"),
        (r"a \label{l} \\ {b \\ c} \notag", "a; b c"),
        (r"\text{\small why} \text{\LARGE a}", "why a"),
        (r"\require{cancel}\cancel{x} \require{AMSmath}", "x"),
        (r"\text{a __ b} \mbox{x^2 & #1}", "a __ b x^2 & #1"),
        (r"a \text{ if $b_1$ holds}", "a if b₁ holds"),
    ],
)
def test_what_a_page_typesets_is_typeset(tex: str, text: str, source: Path, settings: Settings) -> None:
    _, faults, formulas = typeset(documents(source, rf"\[{tex}\]"), settings)
    assert faults == []
    (formula,) = formulas.values()
    assert "".join(formula.text.split()) == "".join(text.split())


def test_no_formula_no_node(source: Path, settings: Settings, node_starts: Path) -> None:
    typeset(documents(source, "<p>It costs $5.</p>"), settings)
    assert node_starts.read_text() == ""


def test_builds_at_once_share_the_cache(source: Path, settings: Settings) -> None:
    texts = [rf"\({letter}^2\)" for letter in "abcdefgh"]
    with ThreadPoolExecutor() as pool:
        builds = [pool.submit(typeset, documents(source, *texts), settings) for _ in range(3)]
    first, *others = [build.result() for build in builds]
    assert all(other == first for other in others)
    assert len(list((settings.cache / "formulas").iterdir())) == len(texts)  # nothing half-written


def test_a_damaged_cache_is_made_anew(source: Path, settings: Settings) -> None:
    first = set_page([r"\(x\)"], source, settings)
    for stored in settings.cache.rglob("*.json"):
        stored.write_text('[{"html": "<mjx')
    assert set_page([r"\(x\)"], source, settings) == first


def test_the_cache_knows_the_options(source: Path, settings: Settings) -> None:
    typeset(documents(source, r"\(x\)"), settings)
    typeset(documents(source, r"\(x\)"), replace(settings, packages=("physics",)))
    assert len(list(settings.cache.rglob("*.json"))) == 2


def test_without_node_formulas_stay_readable(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("research.core.processes.node.find_spec", lambda name: None)
    (done,), (fault,), formulas = typeset(documents(source, r"<p>\(x^2\), \(y\)</p>"), settings)
    assert '[node]"' in fault.message
    assert (fault.path, fault.line) == (source, 3)
    assert "until then formulas are typeset by MathJax in the page" in fault.message
    assert r'<span class="math-client">\(x^2\)</span>, ' in page(done.html, formulas)


def die_after(lines: int, times: int, tmp_path: Path) -> str:
    """Return a program that passes on `lines` lines of Node.js and is killed, so many `times`."""
    real = node.find_node()
    return (
        f'#!/bin/sh\ncount=$(cat "{tmp_path}/count" 2>/dev/null || echo 0)\n'
        f'echo $((count + 1)) > "{tmp_path}/count"\n'
        f'if [ $count -ge {times} ]; then exec "{real}" "$@"; fi\n'
        f'"{real}" "$@" | head -n {lines}\nkill -9 $$\n'
    )


@pytest.mark.parametrize(("times", "set_formulas"), [(1, 4), (2, 2)])
def test_a_process_that_dies_is_started_once_more(
    times: int,
    set_formulas: int,
    source: Path,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text(die_after(1, times, tmp_path))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    (done,), faults, formulas = typeset(documents(source, r"\(a\) \(b\) \(c\) \(d\)"), settings)
    assert page(done.html, formulas).count("<svg width") == set_formulas
    assert len(faults) == times - 1
    assert all("Node.js ended with code -9" in fault.message for fault in faults)


def test_packages_that_are_not_installed_are_named(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(mathjax, "SCRIPT", tmp_path / "typeset.mjs")
    (done,), (fault,), _ = typeset(documents(source, r"\(x\)"), settings)
    assert "npm ci" in fault.message
    assert r"\(x\)</code>" in done.html


def test_a_process_that_hangs_is_ended(
    source: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(mathjax, "TIMEOUT_SECONDS", 0.2)
    _, (fault,), _ = typeset(documents(source, r"\(a\)"), settings)
    assert "Node.js ended with code -9" in fault.message
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def in_format(tex: str, format: str, source: Path, settings: Settings) -> str:
    return set_page([tex], source, replace(settings, formulas=format))


@pytest.mark.parametrize(
    ("tex", "mathml"),
    [
        (r"\(\mathcal{L} \mathbf{w} \mathbb{R} \mathbf{\Gamma} \mathsf{1}\)", "ℒ 𝐰 ℝ 𝚪 𝟣"),
        (r"\(\boldsymbol{\mu} \mathfrak{g} \mathcal{x}\)", "𝝁 𝔤 𝓍"),
        (r"\(\ce{A -> B <=> C}\)", "A ⟶ B ⇌ C"),
    ],
)
def test_letters_of_mathml_are_characters(tex: str, mathml: str, source: Path, settings: Settings) -> None:
    html = in_format(tex, "mathml", source, settings)
    found = re.sub("<.*?>|\\s", "", html[html.index("<math>") : html.index("</math>")])
    assert found == mathml.replace(" ", "")
    assert not re.search('mathvariant="(?!normal)', html)


def test_mathml_is_that_of_browsers(source: Path, settings: Settings) -> None:
    lines = r"\begin{align}a &= \cancel{b} \label{a}\\ &= |c| \log d\end{align}"
    table = r"\(\begin{array}{l|r}1&2\\\hline 3&4\end{array}\)"
    html = in_format(lines + table, "mathml", source, settings)
    assert not re.search("<mlabeledtr|<menclose|columnalign|mathvariant|<svg|data-mjx", html)
    assert re.search('<mtd class="mml-room"></mtd><mtd class="mml-right"', html)
    assert re.search('id="mjx-eqn:a" class="mml-number"', html)
    assert '<mrow class="mml-enclose updiagonalstrike"><mi>b</mi></mrow>' in html
    assert len(re.findall(r'<mo [^>]*lspace="0" rspace="0">\|</mo>', html)) == 2
    assert '<mi>log</mi><mspace width="0.167em"></mspace><mi>d</mi>' in html
    assert "border-left: .07em solid; border-top: .07em solid" in html


def sheet_of(texts: Sequence[str], source: Path, settings: Settings) -> tuple[StyleSheet, str]:
    """Return the style sheet of a blog of these posts, set as CHTML, and all of its pages as one."""
    chosen = replace(settings, formulas="chtml")
    done, _, formulas = typeset(documents(source, *texts), chosen)
    sheet, warning = parts.sheet_of(formulas, done, chosen)
    assert not warning
    return sheet, page("".join(document.html for document in done), formulas)


def fonts_of(sheet: StyleSheet, folder: Path) -> list[set[str]]:
    """Return the characters of each font that the style sheet brings, but for the blank."""
    parts.publish(sheet, folder)
    files = re.findall(r'url\("(.*?)"\)', sheet.content)
    assert files
    return [set(map(chr, TTFont(folder / "research" / file).getBestCmap())) - {" "} for file in files]


def test_chtml_brings_the_rules_that_it_needs_once(source: Path, settings: Settings) -> None:
    text = r"\(x\) \(\newcommand{\a}{y}\a\) \begin{align}x&=y\\&=z\end{align}"
    sheet, html = sheet_of([text], source, settings)
    assert not re.search("<svg|NaN|<mjx[^>]* style=", html)
    used = set(re.findall(r'class="(mjx-c[0-9A-F]+)', html))
    assert used == set(re.findall(r"mjx-c\.(mjx-c\w+)", sheet.content))
    rules = [rule.partition("{")[0] for rule in sheet.content.splitlines()[1:]]
    assert len(set(sheet.content.splitlines())) == len(sheet.content.splitlines())
    kinds = {kind for rule in rules for kind in re.findall(r"(?<![.\w-])mjx-\w+", rule.split(",")[0])}
    assert kinds <= set(re.findall(r"<(mjx-\w+)", html))
    classes = {name for rule in rules for name in re.findall(r"^\.([\w-]+)", rule)}
    assert classes <= {name for names in re.findall(r'class="(.*?)"', html) for name in names.split()}


def test_fonts_have_the_characters_of_the_blog(source: Path, settings: Settings, tmp_path: Path) -> None:
    sheet, _ = sheet_of([r"\(x \mathcal{L}\)", r"\(x + \mathrm{L}\)"], source, settings)
    assert sorted(map(sorted, fonts_of(sheet, tmp_path / "www"))) == [[], ["+", "L", "𝑥"], ["L"]]
    assert (tmp_path / "www" / "research" / "formulas" / "LICENSE").read_text().count("Apache License")
    font = TTFont(next((tmp_path / "www").rglob("*.woff2")))
    assert "GUST Font License" in font["name"].getDebugName(0)


def test_what_few_pages_have_is_in_a_font_of_its_own(
    source: Path, settings: Settings, tmp_path: Path
) -> None:
    texts = [rf"\(x = {number}\)" for number in range(8)] + [r"\(x\mathfrak{g}\)"]
    sheet, _ = sheet_of(texts, source, settings)
    assert sorted(map(sorted, fonts_of(sheet, tmp_path)), key=len) == [
        [],
        ["𝔤"],
        ["=", "𝑥"],
        list("01234567"),
    ]
    parts = re.findall("unicode-range:(.*?)}", sheet.content)
    assert sorted(parts) == ["U+1D524", "U+20", "U+30-37", "U+3D,U+1D465"]


def test_fonts_are_the_same_bytes_again_and_made_when_characters_change(
    source: Path, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def published(text: str, cache: Path) -> dict[str, bytes]:
        sheet, _ = sheet_of([text], source, replace(settings, cache=cache))
        folder = tmp_path / f"www{len(list(tmp_path.glob('www*')))}"
        parts.publish(sheet, folder)
        return {path.name: path.read_bytes() for path in sorted(folder.rglob("*.*"))}

    def made() -> set[tuple[str, int]]:
        return {(path.name, path.stat().st_mtime_ns) for path in (tmp_path / "a" / "fonts").iterdir()}

    first, stored = published(r"\(x\)", tmp_path / "a"), made()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")  # another day, to fonttools
    assert published(r"\(x\)", tmp_path / "b") == first
    assert published(r"\(x^x\)", tmp_path / "a").keys() & first.keys() >= {
        name for name in first if name.endswith("woff2")
    }
    assert made() == stored
    published(r"\(x + y\)", tmp_path / "a")
    assert len(made() - stored) == 1


def test_builds_at_once_share_the_fonts(source: Path, settings: Settings) -> None:
    def build() -> str:
        return sheet_of([r"\(x\mathfrak{g}\)"], source, settings)[0].content

    with ThreadPoolExecutor() as pool:
        contents = [job.result() for job in [pool.submit(build) for _ in range(3)]]
    assert len(set(contents)) == 1
    assert len(list((settings.cache / "fonts").iterdir())) == 2  # nothing half-written


def test_without_fonttools_fonts_are_whole_and_a_warning_says_so(
    source: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def none(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(fonts, "version", none)
    chosen = replace(settings, formulas="chtml")
    done, _, formulas = typeset(documents(source, r"\(x\)"), chosen)
    sheet, warning = parts.sheet_of(formulas, done, chosen)
    assert '[chtml]"' in warning
    assert {"𝑥", "𝑦"} <= max(fonts_of(sheet, tmp_path), key=len)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\beta", "β"),
        (r"p_\theta(x \mid z)", "p_θ(x ∣ z)"),
        (r"O(n \log n)", "O(n log n)"),
        (r"\mathbb{R}^{n \times m}", "ℝ^(n × m)"),
        (r"\frac{a+b}{c} = -1", "(a + b)/c = −1"),
        (r"\sum_{i=1}^n x_i^2", "∑ᵢ₌₁ⁿ xᵢ²"),
        (r"\lim_{n\to\infty} \hat{x}_n", "lim_(n → ∞) x̂ₙ"),
        (r"\mathcal{L}_{\mathrm{ELBO}} \le \sqrt{2}", "L_ELBO ≤ √2"),
        (r"\ce{SO4^2-}, \ce{A -> B}", "SO₄²⁻, A ⟶ B"),
        (r"e^{i\pi} + \binom nk", "e^(iπ) + (n, k)"),
        (r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", "(1, 2; 3, 4)"),
    ],
)
@pytest.mark.parametrize("format", ["svg", "mathml"])
def test_a_formula_in_one_line_of_text(
    tex: str, text: str, format: str, source: Path, settings: Settings
) -> None:
    _, _, formulas = typeset(documents(source, rf"\({tex}\)"), replace(settings, formulas=format))
    assert [formula.text for formula in formulas.values()] == [text]


def test_a_post_chooses_what_its_formulas_become(source: Path, settings: Settings) -> None:
    posts = [
        Document(html=r"\(x\)", source=source, metadata={"math": format})
        for format in ("svg", "CHTML", "mathml", "off", "mathjax")
    ]
    done, (fault,), formulas = typeset(posts, settings)
    signs = ("<svg width", "<mjx-math", "<mjx-container><math")
    pages = [page(post.html, formulas) for post in done]
    assert [[sign for sign in signs if sign in html] for html in pages] == [
        ["<svg width"],
        ["<mjx-math"],
        ["<mjx-container><math"],
        [],
        ["<svg width"],
    ]
    assert "mathjax is none of svg, chtml, mathml, off, on; did you mean “mathml”?" in fault.message


VARIED = [
    line
    for line in (ROOT / "tests" / "cases" / "formulas" / "varied.tex").read_text("utf-8").splitlines()
    if line and not line.startswith("%")
]


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_six_hundred_varied_formulas_are_set(format: str, tmp_path: Path) -> None:
    assert len(set(VARIED)) > 600
    how = {"format": format, "tex": {"packages": Settings().tex_packages, "tags": "ams"}}
    groups = [(Formula(tex, display=True),) for tex in VARIED]
    results = mathjax.typeset_groups(groups, how)
    refused = {
        tex: result["error"] for tex, (result,) in zip(VARIED, results, strict=True) if "error" in result
    }
    assert refused == {}


#: What authors may know from LaTeX and MathJax does not, as docs/formulas.md says.
UNKNOWN = [
    r"\unit[5]{m}",
    r"\SI{5}{m}",
    r"\P",
    r"\copyright",
    r"\pounds",
    r"\scr X",
    r"\vcentcolon=",
    r"\hfill x",
]


def test_what_mathjax_does_not_know_is_named(source: Path, settings: Settings) -> None:
    texts = [rf"\({tex}\)" for tex in UNKNOWN]
    _, faults, _ = typeset(documents(source, *texts), settings)
    assert len(faults) == len(UNKNOWN)
    expected = (ROOT / "docs" / "formulas.md").read_text("utf-8")
    for tex in UNKNOWN:
        assert f"`{re.match(r'.[a-zA-Z]+', tex)[0]}`" in expected  # type: ignore[index]


def test_letters_of_bbm_and_dsfont_are_those_of_the_font(source: Path, settings: Settings) -> None:
    texts = (r"\(\mathbbm{1}\)", r"\(\mathds{1}\)", r"\(\mathbb{1}\)", r"\(1\)")
    _, faults, formulas = typeset(documents(source, *texts), settings)
    assert not faults
    bbm, dsfont, blackboard, plain = (formula.outlines for formula in formulas.values())
    assert bbm == dsfont == blackboard != plain


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\href{javascript:alert(1)}{x}", "cannot reach into the page"),
        (r"\require{physics}", "packages are named in the settings"),
        (r"\qty(x)", 'RESEARCH = {"packages": ["physics"]}'),
        (r"\SI{5}{m}", r"write \units"),
    ],
)
def test_an_error_says_what_to_write_instead(
    tex: str, expected: str, source: Path, settings: Settings
) -> None:
    _, (fault,), _ = typeset(documents(source, rf"\({tex}\)"), settings)
    assert expected in fault.message


@pytest.mark.parametrize(("format", "piece"), [("svg", "<svg width"), ("mathml", "<math>")])
def test_lines_may_end_before_signs_but_not_in_short_parentheses(
    format: str, piece: str, source: Path, settings: Settings
) -> None:
    html = in_format(r"\(q(z) = p(x \mid z) + \alpha + \beta + \gamma + \delta\)", format, source, settings)
    assert html.count(piece) == 6
    assert html.count("<mjx-break>") == 5
    html = in_format(rf"\(f({' + '.join('abcdefghij')})\)", format, source, settings)
    assert html.count(piece) == 10  # these would not fit
    html = in_format(r"\(a = b + c\)", format, source, settings)  # short enough for any line
    assert html.count(piece) == 1


#: The elements and attributes of MathML Core (sections 2 and 3), ours in style and class, and links.
CORE_ELEMENTS = set(
    "math merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt "
    "mstyle msub msubsup msup mtable mtd mtext mtr munder munderover semantics annotation".split()
)
CORE_ATTRIBUTES = set(
    "class id style href display displaystyle scriptlevel mathbackground mathcolor mathsize mathvariant "
    "accent accentunder form fence separator stretchy symmetric maxsize minsize largeop movablelimits lspace "
    "rspace "
    "width height depth voffset linethickness columnspan rowspan".split()
)
LENGTHS = re.compile(r' (?:width|height|depth|voffset|lspace|rspace)="([^"]*)"')


def test_mathml_is_mathml_core() -> None:
    how = {"format": "mathml", "tex": {"packages": Settings().tex_packages, "tags": "ams"}}
    groups = [(Formula(tex, display=True),) for tex in VARIED]
    for (formula,), (result,) in zip(groups, mathjax.typeset_groups(groups, how), strict=True):
        (math,) = re.findall("<math.*</math>", result["html"])
        assert {*re.findall(r"<(\w+)", math)} <= CORE_ELEMENTS, formula.tex
        tags = re.findall(r"<\w+((?: [\w-]+=\"[^\"]*\")+)", math)
        assert {name for tag in tags for name in re.findall(r' ([\w-]+)="', tag)} <= CORE_ATTRIBUTES, (
            formula.tex
        )
        for length in LENGTHS.findall(math):
            assert re.fullmatch(r"-?\d*\.?\d+(?:em|ex|px|pt|in|cm|mm|pc)?", length), (formula.tex, length)


def test_labels_of_arrows_have_their_room_in_mathml(source: Path, settings: Settings) -> None:
    html = in_format(r"\(A \xrightarrow{f} \mathllap{x} \bbox[5px]{y} \!z\)", "mathml", source, settings)
    assert '<mspace width="0.278em"></mspace><mi>f</mi>' in html
    assert '<mpadded width="0"><mrow class="mml-back"><mi>x</mi></mrow></mpadded>' in html
    assert "padding-top: 5px; padding-bottom: 5px;" in html
    assert '<mspace style="margin-left: -0.167em"></mspace>' in html
