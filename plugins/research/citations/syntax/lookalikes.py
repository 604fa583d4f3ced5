"""What looks like a citation in a post and is none: each is found with what to write instead.

A word with an at sign counts where it is a key that the bibliography has: handles and addresses are nobody's
mistake.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...core.lazy import lazy_pattern
from ...core.prose import BREAK, CODE, CONSTRUCT, FORMULA, LINK, MASKS, Prose
from .grammar import KEY, SEPARATOR, Citation, parse

BRACKETS = rf"\[(?:[^\[\]{BREAK}]|\[[^\[\]{BREAK}]{{0,200}}\]){{0,1000}}\]"
BARE = rf"(?<![\w\\@.+/])-?@@?(?:{KEY})(?!\w*@)"
SCANNED = lazy_pattern(rf"(?P<brackets>{BRACKETS})|{BARE}")
MENTION = lazy_pattern(BARE)
SPACED = lazy_pattern(rf"@[ \n]+(?:{KEY})")
INNER = lazy_pattern(r"(?<=.)\[[^\[\]]*\]", re.DOTALL)
JOINED = lazy_pattern(r"\s*(?:[,&]|\band\b)\s*(?=-?@)")
LINKS, CITATION = lazy_pattern(f"{LINK}+"), lazy_pattern(r"\[[^\[\]]{1,1000}\]")
#: The prefix of citations in Org, as in ``[cite:@key]`` and ``[cite/t:@key]``.
ORG = lazy_pattern(r"\[cite(?:/(?P<style>[a-z]+))?(?:/[a-z]+)?:\s*")
TAG = lazy_pattern(r"</?[a-zA-Z][^<>]*>")
#: Commands of LaTeX, natbib and BibLaTeX. In reStructuredText a backslash is gone before it is seen.
COMMAND = lazy_pattern(
    r"(?P<slash>\\?)(?<![a-zA-Z{])(?P<name>[a-zA-Z]*[cC]ite[a-zA-Z]*)\*?"
    rf"(?P<options>(?:\[[^\[\]{BREAK}]{{0,200}}\]){{0,2}})\{{(?P<keys>[^{{}}{BREAK}]{{0,400}})\}}"
)
ROLE = lazy_pattern(rf"\{{cite(?::(?P<kind>[a-z]+))?\}}(?P<keys>{CODE}+)")
NARRATIVE = lazy_pattern(r"textcite|citet|citeauthor|citename", re.IGNORECASE)
YEAR = lazy_pattern(r"citeyear|citedate", re.IGNORECASE)
INSIDE = {CODE: "code or an image", FORMULA: "a formula", LINK: "a link"}

Knows = Callable[[str], bool]


@dataclass(frozen=True)
class Found:
    """``prose[start:end]`` looks like a citation; what is wrong with it."""

    start: int
    end: int
    message: str


@dataclass(frozen=True)
class Signs:
    """How this blog writes citations: pelican-cite has the two the other way round."""

    parenthetical: str = "@"
    narrative: str = "@@"

    def both(self, key: str, more: str = "") -> str:
        """Return the advice to write either."""
        return (
            f"write [{self.narrative}{key}{more}] in a sentence, [{self.parenthetical}{key}{more}] beside it"
        )


def find(prose: Prose, knows: Knows, signs: Signs) -> Iterator[Found]:
    """Yield what looks like a citation in `prose` to an entry that is known, in no particular order."""
    for match in SCANNED.finditer(prose.masked):
        found = _brackets if match["brackets"] else _bare
        if message := found(prose, match, knows, signs):
            yield Found(*match.span(), message)
    yield from _commands(prose, knows, signs)
    yield from _in_links(prose, knows)


def in_title(prose: Prose, knows: Knows) -> Iterator[Found]:
    """Yield the citations in the `prose` of a title, which nothing resolves."""
    for match in SCANNED.finditer(prose.masked):
        if any(map(knows, _keys(match[0]))):
            message = f"“{match[0]}” stands in a title, which cannot cite: cite the reference in the text"
            yield Found(*match.span(), message)


def _in_links(prose: Prose, knows: Knows) -> Iterator[Found]:
    """Yield the citations in links, which can hold no others."""
    for link in LINKS.finditer(prose.masked):
        for match in CITATION.finditer(prose.text, *link.span()):
            if parse(match[0]) and any(map(knows, _keys(match[0]))):
                advice = "which can hold no other: put it before or behind the link"
                yield Found(*match.span(), f"“{match[0]}” stands in a link, {advice}")


def in_affixes(citation: Citation) -> str:
    """Return what is wrong with the text around the keys of a `citation`; nothing where that is right."""
    if org := ORG.match(citation.source):
        sign = "@@" if org["style"] in ("t", "text", "a", "author") else "@"
        better = f"[{citation.source[org.end() :].replace('@', sign, 1)}"
        return f"“{citation.source}” is a citation of Org: write {better}"
    affixes = " ".join(text for cite in citation.cites for text in (cite.prefix, cite.suffix))
    if "@" not in affixes and "<" not in affixes:
        return ""
    if other := MENTION.search(affixes):
        better = JOINED.sub("; ", citation.source)
        better = better if better != citation.source and parse(better) else f"[…; {other[0]}]"
        return (
            f"“{other[0]}” in “{citation.source}” is read as text, since one part names one reference: "
            f"separate references by semicolons, {better}"
        )
    if tag := TAG.search(affixes):
        return (
            f"“{tag[0]}” in “{citation.source}” is shown as it stands: beside a key only *emphasis* and "
            "**strong emphasis** are read"
        )
    return ""


def _keys(text: str) -> list[str]:
    return [match["braced"] or match["plain"] for match in MENTION.finditer(text)]


def _brackets(prose: Prose, match: re.Match[str], knows: Knows, signs: Signs) -> str:
    """Return what is wrong with brackets that are no citation; nothing where they are one, or not ours."""
    masked, typed = match["brackets"], prose.text[match.start() : match.end()]
    if "@" not in masked or prose.masked.endswith("\\", 0, match.start()):
        return ""
    outer = INNER.sub("", masked)
    spaced = [found["braced"] or found["plain"] for found in SPACED.finditer(outer)]
    if not any(map(knows, (*_keys(outer), *spaced))):
        return ""
    shown = f"“{' '.join(typed.split())}”"
    if outer != masked:
        return (
            f"{shown} is no citation, since it holds brackets: write ( ) inside, or \\[ before the outer one"
        )
    if inside := next((sign for sign in masked if sign in MASKS), ""):
        what = INSIDE.get(inside, "a citation")
        return f"{shown} is no citation, since it holds {what}: put that before or behind the brackets"
    return "" if parse(typed) else f"{shown} is no citation: {_why(typed, spaced, knows, signs)}"


def _why(typed: str, spaced: Iterable[str], knows: Knows, signs: Signs) -> str:
    """Return why the brackets `typed` are no citation, and what to write."""
    for key in spaced:
        return f"a space follows the at sign; write @{key}"
    parts = [part.strip() for part in SEPARATOR.split(typed[1:-1])]
    if not all(parts):
        return f"a semicolon separates references; write [{'; '.join(filter(None, parts))}]"
    for part in parts:
        if knows(part):
            return f"“{part}” lacks its at sign; write {signs.parenthetical}{part}"
        if not _keys(part):
            return f"a semicolon separates references, and “{part}” names none; write a comma there"
    return "write [@key], or [see @key, p. 3; @other]"


def _bare(prose: Prose, match: re.Match[str], knows: Knows, signs: Signs) -> str:
    """Return that a key outside of brackets is no citation; nothing where it is no key."""
    key = match["braced"] or match["plain"]
    if not knows(key):
        return ""
    before = prose.text[max(0, match.start() - 1000) : match.start()].rpartition(BREAK)[2]
    if (opening := before.rfind("[")) > before.rfind("]"):
        if (
            before[:opening].endswith("\\")
            or prose.masked[match.start() - len(before) + opening] == CONSTRUCT
        ):
            return ""  # escaped
        return f"“{match[0]}” is no citation: the bracket before it is not closed"
    locator = re.match(r"\s*\[([^\[\]@]{1,60})\]", prose.masked[match.end() : match.end() + 80])
    more = f", {locator[1]}" if locator else ""
    return f"“{match[0]}” is no citation outside of brackets: {signs.both(key, more)}, or put it in code"


def _commands(prose: Prose, knows: Knows, signs: Signs) -> Iterator[Found]:
    """Yield LaTeX's commands and MyST's roles."""
    if "ite" not in prose.masked:
        return
    for match in COMMAND.finditer(prose.masked):
        keys = [key.strip() for key in match["keys"].split(",")]
        if not match["slash"] and not any(map(knows, keys)):
            continue
        if match["name"].lower() == "nocite":
            advice = "a reference is listed where a post cites it"
        else:
            advice = f"write {_translated(match['name'], match['options'], keys, signs)}"
        yield Found(*match.span(), f"“{match[0]}” is a command of LaTeX and no citation: {advice}")
    for match in ROLE.finditer(prose.masked):
        typed = prose.text[match.start("keys") : match.end("keys")].strip("`")
        sign = signs.narrative if match["kind"] in ("t", "ts", "cts", "ct") else signs.parenthetical
        advice = "; ".join(f"{sign}{key.strip()}" for key in typed.split(","))
        role = prose.text[match.start() : match.start("keys")]
        yield Found(match.start(), match.start("keys"), f"“{role}” is a role of MyST: write [{advice}]")


def _translated(name: str, options: str, keys: Iterable[str], signs: Signs) -> str:
    """Return the citation that the command `name` of LaTeX means."""
    sign = signs.narrative if NARRATIVE.search(name) else signs.parenthetical
    sign = f"-{signs.parenthetical}" if YEAR.search(name) else sign
    texts = [text.strip() for text in re.findall(r"\[([^\[\]]*)\]", options)]
    before = f"{texts[0]} " if len(texts) == 2 and texts[0] else ""
    after = f", {texts[-1]}" if texts and texts[-1] else ""
    return f"[{before}{'; '.join(f'{sign}{key}' for key in keys)}{after}]"
