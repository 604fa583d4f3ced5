"""How many processor tests of the CSL project pass through the reader, the grammar and the styles.

    python campaigns/csl.py TEST-SUITE [--only WORD] [--failures]

TEST-SUITE is a checkout of https://github.com/citation-style-language/test-suite. The items of each test are
read from a file of CSL-JSON, its citations are written in Markdown's syntax and parsed, and its style formats
them. Not counted are tests of what an author cannot write: positions, abbreviations and languages that only
a program can set, and prefixes that the grammar reads as part of something else. Tags are compared as the
plugin publishes them. Prints a table and judges nothing.
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))

from research.citations.sources.library import Library
from research.citations.styles.csl import CslStyle
from research.citations.styles.sanitize import clean
from research.citations.styles.typeset import Request, StyleError, Typeset
from research.citations.syntax.grammar import Citation, parse
from research.core.storage.cache import Cache

SECTION = re.compile(r">>=+ ([A-Z0-9-]+) =+>>\n(.*?)\n?<<=+ \1 =+<<", re.DOTALL)
#: Sections for which Markdown has no syntax.
PROGRAMS_ONLY = frozenset("ABBREVIATIONS BIBENTRIES BIBSECTION LANGPARAMS MULTIAFFIX OPTIONS".split())
#: Properties of a cite for which Markdown has no syntax.
PROGRAMS_ONLY_CITE = frozenset("author-only position near-note".split())
RESULT = re.compile(r"^(?:>>|\.\.)\[\d+\] ", re.MULTILINE)
LINKS = re.compile(r' ?<span class="reference-links">.*?</span>')


class NotWritableError(Exception):
    """An author cannot write what the test needs."""


@dataclass(frozen=True)
class Case:
    """One test."""

    name: str
    sections: Mapping[str, str]

    @property
    def is_bibliography(self) -> bool:
        """Whether it is about the reference list."""
        return self.sections["MODE"].strip().startswith("bibliography")


def cases(suite: Path, only: str) -> Iterator[Case]:
    """Yield the tests of `suite` whose names contain `only`."""
    for path in sorted((suite / "processor-tests" / "humans").glob("*.txt")):
        if only in path.stem:
            yield Case(path.stem, dict(SECTION.findall(path.read_text(encoding="utf-8"))))


def citations(case: Case) -> list[Citation]:
    """Return the citations of `case` as the grammar reads them. Raises `NotWritableError`."""
    sections = case.sections
    if "CITATIONS" in sections:
        final: dict[str, Mapping[str, Any]] = {}
        order: list[str] = []
        for citation, before, after in json.loads(sections["CITATIONS"]):
            final[citation["citationID"]] = citation
            order = [*(name for name, _ in before), citation["citationID"], *(name for name, _ in after)]
        clusters = [(final[name]["citationItems"], final[name].get("properties", {})) for name in order]
    elif "CITATION-ITEMS" in sections:
        clusters = [(cites, {}) for cites in json.loads(sections["CITATION-ITEMS"])]
    else:
        items = json.loads(sections["INPUT"])
        if not all("id" in item for item in items):
            raise NotWritableError("items without ids")
        clusters = [([{"id": item["id"]} for item in items], {})]
    return [_citation(cites, properties) for cites, properties in clusters]


def _citation(cites: list[Mapping[str, Any]], properties: Mapping[str, Any]) -> Citation:
    mode = properties.get("mode", "")
    if mode not in ("", "composite") or "infix" in properties:
        raise NotWritableError(f"mode {mode}")
    parts = []
    for number, cite in enumerate(cites):
        if unwritable := PROGRAMS_ONLY_CITE.intersection(name for name in cite if cite[name]):
            raise NotWritableError(", ".join(unwritable))
        signs = "@@" if mode and not number else "-@" if cite.get("suppress-author") else "@"
        locator = f"{{{cite.get('label', 'page')} {cite['locator']}}}" if cite.get("locator") else ""
        prefix, suffix = (_markdown(cite.get(name, "")) for name in ("prefix", "suffix"))
        parts.append(f"{prefix}{' ' if prefix else ''}{signs}{{{cite['id']}}}{locator}{suffix}")
    source = f"[{'; '.join(parts)}]"
    found = parse(source)
    if found is None or len(found.cites) != len(cites):
        raise NotWritableError(f"syntax {source}")
    for cite, ours in zip(cites, found.cites, strict=True):
        locator, wanted = ours.locator, str(cite.get("locator", "")).strip()
        if (ours.key, locator) != (str(cite["id"]), " ".join(wanted.split())):
            raise NotWritableError(f"locator {source}")
    return found


def _markdown(html: str) -> str:
    """Return the Markdown of a prefix or suffix. Raises `NotWritableError`."""
    text = re.sub(r"</?b>", "**", re.sub(r"</?i>", "*", html))
    if "<" in text or ";" in text:
        raise NotWritableError(f"affix {html}")
    return text.rstrip() if html is text and not html.startswith(" ") else text.strip(" ")


def run(case: Case) -> tuple[str, str, str]:
    """Return the outcome of `case`, what was expected and what came."""
    if unwritable := PROGRAMS_ONLY.intersection(case.sections):
        return "not writable", ", ".join(unwritable), ""
    try:
        cited = citations(case)
    except NotWritableError as error:
        return "not writable", str(error), ""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "items.json").write_text(case.sections["INPUT"], encoding="utf-8")
        (folder / "style.csl").write_text(case.sections["CSL"], encoding="utf-8")
        library = Library([folder / "items.json"])
        if missing := {cite.key for citation in cited for cite in citation.cites if cite.key not in library}:
            return "not writable", f"no items {', '.join(missing)}", ""
        language = ElementTree.fromstring(case.sections["CSL"]).get("default-locale", "en-US")
        style = CslStyle(folder / "style.csl", language, Cache(folder / "cache"))
        try:
            (typeset,) = style.typeset([Request(cited, {key: library[key] for key in library})])
        except StyleError as error:
            return "failed", "", str(error)
    if isinstance(typeset, StyleError):
        return "failed", "", str(typeset)
    expected, found = (
        _readable(clean(RESULT.sub("", case.sections["RESULT"]))),
        _readable(_result(case, typeset)),
    )
    return "passed" if expected == found else "failed", expected, found


def _result(case: Case, typeset: Typeset) -> str:
    if case.is_bibliography:
        return "\n".join(LINKS.sub("", reference.html) for reference in typeset.references)
    return "\n".join("".join(piece.html for piece in pieces) for pieces in typeset.citations)


def _readable(html: str) -> str:
    """Return `html` with the tags that the plugin publishes, and spaces as a browser shows them."""
    html = re.sub(r"</?a\b[^>]*>", "", html)
    lines = (" ".join(unescape(line).split(" ")).strip() for line in html.splitlines())
    return "\n".join(line for line in lines if line)


def main() -> None:
    """Run the tests, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("suite", type=Path, help="a checkout of the test suite")
    parser.add_argument("--only", default="", metavar="WORD", help="tests whose names contain it")
    parser.add_argument("--failures", action="store_true", help="print what was expected and what came")
    given = parser.parse_args()
    found = list(cases(given.suite, given.only))
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(zip(found, threads.map(run, found), strict=True))
    for case, (outcome, expected, came) in outcomes:
        if outcome == "failed" or (given.failures and outcome == "not writable"):
            print(f"{outcome:14}{case.name}")
            if given.failures:
                print(f"--- expected\n{expected}\n--- came\n{came}\n")
    for outcome, count in sorted(Counter(outcome for _, (outcome, *_) in outcomes).items()):
        print(f"{outcome:14}{count:5}")


if __name__ == "__main__":
    main()
