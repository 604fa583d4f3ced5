"""Images for those who share an article: its first figure above its title, named in the head of its page.

They are drawn when all files of the site are written, figures of models among them. A page without a
figure gets none, and neither does one that names an image of its own.
"""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.diagnostics import Diagnostic, Severity
from ..core.lazy import lazy_pattern
from ..core.part import Target
from ..core.post import Publication
from ..core.storage import files
from ..core.storage.assets import digest
from ..core.storage.cache import Cache
from ..core.text.addresses import local_path
from .identity import bare

if TYPE_CHECKING:
    from PIL import Image, ImageFont

IMAGE = lazy_pattern(r"<img\b(?P<attributes>[^>]*)>")
SOURCE = lazy_pattern(r'\ssrc="(?P<address>[^"]+)"')
SUFFIXES = {".png", ".webp", ".jpg", ".jpeg", ".gif"}
#: White ink on black, which pages show as ink on paper.
INK = "research-demo-ink"
HAS_OWN = 'property="og:image"'

#: Pixels, as the large sites show them (Open Graph protocol); below the figure stand title and site.
WIDTH, HEIGHT, FIGURE, MARGIN = 1200, 630, 350, 60
PAPER, TEXT, QUIET = "#fdfcfa", "#22252a", "#5a606a"
LARGE, SMALL, LINES = 64, 30, 2


@dataclass(frozen=True)
class Card:
    """What is drawn for one page, and where."""

    title: str
    site: str
    figure: Path
    is_ink: bool

    @property
    def address(self) -> str:
        """Where it is published."""
        return f"research/cards/{digest(repr((self.title, self.site, self.figure.name)).encode())}.png"

    def tags(self, root: str) -> str:
        """Return the tags of the page; addresses of the site begin with `root`."""
        return (
            f'<meta property="og:image" content="{escape(root + self.address)}">\n'
            f'<meta property="og:image:width" content="{WIDTH}">\n'
            f'<meta property="og:image:height" content="{HEIGHT}">\n'
            f'<meta property="og:image:alt" content="{escape(self.title)}">\n'
            '<meta name="twitter:card" content="summary_large_image">\n'
        )


def card(html: str, post: Publication, target: Target) -> Card | None:
    """Return the card of the page `html` of `post`; None where it has no figure that can be drawn."""
    if not post.root or HAS_OWN in html or not _can_draw():
        return None
    for found in IMAGE.finditer(html):
        source = SOURCE.search(found["attributes"])
        path = _path(source["address"], target) if source else None
        if path and path.suffix.lower() in SUFFIXES:
            return Card(bare(post.title), bare(post.site), path, INK in found["attributes"])
    return None


def draw(cards: Iterator[Card], output: Path, fonts: tuple[Path, ...], stored: Cache) -> Iterator[Diagnostic]:
    """Write the `cards` below `output`; yield a warning for a figure that is no image that Pillow reads."""
    area = stored.area("cards", Path(__file__).read_text("utf-8"))
    for card in cards:
        if not files.is_file(card.figure):
            continue
        content = card.figure.read_bytes()
        key = area.key([card.title, card.site, card.is_ink, digest(content), list(map(str, fonts[:1]))])
        drawn = area.get(key)
        if drawn is None:
            try:
                drawn = base64.b64encode(_drawn(card, content, fonts)).decode()
            except (OSError, ValueError) as error:
                message = f"cannot be drawn on the image by which its article is shared: {error}"
                yield Diagnostic(card.figure, None, message, Severity.WARNING)
                continue
            area.put(key, drawn)
        files.publish(output / card.address, base64.b64decode(drawn))


@cache
def _can_draw() -> bool:
    return find_spec("PIL") is not None


def _path(address: str, target: Target) -> Path | None:
    """Return the file that the page of `target` shows, if it is of the site."""
    path = local_path(address, target.page, target.base)
    return None if path is None else target.output / path


def _drawn(card: Card, content: bytes, fonts: tuple[Path, ...]) -> bytes:
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    sheet.paste(_figure(Image.open(BytesIO(content)), card.is_ink), (0, 0))
    pen = ImageDraw.Draw(sheet)
    large, small = _font(fonts, LARGE), _font(fonts, SMALL)
    if _has(large, card.title):
        for line, text in enumerate(_lines(card.title, large)):
            pen.text((MARGIN, FIGURE + 40 + line * LARGE * 1.2), text, fill=TEXT, font=large)
    if _has(small, card.site):
        pen.text((MARGIN, HEIGHT - MARGIN), card.site, fill=QUIET, font=small, anchor="ls")
    packed = BytesIO()
    sheet.quantize(128, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _figure(image: "Image.Image", is_ink: bool) -> "Image.Image":
    """Return the upper part of the figure, as wide as the card."""
    from PIL import Image, ImageChops, ImageOps

    full = image.convert("RGBA")
    paper = Image.new("RGBA", full.size, PAPER)
    shown = Image.alpha_composite(paper, full).convert("RGB")
    if is_ink:
        shown = ImageChops.multiply(ImageOps.invert(shown), paper.convert("RGB"))
    is_small = shown.width < WIDTH
    how = Image.Resampling.NEAREST if is_ink and is_small else Image.Resampling.LANCZOS
    return ImageOps.fit(shown, (WIDTH, FIGURE), how, centering=(0.5, 0))


def _font(fonts: tuple[Path, ...], size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    from PIL import ImageFont

    for font in fonts[:1]:
        return ImageFont.truetype(font, size)
    return ImageFont.load_default(size)


def _has(font: Any, text: str) -> bool:
    """Return whether `font` has all characters of `text`: boxes say nothing."""
    missing = bytes(font.getmask("\uffff"))
    return all(
        bytes(font.getmask(character)) != missing for character in set(text) if not character.isspace()
    )


def _lines(text: str, font: Any) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines if len(lines) <= LINES else [*lines[: LINES - 1], f"{lines[LINES - 1]} …"]
