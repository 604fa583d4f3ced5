"""A .bib file is read as far as it can be; errors are reported with their line."""

from pathlib import Path

import pytest
from research.citations.sources.fields.latex import to_html
from research.citations.sources.fields.names import names_of
from research.citations.sources.fields.titles import in_sentence_case
from research.citations.sources.library import Library
from research.citations.styles.links import pdf_of


def library(folder: Path, **files: str) -> Library:
    """Return the library of `files`; in their names an underscore stands for the dot."""
    paths = []
    for name, text in files.items():
        paths.append(folder / (name.replace("_", ".") if "_" in name else f"{name}.bib"))
        paths[-1].write_text(text, encoding="utf-8")
    return Library(paths)


def messages(library: Library) -> list[str]:
    return [f"{fault.path.name}:{fault.line}: {fault.message}" for fault in library.diagnostics]


def test_a_broken_entry_costs_itself_alone(tmp_path: Path) -> None:
    broken = "@book{b, title={B\n  year = 2000}\n\n@book{c, title={C} year=3}\n"
    entries = library(tmp_path, refs="@book{a, title={A}}\n\n" + broken + "@book{d, title={D}}")
    assert [key for key in "abcd" if key in entries] == ["a", "d"]
    assert messages(entries) == [
        "refs.bib:3: the entry “b” has no end; close its braces and quotes",
        "refs.bib:6: the entry “c” is broken: '}' expected",
    ]


def test_of_a_duplicate_key_the_first_entry_wins(tmp_path: Path) -> None:
    entries = library(tmp_path, one="@book{a, title={A}}\n@book{a, title={B}}", two="\n@book{a, title={C}}")
    assert entries["a"].item["title"] == "A"
    assert messages(entries) == [
        "one.bib:2: the key “a” is taken by line 1; this entry is left out",
        f"two.bib:2: the key “a” is taken by {tmp_path / 'one.bib'}:1",
    ]


def test_a_missing_file_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "there.bib").write_text("@book{a, title={A}}")
    entries = Library([tmp_path / "none.bib", tmp_path / "there.bib"])
    assert list(entries) == ["a"]
    (fault,) = entries.diagnostics
    assert fault.path.name == "none.bib"


def test_a_file_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    (tmp_path / "latin.bib").write_bytes("@book{a, title={Ä}}".encode("latin-1"))
    (fault,) = Library([tmp_path / "latin.bib"]).diagnostics
    assert "utf-8" in fault.message


@pytest.mark.parametrize(
    "text",
    [
        "@BOOK{a, TITLE = {T}, Year = 2000}",
        "@book(a, title = {T}, year = 2000)",
        '@book{a, title = "T", year = "2000",}',
        '@string{t = "T"} @book{a, title = t, year = 20 # "00"}',
        "text, me@example.org {} @comment{@book{a, title={X}}} @book{a, title={T}, year=2000}",
        "@preamble{ {\\x} }\n% @book{a, title={X}}\n@book{a, title={T}, year=2000}",
        "\ufeff@book{a,\r\n title={T},\r\n year={2000}\r\n}",
        "@book{a, note={\n@book{b, title={X}}}, title={T}, year=2000}",
    ],
)
def test_forms_of_entries(tmp_path: Path, text: str) -> None:
    entries = library(tmp_path, refs=text)
    assert not entries.diagnostics
    assert list(entries) == ["a"]
    assert entries["a"].item["title"] == "T"
    assert entries["a"].item["issued"] == {"date-parts": [[2000]]}


def test_an_unknown_abbreviation_is_reported(tmp_path: Path) -> None:
    entries = library(tmp_path, refs="@book{a, title={T},\n publisher = mit}")
    assert entries["a"].item["title"] == "T"
    assert messages(entries) == [
        "refs.bib:2: the abbreviation “mit” is not defined; put the value in braces, or define it by @string"
    ]


