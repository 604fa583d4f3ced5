"""Sources of strangers: no page asks another host because of them, and each costs at most itself.

``campaigns/requests.py`` tries five hundred payloads in a browser; here is one of each kind.
"""

import json
import re
from html import escape
from pathlib import Path

import pytest
from conftest import Build
from parts import Document, cite, typeset
from research.citations.settings import Settings
from research.citations.sources.library import Library
from research.core.storage.cache import Cache
from research.core.text.guarded import until
from research.core.text.segments import DELIMITED, segments
from research.formulas.output import client
from research.formulas.settings import Settings as FormulaSettings
from research.formulas.syntax.delimiters import Delimiters

CASES = Path(__file__).parent / "cases" / "citations"
FETCH = re.compile(r"url\(|image-set|@import|<(?:img|svg [^>]*href|image|link|style|iframe|script|object)\b")
ADDRESS = "http://evil.test/1"
#: TeX that no browser is to get, and what is wrong with it.
TEX = {
    r"\color{url(U)}{x}": "no color",
    r"\colorbox{url(U)}{x}": "no color",
    r"\fcolorbox{url(U)}{red}{x}": "not for formulas",
    r"\definecolor{c}{named}{url(U)}\color{c}x": "no color",
    r"\bbox[border: 1px solid url(U)]{x}": "not for formulas",
    r"\bbox[cursor: url(U)]{x}": "not for formulas",
    r"\begin{array}{c}\rowcolor{url(U)} a\end{array}": "no color",
    r"\begin{array}{>{\columncolor{u\72l(U)}}c} a\end{array}": "no color",
    r"\cancel[color=image-set(U)]{x}": "no color",
    r"\mmlToken{mi}[mathcolor='red;background:url(U)']{x}": "no color",
    r"\mmlToken{mi}[fontfamily='x;background:url(U)']{x}": "no value of fontfamily",
    r"\mmlToken{mglyph}[src='U']{}": "cannot hold an image",
    r"\def\f#1{\colorbox{#1}{x}}\f{url(U)}": "no color",
    r"\color{nosuchcolor}{x}": "“nosuchcolor” is no color",
}
POST = "Title: Post\nDate: 2026-01-01\n\n"


@pytest.mark.parametrize("format", ["svg", "chtml", "mathml"])
def test_formulas_that_would_fetch_are_refused(format: str, tmp_path: Path) -> None:
    formulas = [tex.replace("U", ADDRESS) for tex in TEX]
    html = "".join(rf"<p>\({escape(tex)}\)</p>" for tex in formulas)
    document = Document(html=html, source=tmp_path / "post.md")
    (done,), faults, shown = typeset([document], FormulaSettings(cache=tmp_path, formulas=format))
    assert not shown
    assert len(faults) == len(TEX)
    for fault, reason in zip(faults, TEX.values(), strict=True):
        assert reason in fault.message
    assert not FETCH.search(re.sub(r">[^<]*<", "><", done.html))


@pytest.mark.parametrize(
    "tex",
    [
        r"\color{red}x \color{#08f}y \color{Maroon}z \color{rgb(1, 2, 3)}w",
        r"\definecolor{c}{RGB}{1,2,3}\colorbox{c}{x}\fcolorbox{red}{yellow}{x}",
        r"\bbox[yellow, 5px, border: 2px solid #888]{x}",
        r"\begin{array}{|c:c|}\hline\rowcolor{teal} a & b\\\hdashline c & d\end{array}",
        r"\text{\small why}",
    ],
)
def test_colors_lines_and_sizes_are_set(tex: str, tmp_path: Path) -> None:
    document = Document(html=rf"\({escape(tex)}\)", source=tmp_path / "post.md")
    for format in ("svg", "chtml", "mathml"):
        _, faults, shown = typeset([document], FormulaSettings(cache=tmp_path, formulas=format))
        assert faults == []
        assert len(shown) == 1


def test_browsers_that_set_formulas_check_them_too() -> None:
    page = client.link_client("<html><head></head></html>", "./", FormulaSettings())
    addresses = re.findall(r'src="\./([^"]*)"', page)
    files = {file.address: file.path for file in client.files()}
    safety, script, _ = (files[address].read_text(encoding="utf-8") for address in addresses)
    assert "FormulaSafety = " in safety
    assert "postFilters: window.FormulaSafety.postFilters" in script


