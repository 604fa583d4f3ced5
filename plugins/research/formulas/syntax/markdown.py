r"""Markdown with formulas → HTML whose formulas stand in elements of class ``math``.

pelican-render-math reads them. Its pattern takes prices for formulas and tears a matrix out of the formula
around it, so that one is replaced by those of `delimiters`. ``\$`` is a dollar. GitHub's forms are read as
well: ``$`x`$`` and a fenced block ``math`` (GitHub Docs, “Writing mathematical expressions”).
"""

import re
from collections.abc import Sequence
from html import escape
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.util import AtomicString
from pelican.plugins.render_math.pelican_mathjax_markdown_extension import (
    PelicanMathJaxCorrectDisplayMath,
    PelicanMathJaxExtension,
)

from ...core.boundary import GuardedExtension
from ...core.lazy import lazy_pattern
from ...core.text.markdown import Paragraphs, spans_cells
from ...core.text.segments import Edit, apply_edits, segments
from ..settings import format_said
from . import delimiters, escapes, github, signs
from .delimiters import DOLLARS, Delimiters
from .find import find_formulas
from .protected import Protected

#: Of raw HTML in running text.
MATH_ELEMENT = r"<(?P<name>span)\b[^<>]*\bclass\s*=\s*[\"']?(?:[^\"'<>]*\s)?math\b[^<>]*>[^<]*</(?P=name)>"
HEADINGS = frozenset(f"h{level}" for level in range(1, 7))
#: An id behind a displayed formula; and in it, what gives it lines with numbers, or a label of its own.
QUARTO_ID = lazy_pattern(r"\{:?[ \t]*#([\w:.-]+)[ \t]*\}")
NUMBERED = lazy_pattern(
    r"\\(?:label|tag|notag|begin\{(?:equation|align|gather|multline|flalign|alignat|eqnarray)\b)"
)
ESCAPE = lazy_pattern(r"\\(.)")
BLOCK_TAG, TEXT_TAG = '<div class="math">', '<span class="math">'


def makeExtension(**options: Any) -> "MathExtension":  # noqa: N802 (Markdown's name for it)
    """Return the extension: Markdown calls this when it finds the name of this module."""
    return MathExtension(**options)


class MathExtension(GuardedExtension, PelicanMathJaxExtension):  # type: ignore[misc]
    """The extension of pelican-render-math, with patterns that know prices, and without scripts."""

    part = "formulas"

    def __init__(
        self,
        inline: delimiters.Pairs = delimiters.INLINE,
        display: delimiters.Pairs = delimiters.DISPLAY,
        off: bool = False,
        **options: Any,
    ) -> None:
        self.config: dict[str, list[Any]] = {}  # theirs would be shared by all extensions
        PelicanMathJaxExtension.__init__(self, {"mathjax_script": "", "auto_insert": False, **options})
        self.delimiters = Delimiters.of(inline, display)
        self.off = off

    def processors(self, md: Markdown) -> None:
        """Register the patterns with `md`."""
        PelicanMathJaxExtension.extendMarkdown(self, md)
        md.inlinePatterns.deregister("mathjax_displayed")
        md.inlinePatterns.deregister("mathjax_inlined")
        guarded = self.guarded
        md.treeprocessors.deregister("mathjax_correctdisplayedmath")
        md.treeprocessors.register(guarded(DisplayedMath(self, md)), "mathjax_correctdisplayedmath", 15)
        # Behind code (190), unless formulas look like it, and before escapes (180), as theirs.
        md.inlinePatterns.register(guarded(EscapedDelimiter(self.delimiters.escaped, md)), "math_escape", 184)
        rare = [Rare("math_element", 186, ("<span",), guarded(MathElement(MATH_ELEMENT, md)))]
        if pairs := escapes.pairs_of(self.delimiters.inline, self.delimiters.display):
            notes = escapes.Notes(md, "math_escapes")
            md.postprocessors.register(guarded(notes), "math_escapes", 0)
            openings = tuple(opening for opening, _ in pairs)
            rare.append(Rare("math_escapes", 183, openings, guarded(EscapedMath(pairs, notes, self))))
        if DOLLARS in self.delimiters.inline:
            rare.append(Rare("math_github", 196, ("$`",), guarded(GithubMath(md, self))))
        md.preprocessors.register(guarded(RarePatterns(md, rare)), "math_rare", 28)
        in_backticks = any("`" in sign for sign in self.delimiters.signs)
        md.inlinePatterns.register(guarded(MathProcessor(md, self)), "math", 195 if in_backticks else 185)
        # Before fenced code (25), with which it has the fences in common.
        md.preprocessors.register(guarded(MathFences(md, self)), "math_fences", 26)
        # Behind fenced code and raw HTML (20).
        md.preprocessors.register(guarded(MathBlocks(md, self)), "math_blocks", 15)
        md.preprocessors.register(guarded(MathInText(md, self)), "math_in_text", 14)
        # Before raw HTML is put back (30).
        md.postprocessors.register(guarded(RawMath(md, self)), "raw_math", 35)

    def is_off(self, md: Markdown) -> bool:
        """Say whether the front matter that `md` has just read, or else the blog, turns formulas off."""
        chosen = getattr(md, "Meta", {}).get("math")
        return format_said(" ".join(chosen)) == "off" if chosen else self.off


