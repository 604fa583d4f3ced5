"""What Markdown made of a file is cached: only files are parsed again whose reading would be another."""

import ast
from collections.abc import Iterator
from pathlib import Path

from conftest import Build
from research.adapter.reading.readings import ROOT, sources
from research.parts import PARTS

#: Notes the first words of each text that Markdown parses.
COUNTING = """
from pathlib import Path
import markdown

def register():
    old = markdown.Markdown.convert
    def convert(self, text):
        with Path("parsed").open("a") as file:
            file.write(text.split("\\n")[0] + "\\n")
        return old(self, text)
    markdown.Markdown.convert = convert
"""
#: Lets formulas fail besides.
FAILING = """    from research.formulas.syntax import delimiters
    def raising(match):
        raise LookupError("sabotage")
    delimiters.in_latex = raising
"""
POSTS = {
    "a.md": "Title: A\nDate: 2026-01-01\nSummary: *s* $x$\nMath: svg\n\n$x$ [@@k], ~~~\n",
    "b.md": "Title: B\nDate: 2026-01-01\n\n## H\n\n!!! theorem\n    $y$\n",
    "c.md": 'Title: C\nDate: 2026-01-01\n\n```{.python include="code.py"}\n```\n',
    "/code.py": "first = 1\n",
}
SETTINGS = """
PLUGINS = ["counting", "research"]
PLUGIN_PATHS += ["more"]
"""


def test_a_file_is_parsed_again_where_its_reading_would_be_another(build: Build, tmp_path: Path) -> None:
    parsed = tmp_path / "parsed"

    def built(files: dict[str, str], settings: str = "") -> tuple[list[str], list[str]]:
        """Return the pages, and what was parsed for them."""
        parsed.unlink(missing_ok=True)
        site = build(files, SETTINGS + settings)
        texts = parsed.read_text().splitlines() if parsed.exists() else []
        return [site.read(f"{name}.html") for name in "abc"], sorted(texts)

    first, texts = built(POSTS | {"/more/counting.py": COUNTING})
    assert texts == ["*s* $x$", "Title: A", "Title: B", "Title: C"]
    again, texts = built({"/code.py": "second = 2\n"})
    assert texts == ["Title: C"]  # it includes that file
    assert again[:2] == first[:2]
    assert "second" in again[2]
    changed, texts = built({"b.md": POSTS["b.md"].replace("$y$", "$z$")})
    assert texts == ["Title: B"]
    assert changed[0] == first[0]
    assert changed[1] != first[1]
    _, texts = built({}, "FORMATTED_FIELDS = ['summary', 'math']\n")
    assert texts == ["*s* $x$", "Title: A", "Title: B", "Title: C", "svg"]
    back, texts = built({"b.md": POSTS["b.md"], "/code.py": POSTS["/code.py"]})
    assert texts == ["Title: C"]
    assert back == first
    code = (
        "MARKDOWN = {'extension_configs': {'markdown.extensions.toc': {'slugify': lambda text, sign: 'h'}}}\n"
    )
    _, texts = built({}, code)
    assert len(texts) == 4  # what a function does is not known
    built({"a.md": f"{POSTS['a.md']}more\n", "/more/counting.py": COUNTING + FAILING})
    _, texts = built({"/more/counting.py": COUNTING})
    assert "Title: A" in texts  # a reading with an error is not kept


def imported(path: Path) -> Iterator[Path]:
    """Yield the modules of ours that the module at `path` imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for candidate in (folder, *(folder / alias.name for alias in node.names)):
                if (module := candidate.with_suffix(".py")).is_file():
                    yield module


def test_all_modules_that_read_decide_readings() -> None:
    names = [name for part in PARTS for name in part.readers(part.settings_type(), {}).markdown]
    found = {ROOT.joinpath(*name.split(".")[1:]).with_suffix(".py") for name in names}
    assert len(found) > 4
    left = list(found)
    while left:
        new = {*imported(left.pop())} - found
        found |= new
        left += new
    assert ROOT / "core" / "boundary.py" in found
    assert found <= {*sources(names)}
