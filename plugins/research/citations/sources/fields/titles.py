"""Titles as a .bib file has them, with capitals → the form in which CSL wants them, without.

BibTeX's titles are written like headlines, and its styles take their capitals away, but for what
stands in braces. Styles of CSL only ever add capitals, so they take titles as in a sentence
(CSL 1.0.2, “Title and Sentence Case Conversion”).
"""

import re

from ....core.lazy import lazy_pattern

#: Protected text, such as “U-Net”; tags; and words, which may have parts.
TOKEN = lazy_pattern(
    r"(?P<protected><span class=\"nocase\">.*?</span>|\b[A-Z]-[A-Z]\w*)|(?P<tag><[^>]*>)|(?P<entity>&\w+;)"
    r"|(?P<word>[^\W\d_][\w’']*)|(?P<end>[:.?!—]+(?=[\s”’]|$))",
    re.DOTALL,
)
#: Of words as long as this, a headline has small ones for no reason but their kind.
LONG = 4
SMALL = frozenset(
    "from into with over under upon within without between through during toward towards".split()
)


def in_sentence_case(title: str) -> str:
    """Return the HTML `title` with capitals at its beginning, behind a colon and in names alone.

    A title of which most words begin small is so already. Words with capitals inside are names, and
    so is what braces have marked.
    """
    if not is_headline(title):
        return title
    is_first = True

    def smaller(token: re.Match[str]) -> str:
        nonlocal is_first
        word = token["word"]
        if word is None:
            is_first = (is_first and not token["protected"]) or bool(token["end"])
            return token[0]
        keeps, is_first = is_first, False
        is_name = word[1:] != word[1:].lower() or (len(word) == 1 and word != "A")
        return word if keeps or is_name else word.lower()

    return TOKEN.sub(smaller, title)


def is_headline(title: str) -> bool:
    """Return whether most of the words in `title` begin with capitals."""
    words = [token["word"] for token in TOKEN.finditer(title) if token["word"]][1:]
    long = [word for word in words if len(word) >= LONG and word not in SMALL]
    capitals = [word for word in long if word[0].isupper()]
    return 2 * len(capitals) > len(long)
