"""Styles of CSL: each file in tests/cases/citations/styles holds what one style makes of the same citations.

``python tests/test_citations_styles.py`` writes them anew; compare them with the style's own manual.
"""

import re
from html import unescape
from pathlib import Path

import pytest
from parts import Document, cite
from research.citations.settings import Settings
from research.citations.styles import csl

CASES = Path(__file__).parent / "cases" / "citations"
STYLES = (
    "apa",
    "chicago-author-date",
    "modern-language-association",
    "elsevier-harvard",
    "harvard-cite-them-right",
    "springer-basic-author-date",
    "ieee",
    "nature",
    "plos-one",
    "american-medical-association",
    "american-chemical-society",
    "association-for-computing-machinery",
)
IN_TEXT = (
    "[@@vae]",
    "[@vae]",
    "[@@wakeSleep]",
    "[@wakeSleep, p. 3]",
    "[see @vae, pp. 33-35, and elsewhere]",
    "[-@vae]",
    "[@@vae, chap. 2]",
    "[@@vae; @@wakeSleep]",
    "[@zeta; @alpha]",
    "[@vae; @wakeSleep; @thesis]",
    "[@body]",
    "[@nobody]",
    "[@chapter]",
)


def settings(cache: Path, style: str = "apa") -> Settings:
    return Settings(root=CASES, references=(CASES / "references.bib",), citation_style=style, cache=cache)


def published(html: str, style: str, cache: Path, **traits: str) -> str:
    document = Document(html, CASES / "post.md", **traits)
    (done,), faults = cite([document], settings(cache, style))
    assert not faults, faults
    return done.html


def text(html: str) -> str:
    """Return what a reader sees, with the marks of type that a style sets."""
    html = re.sub(r'<span class="(?:backlinks|reference-links)">.*?</span>', "", html)
    for tag, mark in (("i", "_"), ("b", "*"), ("sup", "^")):
        html = re.sub(rf"</?{tag}>", re.escape(mark).replace("\\", ""), html)
    html = html.replace('</span><span class="reference-text">', " ")
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).replace("\u00a0", " ").split())


def table(style: str, cache: Path) -> str:
    """Return source and result of each citation, and the list, one a line."""
    html = published("\n".join(IN_TEXT), style, cache)
    cited, _, listed = html.partition('<section class="references"')
    lines = [f"{source} → {text(line)}" for source, line in zip(IN_TEXT, cited.split("\n"), strict=False)]
    return "\n".join(lines + [text(item) for item in re.findall("<li.*?</li>", listed)]) + "\n"


@pytest.mark.parametrize("style", STYLES)
def test_style(style: str, tmp_path: Path) -> None:
    assert table(style, tmp_path) == (CASES / "styles" / f"{style}.txt").read_text(encoding="utf-8")


def test_every_cite_links_to_its_work_and_back(tmp_path: Path) -> None:
    for style in ("apa", "ieee", "nature"):
        html = published("[@vae; @wakeSleep; @thesis] and [@@vae, p. 3]", style, tmp_path)
        ids = re.findall(r'\bid="([^"]*)"', html)
        assert len(ids) == len(set(ids))
        assert {"ref-vae", "ref-wakeSleep", "ref-thesis", "cite-vae-2", "cite-wakeSleep-1"} <= set(ids)
        assert set(re.findall(r'href="#([^"]*)"', html)) <= set(ids)


def test_what_was_set_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = published("[@vae]", "apa", tmp_path)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(csl, "node_command", None)
    assert published("[@vae]", "apa", tmp_path) == first


def test_locale_of_the_post(tmp_path: Path) -> None:
    assert "(Kingma und Welling 2013, S. 3)" not in published("[@vae, p. 3]", "apa", tmp_path)
    german = published("[@vae, p. 3]", "apa", tmp_path, language="de")
    assert "S. 3" in german
    assert "Literatur" in german


