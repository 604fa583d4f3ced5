"""Fields of a .bib file as strangers write them: LaTeX, protected words, inheritance, lists, archives."""

import re
from pathlib import Path

import pytest
from research.citations.sources.fields.latex import to_html, unknown_commands
from research.citations.sources.library import Library
from research.citations.styles.author_date import AuthorDate
from research.citations.styles.csl import CslStyle, find
from research.citations.styles.typeset import Request, Style, Typeset
from research.citations.syntax.grammar import Citation, Cite
from research.core.storage.cache import Cache


def library(folder: Path, text: str, name: str = "refs.bib") -> Library:
    (folder / name).write_text(text, encoding="utf-8")
    return Library([folder / name])


def references(entries: Library, style: Style) -> dict[str, str]:
    """Return the references of all `entries` without their links."""
    known = {key: entries[key] for key in entries}
    (typeset,) = style.typeset([Request([Citation((Cite(key),), "") for key in known], known)])
    assert isinstance(typeset, Typeset)
    return {
        key: re.sub(r" <(?:a|span class=.reference-links).*", "", html) for key, html in typeset.references
    }


@pytest.mark.parametrize(
    ("latex", "html"),
    [
        (r"Garc{\'{\i}}a na{\"{\i}}ve V{\'\i}ctor {\'i} \u{\i} \`{\i}", "García naïve Víctor í ĭ ì"),
        (r"\'{\^e} \d{\'{o}} {\v{c}} \c{c} \H{o} \k{a} \r{a} \={a} \.{z} \t{oo} ", "ế ọ́ č ç ő ą å ā ż oo "),
        (r"\aa{} \AA{} \o{} \L{}ukasz \ss{} \dh{} \NG{} \dj{}", "å Å ø Łukasz ß ð Ŋ đ"),
        (r"5\,\% at 3\;GHz, a\!b\/c\-d", "5\u202f% at 3 GHz, abcd"),
        (r"1\dots n \ldots{} a\hyphen b \slash{} \textendash", "1…n … a-b / –"),
        (r"\enquote{a \enquote{b}} \mkbibquote{c} \textquotedblleft d\textquotedblright", "“a ‘b’” “c” “d”"),
        (r"``a'' `b' \glqq c\grqq{} \og d\fg{}", "“a” ‘b’ „c“ «\u00a0d\u00a0»"),
        (r"\texorpdfstring{$\alpha$}{alpha} of \ce{H2O^{2-}}", r"α of \(\ce{H2O^{2-}}\)"),
        (r"\apj, \mnras{} \prd", "ApJ, MNRAS Phys. Rev. D"),
        (r"\url{http://a.b/c_d} \href{http://x}{A} \mbox{AB} \noopsort{a}73", "http://a.b/c_d A AB 73"),
        (r"50% off, #1 \& \#2 at $5 {\em e {\bf f}} \textsc{g}", "50% off, #1 &amp; #2 at $5 "
         '<i>e <b>f</b></i> <span class="smallcaps">g</span>'),
        (r"$\alpha$-decay $x \times y$ H$_2$O \ensuremath{\beta}", r"α-decay x × y H\(_2\)O β"),
        ("{" * 200 + "deep" + "}" * 200, "deep"),
    ],
)  # fmt: skip
def test_latex(latex: str, html: str) -> None:
    assert to_html(latex) == html
    assert unknown_commands(latex) == ()


def test_unknown_commands_are_reported_and_their_arguments_stay(tmp_path: Path) -> None:
    entries = library(tmp_path, "@book{a, title={The \\mycommand{Deep} One}, author={A}, abstract={\\foo}}")
    assert entries["a"].item["title"] == "The Deep One"
    assert [diagnostic.message for diagnostic in entries.diagnostics] == [
        "the entry “a”: “title” holds the unknown command “\\mycommand”, which is left out; write its text"
    ]


