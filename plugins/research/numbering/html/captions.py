"""Numbers → the captions, titles and headings of a post."""

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from string import ascii_letters

from ...core.labels import Label
from ...core.lazy import lazy_pattern
from ...core.text.segments import Edit, apply_edits
from ..kinds import FIGURE, PROOF, Kinds, tables
from .elements import ATTRIBUTES, Element, images, is_figure
from .find import PREFIX, Form, Found

NUMBER_CLASS, SECTION_CLASS = "research-number", "research-section-number"
PARAGRAPH = lazy_pattern(r"\s*<p\b[^<>]*>")
CAPTION = lazy_pattern(r'<p class="(?:[^"]*\s)?caption(?:\s[^"]*)?">')
TITLE = lazy_pattern(
    r'<(?P<name>p|h[1-6]) class="(?:[^"]*\s)?(?:admonition-title|theorem-title)(?:\s[^"]*)?">'
    r"(?P<title>.*?)</(?P=name)>",
    re.DOTALL,
)
ID = lazy_pattern(r"""\s(?<![\w-])id\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)""", re.IGNORECASE)
CLASS = lazy_pattern(r"""(\sclass\s*=\s*["'])""", re.IGNORECASE)
IMAGE = lazy_pattern(rf"<img\b{ATTRIBUTES}>", re.IGNORECASE)
LINE_WITH_ID = lazy_pattern(rf"<(?:p|li|ol|ul|blockquote|pre)\b{ATTRIBUTES}>", re.IGNORECASE)
TITLE_ATTRIBUTE = lazy_pattern(r"""\s(?<![\w-])title\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)""", re.IGNORECASE)
LAST_PARAGRAPH = lazy_pattern(r"</p>\s*\Z")
#: Of a table of contents, in which headings are links.
CONTENTS = lazy_pattern(r'<div class="(?:toc|contents)\b[^<>]*>.*?</div>', re.DOTALL)
CONTENTS_LINK = lazy_pattern(r'<a [^<>]*?href="#(?P<id>[^"]+)"[^<>]*>')


