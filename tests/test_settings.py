"""What a settings file may say, and what an author reads where it says something else."""

from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Build
from research.adapter.settings import read as read_settings
from research.cli import main
from research.core.validation import SettingsError
from research.parts import PARTS

ROOT = Path("/blog")
POST = {"post.md": "Title: A post\nDate: 2026-01-01\n\nA word."}


def read(values: dict[Any, Any], root: Path = ROOT) -> SimpleNamespace:
    """Return all that a blog in the folder `root` has set by `values`."""
    records = [record for _, record in read_settings(values, root, PARTS).parts]
    return SimpleNamespace(
        **{field.name: getattr(record, field.name) for record in records for field in fields(record)}
    )


def test_defaults_are_resolved_against_the_root() -> None:
    settings = read({})
    assert settings.references == (ROOT / "content/references.bib",)
    assert (settings.models, settings.cache) == (ROOT / "build/models", ROOT / "build/cache")


@pytest.mark.parametrize("given", ["a.bib", Path("a.bib"), ["a.bib"], (Path("a.bib"),)])
def test_one_bibliography_needs_no_list(given: Any) -> None:
    assert read({"references": given}).references == (ROOT / "a.bib",)


def test_paths_and_strings_stand_for_each_other() -> None:
    settings = read({"citation_style": Path("a.csl"), "build_model": (Path("/bin/make"), "x")})
    assert (settings.citation_style, settings.build_model) == ("a.csl", ("/bin/make", "x"))
    assert read({"packages": "physics"}).packages == ("physics",)


#: A setting, and what its message must say besides its name and the value.
REFUSED: list[tuple[dict[Any, Any], str]] = [
    ({"refernces": "a.bib"}, "did you mean “references”"),
    ({"references ": "a.bib"}, "did you mean “references”"),
    ({"macrosfile": "a.tex"}, "did you mean “macros_file”"),
    ({"modles": "a"}, "did you mean “models”"),
    ({5: "a"}, "is not a setting"),
    ({"root": "/"}, "is not a setting"),
    ({"references": None}, "write a file"),
    ({"references": {"a.bib": 1}}, "write a file"),
    ({"references": ["a.bib", 5]}, "write a file"),
    ({"references": ""}, "write a file"),
    ({"citation_style": 5}, "write 'author-date'"),
    ({"citation_style": ""}, "write 'author-date'"),
    ({"citations_swapped": "off"}, "write True or False"),
    ({"cite_this_post": "False"}, "write True or False"),
    ({"cite_this_post": 1}, "write True or False"),
    ({"live": "no"}, "write True or False"),
    ({"live": None}, "write True or False"),
    ({"cache": None}, "write the path of a folder"),
    ({"cache": "a\0b"}, "write the path of a folder"),
    ({"models": ["a"]}, "write the path of a folder"),
    ({"build_model": "make {name}"}, "write a list of words"),
    ({"build_model": ["make", 1]}, "write a list of words"),
    ({"build_model": ["make", ""]}, "write a list of words"),
    ({"formulas": "html"}, "write one of 'svg'"),
    ({"formulas": ["svg"]}, "write one of 'svg'"),
    ({"formulas": True}, "write one of 'svg'"),
    ({"equation_numbers": "some"}, "write one of 'ams'"),
    ({"packages": 5}, "write a list of names"),
    ({"packages": {"physics": True}}, "write a list of names"),
    ({"packages": ["phisics"]}, "did you mean “physics”"),
    ({"inline_math": "$"}, "write a list of pairs"),
    ({"inline_math": ["$", "$"]}, "write a list of pairs"),
    ({"inline_math": [["$", "$", "$"]]}, "write a list of pairs"),
    ({"display_math": [["$$", " "]]}, "write a list of pairs"),
    ({"macros": ["a", "b"]}, "write definitions in one string"),
    ({"macros": {"R": "x"}}, "write definitions in one string"),
    ({"macros_file": 5}, "write a file of TeX"),
    ({"macros_file": "macros.tex"}, "there is no file"),
]


@pytest.mark.parametrize(("values", "instead"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_value_that_is_not_understood_is_refused(values: dict[Any, Any], instead: str) -> None:
    with pytest.raises(SettingsError) as error:
        read(values)
    [key] = values
    assert f"[{key!r}]" in str(error.value)
    assert instead in str(error.value)


def test_a_folder_is_no_file_and_a_file_of_macros_is_text(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff")
    for name, said in (("models", "name another"), ("macros_file", "UTF-8|utf-8")):
        with pytest.raises(SettingsError, match=rf"'{name}'.*({said})"):
            read({name: "file" if name == "macros_file" else "file/below"}, tmp_path)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("RESEARCH = {'refernces': 'a.bib'}", "RESEARCH['refernces'] is not a setting; did you mean"),
        ("RESEARCH = {'live': 'no'}", "RESEARCH['live'] is 'no': write True or False"),
        ("RESEARCH = ['live']", "RESEARCH is ['live']: write a dictionary"),
        ("MATH_JAX = ['align']", "MATH_JAX is ['align']: write a dictionary"),
        ("MATH_JAX = {'tex_extensions': 'physics.js'}", "MATH_JAX['tex_extensions'] is 'physics.js': write"),
        ("PUBLICATIONS_SRC = 5", "PUBLICATIONS_SRC is 5: write a file"),
        ("MARKDOWN = ['extra']", "MARKDOWN is ['extra']: write a dictionary"),
        ("MARKDOWN = {'extensions': None}", "MARKDOWN['extensions'] is None: write a list"),
        ("SUMMARY_MAX_LENGTH = '50'", "SUMMARY_MAX_LENGTH is '50': write a whole number"),
        ("TYPOGRIFY_IGNORE_TAGS = None", "TYPOGRIFY_IGNORE_TAGS is None: write a list"),
    ],
)
def test_a_wrong_setting_ends_pelican_with_one_message(build: Build, settings: str, message: str) -> None:
    site = build(POST, settings)
    assert site.exit_code == 1
    assert message in site.log
    assert "Traceback" not in site.log
    assert len(site.log.strip().splitlines()) == 1


def test_no_bibliography_is_a_setting(build: Build, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    site = build({"post.md": POST["post.md"] + " [@@nobody]"}, "RESEARCH = {'references': []}")
    assert site.exit_code == 0
    assert "post.md:4: warning:" in site.log
    monkeypatch.chdir(site.root)
    assert main(["check"]) == 1  # the citation of nobody
    assert main(["add", "arXiv:1312.6114"]) == 1
    assert "RESEARCH['references'] names no file" in capfd.readouterr().err


def test_add_reports_a_wrong_setting(build: Build, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    site = build(POST, "RESEARCH = {'live': 'no'}")
    monkeypatch.chdir(site.root)
    assert main(["add", "arXiv:1312.6114"]) == 1
    assert capfd.readouterr().err == "RESEARCH['live'] is 'no': write True or False\n"