@pytest.mark.parametrize(
    ("fields", "issued"),
    [
        ("year=2013", {"date-parts": [[2013]]}),
        ("year=2013, month=dec", {"date-parts": [[2013, 12]]}),
        ("date={2013-12-20}", {"date-parts": [[2013, 12, 20]]}),
        ("date={1995/1996-05}", {"date-parts": [[1995], [1996, 5]]}),
        ("year={in press}", {"literal": "in press"}),
        ("date={2004-04-25T14:34:00}", {"date-parts": [[2004, 4, 25]]}),
        ("date={2004-04-XX}", {"date-parts": [[2004, 4]]}),
        ("date={2001-21}", {"date-parts": [[2001]], "season": 1}),
        ("date={1723~}", {"date-parts": [[1723]], "circa": True}),
        ("date={1999/}", {"literal": "1999–"}),
        ("date={-0334}", {"date-parts": [[-335]]}),
    ],
)
def test_dates(tmp_path: Path, fields: str, issued: object) -> None:
    assert library(tmp_path, refs=f"@misc{{a, {fields}}}")["a"].item["issued"] == issued


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kingma, Diederik P.", [{"family": "Kingma", "given": "Diederik P."}]),
        ("Jean de la Fontaine", [{"family": "Fontaine", "given": "Jean", "non-dropping-particle": "de la"}]),
        ("King, Jr., Martin", [{"family": "King", "given": "Martin", "suffix": "Jr."}]),
        ("{Barnes and Noble}", [{"literal": "Barnes and Noble"}]),
        ("{\\'E}mile d'Alembert", [{"family": "d’Alembert", "given": "Émile"}]),
        (
            "family={de Beauvoir}, given=Simone and family=Bülow, given=Hans, prefix=von, useprefix=false",
            [
                {"family": "de Beauvoir", "given": "Simone"},
                {"family": "Bülow", "given": "Hans", "dropping-particle": "von"},
            ],
        ),
        ("A and others", [{"family": "A"}, {"literal": "others"}]),
        (r"Erd{\H{o}}s, P{\'a}l", [{"family": "Erdős", "given": "Pál"}]),
        (r"\v Capek, Karel", [{"family": "Čapek", "given": "Karel"}]),
        (r"Petar Bra\c sov", [{"family": "Braşov", "given": "Petar"}]),
        (r"M\" uller, Andr\' e", [{"family": "Müller", "given": "André"}]),
    ],
)
def test_names(text: str, names: object) -> None:
    assert names_of(text) == names


@pytest.mark.parametrize(
    ("name", "tag"), [("ngerman", "de-DE"), ("British", "en-GB"), ("pt_BR", "pt-BR"), ("elvish", None)]
)
def test_languages(tmp_path: Path, name: str, tag: str | None) -> None:
    item = library(tmp_path, refs=f"@misc{{a, title={{T}}, langid={{{name}}}}}")["a"].item
    assert item.get("language") == tag


def test_fields_of_biblatex(tmp_path: Path) -> None:
    text = r"""@inbook{a, title={T}, subtitle={S}, booktitle={B}, booksubtitle={C}, series={LNCS}, number=7,
    volumes=2, venue={Oslo}, eventdate={2001-02-03}, urldate={2020-01-01}, origdate=1900, isbn={1},
    version={2}, shorttitle={Short}, pagetotal=300, url={https://example.org}}"""
    item = library(tmp_path, refs=text)["a"].item
    assert item == {
        "id": "a",
        "type": "chapter",
        "title": "T: S",
        "headline": True,
        "title-short": "Short",
        "container-title": "B: C",
        "collection-title": "LNCS",
        "collection-number": "7",
        "number-of-volumes": "2",
        "number-of-pages": "300",
        "version": "2",
        "event-place": "Oslo",
        "event-date": {"date-parts": [[2001, 2, 3]]},
        "accessed": {"date-parts": [[2020, 1, 1]]},
        "original-date": {"date-parts": [[1900]]},
        "ISBN": "1",
        "URL": "https://example.org",
    }


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ("pdf={https://example.org/a b.pdf}", ""),
        ("pdf={https://example.org/get?id=1&x={2}}", "https://example.org/get?id=1&amp;x=%7B2%7D"),
        ("pdf={papers/a_b.pdf}", "{static}/papers/a_b.pdf"),
        ("pdf={/papers/a.pdf}", "{static}/papers/a.pdf"),
        ("pdf={../secret.pdf}", ""),
        ("pdf={papers/../../secret.pdf}", ""),
        ("pdf={javascript:alert(1)}", ""),
        ('pdf={x" onclick="alert(1).pdf}', ""),
        ("file={Full Text:/home/me/a.pdf:application/pdf}", ""),
        ("file={/home/me/a.pdf}", ""),
        ("file={https://example.org/a.pdf}", "https://example.org/a.pdf"),
        ("url={https://example.org/a.PDF?x=1}", "https://example.org/a.PDF?x=1"),
        ("url={https://example.org/a.html}", ""),
        ("eprint={1312.6114v2}, eprinttype={arxiv}", "https://arxiv.org/pdf/1312.6114v2"),
    ],
)
def test_where_the_pdf_of_a_work_is(tmp_path: Path, fields: str, address: str) -> None:
    assert pdf_of(library(tmp_path, refs=f"@misc{{a, title={{T}}, {fields}}}")["a"].item) == address


