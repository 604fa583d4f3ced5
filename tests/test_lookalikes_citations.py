"""What looks like a citation and is none is reported, in builds and by the command ``check``."""

import re

import pytest
from conftest import Build
from test_citations_check import check

BIB = """@misc{item1, author={John Doe}, title={T}, year=2005}
@misc{item2, author={Ann Roe}, title={U}, year=2006}
"""
FRONT = "Title: P\nDate: 2026-01-01\n"

#: What is written, and what the warning says of it.
CASES = {
    "[@item1;]": "“[@item1;]” is no citation: a semicolon separates references; write [@item1]",
    "[@item1; item2]": "“item2” lacks its at sign; write @item2",
    "[see A; @item1]": "“see A” names none; write a comma there",
    "[@ item1]": "a space follows the at sign; write @item1",
    "[@item1, @item2]": "separate references by semicolons, [@item1; @item2]",
    "[@item1 & @item2]": "separate references by semicolons, [@item1; @item2]",
    "[@item1 and @item2]": "separate references by semicolons, [@item1; @item2]",
    "[@item1 [in press]]": "is no citation, since it holds brackets",
    "[see `f` in @item1]": "is no citation, since it holds code",
    "[see $x$ in @item1]": "is no citation, since it holds a formula",
    "[see @item1, and [web](https://x.example)]": "is no citation, since it holds a link",
    "[@item1, <i>passim</i>]": "“<i>” in “[@item1, <i>passim</i>]” is shown as it stands",
    "[see [@item1]](https://x.example)": "“[@item1]” stands in a link, which can hold no other",
    "[cite:@item1]": "“[cite:@item1]” is a citation of Org: write [@item1]",
    "[cite/t:@item1, p. 3]": "is a citation of Org: write [@@item1, p. 3]",
    "As @item1 says": "“@item1” is no citation outside of brackets: write [@@item1] in a sentence, [@item1]",
    "As @item1 [p. 3] says": "write [@@item1, p. 3] in a sentence",
    "As -@item1 says": "“-@item1” is no citation outside of brackets",
    "[@item1 and so on": "“@item1” is no citation: the bracket before it is not closed",
    r"\cite{item1}": r"“\cite{item1}” is a command of LaTeX and no citation: write [@item1]",
    r"\citep[see][p. 3]{item1,item2}": "write [see @item1; @item2, p. 3]",
    r"\citet{item1}": "write [@@item1]",
    r"\parencite{item1}": "write [@item1]",
    r"\textcite{nokey}": "write [@@nokey]",
    r"\citeyear{item1}": "write [-@item1]",
    r"\nocite{item1}": "a reference is listed where a post cites it",
    "{cite:p}`item1`": "“{cite:p}” is a role of MyST: write [@item1]",
}


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return what ``check`` says of all cases, each a paragraph, behind code that has the same."""
    folder = tmp_path_factory.mktemp("blog")
    code = "".join(f"    {written}\n" for written in CASES)
    body = "\n\n".join(f"Word {written}. And again {written}." for written in CASES)
    text = f"{FRONT}\n{code}\n{body}\n\n[@item1] and [@item2]\n"
    done = check(folder, post_md=text, references_bib=BIB)
    return done.stdout.replace(f"{folder / 'content'}/", "").splitlines()


@pytest.mark.parametrize(("number", "written"), list(enumerate(CASES)), ids=list(CASES))
def test_each_is_reported_once_with_its_place(messages: list[str], number: int, written: str) -> None:
    first = len(CASES) + 5
    place = f"post.md:{first + 2 * number}:"
    found = [line for line in messages if line.startswith(place)]
    assert len(found) == 1, messages
    column = re.match(r"post\.md:\d+:(\d+): warning: ", found[0])
    assert column is not None
    assert 6 <= int(column[1]) <= 6 + len(written)
    assert CASES[written] in found[0]


def test_nothing_else_is_reported(messages: list[str]) -> None:
    assert len(messages) == len(CASES)


SILENT = r"""
Thanks @jane, and write to item1@item2.org, joe@item1 or <item1@example.org>. [@user@mastodon.social] and
@item1@mastodon.social, https://x.example/@item1 and [@item1](https://x.example). The array [@], `@item1`,
`[@item1;]`, `\cite{item1}`, <kbd>[@item1]</kbd> and <code>see [@item1]</code>.
\[@item1; item2] stays, [[@item1]] and (see [@@item1], p. 3) cite. I am
excited {so}.
"""


def test_handles_addresses_and_code_are_silent(build: Build) -> None:
    site = build({"post.md": FRONT + SILENT, "references.bib": BIB}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = site.read("p.html")
    assert "[@user@mastodon.social]" in page
    assert "[@item1; item2] stays" in page
    assert "<kbd>[@item1]</kbd> and <code>see [@item1]</code>" in page


def test_brackets_with_an_at_sign_need_no_bibliography(build: Build) -> None:
    text = f"{FRONT}\nIn a shell [@] and \\[@x], thanks @jane.\n"
    site = build({"post.md": text}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert "[@] and [@x], thanks @jane." in site.read("p.html")


def test_an_unknown_key_keeps_what_stands_around_it(build: Build) -> None:
    text = f"{FRONT}\n[see @nokey, p. 3 and more] and [@item1, p. 4; also @nokey, *ch.* 2].\n"
    site = build({"post.md": text, "references.bib": BIB})
    page = site.read("p.html")
    assert '<mark class="citation-unknown">[see @nokey, p. 3 and more]</mark>' in page
    assert '<mark class="citation-unknown">[also @nokey, *ch.* 2]</mark>' in page
    assert "Doe, 2005, p. 4" in page
    assert site.log.count("unknown citation key “nokey”") == 1


FRONT_MATTER = """---
title: P [@item1]
date: 2026-01-01
summary: As @item1 says.
---
[@item1] as @item2 says.
"""


def test_titles_and_summaries(build: Build) -> None:
    site = build({"p.md": FRONT_MATTER, "references.bib": BIB})
    for place, message in {
        "2:10": "“[@item1]” stands in a title",
        "4:13": "“@item1” is no citation outside of brackets",
        "6:13": "“@item2” is no citation outside of brackets",
    }.items():
        assert f"p.md:{place}: warning: {message}" in site.log, site.log


def test_the_list_of_all_works_is_no_key_of_pandoc(build: Build) -> None:
    site = build(
        {"p.md": f"{FRONT}Bibliography: all\n\n[@item1]\n", "references.bib": BIB}, "", "--fatal", "warnings"
    )
    assert site.exit_code == 0, site.log


def test_swapped_citations_are_advised_the_other_way_round(build: Build) -> None:
    files = {"post.md": f"{FRONT}\nAs @item1 says, [@@item1] too.\n", "references.bib": BIB}
    site = build(files, "RESEARCH = {'citations_swapped': True}")
    assert (
        "post.md:4:4: warning: “@item1” is no citation outside of brackets: write [@item1] in a" in site.log
    )


REST = r"""
P
#
:date: 2026-01-01

As @item1 says, [@item1;] and \cite{item1}.
"""


def test_restructured_text(build: Build) -> None:
    site = build({"post.rst": REST, "references.bib": BIB})
    assert "post.rst:6:4: warning: “@item1” is no citation outside" in site.log
    assert "post.rst:6:17: warning: “[@item1;]” is no citation" in site.log
    assert "post.rst:6:32: warning: “cite{item1}” is a command of LaTeX" in site.log
