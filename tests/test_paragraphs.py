"""What is taken out of paragraphs early comes out as what Markdown's inline patterns make of it."""

import markdown
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from markdown.util import ETX

PARTS = {
    "research.citations.syntax.markdown": "citations_in_text",
    "research.formulas.syntax.markdown": "math_in_text",
}

PIECES = (
    "$x$ $a_1 \\sim b$ $p(x | y)$ $ $5 \\$ \\(y\\) \\( $$z$$ \\[z\\] [@@key] [see@a;@b] [@key](url) "
    "[@key][id] [@key]: ![@key](i) ![$x$](i) [ ] ` `c` ``` | || - # > 1. "
    "* _ ** <b> <b title='$x$'> &lt; a b. @ \\ {: }"
).split()
TEXTS = st.lists(
    st.sampled_from((*PIECES, " ", " ", "\n", "\n\n", "    ", "\n    ", "|-|-|")), max_size=14
).map("".join)


def reader(*parts: str) -> markdown.Markdown:
    return markdown.Markdown(extensions=["extra", "toc", *parts])


@pytest.mark.parametrize("parts", [*((part,) for part in PARTS), tuple(PARTS)])
@given(text=TEXTS)
@settings(max_examples=300, deadline=None)
@example("| $5 | 6$ |\n|----|----|\n| $5|x$ | y |")
@example("- costs $5\n- or 7$ x")
@example("# Of $x$ and [@key] {: title='$x$'}")
@example("As [@key].\n\n[@key]: https://example.org")
@example("Of $a_1[@@key]$x$.")
@example(r"Of \[a[@@key]\], [@@key].")
def test_early_or_late(parts: tuple[str, ...], text: str) -> None:
    late = reader(*parts)
    for part in parts:
        late.preprocessors.deregister(PARTS[part])
    expected = late.convert(text)
    assume(ETX not in expected)  # Markdown has lost track of a placeholder, early or late
    assert reader(*parts).convert(text) == expected


@pytest.mark.parametrize("part", PARTS)
def test_text_needs_no_inline_pattern(part: str) -> None:
    text = "Of $x$ and [@key].\n\n# Of \\(y\\)"
    early = reader(part)
    early.inlinePatterns.deregister(PARTS[part].partition("_")[0].removesuffix("s"))
    assert early.convert(text) == reader(part).convert(text)
