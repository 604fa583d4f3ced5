"""Fonts for readers: of MathJax's, the characters that a blog has, joined in as few files as can hold them.

A font of ours holds characters of several of MathJax's, as long as no two of these have the same one: a
script L and a roman L need two. So a page asks for two or three files where MathJax has a dozen.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Any

from ...core.storage.cache import Cache
from ..typesetting.mathjax import versions

#: Characters of MathJax's fonts, by the paths of their files.
Characters = Mapping[Path, Iterable[str]]

BLANK = " "
#: In thousandths of an em, how far an outline in the quadratic curves of TrueType may be from that in the
#: cubic ones of MathJax's fonts, which are sent in an eighth more bytes.
ERROR = 0.5
MODIFIED = "Parts of fonts of MathJax, joined. "


class FontMaker:
    """Makes fonts, or takes them from the `cache`.

    Raises `importlib.metadata.PackageNotFoundError` where fonttools or brotli is not installed.
    """

    def __init__(self, cache: Cache) -> None:
        self._area = cache.area(
            "fonts",
            repr([version("fonttools"), version("brotli"), versions()]),
            Path(__file__).read_text("utf-8"),
        )

    def make(self, characters: Characters) -> bytes:
        """Return a font in WOFF2 that has these `characters` and a blank, as high as the first of its fonts.

        The same characters give the same bytes.
        """
        key = self._area.key([[path.name, sorted(chars)] for path, chars in characters.items()])
        known = self._area.get(key)
        if known is None:
            known = base64.b64encode(_join(characters)).decode()
            self._area.put(key, known)
        return base64.b64decode(known)


def layers(characters: Mapping[str, set[str]]) -> list[list[str]]:
    """Return the fonts that have these `characters`, in as few groups as have none of them twice."""
    found: list[tuple[list[str], set[str]]] = []
    for font, chars in sorted(characters.items(), key=lambda item: (-len(item[1]), item[0])):
        for group, taken in found:
            if taken.isdisjoint(chars):
                group.append(font)
                taken |= chars
                break
        else:
            found.append(([font], set(chars)))
    return [group for group, _ in found]


def unicode_range(characters: Iterable[str]) -> str:
    """Return `characters` as a style sheet names them (CSS Fonts 4, section 4.5)."""
    return ",".join(_runs(sorted(set(map(ord, characters)))))


def _runs(codes: Iterable[int]) -> Iterator[str]:
    for _, run in groupby(enumerate(codes), key=lambda item: item[1] - item[0]):
        first, *rest = (code for _, code in run)
        yield f"U+{first:X}-{rest[-1]:X}" if rest else f"U+{first:X}"


@dataclass
class _Glyphs:
    """Outlines and widths by name of glyph, and the names by character."""

    outlines: dict[str, Any] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)

    def take(self, font: Any, characters: Iterable[str]) -> None:
        """Take those of `characters` that `font` has."""
        from fontTools.pens.cu2quPen import Cu2QuPen
        from fontTools.pens.ttGlyphPen import TTGlyphPen

        glyphs, names = font.getGlyphSet(), font.getBestCmap()
        for code in sorted({ord(character) for character in characters} & names.keys()):
            name = self.names[code] = f"u{code:X}"
            pen = TTGlyphPen(None)
            glyphs[names[code]].draw(Cu2QuPen(pen, ERROR, reverse_direction=True))
            self.outlines[name], self.widths[name] = pen.glyph(), font["hmtx"][names[code]][0]


def _join(characters: Characters) -> bytes:
    from fontTools.ttLib import TTFont

    glyphs = _Glyphs()
    fonts = [TTFont(path) for path in characters]
    for font, chars in zip(fonts, characters.values(), strict=True):
        glyphs.take(font, {*chars, BLANK} if font is fonts[0] else {*chars} - {BLANK})
    return _assemble(glyphs, MODIFIED + fonts[0]["name"].getDebugName(0), fonts[0])


def _assemble(glyphs: _Glyphs, copyright: str, model: Any) -> bytes:
    """Return the font of these glyphs, as high as the font `model`."""
    from fontTools.fontBuilder import FontBuilder

    up, down = model["hhea"].ascent, model["hhea"].descent
    builder = FontBuilder(model["head"].unitsPerEm)
    builder.setupGlyphOrder([".notdef", *glyphs.outlines])
    builder.setupCharacterMap(glyphs.names)
    builder.setupGlyf({".notdef": _box(), **glyphs.outlines})
    left = {name: getattr(outline, "xMin", 0) for name, outline in builder.font["glyf"].glyphs.items()}
    builder.setupHorizontalMetrics({name: (glyphs.widths.get(name, 0), left[name]) for name in left})
    builder.setupHorizontalHeader(ascent=up, descent=down)
    builder.setupOS2(sTypoAscender=up, sTypoDescender=down, usWinAscent=up, usWinDescent=-down)
    builder.setupNameTable({"copyright": copyright}, mac=False)
    builder.setupPost(keepGlyphNames=False)
    builder.font.recalcTimestamp = False  # the same bytes at any time
    builder.font["head"].created = builder.font["head"].modified = model["head"].created
    builder.font.flavor = "woff2"
    file = BytesIO()
    builder.save(file)
    return file.getvalue()


def _box() -> Any:
    """Return the glyph for characters that a font lacks. Browsers refuse a font without any outline."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for corner in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(corner)
    pen.closePath()
    return pen.glyph()
