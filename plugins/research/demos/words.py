"""The sentences of figures, in the languages of the citations: ``words.toml``, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".toml")
#: Used by the build alone; the script does not need them.
OF_THE_BUILD = frozenset(
    "static disk missing group_member accuracy epoch dimension bound training_examples "
    "held_out_examples from_to label bound_of_draw mean_of_draws steps exact class_means "
    "step nats elbo likelihood divergence of_points agreement "
    "discriminants model_samples density_contours codes_of_points".split()
)
#: Used by every figure once it is active.
OF_ACTIVE = "likeliest decimal copy_link link_copied link_in_address no_link".split()

#: Kinds with a pad to draw on.
OF_PADS = frozenset(("classify", "draw", "posterior"))


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    #: BCP 47 tag.
    language: str
    table: Mapping[str, Any]

    def __getitem__(self, name: str) -> str:
        word: str = self.table[name]
        return word

    def of(self, table: str, name: str) -> str:
        """Return the word `name` of one of the tables of the language."""
        word: str = self.table[table][name]
        return word

    def of_figure(self, kind: str) -> dict[str, str]:
        """Return what the script needs for a figure of `kind` before its description is loaded."""
        own = {
            name: text
            for name, text in self.table.items()
            if isinstance(text, str) and name not in OF_THE_BUILD and name not in OF_ACTIVE
        }
        return own | {"hint": self.table["hint"][kind]}

    def of_kind(self, kind: str) -> dict[str, str]:
        """Return the sentences of an active figure of `kind`, for its description."""
        own: dict[str, str] = self.table["kind"][kind]
        pad: dict[str, str] = self.table["pad"] if kind in OF_PADS else {}
        return {name: self[name] for name in OF_ACTIVE} | pad | own


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def languages() -> list[str]:
    """Return the tags of all languages."""
    return list(_tables())


def of(language: str) -> Words:
    """Return the words of a BCP 47 `language` tag; those of English where we know none."""
    found = language.replace("_", "-").split("-")[0].lower()
    known = found if found in _tables() else "en"
    return Words(known, _tables()[known])
