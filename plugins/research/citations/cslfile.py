"""A file of CSL-JSON or CSL-YAML, as Zotero and Pandoc write them."""

import json
import re
import unicodedata
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from ..faults import Fault
from .items import DOI, WEB
from .latex import CONTROLS

#: The tags that CSL-JSON allows in texts; all else is text.
TAG = re.compile(
    r"</?(?:i|b|sup|sub)>|</span>|<span (?:class=\"nocase\"|style=\"font-variant: ?small-caps;?\")>"
)


class CslFile:
    """The items of a file, by their ids."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.text = text
        self._faults: list[Fault] = []
        self._items: dict[str, Mapping[str, Any]] = {}
        for item in self._load():
            if not isinstance(item, Mapping) or "id" not in item:
                self._faults.append(
                    Fault(path, None, f"an item without an id: {json.dumps(item, default=str)[:60]}")
                )
                continue
            key = unicodedata.normalize("NFC", str(item["id"]))
            if key in self._items:
                self.note(self._offset(key), f"the id “{key}” is used twice; the later item is left out")
            else:
                self._items[key] = item

    def offsets(self) -> dict[str, int]:
        """Return the ids of the file, and where their items are."""
        return {key: self._offset(key) for key in self._items}

    def line(self, offset: int) -> int:
        """Return the line, from 1, of `offset`."""
        return self.text.count("\n", 0, offset) + 1

    def note(self, offset: int, message: str) -> None:
        """Keep what is wrong at `offset`."""
        self._faults.append(Fault(self.path, self.line(offset), message))

    def faults(self) -> list[Fault]:
        """Return what has been found wrong so far."""
        return self._faults

    def item(self, key: str, find: object = None) -> dict[str, Any]:
        """Return the item `key`, its texts as HTML. It inherits nothing: there is nothing to `find`."""
        item = {name: _html(value) for name, value in self._items[key].items()}
        item |= {"id": key, "type": item.get("type", "document")}
        if "issued" in item:
            item["issued"] = _date(self._items[key]["issued"])
        for name, allowed in (("URL", WEB), ("DOI", DOI)):
            found = allowed.search(str(self._items[key].get(name, "")))
            item.pop(name, None)
            if found:
                item[name] = escape(found[0], quote=False)
        return item

    def _load(self) -> list[Any]:
        import yaml  # takes longer to import than a .bib file to read

        try:
            content = json.loads(self.text) if self.path.suffix == ".json" else yaml.safe_load(self.text)
        except (ValueError, RecursionError, yaml.YAMLError) as error:
            self._faults.append(Fault(self.path, _line_of(error), f"the file cannot be read: {error}"))
            return []
        items = content.get("references", [content]) if isinstance(content, Mapping) else content
        return items if isinstance(items, list) else []

    def _offset(self, key: str) -> int:
        found = re.search(rf"""\bid["']?\s*:\s*["']?{re.escape(key)}\b""", self.text)
        return found.start() if found else 0


def _line_of(error: BaseException) -> int | None:
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else getattr(error, "lineno", None)


def _html(value: Any) -> Any:
    """Return `value` with its texts escaped, but for the tags of CSL-JSON."""
    if isinstance(value, Mapping):
        return {name: _html(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_html(part) for part in value]
    text = CONTROLS.sub("", str(value))
    parts: list[str] = []
    at = 0
    for tag in TAG.finditer(text):
        kept = '<span class="smallcaps">' if "small-caps" in tag[0] else tag[0]
        parts += (escape(text[at : tag.start()], quote=False), kept)
        at = tag.end()
    return "".join((*parts, escape(text[at:], quote=False)))


def _date(value: Any) -> dict[str, Any]:
    """Return a date in CSL-JSON's form; CSL-YAML also writes 2013, 2013-12-20 and {year: 2013}."""
    if isinstance(value, Mapping) and "date-parts" in value:
        return {"date-parts": [[int(part) for part in parts] for parts in value["date-parts"]]}
    dates = value if isinstance(value, list) else [value]
    found = []
    for date in dates:
        named = isinstance(date, Mapping)
        written = [date.get(name) for name in ("year", "month", "day")] if named else str(date).split("-")
        parts = [str(part) for part in written if part is not None]
        if not parts or not all(part.isdigit() for part in parts):
            literal = value.get("literal") or value.get("raw") if isinstance(value, Mapping) else value
            return {"literal": escape(str(literal), quote=False)}
        found.append([int(part) for part in parts])
    return {"date-parts": found}
