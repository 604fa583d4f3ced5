"""The style of the house tells apart what the same words would name."""

import re
from pathlib import Path

import pytest
from parts import Document, cite
from research.citations.settings import Settings

CITED = re.compile('<a href="#ref-.*?>(.*?)</a>')


def cited(folder: Path, *authors: str, years: tuple[int, ...] = ()) -> list[str]:
    """Return how entries by `authors` are named in a post that cites them all, one after the other."""
    entries = "\n".join(
        f"@misc{{k{number}, author={{{author}}}, title={{T{number}}}, year={year}}}"
        for number, (author, year) in enumerate(zip(authors, years or range(2001, 2100), strict=False))
    )
    (folder / "entries.bib").write_text(entries, encoding="utf-8")
    text = " ".join(f"[@@k{number}]" for number in range(len(authors)))
    settings = Settings(references=(folder / "entries.bib",))
    (done,), faults = cite([Document(text, folder / "post.md")], settings)
    assert not faults
    return CITED.findall(done.html)


@pytest.mark.parametrize(
    ("authors", "named"),
    [
        (["Smith, Ann", "Smith, Bo"], ["A. Smith (2001)", "B. Smith (2002)"]),
        (["Smith, Ann", "Smith, Al", "Jones, B"], ["Ann Smith (2001)", "Al Smith (2002)", "Jones (2003)"]),
        (
            ["Smith, Ann and X, Y", "Smith, Bo and others"],
            ["A. Smith and X (2001)", "B. Smith et al. (2002)"],
        ),
        (["Smith, Ann", "Smith, A.", "Smith, Ann B."], ["Smith (2001)", "Smith (2002)", "Smith (2003)"]),
        (["Smith, Ann", "{Smith}", "Smith"], ["Smith (2001)", "Smith (2002)", "Smith (2003)"]),
        (["Li, Jean-Luc", "Li, Wei"], ["J.-L. Li (2001)", "W. Li (2002)"]),
    ],
)
def test_people_of_one_family_name(tmp_path: Path, authors: list[str], named: list[str]) -> None:
    assert cited(tmp_path, *authors) == named


def test_letters_are_for_entries_of_the_same_people(tmp_path: Path) -> None:
    authors = ["Smith, Ann", "Smith, Ann", "Smith, Bo"]
    named = ["A. Smith (2001a)", "A. Smith (2001b)", "B. Smith (2001)"]
    assert cited(tmp_path, *authors, years=(2001, 2001, 2001)) == named


@pytest.mark.parametrize(
    ("edition", "written"),
    [("2", "2nd ed."), ("13", "13th ed."), ("Second", "Second ed."), ("²", "² ed."), ("9" * 5000, "9 ed.")],
    ids=lambda text: text[:9],
)
def test_editions(tmp_path: Path, edition: str, written: str) -> None:
    (tmp_path / "entries.bib").write_text(f"@book{{a, author={{A}}, title={{T}}, edition={{{edition}}}}}")
    settings = Settings(references=(tmp_path / "entries.bib",))
    (done,), _ = cite([Document("[@a]", tmp_path / "post.md")], settings)
    assert written in done.html