class Captions:
    """Writes the numbers of what was found into `html`."""

    def __init__(self, html: str, kinds: Kinds, is_excerpt: bool = False) -> None:
        self.html = html
        self.kinds = kinds
        #: An excerpt stands on other pages too, where ids of the post may not be.
        self.is_excerpt = is_excerpt

    def written(self, numbered: Sequence[tuple[Found, str]]) -> str:
        """Return the HTML with the numbers."""
        panels: dict[Found, list[tuple[Found, str]]] = {}
        for found, number in numbered:
            if found.form is Form.PANEL and found.group:
                panels.setdefault(found.group, []).append((found, number))
        edits = [
            edit for found, number in numbered for edit in self._edits(found, number, panels.get(found, ()))
        ]
        return self._contents(apply_edits(self.html, edits), numbered) if edits else self.html

    def _edits(self, found: Found, number: str, panels: Sequence[tuple[Found, str]]) -> Iterable[Edit]:
        element = found.element
        match found.form:
            case Form.HEADING:
                return self._heading(found, number)
            case Form.BOX:
                return self._box(found, number)
            case Form.FIGURE:
                return self._figure(found, number, panels)
            case Form.IMAGES:
                return [Edit(element.start, element.end, self._images(found, number, panels))]
            case Form.TABLE:
                return self._table(found, number)
            case Form.LISTING:
                return [Edit(element.start, element.end, self._listing(found, number))]
        return ()

    def _number(self, found: Found, text: str) -> str:
        language = self.kinds.language
        apart = f' lang="{language}" dir="ltr"' if self.kinds.is_foreign else ""
        return f'<span class="{NUMBER_CLASS}"{apart}>{text}</span>'

    def _caption(self, found: Found, number: str) -> str:
        """Return what begins the caption of `found`; for a panel, its letter."""
        if not number:
            return ""
        if found.group:
            return self._number(found, f"({number.removeprefix(number.rstrip(ascii_letters))})")
        return self._number(found, self.kinds.caption(Label("", found.kind, number)))

    def _heading(self, found: Found, number: str) -> Iterator[Edit]:
        if number and not found.number:
            shown = f"{self.kinds.name(found.kind)} {number}" if number.isalpha() else number
            span = f'<span class="{SECTION_CLASS}">{shown}</span> '
            yield Edit(found.element.inside, found.element.inside, span)

    def _box(self, found: Found, number: str) -> Iterator[Edit]:
        element, kind = found.element, found.kind
        name = self.kinds.name(kind)
        label = self.kinds.title(Label("", kind, number)) if number else name
        title = TITLE.search(self.html, element.inside, element.close)
        yield from self._box_tag(found)
        if title and not any(
            one.start < title.start() < one.end for one in element.descendants if one.name == "div"
        ):
            typed = own_title(title["title"], (name, english_name(kind)))
            yield Edit(title.start("title"), title.end("title"), self._box_title(found, label, typed))
        else:
            span = self._box_title(found, label, "")
            yield Edit(element.inside, element.inside, f'\n<p class="admonition-title">{span}</p>')
        if kind == PROOF:
            yield self._end_of_proof(element)

    def _box_title(self, found: Found, label: str, typed: str) -> str:
        if not typed:
            return self._number(found, f"{label}.")
        if found.kind == PROOF and typed.lower().startswith(label.lower()):
            return f'<span class="{NUMBER_CLASS}">{typed.rstrip(".")}.</span>'
        return f"{self._number(found, label)} ({typed})."

    def _box_tag(self, found: Found) -> Iterator[Edit]:
        """Give a box its class, and the id that its author gave to a paragraph of it."""
        element = found.element
        tag = self.html[element.start : element.inside]
        new = CLASS.sub(r"\1research-theorem ", tag, count=1)
        if found.ids and not element.id and not self.is_excerpt:
            new = f'{new[:-1]} id="{escape(found.ids[0])}">'
            for line in LINE_WITH_ID.finditer(self.html, element.inside, element.close):
                id = ID.search(line[0])
                if id and re.search(rf"""=\s*["']?{re.escape(escape(found.ids[0]))}["']?\Z""", id[0]):
                    yield Edit(line.start() + id.start(), line.start() + id.end(), "")
                    break
        yield Edit(element.start, element.inside, new)

    def _end_of_proof(self, element: Element) -> Edit:
        sign = '<span class="research-qed">\N{NO-BREAK SPACE}∎</span>'
        last = LAST_PARAGRAPH.search(self.html, element.inside, element.close)
        if last:
            return Edit(last.start(), last.start(), sign)
        return Edit(element.close, element.close, f"<p>{sign}</p>\n")

    def _figure(self, found: Found, number: str, panels: Sequence[tuple[Found, str]]) -> Iterator[Edit]:
        element = found.element
        label = self._caption(found, number)
        caption = element.child("figcaption")
        if caption:
            yield self._into(caption.inside, caption.close, label, found.kind)
        elif typed := self._paragraph_caption(element):
            yield Edit(typed.end(), typed.end(), f"{label} " if label else "")
        elif label:
            text = self._titles(element) if not panels else ""
            name = "figcaption" if element.name == "figure" else "p"
            opening = name if element.name == "figure" else 'p class="caption"'
            yield Edit(element.close, element.close, f"<{opening}>{joined(label, text)}</{name}>\n")
        yield from self._panels(element, panels)

    def _paragraph_caption(self, element: Element) -> re.Match[str] | None:
        """Return the beginning of the caption that docutils wrote, if it is not one of a figure inside."""
        inner = [one for one in element.descendants if is_figure(one)]
        for found in CAPTION.finditer(self.html, element.inside, element.close):
            if not any(one.start < found.start() < one.end for one in inner):
                return found
        return None

    def _into(self, start: int, end: int, label: str, kind: str) -> Edit:
        """Put `label` in front of the caption that stands from `start` to `end`."""
        paragraph = PARAGRAPH.match(self.html, start, end)
        at = paragraph.end() if paragraph else start
        prefix = PREFIX.match(self.html, at, end)
        behind = prefix.end() if prefix else at
        if label and (typed := self._typed(kind).match(self.html, behind, end)):
            behind = typed.end()
        is_empty = not self.html[behind:end].replace("</p>", "").strip()
        return Edit(at, behind, label + ("" if is_empty or not label else " "))

    def _typed(self, kind: str) -> re.Pattern[str]:
        """Return the pattern of a number that an author typed into a caption, as “Figure 7:”."""
        names = {self.kinds.name(kind), english_name(kind), *(("Fig.",) if kind == FIGURE else ())}
        any_name = "|".join(re.escape(name) for name in sorted(filter(None, names)))
        return re.compile(rf"\s*(?:{any_name})(?:\s|&nbsp;)*\d+[a-z]?\s*[.:–—]\s*")

    def _titles(self, element: Element) -> str:
        """Return the title of the image of a figure, which is its caption where it has no other."""
        titles = [one.attributes.get("title", "") for one in element.descendants if one.name == "img"]
        for one in element.descendants:
            titles += [image.attributes.get("title", "") for image in images(self.html, one)]
        return escape(titles[0], quote=False) if len(titles) == 1 else ""

    def _panels(self, element: Element, panels: Sequence[tuple[Found, str]]) -> Iterator[Edit]:
        """Make figures of the images in a figure, and of the paragraphs of images a row each."""
        rows = [one for one in element.descendants if one.name == "images"]
        for found, number in panels:
            image = found.element
            yield Edit(image.start, image.end, self._panel(found, number))
        if panels:
            for row in rows:
                yield Edit(row.start, row.inside, '<div class="research-panels">\n')
                yield Edit(row.close, row.end, "</div>")

    def _panel(self, found: Found, number: str) -> str:
        image = found.element
        text = escape(image.attributes.get("title", ""), quote=False)
        tag = self._without_id(self.html[image.start : image.end], is_title_shown=bool(text))
        caption = joined(self._caption(found, number), text)
        return f"<figure{self._id(found)}>{tag}<figcaption>{caption}</figcaption></figure>"

    def _images(self, found: Found, number: str, panels: Sequence[tuple[Found, str]]) -> str:
        element = found.element
        label = self._caption(found, number)
        inner = (
            self.html[element.inside : element.close]
            if element.name == "images"
            else self.html[element.start : element.end]
        )
        offset = element.inside if element.name == "images" else element.start
        if panels:
            edits = [
                Edit(one.element.start - offset, one.element.end - offset, self._panel(one, of_panel))
                for one, of_panel in panels
            ]
            shown, text = f'<div class="research-panels">{apply_edits(inner, edits)}</div>', ""
        else:
            image = (images(self.html, element) or [element])[0]
            text = escape(image.attributes.get("title", ""), quote=False)
            shown = IMAGE.sub(lambda tag: self._without_id(tag[0], is_title_shown=bool(text)), inner, count=1)
        caption = joined(label, text)
        caption = f"<figcaption>{caption}</figcaption>\n" if caption else ""
        return f'<figure class="research-figure"{self._id(found)}>\n{shown}\n{caption}</figure>'

    def _table(self, found: Found, number: str) -> Iterator[Edit]:
        element = found.element
        label = self._caption(found, number)
        if caption := element.child("caption"):
            yield self._into(caption.inside, caption.close, label, found.kind)
        elif label:
            yield Edit(element.inside, element.inside, f"\n<caption>{label}</caption>")

    def _listing(self, found: Found, number: str) -> str:
        element = found.element
        code = self.html[element.start : element.end]
        opening = code[: element.inside - element.start]
        rest = code[len(opening) :]
        if not element.id and rest.lstrip().startswith("<code"):
            tag = rest[: rest.index(">") + 1]
            rest = ID.sub("", tag, count=1) + rest[len(tag) :]
        shown = ID.sub("", opening, count=1) + rest
        label = self._caption(found, number)
        title = escape(element.attributes.get("title", ""), quote=False)
        caption = f"<figcaption>{joined(label, title)}</figcaption>\n" if label or title else ""
        return f'<figure class="research-listing"{self._id(found)}>\n{shown}\n{caption}</figure>'

    def _id(self, found: Found) -> str:
        return f' id="{escape(found.ids[0])}"' if found.ids and not self.is_excerpt else ""

    def _without_id(self, tag: str, is_title_shown: bool = False) -> str:
        tag = ID.sub("", tag, count=1)
        return TITLE_ATTRIBUTE.sub("", tag, count=1) if is_title_shown else tag

    def _contents(self, html: str, numbered: Sequence[tuple[Found, str]]) -> str:
        """Put the numbers of headings into a table of contents."""
        numbers = {
            escape(id): number
            for found, number in numbered
            if found.form is Form.HEADING and number and not found.number
            for id in found.ids
        }
        if not numbers or 'href="#' not in html:
            return html

        def link(found: re.Match[str]) -> str:
            number = numbers.get(found["id"])
            return f'{found[0]}<span class="{SECTION_CLASS}">{number}</span> ' if number else found[0]

        return CONTENTS.sub(lambda contents: CONTENTS_LINK.sub(link, contents[0]), html)


def joined(label: str, text: str) -> str:
    """Return a label and the text behind it, of which either may be empty."""
    return f"{label} {text}".strip()


def own_title(typed: str, names: Iterable[str]) -> str:
    """Return the title of a box as its author `typed` it, without what our label says already."""
    for name in dict.fromkeys(names):
        found = re.fullmatch(
            rf"{re.escape(name)}\s*[\d.]*\s*[.:]?\s*(?:\((.*)\)\.?|)", typed, re.DOTALL | re.IGNORECASE
        )
        if found:
            return found[1] or ""
    return typed.strip()


def english_name(kind: str) -> str:
    """Return the title that tools give to a box without one: they know its class alone."""
    words = tables()["en"].get(kind, "")
    return words if isinstance(words, str) else str(words[0])
