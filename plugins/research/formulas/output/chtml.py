"""The style sheet and the fonts of formulas typeset as CHTML: MathJax's own, of what the blog uses."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import ClassVar

from ...core.extras import installing
from ...core.lazy import lazy_pattern
from ...core.post import Post
from ...core.storage.assets import digest
from ...core.storage.cache import Cache
from ...core.text import placeholders
from ..syntax.find import TypesetFormula
from ..typesetting.mathjax import folder_of
from .fonts import BLANK, FontMaker, layers, unicode_range
from .page import PART, ids

FORMAT = "chtml-"
#: What pages that need the style sheet have in their HTML before formulas are shown.
MARKER = f'{placeholders.sign(PART)} {placeholders.ID}="{FORMAT}'
FACE = lazy_pattern(
    r'@font-face\{font-family:(?P<family>[^;]+);src:url\("(?P<package>@mathjax/[^/"]+)/(?P<path>[^"]+)"\)[^}]*\}'
)
FAMILY = lazy_pattern(r"\bMJX-[\w-]+")
#: Rules of a character, and of what were attributes of style.
UNORDERED = ("mjx-c.", ".mjx-")
#: One page in so many has what the blog's common files hold.
COMMON = 4
#: CHTML has its size in em, as if all texts had the x-height of MathJax's font: 0.442 em.
SIZE = 'mjx-container[jax="CHTML"]{font-size:2.2624ex}'
#: MathJax's lines have no height of their own, through a font that has none. Until that one has come the
#: page would stand otherwise and then move; so a font that the reader has lends its blank, and no height.
ZERO = "font-family:MJX-NCM-ZERO,"
FLAT = (
    '@font-face{font-family:MJX-FLAT;src:local("Arial"),local("Helvetica"),local("Roboto"),'
    'local("Liberation Sans"),local("Noto Sans"),local("DejaVu Sans"),local("Open Sans");'
    "ascent-override:0%;descent-override:0%;line-gap-override:0%;unicode-range:U+20}"
)
CREDIT = (
    "/* MathJax (Apache License 2.0: formulas/LICENSE); fonts: New Computer Modern,"
    " Antonis Tsolomitis (GUST Font License) */"
)
WHOLE = (
    "readers of formulas in CHTML are sent MathJax's whole fonts, some 200 kB; to cut them down to what"
    " this blog uses"
)


def style_sheet(
    formulas: Mapping[str, TypesetFormula], posts: Sequence[Post], cache: Cache
) -> tuple["StyleSheet", str]:
    """Return the style sheet of those of the `formulas`, by key, that `posts` have.

    Without the packages that cut fonts down it has them whole; the second thing returned then says so.
    """
    keys = dict.fromkeys(key for post in posts for text in post.texts for key in ids(text.html))
    used = [formulas[key] for key in keys if key in formulas and formulas[key].rules]
    pages = [[formulas[key] for key in ids(post.body.html) if key.startswith(FORMAT)] for post in posts]
    try:
        maker = FontMaker(cache)
    except PackageNotFoundError:
        return StyleSheet(used), f"{WHOLE}: {installing('chtml')}" if used else ""
    return StyleSheet(used, pages, maker), ""


class StyleSheet:
    """One style sheet for all pages, of the rules that any formula of the blog needs.

    It is an `assets.StyleSheetFile` in all but its origin.
    """

    marker = MARKER
    is_script: ClassVar[bool] = False

    def __init__(
        self,
        formulas: Sequence[TypesetFormula],
        pages: Sequence[Sequence[TypesetFormula]] = (),
        maker: FontMaker | None = None,
    ) -> None:
        """Take the `formulas` of the blog and those of each of its `pages`; without `maker`, whole fonts."""
        rules = dict.fromkeys(rule for formula in formulas for rule in formula.rules)
        self._faces = {face["family"]: face for rule in rules if (face := FACE.match(rule))}
        #: Where none can win over another, in the order of letters: so they compress better.
        self._rules = sorted(
            (rule for rule in rules if not FACE.match(rule)),
            key=lambda rule: rule if rule.startswith(UNORDERED) else "",
        )
        self._formulas = formulas
        self._pages = pages
        self._maker = maker
        #: The fonts that we made, by their place beside the style sheet.
        self._fonts: dict[str, bytes] = {}

    @cached_property
    def content(self) -> str:
        """The text of the style sheet, a rule a line."""
        rules, faces = self._rules, [face[0] for face in self._faces.values()]
        if self._maker:
            names, faces = self._cut_down(self._maker)
            rules = [FAMILY.sub(lambda family: names.get(family[0], family[0]), rule) for rule in rules]
        text = "\n".join([CREDIT, *rules, *faces, SIZE, FLAT])
        return text.replace(ZERO, ZERO.replace("MJX", "MJX-FLAT,MJX"))

    @cached_property
    def address(self) -> str:
        """Where it is published: a name that changes with its content, beside the folder of its fonts."""
        return f"research/formulas.{digest(self.content.encode())}.css"

    def tag(self, base: str) -> str:
        """Return the link to it from a page whose links begin with `base`."""
        return f'<link rel="stylesheet" href="{base}{self.address}">'

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the fonts that it names, and then the style sheet."""
        address = self.address  # which makes the fonts
        folder = address.rpartition("/")[0]
        yield from ((f"{folder}/{place}", font) for place, font in self._fonts.items())
        for face in () if self._fonts else self._faces.values():
            yield f"{folder}/{face['package']}/{face['path']}", _file_of(face).read_bytes()
        yield f"{folder}/formulas/LICENSE", (folder_of("mathjax") / "LICENSE").read_bytes()
        yield address, self.content.encode()

    def _cut_down(self, maker: FontMaker) -> tuple[dict[str, str], list[str]]:
        """Return our names for MathJax's fonts, and the rules that bring ours.

        They are the blog's, not a page's: of a hundred posts of one field a page needs 8 kB of fonts, and
        all of them together 9 kB, which a reader who goes on to a second post has. What few pages have is
        in files of its own: a browser fetches a file when a page has a character of its range.
        """
        everywhere, common = _characters(self._formulas), self._common()
        names: dict[str, str] = {}
        rules = [
            self._rule(family, {family: {BLANK}}, maker) for family in self._faces if family not in everywhere
        ]
        for number, group in enumerate(layers(everywhere), 1):
            name = f"MJX-{number}"
            names |= dict.fromkeys(group, name)
            files = [{family: everywhere[family] & common[family] for family in group}]
            files += [{family: everywhere[family] - common[family]} for family in group]
            files = [
                held for file in files if (held := {name: chars for name, chars in file.items() if chars})
            ]
            rules += [self._rule(name, file, maker, is_part=len(files) > 1) for file in files]
        return names, rules

    def _common(self) -> Mapping[str, set[str]]:
        """Return of each font the characters that at least every fourth page has."""
        pages = [_characters(page) for page in self._pages]
        counts = Counter((font, char) for page in pages for font in page for char in page[font])
        common = defaultdict(set)
        for (font, char), count in counts.items():
            if COMMON * count >= len(pages):
                common[font].add(char)
        return common

    def _rule(
        self, name: str, characters: Mapping[str, set[str]], maker: FontMaker, is_part: bool = False
    ) -> str:
        """Return the rule that brings a file with these `characters` as the font `name`, or as part of it."""
        font = maker.make({_file_of(self._faces[font]): chars for font, chars in characters.items()})
        place = f"formulas/{digest(font)}.woff2"
        self._fonts[place] = font
        part = f";unicode-range:{unicode_range(set().union(*characters.values()))}" if is_part else ""
        return f'@font-face{{font-family:{name};src:url("{place}") format("woff2"){part}}}'


def _characters(formulas: Iterable[TypesetFormula]) -> dict[str, set[str]]:
    """Return the characters that `formulas` have of each font that they have any of."""
    found: dict[str, set[str]] = defaultdict(set)
    for formula in formulas:
        for rule, characters in formula.rules.items():
            if characters and (face := FACE.match(rule)):
                found[face["family"]] |= {*characters} - {BLANK}
    return {font: chars for font, chars in found.items() if chars}


def _file_of(face: re.Match[str]) -> Path:
    return folder_of(face["package"]) / face["path"]