MARKUP = [
    f"<img src={ADDRESS}>",
    f"<b><img src={ADDRESS}",
    f"<style>@import '{ADDRESS}';</style>",
    f"<i style='background:url({ADDRESS})'>x</i>",
    f"<svg><image href={ADDRESS} /></svg>",
    rf"$\colorbox{{url({ADDRESS})}}{{x}}$",
    f'"><iframe src={ADDRESS}>',
]


@pytest.mark.parametrize("style", ["author-date", "apa", str(CASES / "hostile.csl")])
def test_nothing_in_works_or_styles_fetches(style: str, tmp_path: Path) -> None:
    items = [
        {
            "id": f"k{n}",
            "type": "book",
            "title": text,
            "author": [{"family": text}],
            "note": text,
            "publisher": text,
        }
        for n, text in enumerate(MARKUP)
    ]
    (tmp_path / "r.json").write_text(json.dumps(items))
    if style.endswith(".csl"):
        text = Path(style).read_text().replace("AFFIX", escape("".join(MARKUP)))
        (tmp_path / "style.csl").write_text(text)
        style = "style.csl"
    settings = Settings(
        root=tmp_path, references=(tmp_path / "r.json",), citation_style=style, cache=tmp_path
    )
    cited = "".join(f"[@k{n}] [@@k{n}]" for n in range(len(items)))
    (done,), _ = cite([Document(html=cited, source=tmp_path / "p.md")], settings)
    tags = re.findall(r"<[^>]*>?", done.html)
    assert not [
        tag for tag in tags if not re.match(r"</?(?:[bi]|su[bp]|span|a|section|[uo]l|li|h2)[ >]", tag)
    ]
    assert not [tag for tag in tags if "url(" in tag or "src=" in tag.split("title=")[0]]


#: Bibliographies with one odd entry, `odd`, beside a good one.
ODD = {
    "r.bib": [
        "@misc{odd, author={A B}, title={T}, url={http://[x}}",
        "@misc{odd, author={A B}, title={T}, howpublished={https://[::1/x}}",
        "@misc{odd, author={others}, title={T}}",
        "@misc{odd, author={A B}, title={T}, date={2000-99-99}}",
        "@misc{odd, author={A B}, title={T}, pdf={http://[x.pdf}}",
    ],
    "r.json": [
        {"id": "odd", "type": "book", "title": "a\ud800b", "author": [{"family": "\udfff"}]},
        {"id": "odd", "type": "\ud800", "title": "T", "\ud800": "x"},
        {"id": "odd", "type": "constructor", "title": "T", "toString": "x"},
        {"id": "odd", "title": "T", "URL": "http://[x"},
        {"id": "odd", "title": float("nan"), "volume": float("inf"), "page": 10**30},
        {"id": "odd", "title": "T", "issued": {"date-parts": [[10**30]], "season": 99}},
        {"id": "odd", "title": "T", "issued": {"date-parts": [[[2000]]]}},
        {"id": "odd", "title": "T", "author": [{"family": []}, {}]},
    ],
    "r.yaml": [
        "- {id: odd, title: T, issued: 2000-45-45}",
        "- {id: odd, title: T, volume: " + "9" * 5000 + "}",
        "- {id: odd, 1: x, null: y, title: T}",
        "- &a {id: odd, title: T, author: [*a]}",
        '- {id: odd, title: "\\ud800"}',
    ],
}


@pytest.mark.parametrize("style", ["author-date", "apa"])
@pytest.mark.parametrize(("name", "entry"), [(name, entry) for name in ODD for entry in ODD[name]])
def test_an_odd_entry_costs_itself_alone(name: str, entry: object, style: str, tmp_path: Path) -> None:
    good = {"id": "good", "type": "book", "title": "Good", "author": [{"family": "Good"}]}
    text = json.dumps([entry, good]) if name == "r.json" else f"{entry}\n"
    text += {"r.bib": "@misc{good, author={Good}, title={Good}}", "r.yaml": "- {id: good, title: Good}"}.get(
        name, ""
    )
    (tmp_path / name).write_text(text)
    settings = Settings(root=tmp_path, references=(tmp_path / name,), citation_style=style, cache=tmp_path)
    (tmp_path / "p.md").write_text("[@odd] [@good]")
    document = Document(html="[@odd] [@good]", source=tmp_path / "p.md")
    (done,), faults = cite([document], settings)
    assert 'id="ref-good"' in done.html
    for text in (done.html, *map(str, faults)):
        assert text.encode().decode() == text


