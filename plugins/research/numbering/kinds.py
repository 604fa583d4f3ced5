"""The kinds of numbered elements: the prefixes of their ids, and what they are called in each language."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from ..core.labels import EQUATION, Label
from .settings import KindSettings, Settings

FILE = Path(__file__).with_name("words.toml")
FIGURE, TABLE, LISTING, SECTION, APPENDIX = "fig", "tbl", "lst", "sec", "app"
#: The classes of boxes, and the kinds that they are of. Proofs are not numbered.
BOXES = {
    "theorem": "thm",
    "lemma": "lem",
    "corollary": "cor",
    "proposition": "prp",
    "conjecture": "cnj",
    "definition": "def",
    "example": "exm",
    "exercise": "exr",
    "remark": "rem",
    "algorithm": "alg",
    "proof": "proof",
}
PROOF = "proof"
#: All that can share a counter; algorithms have their own.
THEOREMS = frozenset(BOXES.values()) - {"alg", PROOF}
#: Prefixes that authors of LaTeX use, too.
ALIASES = {
    "tab": "tbl",
    "list": "lst",
    "prop": "prp",
    "conj": "cnj",
    "defn": "def",
    "ex": "exm",
    "rmk": "rem",
}
OURS = frozenset((FIGURE, TABLE, LISTING, EQUATION, SECTION, APPENDIX, *BOXES.values())) - {PROOF}


@dataclass(frozen=True)
class Kinds:
    """The kinds of a blog, and their words in one language."""

    #: BCP 47 tag.
    language: str
    table: Mapping[str, Any]
    settings: Settings
    #: Whether the words are not those of the post, whose language is none of ours.
    is_foreign: bool = False

    @classmethod
    def of(cls, language: str, settings: Settings) -> "Kinds":
        """Return the kinds in the words of a BCP 47 `language` tag; in English where we know none."""
        found = language.replace("_", "-").split("-")[0].lower()
        known = found if found in tables() else "en"
        return cls(known, tables()[known], settings, known != found)

    def kind_of(self, id: str) -> str:
        """Return the kind that an `id` begins with, followed by “-” or “:”; empty where it is none."""
        end = min((at for sign in "-:" if (at := id.find(sign)) > 0), default=0)
        prefix = id[:end]
        if prefix in OURS or prefix in self.settings.kinds:
            return prefix
        return ALIASES.get(prefix, "")

    def of_kind(self, kind: str) -> KindSettings:
        """Return what the blog says of a `kind`."""
        return self.settings.of_kind(kind)

    def name(self, kind: str) -> str:
        """Return what one element of the `kind` is called, as all words here, as HTML."""
        words = self.table.get(kind, ("", ""))
        return escape(self.of_kind(kind).name, quote=False) or (words if isinstance(words, str) else words[0])

    def plural(self, kind: str) -> str:
        """Return what several are called."""
        of_blog = self.of_kind(kind)
        if of_blog.plural or kind not in self.table:
            return escape(of_blog.plural or of_blog.name, quote=False)
        return str(self.table[kind][1])

    def caption(self, label: Label) -> str:
        """Return what begins the caption of the element that has the `label`: “Figure 3.”."""
        pattern = escape(self.of_kind(label.kind).caption, quote=False)
        return pattern.replace("%s", label.number) if pattern else f"{self.title(label)}."

    def title(self, label: Label) -> str:
        """Return the name and the number: “Theorem 3”."""
        return f"{self.name(label.kind)}\N{NO-BREAK SPACE}{label.number}".strip()

    def reference(self, label: Label) -> str:
        """Return what an empty link to the `label` says: “Figure 3”, “(5)”, or its name."""
        pattern = escape(self.of_kind(label.kind).reference, quote=False)
        if not label.number:
            return label.name
        if pattern:
            return pattern.replace("%s", label.number)
        return f"({label.number})" if label.kind == EQUATION else self.title(label)


@cache
def tables() -> dict[str, Any]:
    """Return the words of all languages, by tag."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
