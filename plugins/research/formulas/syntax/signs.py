r"""Signs of formulas that their author escaped: nobody who looks for formulas in HTML is to see them.

Until a page is written they are character references (HTML, section 13.5) with zeros that no author writes,
so that `shown` leaves alone what an author wrote as a reference.
"""

from ...core.lazy import lazy_pattern

START = "&#0000"
REFERENCE = lazy_pattern(rf"{START}(36|92);")
BACKSLASH = f"{START}92;"


def hidden(signs: str) -> str:
    """Return `signs`, dollars and backslashes, as references."""
    return "".join(f"{START}{ord(sign)};" for sign in signs)


def shown(html: str) -> str:
    """Return `html` with the signs that were `hidden` in it."""
    return REFERENCE.sub(lambda found: chr(int(found[1])), html) if START in html else html
