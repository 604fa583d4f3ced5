"""How far a .bib file is read and formatted as by pandoc.

    python campaigns/pandoc.py items FILE… [--differences]
    python campaigns/pandoc.py references FILE… [--style chicago-author-date] [--differences]

`items` compares the items of CSL-JSON that pandoc and this plugin make of each entry; `references` compares
the reference lists. Pandoc is the one of the package pypandoc_binary. Prints a table and judges nothing.
"""

import argparse
import difflib
import html
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pypandoc

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))

from research.citations.sources.fields.languages import is_english
from research.citations.sources.fields.titles import in_sentence_case
from research.citations.sources.library import Library
from research.citations.styles import csl
from research.citations.styles.author_date import AuthorDate
from research.citations.styles.typeset import Request, Typeset
from research.citations.syntax.grammar import Citation, Cite
from research.core.storage.cache import Cache

#: What this plugin adds to an item for itself.
OURS = frozenset("headline pdf arxiv id".split())
LINKS = re.compile(r' ?<span class="reference-links">.*?</span>')


def pandoc(arguments: Sequence[str], text: str, folder: Path) -> str:
    """Return what pandoc makes of `text`."""
    command = [pypandoc.get_pandoc_path(), *arguments]
    return subprocess.run(
        command, input=text, capture_output=True, text=True, check=True, timeout=120, cwd=folder
    ).stdout


def theirs(text: str, folder: Path) -> dict[str, Mapping[str, Any]]:
    """Return pandoc's items by key."""
    found = pandoc(["-f", "biblatex", "-t", "csljson"], text, folder)
    return {item["id"]: item for item in json.loads(found)}


def comparable(value: Any) -> Any:
    """Return a form of `value` in which what looks alike is equal."""
    if isinstance(value, Mapping):
        parts = {name: comparable(part) for name, part in value.items() if name not in OURS}
        return {name: part for name, part in parts.items() if part not in ("", None)}
    if isinstance(value, list):
        return [comparable(part) for part in value]
    text = re.sub(r'class="smallcaps"', 'style="font-variant:small-caps;"', str(value))
    text = re.sub(r'<span class="nocase">(.*?)</span>', r"\1", text)
    text = html.unescape(text).replace("’", "'").replace("\u202f", " ").replace("\u2006", " ")
    return " ".join(re.sub(r"[“”]", '"', text).replace("\xa0", " ").split())


def ours(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the `item` of an entry as the processor gets it."""
    if item.get("headline") and is_english(item.get("language", "")):
        return {**item, **{name: in_sentence_case(item[name]) for name in csl.HEADLINES if item.get(name)}}
    return item


def compare_items(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield key, our item and pandoc's of each entry."""
    library = Library([path])
    for key, item in theirs(path.read_text(encoding="utf-8"), path.parent).items():
        entry = library.get(key)
        mine, other = comparable(ours(entry.item) if entry else {}), comparable(item)
        yield key, _lines(mine), _lines(_of_titles(other, mine))


def _of_titles(other: Mapping[str, Any], mine: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `other` with our capitals in titles that differ in nothing else.

    Pandoc takes capitals away from the titles of books and series too, and puts them into subtitles.
    """
    same = (name for name in other if "title" in name and name in mine)
    return {**other, **{name: mine[name] for name in same if mine[name].lower() == other[name].lower()}}


def _lines(item: Mapping[str, Any]) -> str:
    return "\n".join(
        f"{name}: {json.dumps(item[name], ensure_ascii=False, sort_keys=True)}" for name in sorted(item)
    )


def compare_references(path: Path, style: str) -> Iterator[tuple[str, str, str]]:
    """Yield key, our reference and pandoc's of each entry in the `style`."""
    library = Library([path])
    keys = [key for key in theirs(path.read_text(encoding="utf-8"), path.parent) if key in library]
    request = Request([Citation((Cite(key),), "") for key in keys], {key: library[key] for key in keys})
    with tempfile.TemporaryDirectory() as name:
        file = csl.find("chicago-author-date" if style == "author-date" else style, path.parent)
        if style == "author-date":
            made: Any = AuthorDate("en")
        else:
            made = csl.CslStyle(file, "en-US", Cache(Path(name)))
        (typeset,) = made.typeset([request])
        assert isinstance(typeset, Typeset), typeset
        mine = {reference.key: LINKS.sub("", reference.html) for reference in typeset.references}
        post = f"---\nbibliography: {path}\ncsl: {file}\nnocite: '@*'\nlang: en-US\n---\n"
        answer = pandoc(["-f", "markdown", "-t", "html", "--citeproc", "--wrap", "none"], post, Path(name))
    found = re.findall(r'(?s)<div id="ref-(.*?)" class="csl-entry".*?>(.*?)</div>', answer)
    others = {html.unescape(key): text for key, text in found}
    for key in keys:
        yield key, _plain(mine.get(key, "")), _plain(others.get(key, ""))


def _plain(reference: str) -> str:
    """Return the `reference` without links, in the tags that both have."""
    reference = re.sub(r"</?(?:a|span|div)\b[^>]*>", "", reference)
    reference = re.sub(r"<(/?)em>", r"<\1i>", re.sub(r"<(/?)strong>", r"<\1b>", reference))
    return comparable(reference)


def main() -> None:
    """Compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("items", "references"))
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    parser.add_argument("--style", default="chicago-author-date", help="else %(default)s")
    parser.add_argument("--differences", action="store_true", help="print them")
    given = parser.parse_args()
    equal = total = 0
    for path in given.files:
        try:
            compared = list(
                compare_items(path.resolve())
                if given.what == "items"
                else compare_references(path.resolve(), given.style)
            )
        except subprocess.CalledProcessError as error:
            print(f"{path}: pandoc: {error.stderr.strip()}")
            continue
        for key, mine, other in compared:
            total, equal = total + 1, equal + (mine == other)
            if mine != other and given.differences:
                difference = difflib.unified_diff(
                    other.splitlines(), mine.splitlines(), "pandoc", "ours", n=0
                )
                print(f"{path.name}: {key}", *list(difference)[2:], "", sep="\n")
    print(f"{equal} of {total} {given.what} equal")


if __name__ == "__main__":
    main()