def test_locale_of_a_style_that_has_its_own(tmp_path: Path) -> None:
    """Nature's style is British, as its CSL file says; a post in German is in German all the same."""
    assert "(eds Jones, B." in published("[@chapter]", "nature", tmp_path)
    assert "(Hrsg. Jones, B." in published("[@chapter]", "nature", tmp_path, language="de")


WORKS = r"""
@article{others, author={Brown, Tom and others}, title={Few-Shot Learners}, year=2020, journal={J},
  volume=1, pages={2}, doi={10.1000/1}, eprint={2005.14165}, pdf={papers/brown.pdf}}
@article{less, author={<b>B</b>, Al}, title={If a<b and <i>c</i>}, year=2001, journal={A <b>}}
@article{german, author={Ä, B}, title={Die Grundlage der Relativität Aller Dinge}, year=1916, langid={german},
  journal={Annalen}}
@online{page, author={Web, A}, title={A Page}, year=2020, url={https://example.org/a?b=1}}
"""


def listed(folder: Path, style: str, key: str) -> str:
    """Return the reference to the entry `key` of those above."""
    (folder / "entries.bib").write_text(WORKS, encoding="utf-8")
    given = Settings(root=folder, references=(folder / "entries.bib",), citation_style=style, cache=folder)
    (done,), faults = cite([Document(f"[@{key}]", folder / "post.md")], given)
    assert not faults, faults
    (reference,) = re.findall('<li id.*?>(.*?) <span class="backlinks">', done.html)
    return reference


@pytest.mark.parametrize(
    ("style", "authors"),
    [
        ("apa", "Brown, T. et al. (2020). Few"),
        ("ieee", "T. Brown et al., “Few"),
        ("nature", "Brown, T. et al. Few"),
        ("american-chemical-society", "Brown, T.; et al. Few"),
    ],
)
def test_and_others_of_bibtex(tmp_path: Path, style: str, authors: str) -> None:
    assert authors in text(listed(tmp_path, style, "others"))


@pytest.mark.parametrize("style", ["author-date", "apa", "nature"])
def test_markup_in_a_bib_file_is_text(tmp_path: Path, style: str) -> None:
    reference = listed(tmp_path, style, "less")
    assert "<b>" not in reference
    assert "<b>B</b>, A" in unescape(reference)
    assert "f a<b and <i>c</i>" in unescape(reference)


OMITTED = """
@inreference{omitted, title={Entry}, booktitle={Encyclopedia}, year=2011}
@article{first, title={First}, author={Abe, A}, journal={J}, year=2001}
@article{last, title={Last}, author={Zed, Z}, journal={J}, year=2002}
@misc{empty, entryset={first}}
"""


@pytest.mark.parametrize("style", ["chicago-author-date", "ieee", "nature"])
def test_an_entry_that_a_style_leaves_out_moves_no_other(tmp_path: Path, style: str) -> None:
    (tmp_path / "entries.bib").write_text(OMITTED)
    given = Settings(
        root=tmp_path, references=(tmp_path / "entries.bib",), citation_style=style, cache=tmp_path
    )
    (done,), _ = cite([Document("[@omitted] [@empty] [@last] [@first]", tmp_path / "post.md")], given)
    listed = dict(re.findall('<li id="ref-(.*?)">(.*?) <span class="backlinks">', done.html))
    assert set(listed) == {"omitted", "empty", "last", "first"}
    assert "Zed" in listed["last"]
    assert "Abe" in listed["first"]
    assert "Entry" in listed["omitted"]
    if style != "chicago-author-date":
        assert text(listed["empty"]).endswith("empty (n.d.).")
        assert listed["empty"].count("reference-") == listed["first"].count("reference-") == 2


def test_a_letter_that_a_style_does_not_list_is_cited_without_a_link(tmp_path: Path) -> None:
    letter = '"type": "personal_communication", "author": [{"family": "Abe"}], "issued": {"raw": "2001"}'
    (tmp_path / "entries.json").write_text(f'[{{"id": "a", {letter}}}]')
    given = Settings(
        root=tmp_path, references=(tmp_path / "entries.json",), citation_style="apa", cache=tmp_path
    )
    (done,), faults = cite([Document("[@a]", tmp_path / "post.md")], given)
    assert not faults
    assert "personal communication" in done.html
    assert "href" not in done.html
    assert "<ol" not in done.html


