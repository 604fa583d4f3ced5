"""What an author may write in a demo block, and where in a post a block may stand."""

import re
from collections.abc import Mapping
from pathlib import Path

import bundles
import markdown
import pytest
from conftest import Build, Site
from research.demos.syntax import canonical, fences, grammar
from research.demos.syntax.known import known_keys

HEAD = "Title: Post\nDate: 2026-01-01\n\n"
BLOCK = "```demo\nkind: samples\nmodel: small\nalt: Digits\nrows: 1\n```"
STILL = "RESEARCH = {'live': False}\n"


def posts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return a file for each of `texts`, with its name as title."""
    return {f"{name}.md": HEAD.replace("Post", name) + text for name, text in texts.items()}


def read(text: str) -> Mapping[str, str]:
    keys = grammar.read(text.splitlines(), known_keys())
    assert not keys.error
    return keys.values


def error(text: str) -> tuple[int, str]:
    keys = grammar.read(text.splitlines(), known_keys())
    return keys.error_line, keys.error


@pytest.mark.parametrize(
    "value",
    [
        "a: b",
        "Note: this",
        "a # b",
        "# a",
        "[@vae] and [@@iwae, p. 3]",
        "[link](https://example.org/a:b)",
        r"$p(z) = \exp(-z^2 / 2)$ \alpha \n",
        '“Digits”, "so to speak"',
        '"Digits" and "letters"',
        "it's 'so'",
        "*emphasis*, `code`, **bold**",
        "& < > {x} [a, b] %y @z !w",
        "- a",
        "null",
        "[demo]",
        "|a| > b",
        "~",
    ],
)
def test_values_are_plain_text(value: str) -> None:
    assert read(f"kind: samples\ncaption: {value}\nrows: 2") == {
        "kind": "samples",
        "caption": value,
        "rows": "2",
    }


@pytest.mark.parametrize(
    "line",
    [
        "[@vae], and the numbers are ours.",
        "[link](https://example.org).",
        "[demo]",
        "[DEFAULT]",
        "Note: this is one.",
        "https://example.org",
        "# of digits",
        "- a dash",
        '"quoted"',
        "a word",
        "Ratio: 3:4",
        "$x$: the pixels",
    ],
)
def test_a_caption_goes_on_without_indentation(line: str) -> None:
    assert read(f"caption: Digits\n{line}\nalt: Some\nkind: samples") == {
        "caption": f"Digits {line}",
        "alt": "Some",
        "kind": "samples",
    }


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Kind: samples\nALT: a", {"kind": "samples", "alt": "a"}),
        ("kind : samples\nrows:2", {"kind": "samples", "rows": "2"}),
        ("kind:\tsamples  \t\nalt:   a   b  ", {"kind": "samples", "alt": "a b"}),
        ("  kind: samples\n  alt: a\n    b", {"kind": "samples", "alt": "a b"}),
        ("between: 0-6,\n  3-8", {"between": "0-6, 3-8"}),
        ("caption: a\n  model: b\nkind: c", {"caption": "a model: b", "kind": "c"}),
        ("caption: a\n\n  b\n\nkind: c", {"caption": "a b", "kind": "c"}),
        ("caption: Digits\nRows: 2", {"caption": "Digits", "rows": "2"}),
        ("caption:\n  a\n  b", {"caption": "a b"}),
        ("caption:\na", {"caption": "a"}),
        ("caption: |\n  a: b\n  c\nkind: d", {"caption": "a: b c", "kind": "d"}),
        ("caption: >-\n  a\n\n  b", {"caption": "a b"}),
        ('alt: "Rows of digits"', {"alt": "Rows of digits"}),
        ("alt: 'It''s'", {"alt": "It's"}),
        (r'alt: "a \"b\" \alpha"', {"alt": r'a "b" \alpha'}),
        ('alt: "a\n  b"', {"alt": "a b"}),
        ('caption: |\n  "a"', {"caption": '"a"'}),
        ('id: "fig-a"\nrows: "2"', {"id": "fig-a", "rows": "2"}),
        ("", {}),
        ("id:", {"id": ""}),
    ],
)
def test_keys_and_values(text: str, values: dict[str, str]) -> None:
    assert read(text) == values


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("kind: samples\nkind: draw", 2, "“kind” stands twice"),
        ("caption: a\nModel: b\nmodel: c", 3, "“model” stands twice"),
        ("kind: samples\na word", 2, "“a word” is not of the form “key: value”"),
        ("kind: samples\n[demo]\nalt: a", 2, "“[demo]” is not of the form"),
        ("[demo]\nkind: samples", 1, "“[demo]” is not of the form"),
        ("caption: a\n\nText behind a fence that is missing.", 3, "end the block with its fence"),
        ("kind: samples\nal t: digits", 2, "“al t” is not a key"),
        ("kind: samples\ndemo-line: 7", 2, "“demo-line” is not a key"),
        ("kind = samples", 1, "“kind = samples” is not of the form"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(text: str, line: int, message: str) -> None:
    found, said = error(text)
    assert found == line
    assert message in said


def test_keys_around_an_error_are_kept() -> None:
    keys = grammar.read("[demo]\nkind: samples\na word\nalt: a".splitlines(), known_keys())
    assert keys.values == {"kind": "samples", "alt": "a"}


def indented(text: str, prefix: str) -> str:
    return "\n".join(prefix + line for line in text.split("\n"))


def in_markdown(text: str) -> list[canonical.Block]:
    html = markdown.markdown(text, extensions=["extra", "admonition", "research.demos.syntax.fence"])
    return canonical.blocks(html, Path("post.md"))


#: Where a block stands, and the element around its figure.
CONTAINERS = {
    "list": ("1. One\n\n{4}\n\n2. Two", "<li>"),
    "tight list": ("- One\n{4}\n- Two", "<li>"),
    "narrow list": ("- One\n\n{2}\n- Two", "<li>"),
    "list in list": ("- One\n    - Two\n\n{8}\n", "<li>"),
    "example of its own": ("- x\n- {0}", "<li>"),
    "quotation": ("> One\n{> }\n> Two", "<blockquote>"),
    "quotation in list": ("- One\n\n{    > }\n", "<blockquote>"),
    "list in quotation": ("> - One\n>\n{>     }\n", "<li>"),
    "admonition": ("!!! note\n    One\n\n{4}\n\nTwo", '<div class="admonition note">'),
    "admonition alone": ("!!! note\n{4}\n", '<div class="admonition note">'),
    "definition": ("Term\n:   One\n\n{4}\n", "<dd>"),
    "footnote": ("See[^1].\n\n[^1]: One\n\n{4}\n", '<li id="fn:1">'),
    "HTML": ('<div class="a" markdown="1">\n{0}\n</div>', '<div class="a">'),
    "three spaces": ("One\n\n{3}\n\nTwo", ""),
}


def placed(pattern: str) -> str:
    def block(found: "re.Match[str]") -> str:
        own = found[1]
        if own == "0" and pattern.startswith("- "):  # behind a list marker
            return indented(BLOCK, "  ").lstrip()
        return indented(BLOCK, " " * int(own) if own.isdigit() else own)

    return re.sub(r"\{([^}]+)\}", block, pattern)


def test_a_block_stands_in_any_container(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    extensions = "MARKDOWN = {'extensions': ['extra', 'admonition'], 'output_format': 'html5'}\n"
    texts = {f"p{number}": placed(pattern) for number, (pattern, _) in enumerate(CONTAINERS.values())}
    site = build(posts(texts), STILL + extensions)
    assert "error" not in site.log
    for name, (_, around) in zip(texts, CONTAINERS.values(), strict=True):
        before, figure, behind = site.read(f"{name}.html").partition('<figure class="research-demo"')
        assert figure
        assert 'alt="Digits"' in behind
        assert "```" not in before + behind
        inside = before.rpartition('<div class="entry-content">')[2]
        if around:
            assert inside.count(around) > inside.count(f"</{around[1:].split()[0].rstrip('>')}>"), name
    wrong = {name: text.replace("rows: 1", "rows: 0") for name, text in texts.items()}
    files = posts(wrong)
    log = build(files, STILL + extensions).log
    for name in wrong:
        lines = files[f"{name}.md"].split("\n")
        line = next(number for number, text in enumerate(lines, start=1) if "rows: 0" in text)
        assert f"/{name}.md:{line}: error: demo: “rows: 0”: write a whole number from 1 to 40" in log


def test_what_is_shown_as_code_stays_code() -> None:
    for text in (
        indented(BLOCK, "    "),
        f"- One\n\n{indented(BLOCK, '        ')}",
        f"One\n\n- Two\n\nThree\n\n{indented(BLOCK, '    ')}",
        f"````md\n{BLOCK}\n````",
        f"~~~\n{BLOCK}\n~~~",
        f"````md\n> ````\n\n{BLOCK}\n````",
        f"> ````\n{indented(BLOCK, '> ')}\n> ````",
        f"- One\n\n    ````\n{indented(BLOCK, '    ')}\n    ````",
    ):
        assert in_markdown(text) == []
        assert list(fences.scan(text.split("\n"))) == []


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("```demo", "```"),
        ("``` demo  ", "```  "),
        ("```Demo", "```"),
        ("```DEMO", "```"),
        ("```.demo", "```"),
        ("```{demo}", "```"),
        ("```{ .demo }", "```"),
        ("~~~demo", "~~~"),
        ("~~~ {.demo}", "~~~~"),
        ("`````demo", "`````"),
        ("   ```demo", "  ```"),
    ],
)
def test_fences_that_begin_a_demo(opening: str, closing: str) -> None:
    [block] = in_markdown(f"Before\n{opening}\nkind: samples\n{closing}\nafter")
    assert (block.keys["kind"], block.line, block.lines["kind"]) == ("samples", 2, 3)


SUSPECTS = [
    ("```demo samples\nalt: a\n```", 4, "“```demo samples” begins no demo"),
    ("One\n\n```demos\nalt: a\n```", 6, "“```demos” begins no demo"),
    ("```{demo #fig-a}\nalt: a\n```", 4, "“```{demo #fig-a}” begins no demo"),
    ("```demo:\nalt: a\n```", 4, "“```demo:” begins no demo"),
    ("~~~ {.demo .wide}\nalt: a\n~~~", 4, "begins no demo: write ~~~demo"),
    ("One\n\n```demo\nkind: samples\n\nTwo", 6, "has no end: write ```"),
    ("```demo\nkind: samples\n\n```python\nx\n```\n", 4, "has no end"),
    ("- One\n\n    ```demo\n    kind: samples\n\nTwo\n\n```\nx\n```", 6, "has no end"),
    ("> ````demo\n> kind: samples\n\nTwo", 4, "has no end: write ````"),
]


def test_what_looks_like_a_demo_is_told(build: Build) -> None:
    site = build(posts({f"p{number}": text for number, (text, _, _) in enumerate(SUSPECTS)}))
    assert site.exit_code == 0
    for number, (_, line, message) in enumerate(SUSPECTS):
        [reported] = [row for row in site.log.splitlines() if f"/p{number}.md:" in row]
        assert f"/p{number}.md:{line}: warning: demo: " in reported
        assert message in reported


def test_an_unclosed_block_takes_nothing_from_the_one_below() -> None:
    [block] = in_markdown(f"```demo\nkind: draw\n\nText.\n\n{BLOCK}")
    assert (block.keys["kind"], block.line) == ("samples", 6)


FAULTS = [
    ("md", "```demo\nkind: samples\nmodel: small\nrows: 0\n```", 7, "“rows: 0”"),
    ("md", "```demo\nkind: samples\nmodel: smal\nalt: a\n```", 6, "did you mean “small”"),
    ("md", "```demo\nkind: Sampels\n```", 5, "did you mean “samples”"),
    ("md", "```demo\nkind: samples\nmodel: small\n```", 4, "“alt” is missing"),
    ("md", "```demo\nmodel: small\n\nseeed: 1\nkind: samples\n```", 7, "did you mean “seed”"),
    ("md", "```demo\nkind: samples\nid: a b\n```", 6, "“id” holds a space"),
    ("md", "```demo\nkind: interpolation\npath: LINEAR\n```", 6, "did you mean “linear”"),
    ("md", "```demo\nkind: samples\ntemperature: nan\n```", 6, "write a number from 0.0 to 4.0"),
    ("md", "```demo\nkind: samples\nlive: maybe\n```", 6, "“live: maybe”"),
    ("md", "```demo\nkind: interpolation\nbetween: 3-\nmodel: small\nalt: a\n```", 6, "“between: 3-”"),
    ("md", "```demo\nkind: samples\n[demo]\n```", 6, "“[demo]” is not of the form"),
    (
        "md",
        '<figure data-demo="samples"\n  data-model="small"\n  data-rows="0"></figure>',
        6,
        "“rows: 0”",
    ),
    ("rst", ".. demo:: samples\n   :model: small\n   :alt: a\n   :rows: 0\n", 7, "“rows: 0”"),
    ("rst", "* One\n\n  .. demo:: samples\n     :rows: 0\n     :model: small\n", 7, "“rows: 0”"),
    ("rst", ".. demo::\n   :model: small\n", 4, "“kind” is missing"),
    (
        "rst",
        ".. demo:: samples\n   :model: small\n   alt\n",
        6,
        "“alt” is not of the form “:key: value”",
    ),
    ("rst", ".. demo:: samples\n   :alt: a\n   :Alt: b\n", 6, "“alt” stands twice"),
    ("rst", ".. demo:: samples\n   :caption: a\n\n   b\n", 5, "“caption” stands twice"),
]


def test_an_error_stands_on_the_line_of_its_key(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    files = {}
    for number, (kind, text, _, _) in enumerate(FAULTS):
        title = f"p{number}"
        head = f"{title}\n######\n\n" if kind == "rst" else HEAD.replace("Post", title)
        files[f"{title}.{kind}"] = head + text
    site = build(files, STILL + "DEFAULT_DATE = (2026, 1, 1)\n")
    for number, (kind, _, line, message) in enumerate(FAULTS):
        reported, *more = [row for row in site.log.splitlines() if f"/p{number}.{kind}:" in row]
        assert more == []
        assert f"/p{number}.{kind}:{line}: error: demo: " in reported
        assert message in reported


def test_a_caption_of_several_lines_is_published_whole(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    caption = 'caption: "Digits" that nobody wrote. The method is that of\n[@vae], and the numbers are ours.'
    text = BLOCK.replace("rows: 1", f'{caption}\nrows: 1\nid: "fig-a"').replace("Digits", "'Some digits'", 1)
    bib = "@book{vae, author={Kingma, D.}, title={T}, publisher={P}, year=2013}"
    site: Site = build({"post.md": HEAD + text + "\n\n[](#fig-a)", "references.bib": bib}, STILL)
    page = site.read("post.html")
    assert re.search(r'"Digits" that nobody wrote\. The method is that of <.*2013.*, and the numbers', page)
    assert 'alt="Some digits"' in page
    assert "Figure\N{NO-BREAK SPACE}1</a>" in page
    assert "error" not in site.log


class Counted(list[str]):
    """Lines that count how often they are looked at."""

    looks = 0

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().__getitem__(index)


@pytest.mark.parametrize(
    "unit",
    ["```demo\nkind: a\n", "```a\n", "- a\n\n    ```b\n", "    ```b\n", "> ```demo\n> x\n", "~~~~demo\n"],
)
def test_fences_that_never_end_are_looked_at_a_few_times_each(unit: str) -> None:
    lines = Counted(f"- a\n\n{unit * 500}\nend\n```\n~~~~".split("\n"))
    list(fences.scan(lines))
    assert lines.looks < 6 * len(lines)