def test_a_name_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    entries = library(tmp_path, refs="\n@misc{a, author={A, B, C, D}}")
    assert "a" not in entries
    assert messages(entries) == [
        "refs.bib:2: the entry “a”: the name “A, B, C, D” has too many commas; join names by “ and ”"
    ]


def test_fields_come_down_from_crossref_and_xdata(tmp_path: Path) -> None:
    text = """
    @inproceedings{a, title={A}, crossref={p}, xdata={x}}
    @proceedings{p, title={P}, year=2000, publisher={Mine}}
    @xdata{x, publisher={Theirs}}
    """
    item = library(tmp_path, refs=text)["a"].item
    assert (item["title"], item["container-title"], item["publisher"]) == ("A", "P", "Theirs")
    assert item["issued"] == {"date-parts": [[2000]]}


def test_a_parent_is_found_however_its_accents_are_written(tmp_path: Path) -> None:
    parent = "@proceedings{caf\u00e9, title={P}, year=2000}"
    entries = library(tmp_path, refs=f"@inproceedings{{a, title={{A}}, crossref={{cafe\u0301}}}}\n{parent}")
    assert entries["a"].item["container-title"] == "P"
    assert not messages(entries)


def test_cycles_of_crossref_end(tmp_path: Path) -> None:
    entries = library(tmp_path, refs="@misc{a, title={A}, crossref={b}}\n@misc{b, title={B}, crossref={a}}")
    assert entries["a"].item["title"] == "A"
    assert messages(entries) == ["refs.bib:1: the entry “b” refers to “a”, which refers back to it"]


def test_a_text_that_is_too_long_for_any_style_is_reported(tmp_path: Path) -> None:
    entries = library(
        tmp_path, refs=f"@misc{{a, title={{{'x' * 5_001}}}}}\n@misc{{b, title={{{'x' * 5_000}}}}}"
    )
    assert "a" not in entries
    assert "b" in entries
    assert messages(entries) == ["refs.bib:1: the entry “a”: a text of 5,001 characters is longer than 5,000"]


def test_long_chains_and_dense_nets_of_entries_end(tmp_path: Path) -> None:
    chain = "".join(f"@misc{{c{i}, title={{C{i}}}, crossref={{c{i + 1}}}}}\n" for i in range(5000))
    names = ",".join(f"n{i}" for i in range(30))
    net = "".join(f"@misc{{n{i}, title={{N}}, note{i}={{N}}, xdata={{{names}}}}}\n" for i in range(30))
    entries = library(tmp_path, refs=chain + net)
    assert entries["c0"].item["container-title"] == "C1"
    assert entries["n0"].item["title"] == "N"
    assert (
        "“c19” refers to “c20”, the last of more than 20 entries that refer to each other"
        in messages(entries)[0]
    )


def test_a_parent_that_is_missing_is_reported(tmp_path: Path) -> None:
    entries = library(tmp_path, refs="@misc{a, title={A}, crossref={pars}}\n@misc{parts, title={P}}")
    assert entries["a"].item["title"] == "A"
    assert messages(entries) == [
        "refs.bib:1: the entry “a” refers to “pars”, which is not in the bibliography; did you mean “parts”?"
    ]


JSON = """[
  {"id": "a", "type": "book", "title": "A <i>B</i> <script>", "issued": {"date-parts": [["2013", 12]]},
   "author": [{"family": "Ä & B"}], "URL": "javascript:alert(1)", "DOI": "https://doi.org/10.1000/1"},
  {"title": "No id"},
  {"id": "a", "title": "Twice"}
]"""
YAML = """
references:
- id: a
  type: book
  title: A <i>B</i> <script>
  author: [{family: Ä & B}]
  issued: {year: 2013, month: 12}
  URL: javascript:alert(1)
  DOI: 10.1000/1
- title: No id
- {id: a, title: Twice}
"""


@pytest.mark.parametrize(("name", "text"), [("refs_json", JSON), ("refs_yaml", YAML)], ids=["json", "yaml"])
def test_items_of_csl(tmp_path: Path, name: str, text: str) -> None:
    entries = library(tmp_path, **{name: text})
    assert entries["a"].item == {
        "id": "a",
        "type": "book",
        "title": "A <i>B</i> &lt;script&gt;",
        "author": [{"family": "Ä &amp; B"}],
        "issued": {"date-parts": [[2013, 12]]},
        "DOI": "10.1000/1",
    }
    assert [fault.message for fault in entries.diagnostics] == [
        "item 2 has no id",
        "the id “a” is used twice; the later item is left out",
    ]