@pytest.mark.parametrize(
    ("title", "in_chicago"),
    [
        ("{R}iemannian nets for {F}rench", "Riemannian Nets for French"),
        ("On the {K}ullback-{L}eibler divergence", "On the Kullback-Leibler Divergence"),
        ("{S}em{E}val and i{P}hone users", "SemEval and iPhone Users"),
        ("The {North A}merican chapter", "The North American Chapter"),
        ("{\\\"U}ber {\\'E}tudes", "Über Études"),
        ("{`t Hooft's} matrix, {'T}is {''q''}", "‘t Hooft’s Matrix, ’Tis ”q”"),
        ('{"Quoted"} text', "“Quoted” Text"),
    ],
)
def test_braces_protect_words(tmp_path: Path, title: str, in_chicago: str) -> None:
    entries = library(tmp_path, f"@book{{a, title={{{title}}}, author={{A}}, year=2000, langid={{english}}}}")
    style = CslStyle(find("chicago-author-date", tmp_path), "en-US", Cache(tmp_path / "cache"))
    html = references(entries, style)["a"]
    assert re.sub("<[^>]*>", "", html).startswith(f"A. 2000. {in_chicago}"), html
    assert "&#60;" not in html


def test_crossref_inherits_as_in_biber(tmp_path: Path) -> None:
    entries = library(
        tmp_path,
        """@mvbook{works, author={W. S}, title={Works}, subtitle={All}, volumes=3, publisher={P}}
        @book{two, crossref={works}, title={Tragedies}, volume=2, date=1999, shorttitle={T}}
        @inbook{hamlet, crossref={two}, title={Hamlet}, pages={1--9}}
        @collection{whole, editor={E. I}, title={The Whole}, subtitle={A Handbook}, year=2003}
        @incollection{part, crossref={whole}, author={A. A}, title={A Part}}
        @proceedings{icml, booktitle={Proc. of ICML}, title={ICML}, year=2001}
        @inproceedings{talk, crossref={icml}, author={B. B}, title={A Talk}}
        @periodical{jcg, title={Graphics}, issuetitle={3D Media}, volume=35, number=4, year=2011}
        @article{paper, crossref={jcg}, author={C. C}, title={A Paper}}
        @collection{again, crossref={whole}, title={The Whole}}""",
    )
    assert references(entries, AuthorDate("en")) == {
        "works": "S, W. (n.d.). <i>Works: All</i>. 3 vols. P.",
        "two": "S, W. (1999b). <i>Tragedies</i>. Vol. 2 of <i>Works: All</i>. 3 vols. P.",
        "hamlet": "S, W. (1999a). Hamlet. In <i>Tragedies</i>, vol. 2 of <i>Works: All</i>, pp. 1–9. "
        "3 vols. P.",
        "whole": "I, E., ed. (2003b). <i>The Whole: A Handbook</i>.",
        "again": "I, E., ed. (2003a). <i>The Whole</i>.",
        "part": "A, A. (2003). A Part. In E. I (ed.), <i>The Whole: A Handbook</i>.",
        "icml": "<i>ICML</i> (2001).",
        "talk": "B, B. (2001). A Talk. In <i>Proc. of ICML</i>.",
        "jcg": "3D Media (2011). <i>Graphics</i> 35(4).",
        "paper": "C, C. (2011). A Paper. <i>Graphics</i> 35(4).",
    }


