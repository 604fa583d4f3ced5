"""The recipes and data sets of a site by name: the ready ones, and those of its own recipes.toml."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..data.specs import KINDS, DataSpec
from ..errors import ModelError
from . import modules
from .positions import paths_of
from .read import Document, Keys, Origin, convert, nearest, read
from .specs import Custom, Recipe
from .validation import validate

READY = Path(__file__).with_name("ready.toml")
#: The file of a site's own recipes, beside its pelicanconf.py.
OWN = "recipes.toml"
#: The tables of a recipe that are records of one of several kinds, and the key that says which.
TAGS = ("family", "network", "kind", "name")
RECIPES, DATA = "recipes", "data"

Table = Mapping[str, Any]


@dataclass(frozen=True)
class Library:
    """What the site in the folder `root` can train."""

    root: Path

    @cached_property
    def documents(self) -> list[Document]:
        """The files of recipes, the site's own first; raises `ModelError` if one cannot be read."""
        own = self.root / OWN
        documents = [read(own)] if own.is_file() else []
        for document in documents:
            _check_top(document)
        return [*documents, read(READY)]

    @property
    def names(self) -> list[str]:
        """The names of all recipes that can be trained, the site's own first."""
        found = {name: table for name, (_, table) in self._tables(RECIPES).items()}
        return [name for name, table in found.items() if not table.get("template")]

    def recipe(self, name: str, changes: Table | None = None) -> Recipe:
        """Return the recipe `name` with some `changes`; raise `ModelError` if it is unknown or wrong."""
        table, origin = self._extended(name)
        if table.pop("template", False):
            document, keys = origin.places[0]
            raise document.error(keys, f"“{name}” is a template for other recipes; extend it")
        if changes:
            table = _merged(table, changes)
            lines = dict.fromkeys(paths_of(changes), 0)
            origin = Origin(((Document(Path("--set"), changes, lines), ()), *origin.places))
        for key in ("model", "objective"):
            table[key] = self._with_module(table.get(key, {}), key, origin) if key in table else None
        table = {key: value for key, value in table.items() if value is not None}
        recipe = convert({"name": name, **table}, Recipe, origin)
        validate(recipe, origin)
        return recipe

    def dataset(self, name: str) -> DataSpec:
        """Return what the table of the data set `name` says; raise `ModelError` if it is unknown or wrong."""
        tables = self._tables(DATA)
        if name not in tables:
            raise ModelError(f"there is no data set “{name}”{nearest(name, tables)}")
        document, table = tables[name]
        origin = Origin(((document, (DATA, name)),))
        kinds = [kind for key, kind in KINDS.items() if key in table]
        if len(kinds) != 1:
            keys = "folder, file, dataset and generator"
            raise origin.error((), f"[data.{name}] must have one of the keys {keys}")
        version = modules.version(table["dataset"], self.root) if "dataset" in table else None
        return convert({**table, "version": version} if version else table, kinds[0], origin)

    def origin(self, name: str) -> Origin:
        """Return where the recipe `name` stands."""
        return self._extended(name)[1]

    def _tables(self, kind: str) -> dict[str, tuple[Document, Table]]:
        """Return the tables of a kind by name, those of the site before those of the same name."""
        found: dict[str, tuple[Document, Table]] = {}
        for document in self.documents:
            for name, table in document.content.get(kind, {}).items():
                found.setdefault(name, (document, table))
        return found

    def _extended(self, name: str) -> tuple[dict[str, Any], Origin]:
        """Return the table of a recipe, merged with those that it extends."""
        chain: list[tuple[Document, Keys]] = []
        tables: list[Table] = []
        documents: Sequence[Document] = self.documents
        wanted: str | None = name
        while wanted is not None:
            document = next((each for each in documents if wanted in each.content.get(RECIPES, {})), None)
            if document is None:
                raise self._unknown(wanted, chain)
            if (document, (RECIPES, wanted)) in chain:
                raise chain[-1][0].error((*chain[-1][1], "extends"), f"“{wanted}” extends itself")
            table = document.content[RECIPES][wanted]
            chain.append((document, (RECIPES, wanted)))
            tables.append({key: value for key, value in table.items() if key != "extends"})
            base = table.get("extends")
            # A recipe that extends its own name changes the ready one.
            documents = (
                self.documents[1:]
                if base == wanted and document is not self.documents[-1]
                else self.documents
            )
            wanted = base
        merged: dict[str, Any] = {}
        for depth, table in enumerate(reversed(tables), start=1):
            inherited = {key: value for key, value in merged.items() if key != "template"}
            merged = _merged(inherited if depth > 1 else merged, table)
        return merged, Origin(tuple(chain))

    def _unknown(self, name: str, chain: Sequence[tuple[Document, Keys]]) -> ModelError:
        hint = nearest(name, self._tables(RECIPES))
        if chain:
            document, keys = chain[-1]
            return document.error((*keys, "extends"), f"there is no recipe “{name}” to extend{hint}")
        return ModelError(f"there is no recipe “{name}” in {OWN} or among the ready ones{hint}")

    def _with_module(self, table: Any, key: str, origin: Origin) -> Any:
        """Return a table of a model or an objective; one that names “module:name” becomes a `Custom`."""
        tag = "family" if key == "model" else "name"
        if not isinstance(table, Mapping):
            return table
        table = table if key == "model" else {"name": "elbo", **table}
        if ":" not in str(table.get(tag, "")):
            return table
        function = str(table[tag])
        options = {option: value for option, value in table.items() if option != tag}
        version = modules.version(function, self.root)
        if version is None:
            raise origin.error((key, tag), modules.missing_version(function, self.root))
        return {tag: Custom.TAG, "function": function, "version": version, "options": options}


def _check_top(document: Document) -> None:
    """Raise `ModelError` for a table that is neither of recipes nor of data sets."""
    for key, tables in document.content.items():
        if key not in (RECIPES, DATA):
            raise document.error(
                (key,), f"unknown table [{key}]; recipes are [recipes.NAME], data sets [data.NAME]"
            )
        for name, table in tables.items() if isinstance(tables, Mapping) else [("", None)]:
            if not isinstance(table, Mapping):
                raise document.error((key, name), f"“{name}” is no table; write [{key}.NAME]")


def _merged(base: Table, changes: Table) -> dict[str, Any]:
    """Return `base` with `changes`, table by table; a table of another kind replaces the one it changes."""
    found = dict(base)
    for key, value in changes.items():
        old = found.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and _are_of_one_kind(old, value):
            found[key] = _merged(old, value)
        else:
            found[key] = value
    return found


def _are_of_one_kind(old: Table, new: Table) -> bool:
    return all(new.get(tag, old.get(tag)) == old.get(tag) for tag in TAGS)
