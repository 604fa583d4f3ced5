from pathlib import Path

import pytest
from conftest import Build
from research.settings import Settings

ROOT = Path("/blog")


def test_defaults_are_resolved_against_the_root() -> None:
    settings = Settings.read({}, ROOT)
    assert settings.references == (ROOT / "content/references.bib",)
    assert settings.models == ROOT / "build/models"


def test_one_bibliography_needs_no_list() -> None:
    assert Settings.read({"references": "a.bib"}, ROOT).references == (ROOT / "a.bib",)


def test_an_unknown_key_raises_and_names_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"'refernces'.*did you mean “references”"):
        Settings.read({"refernces": "a.bib"}, ROOT)


def test_a_command_is_a_list_of_words() -> None:
    with pytest.raises(ValueError, match="list of words"):
        Settings.read({"build_model": "make {name}"}, ROOT)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"formulas": "html"}, "is one of"),
        ({"packages": ["phisics"]}, "did you mean “physics”"),
        ({"equation_numbers": "some"}, "is one of"),
        ({"inline_math": ["$", "$"]}, "is a list of pairs"),
        ({"display_math": [["$$", ""]]}, "is a list of pairs"),
        ({"macros_file": "macros.tex"}, "there is no file"),
    ],
)
def test_a_value_that_is_not_understood_raises(values: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Settings.read(values, ROOT)


def test_a_fault_in_the_settings_stops_the_build(build: Build) -> None:
    site = build({}, 'RESEARCH = {"refernces": "a.bib"}')
    assert site.exit_code != 0
    assert "did you mean “references”" in site.log