def test_the_default_style_keeps_fields(tmp_path: Path) -> None:
    entries = library(
        tmp_path,
        r"""@book{book, author={A. B}, editor={C. D}, translator={E. F}, title={T}, titleaddon={Addon},
          series={Series}, number=7, volume=2, edition=2, publisher={P and Q}, address={X and Y},
          year=1997, origdate=1959, note={Signed copy}, pubstate={inpress}}
        @misc{talk, author={A. C}, title={Talk}, howpublished={Talk at the Institute}, note={slides},
          year=2001}
        @report{rep, author={A. D}, title={R}, type={resreport}, number=5, institution={IBM}, date=2002}
        @patent{pat, author={A. E}, title={Pat}, type={patentus}, number={12}, location={countryde},
          date=2003}
        @article{art, author={A. F}, title={Art}, journal={J}, series={newseries}, volume=3, year=2004}
        @article{old, author={A. G}, title={Old}, journal={J}, series={3}, volume=3, year=2005}
        @incollection{chap, author={A. H}, title={Chap}, booktitle={Book}, chapter=5, volume=1, year=2006,
          eventtitle={Workshop}, venue={Rome}}
        @book{again, author={A. I}, title={Again}, origtitle={First}, origpublisher={Pub}, year=2007}
        @online{page, author={A. J}, title={Page}, url={https://x.org}, urldate={2020-01-02}}
        @collection{comp, editor={A. K}, editortype={compiler}, title={Comp}, year=2008}
        @review{rev, author={A. L}, title={Rev}, journaltitle={J}, volume=4, year=2009}
        @misc{none,}""",
    )
    assert references(entries, AuthorDate("en")) == {
        "book": "B, A. (1997 [1959]). <i>T. Addon</i>. Edited by C. D. Translated by E. F. 2nd ed. Vol. 2. "
        "Series 7. X; Y: P; Q. Signed copy. In press.",
        "talk": "C, A. (2001). Talk. Talk at the Institute. Slides.",
        "rep": "D, A. (2002). <i>R</i>. Research report 5, IBM.",
        "pat": "E, A. (2003). Pat. U.S. patent 12, Germany.",
        "art": "F, A. (2004). Art. <i>J</i>, New series, 3.",
        "old": "G, A. (2005). Old. <i>J</i>, 3rd series, 3.",
        "chap": "H, A. (2006). Chap. In <i>Book</i>, vol. 1, chap. 5. Workshop, Rome.",
        "again": "I, A. (2007). <i>Again</i>. Originally published as <i>First</i> (Pub).",
        "page": "J, A. (n.d.). Page. Accessed 2020-01-02.",
        "comp": "K, A. (2008). <i>Comp</i>.",
        "rev": "L, A. (2009). Rev. <i>J</i> 4.",
        "none": "none (n.d.).",
    }
    assert "Hrsg. von C. D. Übers. von E. F." in references(entries, AuthorDate("de"))["book"]


def test_a_style_that_knows_no_volume_titles_keeps_them(tmp_path: Path) -> None:
    text = "@book{a, author={A}, title={The TeXbook}, maintitle={Computers}, volume={A}, year=1984}"
    entries = library(tmp_path, text)
    for name, expected in {
        "chicago-author-date": "A. 1984. <i>The TeXbook</i>. A of <i>Computers</i>.",
        "ieee": "The TeXbook",
    }.items():
        html = references(entries, CslStyle(find(name, tmp_path), "en-US", Cache(tmp_path / "cache")))["a"]
        assert expected in html, html


def test_exports_of_other_programs(tmp_path: Path) -> None:
    entries = library(
        tmp_path,
        r"""% Encoding: UTF-8
        @article{2013A&A...555A..10B, author = {{Kingma}, Diederik P. and {de Vries}, Max},
          title = "{Auto}",
          journal = {\aap}, year = 2013, month = dec, eid = {A10},
          archivePrefix = {arXiv}, eprint = {1312.6114}}
        @inproceedings{DBLP:conf/iclr/KingmaW13, author = {Wei Wang 0001 and Ren{\'{e}} Garc{\'{\i}}a},
          title = {Auto}, year = {2014}, url = {http://a.b/c{\_}d}, biburl = {https://dblp.org/rec/x}}
        @misc{mendeley, arxivId = {1401.4082}, archivePrefix = {arXiv}, eprint = {1401.4082},
          author = {Rezende, D.},
          title = {{Stochastic Backpropagation}}, file = {:home/me/a.pdf:pdf}, month = {jan}, year = {2014}}
        @article{scholar, title={A}, author={Doe, J and others}, year={2013},
          journal={arXiv preprint arXiv:1312.6114}}
        @inproceedings{acl, title = "{B}ert", author = "Devlin, Jacob  and Lee, Kenton", month = jun # "~10",
          year = "2019", pages = "4171--4186", url = "https://aclanthology.org/N19-1423/"}
        @misc{archive, title={W}, eprint={4HIWAAAAYAAJ}, eprinttype={googlebooks}, author={Roe et al.}}
        @Comment{jabref-meta: grouping: 0 AllEntriesGroup:;}""",
    )  # fmt: skip
    assert not entries.diagnostics
    ads, dblp = entries["2013A&A...555A..10B"].item, entries["DBLP:conf/iclr/KingmaW13"].item
    assert ads["author"] == [
        {"family": "Kingma", "given": "Diederik P."},
        {"family": "de Vries", "given": "Max"},
    ]
    assert (ads["container-title"], ads["arxiv"], ads["page"]) == ("A&amp;A", "1312.6114", "A10")
    assert dblp["author"] == [{"given": "Wei", "family": "Wang"}, {"given": "René", "family": "García"}]
    assert dblp["URL"] == "http://a.b/c_d"
    assert entries["mendeley"].item["arxiv"] == "1401.4082"
    assert "pdf" not in entries["mendeley"].item
    assert entries["scholar"].item["arxiv"] == "1312.6114"
    assert entries["scholar"].item["author"][-1] == {"literal": "others"}
    assert entries["acl"].item["issued"] == {"date-parts": [[2019, 6, 10]]}
    assert entries["archive"].item["URL"] == "https://books.google.com?id=4HIWAAAAYAAJ"


