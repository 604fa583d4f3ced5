"""Fenced code with an id: ```` ```{.python #lst-bound caption="The bound"} ````."""

from ...core.lazy import lazy_pattern

OPENING = lazy_pattern(
    r"(?P<fence>`{3,}|~{3,})[ \t]*(?P<word>[\w+#.-]*)[ \t]*\{(?P<attributes>[^\n]*)\}[ \t]*"
)
FENCE = lazy_pattern(r"(?P<fence>`{3,}|~{3,})")
ID = lazy_pattern(r"(?:^|(?<=\s))#(?P<id>[^\s}]+)[ \t]*")
CAPTION = lazy_pattern(r"""\b(?:caption|title)\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)')[ \t]*""")


def with_captions(lines: list[str]) -> list[str]:
    """Return `lines` with the ids and captions of fenced code in paragraphs of their own below it."""
    found: list[str] = []
    caption = fence = ""
    for line, closing in zip(lines, closings(lines), strict=True):
        if fence:
            found.append(line)
            if line.rstrip() == fence:
                found += ["", caption, ""] if caption else []
                caption = fence = ""
        elif closing:
            fence = closing
            line, caption = _opened(line)
            found.append(line)
        else:
            found.append(line)
    return found


def closings(lines: list[str]) -> list[str]:
    """Return for each line the fence that closes the block which it opens; empty where it opens none."""
    last: dict[str, int] = {}
    for number, line in enumerate(lines):
        if FENCE.fullmatch(line.rstrip()):
            last[line.rstrip()] = number
    openings = (FENCE.match(line) for line in lines)
    return [
        opening["fence"] if opening and last.get(opening["fence"], -1) > number else ""
        for number, opening in enumerate(openings)
    ]


def _opened(line: str) -> tuple[str, str]:
    """Return the opening `line` of a fence without its id and caption, and the paragraph that has them."""
    opening = OPENING.fullmatch(line)
    id = ID.search(opening["attributes"]) if opening else None
    if not opening or not id:
        return line, ""
    attributes = ID.sub("", opening["attributes"], count=1)
    caption = CAPTION.search(attributes)
    text = (caption["double"] or caption["single"] or "") if caption else ""
    attributes = CAPTION.sub("", attributes, count=1).strip()
    word = opening["word"]
    if word and attributes:
        attributes, word = f".{word} {attributes}", ""
    rest = f"{{{attributes}}}" if attributes else word
    return f"{opening['fence']}{rest}", f": {text} {{#{id['id']}}}"
