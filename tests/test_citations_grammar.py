"""What stands in brackets is read as docs/citations.md says; what is no citation is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from research.citations.syntax.grammar import LABELS, Cite, parse
from research.citations.syntax.placeholders import find

ONE = {
    "[@key]": Cite("key"),
    "[@@key]": Cite("key", is_narrative=True),
    "[-@key]": Cite("key", suppress_author=True),
    "[see @key]": Cite("key", prefix="see"),
    "[@key, p. 3]": Cite("key", label="page", locator="3"),
    "[@@key, p. 3]": Cite("key", label="page", locator="3", is_narrative=True),
    "[@key p. 3]": Cite("key", label="page", locator="3"),
    "[@key, 33]": Cite("key", label="page", locator="33"),
    "[@key, pp. 33-35, 38 and elsewhere]": Cite("key", "", "page", "33-35, 38", "and elsewhere"),
    "[@key, pp. iv, vi-xi, (xv)-(xvii) with suffix]": Cite(
        "key", "", "page", "iv, vi-xi, (xv)-(xvii)", "with suffix"
    ),
    "[@key, §2]": Cite("key", label="section", locator="2"),
    "[@key, eq. (10)]": Cite("key", label="equation", locator="(10)"),
    "[@key, Fig. 3 and more]": Cite("key", "", "figure", "3", "and more"),
    "[@key, Part of it]": Cite("key", suffix=", Part of it"),
    "[@key, app. A]": Cite("key", label="appendix", locator="A"),
    "[@key, volumes 1 and 2]": Cite("key", label="volume", locator="1 and 2"),
    "[@key, part of it]": Cite("key", suffix=", part of it"),
    "[@key, note that]": Cite("key", suffix=", note that"),
    "[@key{ii, A; D-Z}, with a suffix]": Cite("key", "", "page", "ii, A; D-Z", ", with a suffix"),
    "[@key, {pp. iv} here]": Cite("key", "", "page", "iv", "here"),
    "[@key{}, 99 years later]": Cite("key", suffix=", 99 years later"),
    "[@DBLP:conf/nips/x_y+z-2.1, p. 3]": Cite("DBLP:conf/nips/x_y+z-2.1", label="page", locator="3"),
    "[@smith--2020]": Cite("smith--2020"),
    "[@émile_Ωmega]": Cite("émile_Ωmega"),
    "[@{any key; at all}]": Cite("any key; at all"),
    "[@key.]": Cite("key", suffix="."),
    "[see\n  @key,\n  p. 3]": Cite("key", prefix="see", label="page", locator="3"),
}
NONE = ["[]", "[@]", "[@@]", "[key]", "[me@example.org]", "[a; @b]", "[@a;]", r"[\@a]", "[@-a]", "[a.b@c.d]"]


@pytest.mark.parametrize(("source", "cite"), ONE.items(), ids=list(ONE))
def test_one_cite(source: str, cite: Cite) -> None:
    citation = parse(source)
    assert citation is not None
    assert citation.cites == (cite,)
    assert citation.source == source


@pytest.mark.parametrize("source", NONE)
def test_no_citation(source: str) -> None:
    assert parse(source) is None


def test_several() -> None:
    citation = parse("[see @a, pp. 33–35; -@b; also @@c, ch. 1]")
    assert citation is not None
    assert citation.cites == (
        Cite("a", prefix="see", label="page", locator="33–35"),
        Cite("b", suppress_author=True),
        Cite("c", prefix="also", label="chapter", locator="1", is_narrative=True),
    )
    assert not citation.is_narrative


@pytest.mark.parametrize(
    ("form", "label"), [(form, label) for label, forms in LABELS.items() for form in forms.split()]
)
def test_every_form_of_a_label(form: str, label: str) -> None:
    citation = parse(f"[@key, {form} 12]")
    assert citation is not None
    assert citation.cites == (Cite("key", label=label, locator="12"),)


def test_a_form_belongs_to_one_label() -> None:
    forms = [form for line in LABELS.values() for form in line.split()]
    assert len(forms) == len(set(forms))


@given(st.text(alphabet=st.characters(exclude_characters="[]", exclude_categories=["Cs"]), max_size=200))
def test_text_without_brackets_holds_no_citation(text: str) -> None:
    assert find(text) == []


@given(st.text(alphabet="[]@-;,. \\{}p3ab<>/&#64;\"'\n", max_size=60))
def test_what_is_found_is_what_was_typed(text: str) -> None:
    at = 0
    for mark in find(text):
        assert at <= mark.start < mark.end
        at = mark.end
        assert text[mark.start : mark.end].lstrip("\\")[0] == "["
