"""The frame below the caption of a figure: what stands in it stays on the page, and feeds go without."""

import re

from ...core.lazy import lazy_pattern
from ...core.text.guarded import substitute
from ..words import Words

CLASS = "research-about"
NOTE = lazy_pattern(rf'\n<div class="{CLASS}".*?</div>', re.DOTALL)


def framed(note: str, words: Words) -> str:
    """Return the frame around `note`, in which an interactive figure has the button that copies a link."""
    return f'\n<div class="{CLASS}" lang="{words.language}" dir="ltr">{note}</div>'


def without(html: str) -> str:
    """Return `html` without notes, as feed readers are to have it."""
    return substitute(NOTE, "", html, "</div>") if CLASS in html else html
