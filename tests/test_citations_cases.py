"""Source ↔ result: each ``NAME.md`` in tests/cases/citations becomes ``NAME.html``.

``python tests/test_citations_cases.py`` writes the results anew; read the difference before you commit it.
"""

from pathlib import Path

import pytest
from markdown import Markdown
from research import citations
from research.documents import Document
from research.settings import Settings

CASES = Path(__file__).parent / "cases" / "citations"
SETTINGS = Settings(references=(CASES / "references.bib",))
EXTENSIONS = ["extra", "admonition", "smarty", "research.citations.markdown"]


def published(source: Path) -> str:
    html = Markdown(extensions=EXTENSIONS, output_format="html").convert(source.read_text(encoding="utf-8"))
    (document,), _ = citations.cite([Document(html, source)], SETTINGS)
    return document.html.strip() + "\n"


@pytest.mark.parametrize("source", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_case(source: Path) -> None:
    assert published(source) == source.with_suffix(".html").read_text(encoding="utf-8")


if __name__ == "__main__":
    for case in CASES.glob("*.md"):
        case.with_suffix(".html").write_text(published(case), encoding="utf-8")