class Rare(NamedTuple):
    """A pattern that few texts need: its name, its priority, and the signs of which such a text has one."""

    name: str
    priority: int
    signs: tuple[str, ...]
    pattern: InlineProcessor


class RarePatterns(Preprocessor):
    """Registers the patterns that a text needs: Markdown tries each registered one on every piece of it."""

    def __init__(self, md: Markdown, rare: Sequence[Rare]) -> None:
        super().__init__(md)
        self.rare = rare

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines`."""
        text = "\n".join(lines)
        for name, priority, needing, pattern in self.rare:
            is_needed = any(sign in text for sign in needing)
            if is_needed and name not in self.md.inlinePatterns:
                self.md.inlinePatterns.register(pattern, name, priority)
            elif not is_needed:
                self.md.inlinePatterns.deregister(name, strict=False)
        return lines


class EscapedDelimiter(InlineProcessor):
    """An escaped delimiter → signs that are hidden until the page is written."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int] | tuple[None, None, None]:
        """Return the stored signs, and from where to where in `data` the escape stands."""
        if Protected.of(data).covers(m.start()):
            return None, None, None
        return self.md.htmlStash.store(signs.hidden(ESCAPE.sub(r"\1", m[0]))), m.start(), m.end()


class MathElement(InlineProcessor):
    """An element of class ``math`` in running text: raw HTML, stored as it is."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        """Return the stored element, and from where to where in `data` it stands."""
        return self.md.htmlStash.store(m[0]), m.start(), m.end()


class EscapedMath(InlineProcessor):
    r"""TeX between ``\(`` and ``\)`` where these are escapes of Markdown: it stays, and is noted."""

    def __init__(self, pairs: delimiters.Pairs, notes: escapes.Notes, extension: MathExtension) -> None:
        super().__init__(escapes.pattern(pairs), notes.md)
        self.notes = notes
        self.extension = extension

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[None, None, None]:
        """Note what reads as TeX; return that it is no construct."""
        if escapes.is_suspect(m["tex"]) and not self.extension.is_off(self.md):
            self.notes.add(m)
        return None, None, None


class GithubMath(InlineProcessor):
    """GitHub's form of a formula in running text → an element of class ``math``."""

    def __init__(self, md: Markdown, extension: MathExtension) -> None:
        super().__init__(r"(?!)", md)
        self.compiled_re: Any = github.Inline()
        self.extension = extension

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int] | tuple[None, None, None]:
        """Return the element, and from where to where in `data` the formula stands."""
        if self.extension.is_off(self.md):
            return None, None, None
        element = Element("span", {"class": "math"})
        element.text = AtomicString(rf"\({m['tex']}\)")
        return element, m.start(), m.end()


class MathProcessor(InlineProcessor):
    """A formula in running text → an element of class ``math``."""

    def __init__(self, md: Markdown, extension: MathExtension) -> None:
        super().__init__(r"(?!)", md)
        self.compiled_re: Any = extension.delimiters.any
        self.extension = extension

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[Element, int, int] | tuple[None, None, None]:
        """Return the element, and from where to where in `data` the formula stands."""
        if self.extension.is_off(self.md):
            return None, None, None
        element = Element("span" if delimiters.is_inline(m) else "div", {"class": "math"})
        element.text = AtomicString(delimiters.in_latex(m))
        return element, m.start(), m.end()


class DisplayedMath(PelicanMathJaxCorrectDisplayMath):  # type: ignore[misc]
    """Takes displayed formulas out of paragraphs; in a heading, which is one line, they are none."""

    def __init__(self, extension: MathExtension, md: Markdown) -> None:
        super().__init__(extension)
        self.md = md  # reports of exceptions go there

    def run(self, root: Element) -> Element:
        """Edit the blocks in `root`; return it."""
        for block in list(root):
            if block.tag in HEADINGS:
                for formula in filter(_is_displayed, block.iter("div")):
                    _set_in_line(formula)
            elif block.tag == "p" and any(map(_is_displayed, block)):
                self._take_apart(root, block)
        return root

    def _take_apart(self, root: Element, paragraph: Element) -> None:
        children, at = list(paragraph), list(root).index(paragraph)
        numbers = [number for number, child in enumerate(children) if _is_displayed(child)]
        self.correct_html(root, children, numbers, at, paragraph.text)
        root.remove(paragraph)


class MathPreprocessor(Preprocessor):
    """Stores displayed formulas, unless the post turns formulas off."""

    def __init__(self, md: Markdown, extension: MathExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """Return `lines` with stored formulas."""
        return lines if self.extension.is_off(self.md) else self.store(lines)

    def store(self, lines: list[str]) -> list[str]:
        """Return `lines` with stored formulas in place of those that the subclass finds."""
        raise NotImplementedError


class MathFences(MathPreprocessor):
    """A fenced block ``math``: stored as a displayed formula."""

    def store(self, lines: list[str]) -> list[str]:
        """Return `lines` with stored formulas in place of such blocks."""
        return github.without_fences(lines, self._stored)

    def _stored(self, tex: str) -> str:
        return self.md.htmlStash.store(_block(tex if tex.startswith(r"\begin") else rf"\[{tex}\]"))


class MathBlocks(MathPreprocessor):
    """A paragraph that is a displayed formula: stored whole, so that no line of it begins a list.

    Quarto's ``{#eq-bound}`` behind it makes it an equation with a number and this label.
    """

    def store(self, lines: list[str]) -> list[str]:
        """Return `lines` with stored formulas in place of such paragraphs."""
        opening, block = self.extension.delimiters.opening, self.extension.delimiters.block
        paragraphs = "\n".join(lines).split("\n\n")
        for number, paragraph in enumerate(paragraphs):
            match = block.match(paragraph) if opening.match(paragraph) else None
            latex = delimiters.in_latex(match) if match else ""
            behind = paragraph[match.end() :].strip() if match else ""
            if (found := QUARTO_ID.fullmatch(behind)) and not NUMBERED.search(latex):
                latex, behind = _labelled(latex, found[1]), ""
            if latex and not behind:
                paragraphs[number] = self.md.htmlStash.store(_block(latex))
        return "\n\n".join(paragraphs).split("\n")


def _labelled(latex: str, id: str) -> str:
    """Return a displayed formula as an equation with the label `id`."""
    return rf"\begin{{equation}}{latex[2:-2]}\label{{{id}}}\end{{equation}}"


class MathInText(Paragraphs):
    """The formulas of a paragraph: stored, if all of them stand in lines of text."""

    def __init__(self, md: Markdown, extension: MathExtension) -> None:
        super().__init__(md)
        self.extension = extension
        self.signs = extension.delimiters.signs
        self.displayed = extension.delimiters.displayed
        self.all_signs = (*self.signs, *self.displayed)

    def store(self, paragraph: str) -> str:
        """Return `paragraph` with stored formulas."""
        if self.extension.is_off(self.md) or any(sign in paragraph for sign in self.displayed):
            return paragraph
        in_text = self.extension.delimiters.in_text
        found = in_text.finditer(paragraph) if "\n" in paragraph else ()
        if any(spans_cells(match[0]) for match in found):
            return paragraph
        stored = in_text.sub(self._stored, paragraph)
        # What is left of delimiters would be paired again, around what is stored.
        return paragraph if any(sign in stored for sign in self.signs) else stored

    def _stored(self, match: re.Match[str]) -> str:
        return self.md.htmlStash.store(f"{TEXT_TAG}{escape(delimiters.in_latex(match), quote=False)}</span>")


class RawMath(Postprocessor):
    """A formula in raw HTML: put into an element, so that Typogrify leaves it alone."""

    def __init__(self, md: Markdown, extension: MathExtension) -> None:
        super().__init__(md)
        self.extension = extension

    def run(self, text: str) -> str:
        """Edit what is stored of raw HTML; `text` itself stays."""
        if self.extension.is_off(self.md):
            return text
        dollars = DOLLARS in self.extension.delimiters.inline
        stored = self.md.htmlStash.rawHtmlBlocks
        for number, block in enumerate(stored):
            if not isinstance(block, str) or block.startswith((BLOCK_TAG, TEXT_TAG)):
                continue
            if not block.lstrip().startswith("<"):
                continue  # what an extension has put aside, such as the text of highlighted code
            if "\\" in block or "$" in block:
                stored[number] = _marked(block, dollars)
        return text


def _marked(html: str, dollars: bool) -> str:
    """Return `html` with its bare formulas in elements of class ``math``."""
    found = find_formulas(html, segments(html), dollars=dollars)
    return apply_edits(
        html,
        [
            Edit(start, end, f'<span class="math">{_delimited(html[start:end])}</span>')
            for _, start, end in found
            if not html.startswith("<", start)
        ],
    )


def _delimited(formula: str) -> str:
    r"""Return a `formula` of HTML with ``\(`` and ``\)`` instead of single dollars."""
    is_single = formula.startswith("$") and not formula.startswith("$$")
    return rf"\({formula[1:-1].strip()}\)" if is_single else formula


def _is_displayed(element: Element) -> bool:
    return element.tag == "div" and element.get("class") == "math"


def _set_in_line(formula: Element) -> None:
    formula.tag = "span"
    if (tex := formula.text or "").startswith(r"\["):
        formula.text = AtomicString(rf"\({tex[2:-2]}\)")


def _block(formula: str) -> str:
    return f"{BLOCK_TAG}{escape(formula, quote=False)}</div>"