@pytest.mark.parametrize(
    ("written", "issued"),
    [
        ("2013", {"date-parts": [[2013]]}),
        ("2013-12-20", {"date-parts": [[2013, 12, 20]]}),
        ("[{year: 1995}, {year: 1996}]", {"date-parts": [[1995], [1996]]}),
        ("{literal: in press}", {"literal": "in press"}),
        ("in press", {"literal": "in press"}),
    ],
)
def test_dates_of_csl(tmp_path: Path, written: str, issued: object) -> None:
    entries = library(tmp_path, refs_yaml=f"[{{id: a, issued: {written}}}]")
    assert entries["a"].item["issued"] == issued


BOMB = "\n".join(["- &a0 [x]", *(f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("author: Ada Lovelace", "“author” is no list of names, such as [{family: Lovelace, given: Ada}]"),
        ("author: [{family: yes}]", "“author” has a name whose family is true; put the name in quotes"),
        ("author: [Ada]", "“author” is no list of names, such as [{family: Lovelace, given: Ada}]"),
        ("issued: {date-parts: [[x]]}", "“issued” is no date, such as {date-parts: [[2013, 12, 20]]}"),
        (
            "issued: {date-parts: [[99999999999]]}",
            "“issued” is no date, such as {date-parts: [[2013, 12, 20]]}",
        ),
        ("publisher: {a: b}", "“publisher” is no text"),
        (f"publisher: {'[' * 100}{']' * 100}", "“publisher” is no text"),
        ("publisher: *a11", "“publisher” is no text"),
        ("publisher: &own [*own]", "“publisher” is no text"),
        (f"publisher: {'x' * 5_001}", "“publisher” is 5,001 characters long, more than 5,000"),
    ],
    ids=lambda text: text[:30],
)
def test_what_csl_has_no_place_for_costs_itself_alone(tmp_path: Path, variable: str, message: str) -> None:
    entries = library(
        tmp_path, refs_yaml=f"{BOMB}\n- id: a\n  title: T\n  {variable}\n- {{id: b, title: U}}\n"
    )
    assert entries["a"].item == {"id": "a", "type": "document", "title": "T"}
    assert entries["b"].item["title"] == "U"
    assert [fault.message for fault in entries.diagnostics][-1] == f"the item “a”: {message}"
    assert entries.diagnostics[-1].line == 13


def test_references_to_characters_of_ours_are_left_out(tmp_path: Path) -> None:
    entries = library(tmp_path, refs_json='[{"id": "a", "title": "A&#xE000;0&#57345;b&#2;&amp;#xE010;"}]')
    assert entries["a"].item["title"] == "A0b"


@pytest.mark.parametrize(
    ("variable", "value", "read"),
    [
        ("title", '["T", "U"]', {"title": "T"}),
        (
            "title",
            '"<jats:italic>E. coli</jats:italic> CO<inf>2</inf>"',
            {"title": "<i>E. coli</i> CO<sub>2</sub>"},
        ),
        ("title", '"A <u>b</u> <mml:mi>c</mml:mi><mml:br/>"', {"title": "A b c"}),
        (
            "title",
            '"R&amp;D &amp;lt;i&amp;gt;d&lt;/i&gt; &unknown; a &lt; b"',
            {"title": "R&amp;D <i>d</i> &amp;unknown; a &lt; b"},
        ),
        ("title", '"A <u>b and <p>c</p>"', {"title": "A &lt;u&gt;b and &lt;p&gt;c&lt;/p&gt;"}),
        ("volume", "7", {"volume": "7"}),
        ("publisher", "null", {}),
        ("custom", '{"a": [1]}', {}),
        ("author", '[{}, {"family": "A", "parse-names": true}]', {"author": [{"family": "A"}]}),
        (
            "issued",
            '{"date-parts": [[-5]], "circa": true}',
            {"issued": {"date-parts": [[-5]], "circa": True}},
        ),
        ("URL", '"https://arxiv.org/abs/1312.6114v1"', {"URL": "https://arxiv.org/abs/1312.6114v1"}),
        ("number", '"arXiv:1312.6114"', {"number": "arXiv:1312.6114"}),
    ],
)
def test_variables_of_csl(tmp_path: Path, variable: str, value: str, read: dict[str, object]) -> None:
    entries = library(tmp_path, refs_json=f'[{{"id": "a", "{variable}": {value}}}]')
    item = dict(entries["a"].item)
    arxiv = item.pop("arxiv", None)
    assert item == {"id": "a", "type": "document", **read}
    assert bool(arxiv) == ("1312.6114" in value)
    assert not entries.diagnostics


@pytest.mark.parametrize(
    ("name", "text"),
    [("refs_json", '[\n{"id": "a"},\n{"id"}]'), ("refs_yaml", "- id: a\n\n  x: [}")],
    ids=["json", "yaml"],
)
def test_a_broken_file_of_csl_is_reported_with_its_line(tmp_path: Path, name: str, text: str) -> None:
    (fault,) = library(tmp_path, **{name: text}).diagnostics
    assert fault.line == 3


def test_deep_json_does_not_hang(tmp_path: Path) -> None:
    assert library(tmp_path, refs_json="[" * 100_000).diagnostics


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"Schr{\"o}dinger {\'E}t\'e", "Schrödinger Été"),
        (r"\emph{a {B}} \textsc{c}", '<i>a B</i> <span class="smallcaps">c</span>'),
        (r"{\bf a {\em b}} c", "<b>a <i>b</i></b> c"),
        (r"H\textsubscript{2}O", "H<sub>2</sub>O"),
        (r"$\beta$-VAE in $O(n^2)$ of $n$", r"β-VAE in \(O(n^2)\) of n"),
        (r"\LaTeX{} and {\TeX}", "LaTeX and TeX"),
        (r"5\% \& \$5", "5% &amp; $5"),
        ("1--2 --- ``q'' `a' Stein's", "1–2 — “q” ‘a’ Stein’s"),
        (r"l'\'Ecole", "l’École"),
        ("<b>&</b>", "&lt;b&gt;&amp;&lt;/b&gt;"),
        ("$a<b_1$", r"\(a&lt;b_1\)"),
        ("a\x00b\x1b\u202ec", "abc"),
        ("}}{{x", "x"),
        (r"\emph{open", "<i>open</i>"),
    ],
)
def test_latex(latex: str, html: str) -> None:
    assert to_html(latex) == html


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ('Auto-Encoding Variational <span class="nocase">Bayes</span>', None),
        ("Deep learning with Python", "Deep learning with Python"),
        ("The “Wake-Sleep” Algorithm: An Idea", "The “wake-sleep” algorithm: An idea"),
        ("What Is It? A Guide", "What is it? A guide"),
        ("ImageNet Classification by U-Net and GPT-3", "ImageNet classification by U-Net and GPT-3"),
        ("<i>In Vitro</i> Studies of R&amp;D and DNA", "<i>In vitro</i> studies of R&amp;D and DNA"),
    ],
)
def test_titles_in_sentence_case(title: str, sentence: str | None) -> None:
    assert in_sentence_case(title) == (sentence or title.replace("Encoding V", "encoding v"))


