"""What figures say: in every language all of it, with the same names to fill in."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from research.core import terms
from research.demos import words
from research.demos.kinds import kinds


def sentences(table: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    for name, text in table.items():
        if isinstance(text, str):
            yield f"{place}{name}", text
        else:
            yield from sentences(text, f"{place}{name}.")


def test_figures_speak_the_languages_of_the_citations() -> None:
    assert set(words.languages()) == set(terms.LANGUAGES)


@pytest.mark.parametrize("language", words.languages())
def test_a_language_has_all_sentences(language: str) -> None:
    english, found = dict(sentences(words.of("en").table)), dict(sentences(words.of(language).table))
    assert found.keys() == english.keys()
    for name, text in found.items():
        assert text.strip(), name
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[name])), name


def test_every_kind_that_can_be_interactive_has_words() -> None:
    for kind in kinds().values():
        if kind.describe:
            assert words.of("en").of_kind(kind.name)
            assert words.of("en").of_figure(kind.name)["hint"]


@pytest.mark.parametrize(("tag", "language"), [("de-AT", "de"), ("pt_BR", "pt"), ("ar", "en"), ("EN", "en")])
def test_of_a_tag_the_language_counts(tag: str, language: str) -> None:
    assert words.of(tag).language == language