def test_strings_are_shared_by_files(tmp_path: Path) -> None:
    (tmp_path / "strings.bib").write_text('@STRING{Jml = "Journal of ML"}\n@string(p = {P} # { Press})')
    (tmp_path / "a.bib").write_text("@article{a, title={T}, journal=jml, publisher = P, year=2000}")
    for names in (("a", "strings"), ("strings", "a")):
        entries = Library([tmp_path / f"{name}.bib" for name in names])
        assert entries["a"].item["container-title"] == "Journal of ML"
        assert entries["a"].item["publisher"] == "P Press"
        assert not entries.diagnostics


def test_encodings(tmp_path: Path) -> None:
    latin = "@book{a,\n title={Über}, author={A}}\n".encode("latin1")
    (tmp_path / "latin.bib").write_bytes(latin)
    (tmp_path / "jabref.bib").write_bytes(b"% Encoding: Cp1252\n\n" + latin.replace(b"{a,", b"{b,"))
    entries = Library([tmp_path / "latin.bib", tmp_path / "jabref.bib"])
    assert entries["b"].item["title"] == "Über"
    (diagnostic,) = entries.diagnostics
    assert diagnostic.line == 2
    assert "iconv -f latin1 -t utf-8 latin.bib" in diagnostic.message


@pytest.mark.parametrize(
    ("written", "issued"),
    [
        ('{"date-parts": [["2000", "", ""]]}', {"date-parts": [[2000]]}),
        ('{"date-parts": [["2000", "5", ""]]}', {"date-parts": [[2000, 5]]}),
        ('{"date-parts": [[2000, 0, 0]]}', {"date-parts": [[2000]]}),
        ('{"date-parts": [[2000], [0]]}', {"literal": "2000–"}),
        ('{"date-parts": [[2000, 22]]}', {"date-parts": [[2000]], "season": 2}),
        ('{"date-parts": [["2000"]], "season": "Fall"}', {"date-parts": [[2000]], "season": 3}),
        ('{"raw": "2000-05"}', {"date-parts": [[2000, 5]]}),
        ('{"date-parts": [], "raw": "in spring"}', {"literal": "in spring"}),
        ('[{"year": 2003, "season": 4}]', {"date-parts": [[2003]], "season": 4}),
        ('"1999/2000"', {"date-parts": [[1999], [2000]]}),
    ],
)
def test_dates_of_csl_json(tmp_path: Path, written: str, issued: object) -> None:
    entries = library(tmp_path, f'[{{"id": "a", "issued": {written}}}]', "refs.json")
    assert entries["a"].item["issued"] == issued
    assert not entries.diagnostics


def test_tags_and_names_of_csl(tmp_path: Path) -> None:
    entries = library(
        tmp_path,
        """- id: a
  title: Quick <sc>Guide</sc> <span class="nodecor">v.</span> <i>x</I> a < b <b>un <em>e</em> <u>
  author: {family: Doe, given: J, suffix: Jr., comma-suffix: true}""",
        "refs.yaml",
    )
    assert entries["a"].item["title"] == (
        'Quick <span class="smallcaps">Guide</span> <span class="nodecor">v.</span> <i>x</i> '
        "a &lt; b &lt;b&gt;un <i>e</i> &lt;u&gt;"
    )
    assert entries["a"].item["author"] == [
        {"family": "Doe", "given": "J", "suffix": "Jr.", "comma-suffix": True}
    ]
    assert not entries.diagnostics
