"""Typefaces of text, from files of fonts: cut down to the characters of the blog, and linked by each page.

A page says by `unicode-range` which characters a file has, so that one for rare letters is not asked for in
vain. It paints at once: a face that is late is used from the next page on (``font-display: optional``), since
text that changes its face moves.
"""

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any, ClassVar

from ..core.storage.assets import digest
from ..core.storage.cache import Cache

#: What theme and author may type without it standing in a post when the fonts are cut.
COMMON = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("\u00a0·–—‘’“”…")
NORMAL = 400
#: The bit of OS/2.fsSelection.
ITALIC = 1
#: Kerning and ligatures, marks, and figures that stand on the line or below it.
FEATURES = ["kern", "liga", "mark", "mkmk", "ccmp", "locl", "lnum", "tnum"]


@dataclass(frozen=True)
class Face:
    """One file of a font, cut down; names and properties are its own."""

    family: str
    style: str
    weight: int
    unicode_range: str
    content: bytes

    @cached_property
    def address(self) -> str:
        """Where it is published."""
        name = "-".join(self.family.lower().split())
        return f"research/{name}-{self.weight}-{self.style}.{digest(self.content)}.woff2"

    @property
    def has_letters(self) -> bool:
        """Whether it has the letters of English, as the file of most texts does."""
        return "U+20-7E" in self.unicode_range

    @property
    def rule(self) -> str:
        """The rule of a style sheet beside it."""
        return (
            f'@font-face{{font-family:"{self.family}";font-style:{self.style};font-weight:{self.weight};'
            f'font-display:optional;src:url({self.address.partition("/")[2]}) format("woff2");'
            f"unicode-range:{self.unicode_range}}}"
        )


class Faces:
    """The style sheet of the faces in `paths`, cut to `characters`; all pages link it."""

    #: Of pages: what a theme writes for programs, as robots.txt, has no head.
    marker = ("</head", "</HEAD", "<body", "<BODY")
    is_script: ClassVar[bool] = False

    def __init__(self, paths: Sequence[Path], characters: Iterable[str], cache: Cache) -> None:
        self._paths = paths
        self._characters = COMMON | set(characters)
        self._cache = cache

    @cached_property
    def faces(self) -> list[Face]:
        """The faces of which there is anything left, in the order of their files."""
        area = self._cache.area("faces", repr([version("fonttools"), version("brotli"), FEATURES]))
        contents = [path.read_bytes() for path in self._paths]
        key = area.key([list(map(digest, contents)), sorted(self._characters)])
        known = area.get(key)
        if known is None:
            area.put(key, known := list(_cut(contents, self._characters)))
        return [
            Face(family, style, weight, codes, base64.b64decode(content))
            for family, style, weight, codes, content in known
        ]

    @cached_property
    def content(self) -> bytes:
        """The style sheet."""
        return "\n".join(face.rule for face in self.faces).encode()

    @cached_property
    def address(self) -> str:
        """Where the style sheet is published."""
        return f"research/faces.{digest(self.content)}.css"

    def tag(self, base: str) -> str:
        """Return the links to the style sheet, and to the faces of texts; others come where they are used."""
        fonts = (
            f'<link rel="preload" href="{base}{face.address}" as="font" type="font/woff2" crossorigin>\n'
            for face in self.faces
            if face.weight == NORMAL and face.has_letters
        )
        return f'{"".join(fonts)}<link rel="stylesheet" href="{base}{self.address}">'

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the style sheet and the fonts."""
        yield self.address, self.content
        yield from ((face.address, face.content) for face in self.faces)


def _cut(contents: Sequence[bytes], characters: Iterable[str]) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield what a `Face` has, its content in base64, of each font that adds `characters` to its face."""
    from fontTools.ttLib import TTFont

    taken: dict[tuple[str, str, int], set[int]] = defaultdict(set)
    for content in contents:
        font = TTFont(BytesIO(content), recalcTimestamp=False)  # the same bytes at any time
        names, properties = font["name"], font["OS/2"]
        style = "italic" if properties.fsSelection & ITALIC else "normal"
        traits = (names.getDebugName(16) or names.getDebugName(1), style, properties.usWeightClass)
        codes = set(map(ord, characters)) & font.getBestCmap().keys() - taken[traits]
        if codes:
            taken[traits] |= codes
            yield (*traits, _range(sorted(codes)), base64.b64encode(_packed(font, codes)).decode())


def _packed(font: Any, codes: Iterable[int]) -> bytes:
    """Return `font` with the characters `codes` alone, as WOFF2."""
    from fontTools.subset import Options, Subsetter

    options = Options(
        layout_features=FEATURES, hinting=False, desubroutinize=True, name_IDs=[0, 1, 2, 13, 14]
    )
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(packed := BytesIO(), reorderTables=False)
    return packed.getvalue()


def _range(codes: Iterable[int]) -> str:
    """Return `codes` as a style sheet names them (CSS Fonts 4, section 4.5)."""
    runs = [
        [code for _, code in run] for _, run in groupby(enumerate(codes), key=lambda item: item[1] - item[0])
    ]
    return ",".join(f"U+{run[0]:X}" + (f"-{run[-1]:X}" if len(run) > 1 else "") for run in runs)
