"""Pandoc's tree: its elements, and the kinds that their ids get."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.lazy import lazy_pattern
from ..numbering.kinds import BOXES, FIGURE, LISTING, TABLE, Kinds, tables
from ..numbering.settings import Settings

KINDS = Kinds.of("en", Settings())
#: What LaTeX papers call their theorems in short.
SHORT_NAMES = {
    "thm": "theorem", "lem": "lemma", "cor": "corollary", "prop": "proposition", "defn": "definition",
    "defi": "definition", "def": "definition", "conj": "conjecture", "ex": "example", "exm": "example",
    "rem": "remark", "rmk": "remark", "exr": "exercise", "pf": "proof", "alg": "algorithm",
    "solution": "proof", "claim": "proposition", "fact": "proposition", "assumption": "definition",
}  # fmt: skip
NEW_THEOREM = lazy_pattern(
    r"\\newtheorem(?P<star>\*?)\{(?P<name>[^{}]+)\}(?:\[[^\]]*\])?\{(?P<title>[^{}]+)\}"
)
LABEL = lazy_pattern(r"\\label\{([^{}]*)\}")
WITH_ATTRIBUTES = frozenset("Header CodeBlock Div Figure Table Image Link Span Code".split())
#: An element's attributes in the tree: id, classes, pairs.
Attributes = tuple[str, list[str], dict[str, str]]


def attributes(found: Any) -> Attributes:
    """Return an element's id, its classes, and its other attributes."""
    id, classes, pairs = found
    return id, list(classes), dict(pairs)


def declared(text: str) -> dict[str, str]:
    r"""Return the environments that LaTeX declares by ``\newtheorem``, and the classes that they are."""
    of_kind = {kind: name for name, kind in BOXES.items()}
    words = {
        word: of_kind[kind]
        for table in tables().values()
        for kind in of_kind
        for word in ([table[kind]] if isinstance(table[kind], str) else table[kind])
    }
    return {
        found["name"]: words[found["title"].strip().capitalize()]
        for found in NEW_THEOREM.finditer(text)
        if found["title"].strip().capitalize() in words
    }


def unnumbered(text: str) -> frozenset[str]:
    r"""Return the environments that LaTeX declares by ``\newtheorem*``."""
    return frozenset(found["name"] for found in NEW_THEOREM.finditer(text) if found["star"])


def box_of(id: str, classes: list[str], environments: Mapping[str, str]) -> str:
    """Return the class of theorem that a block is, which may be one of the `environments` of its author."""
    for name in classes:
        if name in environments:
            return environments[name]
        known = SHORT_NAMES.get(name.lower().rstrip("*"), name.lower().rstrip("*"))
        if known in BOXES:
            return known
    kind = KINDS.kind_of(id)
    return next((name for name, of_name in BOXES.items() if of_name == kind), "")


def walk(node: Any) -> Iterator[Any]:
    """Yield all elements of a tree, outer ones first."""
    if isinstance(node, list):
        for one in node:
            yield from walk(one)
    elif isinstance(node, dict):
        if "t" in node:
            yield node
        for value in node.values():
            yield from walk(value)


def ids(blocks: list[Any]) -> Iterator[str]:
    """Yield the ids of all elements."""
    for node in walk(blocks):
        if node["t"] in WITH_ATTRIBUTES:
            content = node["c"]
            found = content[1] if node["t"] == "Header" else content[0]
            if found[0]:
                yield found[0]


def new_ids(blocks: list[Any], environments: Mapping[str, str]) -> dict[str, str]:
    """Return the ids whose beginning does not tell their kind, and those that they get."""
    renamed: dict[str, str] = {}
    for node in walk(blocks):
        kind = _kind(node, environments)
        id = _id(node) if kind else ""
        if id and KINDS.kind_of(id) != kind:
            renamed.setdefault(id, f"{kind}-{id.replace(':', '-')}")
    return renamed


def _id(node: Any) -> str:
    content = node["c"]
    found = content[0][0]
    return str(found)


def _kind(node: Any, environments: Mapping[str, str]) -> str:
    """Return the kind of an element that has ids of a kind; empty for all others."""
    match node["t"]:
        case "Figure":
            inner = {one["t"] for one in walk(node["c"][2])}
            return (
                TABLE
                if "Table" in inner
                else FIGURE
                if "Image" in inner or "CodeBlock" not in inner
                else LISTING
            )
        case "Table":
            return TABLE
        case "CodeBlock":
            return LISTING
        case "Div":
            box = box_of(*attributes(node["c"][0])[:2], environments)
            return BOXES[box] if box and box != "proof" else ""
    return ""


def text(inlines: Any) -> str:
    """Return the words of `inlines`."""
    pieces = []
    for node in walk(inlines):
        if node["t"] == "Str":
            pieces.append(node["c"])
        elif node["t"] in ("Space", "SoftBreak", "LineBreak"):
            pieces.append(" ")
        elif node["t"] in ("Code", "Math", "RawInline"):
            pieces.append(node["c"][1])
    return "".join(pieces)
