"""A file → pandoc's tree of it, by the program that pypandoc_binary brings or the machine has."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from ...core.extras import installing
from ...core.lazy import lazy_pattern
from ..report import Report
from ..tree import walk
from . import myst, quarto

TIMEOUT_SECONDS = 120
#: Ids are the author's alone; HTML stays as it is.
MARKDOWN = "markdown-auto_identifiers-native_divs-native_spans+raw_html+mark+emoji-yaml_metadata_block+alerts"
FORMATS = {
    ".tex": "latex+raw_tex",
    ".ipynb": "ipynb-auto_identifiers-native_divs-native_spans+raw_html+tex_math_dollars+citations+footnotes"
    "+raw_tex+header_attributes+link_attributes+fenced_code_attributes+table_captions+table_attributes+definition_lists",
    ".qmd": MARKDOWN,
    ".rmd": MARKDOWN,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".myst": MARKDOWN,
}
#: Tells that a Markdown file is MyST's.
MYST = lazy_pattern(r"^(?:`{3,}|:{3,})\{[\w:-]+\}|\{[\w:-]+\}`[^`]+`|^\([\w:.-]+\)=\s*$", re.MULTILINE)
#: A code cell of Quarto or R Markdown has a brace as well, but no option of MyST.
QUARTO_CELL = lazy_pattern(r"^`{3,}\{(?:python|r|julia|ojs|bash|mermaid|dot)\b", re.MULTILINE)
FRONT_MATTER = lazy_pattern(r"\A---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*\n", re.DOTALL)
#: What pandoc says that no author can act on.
QUIET = (
    "Not rendering RawInline",
    "Not rendering RawBlock",
    "Skipped",
    "Loaded",
    "Deprecated",
    "Reference not found",
)


class UnreadableArticleError(Exception):
    """A file that cannot be imported; the message says why and what to do."""


def program() -> str:
    """Return the path of pandoc."""
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError):
        found = shutil.which("pandoc")
    if not found:
        raise UnreadableArticleError(f"pandoc is not installed: {installing('import')}")
    return found


def read(path: Path, media: Path, report: Report) -> tuple[dict[str, Any], str]:
    """Return pandoc's tree of the file at `path`, and its front matter in YAML; images go to `media`."""
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise UnreadableArticleError(f"{path.name} is none of {', '.join(FORMATS)}")
    text, front = report.text, ""
    if FORMATS[kind] == MARKDOWN:
        if found := FRONT_MATTER.match(text):
            front, text = found["yaml"], text[found.end() :]
        if kind == ".myst" or (kind == ".md" and MYST.search(text) and not QUARTO_CELL.search(text)):
            text = myst.as_pandoc(text, report)
        text = quarto.as_pandoc(text)
    arguments = ["-f", FORMATS[kind], "-t", "json", "--verbose"]
    if kind == ".ipynb":
        arguments += [f"--extract-media={media}", "--ipynb-output=all"]
    done = run(arguments, text, path.parent)
    for line in done.stderr.splitlines():
        kind_of_line, _, message = line.partition("] ")
        if kind_of_line == "[WARNING" and not message.startswith(QUIET):
            report.add(f"pandoc: {message}")
    tree: dict[str, Any] = json.loads(done.stdout)
    return tree, front


def run(arguments: list[str], text: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Return what pandoc says of `text`; raise `UnreadableArticleError` where it refuses it."""
    try:
        done = subprocess.run(
            [program(), *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT_SECONDS,
            cwd=folder,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreadableArticleError(f"pandoc needs more than {TIMEOUT_SECONDS} s") from error
    if done.returncode:
        raise UnreadableArticleError(f"pandoc: {done.stderr.strip()[:500]}")
    return done


def of_latex(typed: str) -> list[Any]:
    """Return the blocks of LaTeX that stands in Markdown; none where pandoc does not understand all of it."""
    try:
        found = json.loads(run(["-f", "latex+raw_tex", "-t", "json"], typed, Path.cwd()).stdout)["blocks"]
    except UnreadableArticleError:
        return []
    is_raw = any(node["t"] in ("RawInline", "RawBlock") for node in walk(found))
    return [] if is_raw else list(found)


def as_html(blocks: list[Any], version: Any) -> str:
    """Return pandoc's HTML of `blocks`, such as a table that Markdown has no form for."""
    document = json.dumps({"pandoc-api-version": version, "meta": {}, "blocks": blocks})
    return run(["-f", "json", "-t", "html", "--mathjax"], document, Path.cwd()).stdout.strip()