def test_only_web_addresses_become_links(tmp_path: Path) -> None:
    text = '@misc{a, title={A}, url={javascript:alert(1)}, doi={"><script>}, howpublished={data:text/html,x}}'
    item = library(tmp_path, refs=text)["a"].item
    assert "URL" not in item
    assert "DOI" not in item


@pytest.mark.parametrize(
    "hostile",
    [
        "@misc{x, title={" + "{" * 100_000 + "}" * 100_000 + "}}\n",
        "@misc{x, title={" * 20_000 + "\n",
        '@misc{x, a="' + '"\n#"' * 50_000 + "\n",
        "@misc{x, title={" + "a" * 10_000_000 + "}}\n",
        "@misc{x, title={" + "{\\'e}" * 15_000 + "}}\n",
        "@" * 500_000 + "\n",
        "@misc{" * 100_000 + "\n",
        "@misc{x, title={T}}\n" * 50_000,
    ],
    ids=[
        "deep braces",
        "open entries",
        "quotes",
        "ten megabytes",
        "accents",
        "at signs",
        "openings",
        "one key",
    ],
)
def test_hostile_files_neither_hang_nor_cost_other_entries(tmp_path: Path, hostile: str) -> None:
    # Each takes well under a second; where it grows with the square of the file, some take hours.
    entries = library(tmp_path, refs="@misc{first, title={F}}\n" + hostile + "@misc{last, title={L}}")
    assert "first" in entries
    assert "last" in entries
    assert entries.get("x") is None or entries["x"].item["title"]
    assert all(fault.line for fault in entries.diagnostics)