def test_a_malformed_address_is_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "r.bib").write_text("\n@misc{k, title={T}, url={http://[x}}")
    works = Library([tmp_path / "r.bib"])
    assert "URL" not in works["k"].item
    (fault,) = works.diagnostics
    assert fault.line == 2
    assert "malformed address" in fault.message


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}\n" for n in range(1, 12)),
        "[" * 100_000,
        "- " * 100_000,
        "\0",
        "7",
    ],
    ids=["merge keys", "brackets", "dashes", "null", "number"],
)
def test_yaml_that_explodes_is_told(text: str, tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("a0: &a0 {x: 1}\n" * text.startswith("a1") + text)
    works = Library([tmp_path / "r.yaml"])
    assert len(works) == 0
    assert works.diagnostics


def test_a_work_that_the_style_does_not_list_is_cited_as_what_is_nearest(tmp_path: Path) -> None:
    (tmp_path / "r.bib").write_text("@online{w, author={Jane Doe}, title={A Page}, year=2020}")
    settings = Settings(
        root=tmp_path, references=(tmp_path / "r.bib",), citation_style="juristische-schulung", cache=tmp_path
    )
    (done,), faults = cite([Document(html="[@w]", source=tmp_path / "p.md")], settings)
    assert faults == []
    assert re.search(r'<li id="ref-w">.*Doe.*A page.*2020', done.html)


@pytest.mark.parametrize(
    "style",
    [
        b"",
        b"\xff\xfe\x00",
        b"<html/>",
        b"<style><citation/></style>",
        b'<!DOCTYPE style SYSTEM "http://evil.test/1"><style/>',
        b'<!DOCTYPE a [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><style>&b;</style>',
    ],
    ids=["empty", "no UTF-8", "no style", "no namespace", "external DTD", "entities"],
)
def test_a_file_that_is_no_style_is_told_and_the_default_style_is_used(style: bytes, tmp_path: Path) -> None:
    (tmp_path / "s.csl").write_bytes(style)
    (tmp_path / "r.bib").write_text("@misc{k, author={Jane Doe}, title={T}, year=2000}")
    settings = Settings(
        root=tmp_path, references=(tmp_path / "r.bib",), citation_style="s.csl", cache=tmp_path / "cache"
    )
    (done,), (fault,) = cite([Document(html="[@k]", source=tmp_path / "p.md")], settings)
    assert 'id="ref-k">Doe, Jane (2000)' in done.html
    assert "s.csl is not a style of CSL" in fault.message


def test_check_orders_findings_with_and_without_a_line(build: Build) -> None:
    site = build(
        {"a.md": "Title: A\nDate: 2026-01-01\nCitation_style: nonesuch\n\n[@nobody]", "references.bib": ""}
    )
    assert re.search(r"a\.md: error: citation_style.*\n.*a\.md:5: warning: unknown", site.log), site.log


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'[{"html": 1}]', b"null"])
def test_a_damaged_file_of_the_cache_counts_as_absent(content: bytes, tmp_path: Path) -> None:
    area = Cache(tmp_path).area("results")
    area.put("key", [1, 2])
    assert area.get("key") == [1, 2]
    (file,) = (tmp_path / "results").iterdir()
    file.write_bytes(content)
    assert area.get("key") is None
    file.unlink(missing_ok=True)
    file.mkdir()
    area.put("key", [1, 2])
    assert area.get("key") == [1, 2]


#: What is left open many times. Where time grew with the square of it, each would take minutes.
OPEN = {
    "environments": r"\begin{a} ",
    "several environments": r"\begin{a} \begin{b} \end{c} ",
    "parentheses": r"\( ",
    "brackets": r"\[ ",
    "tags": "<a ",
    "attributes": '<a href="',
    "spans": '<span class="math">',
    "figures": "<figure data-demo>",
    "contents": '<div class="toc">',
    "comments": "<!-- ",
}


@pytest.mark.parametrize("kind", OPEN)
def test_what_is_left_open_many_times_is_text(kind: str) -> None:
    html = OPEN[kind] * 100_000
    found = list(segments(html))
    assert "".join(html[start:end] for _, start, end in found) == html
    assert not list(Delimiters.of().any.finditer(html.replace("$", "")))


def test_formulas_between_what_is_left_open_are_found() -> None:
    text = r"\( a \begin{b} \(x \begin{c} y\) \begin{d} z \end{d} \end{c} \[ \( " + "word " * 300
    assert [match[0] for match in DELIMITED.finditer(text)] == [
        r"\( a \begin{b} \(x \begin{c} y\)",
        r"\begin{d} z \end{d}",
    ]
    assert until("</a>", "<a>x</a>\n<a>") == "<a>x</a>\n"
