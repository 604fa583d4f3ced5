"""Source ↔ result: each ``NAME.md`` in tests/cases/citations becomes ``NAME.html``.

``python tests/test_citations_cases.py`` writes the results anew; read the difference before you commit it.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from parts import Document, cite
from research.citations.settings import Settings
from research.core.diagnostics import Severity

CASES = Path(__file__).parent / "cases" / "citations"
SETTINGS = Settings(references=(CASES / "references.bib",))
EXTENSIONS = ["extra", "admonition", "smarty", "research.citations.syntax.markdown"]


def published(source: Path) -> str:
    html = Markdown(extensions=EXTENSIONS, output_format="html").convert(source.read_text(encoding="utf-8"))
    (document,), _ = cite([Document(html, source)], SETTINGS)
    return document.html.strip() + "\n"


@pytest.mark.parametrize("source", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_case(source: Path) -> None:
    assert published(source) == source.with_suffix(".html").read_text(encoding="utf-8")


WORDS = st.lists(st.sampled_from("@vae a@b.c ( ] (1] x &amp; <i> </i> - ; \\ é \n".split(" ")))


@given(WORDS)
def test_what_is_no_citation_comes_out_byte_for_byte(words: list[str]) -> None:
    html = " ".join(words)
    (document,), faults = cite([Document(html, CASES / "post.md")], SETTINGS)
    assert document.html == html
    assert all(fault.severity is Severity.WARNING for fault in faults)  # what looks like a citation


@given(WORDS, WORDS)
def test_around_a_citation_all_is_as_it_was(before: list[str], after: list[str]) -> None:
    first, last = (" ".join(words) for words in (before, after))
    (document,), _ = cite([Document(f"{first} [@vae] {last}", CASES / "post.md")], SETTINGS)
    assert document.html.startswith(f'{first} <span class="citation">(<a href="#ref-vae"')
    assert f"</a>)</span> {last}\n<section" in document.html


if __name__ == "__main__":
    for case in CASES.glob("*.md"):
        case.with_suffix(".html").write_text(published(case), encoding="utf-8")