def test_a_cite_of_which_a_style_prints_nothing_has_words(tmp_path: Path) -> None:
    (tmp_path / "entries.bib").write_text("@misc{a, title={One Title}}\n@misc{b, title={Another}}\n")
    style = "association-for-computational-linguistics"
    given = Settings(
        root=tmp_path, references=(tmp_path / "entries.bib",), citation_style=style, cache=tmp_path
    )
    (done,), faults = cite([Document("<p>[@a; @b] and [@b]</p>", tmp_path / "post.md")], given)
    assert not faults
    assert text(done.html).startswith("(One Title; Another) and (Another)"), done.html


def test_a_note_of_which_a_style_prints_nothing_has_words(tmp_path: Path) -> None:
    (tmp_path / "entries.json").write_text('[{"id": "a", "type": "book"}]')
    given = Settings(
        root=tmp_path, references=(tmp_path / "entries.json",), citation_style="oscola", cache=tmp_path
    )
    (done,), _ = cite([Document("<p>[@a]</p>", tmp_path / "post.md")], given)
    assert re.search(r'<li id="note-1"><a [^>]*>a</a>\.', done.html), done.html


def test_an_address_in_angle_brackets_is_kept(tmp_path: Path) -> None:
    assert "<https://example.org/a?b=1>" in text(listed(tmp_path, "aib-studi", "page"))


def test_german_titles_keep_their_capitals(tmp_path: Path) -> None:
    assert "Die Grundlage der Relativität Aller Dinge" in listed(tmp_path, "apa", "german")


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("author-date", ["https://doi.org/10.1000/1", "arXiv:2005.14165", "PDF"]),
        ("apa", ["https://doi.org/10.1000/1", "arXiv", "PDF"]),
        ("nature", ["DOI", "arXiv", "PDF"]),
    ],
)
def test_links_to_doi_arxiv_and_pdf(tmp_path: Path, style: str, names: list[str]) -> None:
    links = re.findall(
        '<a class="reference-link[^>]* href="(.*?)">(.*?)</a>', listed(tmp_path, style, "others")
    )
    assert links == [
        ("https://doi.org/10.1000/1", names[0]),
        ("https://arxiv.org/abs/2005.14165", names[1]),
        ("{static}/papers/brown.pdf", names[2]),
    ]


def test_a_style_by_file_and_one_that_names_its_parent(tmp_path: Path) -> None:
    style = csl.find("apa", tmp_path).read_text(encoding="utf-8")
    (tmp_path / "mine.csl").write_text(style, encoding="utf-8")
    found = csl.find("mine.csl", tmp_path)
    assert found == tmp_path / "mine.csl"
    assert "[1]" in published("[@vae]", "plos-genetics", tmp_path)


def test_a_post_names_its_style(tmp_path: Path) -> None:
    post = Document("[@vae]", CASES / "post.md", metadata={"citation_style": "ieee"})
    (done,), faults = cite([post], settings(tmp_path))
    assert not faults
    assert "[1]" in done.html


def test_an_unknown_style_is_reported_and_the_post_is_published(tmp_path: Path) -> None:
    post = Document("[@vae]", CASES / "post.md", metadata={"citation_style": "iee"})
    (done,), faults = cite([post], settings(tmp_path))
    assert "(<" in done.html
    (fault,) = faults
    assert fault.path == CASES / "post.md"
    assert fault.message == "citation_style: there is no style of the name “iee”; did you mean “ieee”?"


def test_without_node_the_style_of_the_house_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("research.core.processes.node.find_spec", lambda name: None)
    post = Document("[@@vae]", CASES / "post.md")
    (done,), faults = cite([post], settings(tmp_path, "ieee"))
    assert "Kingma and Welling (2013)" in done.html
    assert '[node]"' in str(faults[0])


