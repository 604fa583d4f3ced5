import pytest
from hypothesis import given
from hypothesis import strategies as st
from research.core.text.segments import Edit, apply_edits, segments

# Pieces that make hard HTML when they are put together at random.
FRAGMENTS = st.sampled_from(
    r"""<p>|</p>|<a href='x>y'>|</a>|<code>|</code>|<script>|</script>|<!--|-->|<span class="math">|</span>|
        |\(|\)|$$|<|>|"|'|word |<svg/>|<br>|\begin{align}|\end{align}|&lt;|<math|é""".split("|")
)


def kinds(html: str) -> list[tuple[str, str]]:
    return [(kind.name, html[start:end]) for kind, start, end in segments(html)]


@given(st.lists(FRAGMENTS, max_size=20).map("".join))
def test_stretches_are_the_whole_html_in_order(html: str) -> None:
    found = list(segments(html))
    assert "".join(html[start:end] for _, start, end in found) == html
    assert all(start < end for _, start, end in found)


@pytest.mark.parametrize(
    ("html", "kind", "text"),
    [
        ("<p>read</p>", "PROSE", "read"),
        ("<a href='#'>read</a>", "LINK", "read"),
        ("<a href='#'>read <em>on</em></a>", "LINK", "on"),
        ("<code>x <b>y</b></code>", "VERBATIM", "<code>x <b>y</b></code>"),
        ("<pre><pre>x</pre></pre>", "VERBATIM", "<pre><pre>x</pre></pre>"),
        ("<script>if (a</b>c) '<p>'</script>", "VERBATIM", "<script>if (a</b>c) '<p>'</script>"),
        ("<SCRIPT>x</Script >y", "VERBATIM", "<SCRIPT>x</Script >"),
        ("<!-- <p>x</p> -->", "TAG", "<!-- <p>x</p> -->"),
        ("<p title='a > b'>x</p>", "TAG", "<p title='a > b'>"),
        ('<span class="math">\\(x\\)</span>', "FORMULA", '<span class="math">\\(x\\)</span>'),
        (
            "<span\nclass = 'big math'>\n\\(x\\)</span>",
            "FORMULA",
            "<span\nclass = 'big math'>\n\\(x\\)</span>",
        ),
        ("<p class='formula'>$$ x $$</p>", "FORMULA", "$$ x $$"),
        (r"<p>\(x\) and y</p>", "FORMULA", r"\(x\)"),
        (r"\begin{align*}x\\y\end{align*}", "FORMULA", r"\begin{align*}x\\y\end{align*}"),
        (r"<a href='x'>see \(x\)</a>", "FORMULA", r"\(x\)"),
        ("unclosed <code>x", "VERBATIM", "<code>x"),
        ("a < b and c > d", "PROSE", "a < b and c > d"),
    ],
)
def test_kind_of_a_stretch(html: str, kind: str, text: str) -> None:
    assert (kind, text) in kinds(html)


def test_prose_goes_on_behind_a_link_and_behind_code() -> None:
    html = "<a href='x'>in</a> after <code>c</code> end"
    assert [text for kind, text in kinds(html) if kind == "PROSE"] == [" after ", " end"]


def test_mathematics_is_not_a_class_named_math() -> None:
    assert kinds('<p class="mathematics">x</p>')[0][0] == "TAG"


def test_splice_takes_edits_in_any_order() -> None:
    assert apply_edits("abcdef", [Edit(4, 5, "X"), Edit(0, 2, "")]) == "cdXf"


def test_splice_refuses_edits_that_overlap() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcdef", [Edit(0, 3, ""), Edit(2, 4, "")])
