"""The style sheet and the fonts of formulas set as CHTML: MathJax's own, of what the blog uses."""

import hashlib
import re
import shutil
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from .formulas import SetFormula
from .node import folder_of

FONT = re.compile(r'url\("(?P<package>@mathjax/[^/"]+)/(?P<path>[^"]+)"\)')
#: CHTML has its size in em, as if all texts had the x-height of MathJax's font: 0.442 em.
SIZE = 'mjx-container[jax="CHTML"]{font-size:2.2624ex}'
#: MathJax's lines have no height of their own, through a font that has none. Until that one has come the
#: page would stand otherwise and then move; so a font that the reader has lends its blank, and no height.
ZERO = "font-family: MJX-NCM-ZERO,"
FLAT = (
    '@font-face {font-family:MJX-FLAT;src:local("Arial"),local("Helvetica"),local("Roboto"),'
    'local("Liberation Sans"),local("Noto Sans"),local("DejaVu Sans"),local("Open Sans");'
    "ascent-override:0%;descent-override:0%;line-gap-override:0%;unicode-range:U+20}"
)


class StyleSheet:
    """One style sheet for all pages, of the rules that any formula of the blog needs.

    It is an `assets.Asset` in all but its origin.
    """

    #: What pages that need it have in their HTML before formulas are shown.
    marker = '<mjx-container data-key="chtml-'

    def __init__(self, formulas: Iterable[SetFormula]) -> None:
        self._rules = dict.fromkeys(rule for formula in formulas for rule in formula.rules)

    @cached_property
    def content(self) -> str:
        """The text of the style sheet, a rule a line."""
        rules = "\n".join([*self._rules, SIZE, FLAT])
        return rules.replace(ZERO, ZERO.replace("MJX", "MJX-FLAT, MJX"))

    @cached_property
    def address(self) -> str:
        """Where it is published: a name that changes with its content, beside the packages of its fonts."""
        return f"research/formulas.{hashlib.sha256(self.content.encode()).hexdigest()[:10]}.css"

    def tag(self, base: str) -> str:
        """Return the link to it from a page whose links begin with `base`."""
        return f'<link rel="stylesheet" href="{base}{self.address}">'

    def publish(self, output: Path) -> None:
        """Write it and the fonts that it names below `output`."""
        target = output / self.address
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        for font in FONT.finditer(self.content):
            copy = target.parent / font["package"] / font["path"]
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder_of(font["package"]) / font["path"], copy)
        target.write_text(self.content, encoding="utf-8")