def test_emphasis_around_a_key(tmp_path: Path) -> None:
    for style in ("author-date", "apa"):
        html = text(published("[*see* @vae, p. 3 and **not** a_b *passim*]", style, tmp_path))
        assert html.startswith("(_see_ Kingma "), style
        assert "p. 3 and *not* " in html, style
        assert "_passim_)" in html, style


def test_links_that_a_style_writes_as_html_are_links(tmp_path: Path) -> None:
    html = published("[@wakeSleep] and [@vae]", "radiopaedia", tmp_path)
    listed = html.partition('<section class="references"')[2]
    assert "&#60;" not in html
    assert "&lt;" not in html
    assert '<a class="reference-link" href="https://doi.org/10.1126/science.7761831">doi:' in listed
    assert '<a class="reference-link" href="https://arxiv.org/abs/1312.6114">[Link]</a>' in listed


def test_a_style_with_notes(tmp_path: Path) -> None:
    html = published("[@@vae; @@wakeSleep] and [see @vae, p. 3]", "chicago-notes-bibliography", tmp_path)
    body, notes, listed = re.split("\n(?=<section)", html)
    assert text(body) == "Kingma and Welling^1^ and Hinton et al.^2^ and^3^"
    assert [text(item) for item in re.findall("<li.*?</li>", notes)] == [
        "Diederik P. Kingma and Max Welling, “Auto-Encoding Variational Bayes,” _2nd International "
        "Conference on Learning Representations_, 2013, https://arxiv.org/abs/1312.6114.",
        "Geoffrey E. Hinton et al., “The ‘Wake-Sleep’ Algorithm for Unsupervised Neural Networks,” _Science_ "
        "268, no. 5214 (1995): 1158–61, https://doi.org/10.1126/science.7761831.",
        "see Kingma and Welling, “Auto-Encoding Variational Bayes,” 3.",
    ]
    ids = set(re.findall(r'\bid="([^"]*)"', html))
    assert set(re.findall(r'href="#([^"]*)"', html)) <= ids
    assert {"note-3", "noteref-3", "ref-vae", "cite-vae-2"} <= ids
    assert len(re.findall("<li", listed)) == 2


def test_ibid_where_a_style_has_it(tmp_path: Path) -> None:
    style = "chicago-notes-bibliography-subsequent-ibid"
    html = published("[@vae, p. 3] [@vae, p. 3] [@vae, p. 4] [@wakeSleep] [@vae]", style, tmp_path)
    notes = [text(item) for item in re.findall('<li id="note.*?</li>', html)]
    assert [note.partition(",")[0] for note in notes] == [
        "Diederik P. Kingma and Max Welling",
        "Ibid.",
        "Ibid.",
        "Geoffrey E. Hinton et al.",
        "Kingma and Welling",
    ]
    assert notes[2] == "Ibid., 4."


def test_nothing_of_a_hostile_entry_runs(tmp_path: Path) -> None:
    (tmp_path / "bad.bib").write_text(
        """@article{a, author = {<img src=x onerror=alert(1)>}, title = {"><script>alert(1)</script>},
        journal = {<b>}, year = 2000, url = {https://example.org/"onmouseover="alert(1)},
        doi = {10.1000/x"onmouseover="alert(1)}}"""
    )
    for style in ("apa", "ieee"):
        bad = Settings(references=(tmp_path / "bad.bib",), citation_style=style, cache=tmp_path)
        (done,), _ = cite([Document("[@a]", tmp_path / "post.md")], bad)
        assert "<script" not in done.html
        assert "<img" not in done.html
        assert not re.search(r"<[^>]*\son\w+=", done.html)


if __name__ == "__main__":
    for name in STYLES:
        made = table(name, Path("build/cache"))
        (CASES / "styles" / f"{name}.txt").write_text(made, encoding="utf-8")
