"""Join ES modules into one: a page then makes one request for all of them, and text packs better.

This is no bundler for any JavaScript. It reads the forms that our own modules keep to: imports of
names or of everything from a relative path, exports of a function, a class or a constant.
"""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rjsmin import jsmin

from ..processes.node import NodeError, find_node, package_folder

NAMES = r"\{\s*\w+(?:\s*,\s*\w+)*\s*,?\s*\}"
IMPORT = re.compile(rf'^import (?:({NAMES})|\* as (\w+)) from "(\.{{1,2}}/[^"]+)";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?function|class|const) (\w+)", re.MULTILINE)
#: What would be left of a form that we do not read.
UNREAD = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


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

    Each module becomes a function that is called once and returns what it exports, those that are
    imported first; what `entry` exports, the whole exports. Raises `ValueError` for an import or export of
    another form.
    """
    written: dict[Path, str] = {}
    _write(entry.resolve(), written)
    exported = ", ".join(_exported(entry.read_text(encoding="utf-8")))
    last = f"export const {{ {exported} }} = m{len(written) - 1};" if exported else ""
    return str(jsmin("".join(written.values()) + last))


def _write(path: Path, written: dict[Path, str]) -> None:
    text = path.read_text(encoding="utf-8")
    names: dict[Path, str] = {}
    for match in IMPORT.finditer(text):
        source = (path.parent / match[3]).resolve()
        if source not in written:
            _write(source, written)
        names[source] = f"m{list(written).index(source)}"

    def bound(match: re.Match[str]) -> str:
        return f"const {match[1] or match[2]} = {names[(path.parent / match[3]).resolve()]};"

    body = EXPORT.sub(r"\1 \2", IMPORT.sub(bound, text))
    if unread := UNREAD.search(body):
        raise ValueError(f"{path}: {unread[0]!r} is not of a form that can be joined")
    exported = ", ".join(_exported(text))
    written[path] = f"const m{len(written)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _exported(text: str) -> list[str]:
    return [name for _, name in EXPORT.findall(text)]
