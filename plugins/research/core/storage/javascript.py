"""Join ES modules into one: a page then makes one request for all of them, and text packs better.

This is no bundler for any JavaScript. It reads the forms that our own modules keep to: imports of
names or of everything from a relative path, exports of a function, a class or a constant, and declarations
of one name each.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rjsmin import jsmin

from ..lazy import lazy_pattern
from ..processes.node import NodeError, find_node, package_folder

NAMES = r"\{\s*\w+(?:\s*,\s*\w+)*\s*,?\s*\}"
IMPORT = lazy_pattern(rf'^import (?:({NAMES})|\* as (\w+)) from "(\.{{1,2}}/[^"]+)";$', re.MULTILINE)
EXPORT = lazy_pattern(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
#: What would be left of a form that we do not read.
UNREAD = lazy_pattern(r"^(?:import|export)\b.*", re.MULTILINE)
#: What a module declares, at the beginning of a line.
DECLARED = lazy_pattern(r"^(?:(?:async )?function|class|const|let) (\w+)", re.MULTILINE)


#: Asks UglifyJS, an npm package, for the shortest names.
SHORTEN = Path(__file__).with_name("shorten.mjs")
TIMEOUT_SECONDS = 60


def shortener() -> tuple[str, Path] | None:
    """Return the program ``node`` and the folder of UglifyJS; None where one of them is missing."""
    try:
        return find_node(), package_folder("uglify-js", SHORTEN)
    except NodeError:
        return None


def shortened(texts: Mapping[str, str]) -> dict[str, str]:
    """Return modules, by name, with the shortest names; as they are where no `shortener` is installed."""
    if not (found := shortener()):
        return dict(texts)
    command = [found[0], str(SHORTEN), str(found[1])]
    done = subprocess.run(
        command, input=json.dumps(texts).encode(), capture_output=True, check=True, timeout=TIMEOUT_SECONDS
    )
    written: dict[str, str] = json.loads(done.stdout)
    return written


def joined(entry: Path) -> str:
    """Return `entry` and all that it imports as one module, without comments and spaces.

    Those that are imported come first. A module that declares a name which stands already becomes a function
    that is called once and returns what it exports; no module may use a global variable whose name another
    declares. What `entry` exports, the whole exports. Raises `ValueError` for an import or export of another
    form.
    """
    whole = _Whole()
    last = whole.add(entry.resolve())
    exported = ", ".join(last.exported)
    if exported:
        whole.texts.append(
            f"export const {{ {exported} }} = {last.name};" if last.name else f"export {{ {exported} }};"
        )
    return str(jsmin("".join(whole.texts)))


@dataclass(frozen=True)
class _Module:
    path: Path
    exported: Sequence[str]
    #: The constant that holds what it exports; empty where its names stand in the whole.
    name: str


class _Whole:
    """Modules on their way into one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._modules: dict[Path, _Module] = {}
        #: The names that stand in the whole, each with the module that it comes from.
        self._names: dict[str, tuple[Path, str]] = {}

    def add(self, path: Path) -> _Module:
        """Append the module at `path`, and before it what it imports, unless it is there."""
        if path not in self._modules:
            self._modules[path] = self._append(path)
        return self._modules[path]

    def _append(self, path: Path) -> _Module:
        text = path.read_text(encoding="utf-8")
        bound = [each for match in IMPORT.finditer(text) for each in self._bindings(path, match)]
        body = EXPORT.sub(r"\1 \2", IMPORT.sub("", text))
        if unread := UNREAD.search(body):
            raise ValueError(f"{path}: {unread[0]!r} is not of a form that can be joined")
        exported = [name for _, name in EXPORT.findall(text)]
        names = {name: (path, name) for name in DECLARED.findall(body)}
        names |= {each.name: each.origin for each in bound}
        if all(self._names.get(name, origin) == origin for name, origin in names.items()):
            self.texts += [each.text for each in bound if each.name not in self._names]
            self.texts.append(body)
            self._names |= names
            return _Module(path, exported, "")
        name = f"m{len(self._modules)}"
        within = "".join(each.text for each in bound) + body
        self.texts.append(f"const {name} = (() => {{\n{within}return {{ {', '.join(exported)} }};\n}})();\n")
        return _Module(path, exported, name)

    def _bindings(self, path: Path, match: re.Match[str]) -> Iterator[_Binding]:
        """Yield what declares the names of an import that do not stand in the whole."""
        source = self.add((path.parent / match[3]).resolve())
        if match[2]:
            value = source.name or f"{{ {', '.join(source.exported)} }}"
            yield _Binding(match[2], (source.path, "*"), f"const {match[2]} = {value};\n")
        elif source.name:
            for name in re.findall(r"\w+", match[1]):
                yield _Binding(name, (source.path, name), f"const {name} = {source.name}.{name};\n")


@dataclass(frozen=True)
class _Binding:
    name: str
    origin: tuple[Path, str]
    text: str
