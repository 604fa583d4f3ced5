"""Modules of an author's own, named as “module:name”: their versions, read without importing them."""

import ast
import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

from ..errors import ModelError

#: What such a module declares, a whole number that is raised whenever its results change.
VERSION = "VERSION"


def version(function: str, root: Path) -> int | None:
    """Return the VERSION that the module of `function` declares; None where there is none to read."""
    path = _path(function, root)
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError, OSError) as error:
        raise ModelError(f"{path} cannot be read as a Python module: {error}") from error
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == VERSION for target in node.targets):
            value = node.value.value if isinstance(node.value, ast.Constant) else None
            if type(value) is int:
                return value
    return None


def missing_version(function: str, root: Path) -> str:
    """Return what is wrong with a module whose version cannot be read."""
    module = function.partition(":")[0]
    path = _path(function, root)
    if path is None:
        return f"there is no module {module} in {root}"
    return f"{path} declares no version; write VERSION = 1 in it, and raise it whenever weights would change"


def load(function: str, root: Path) -> Any:
    """Import what “module:name” names, from `root` or from the installed packages."""
    module, _, name = function.partition(":")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ModelError(f"{function} cannot be imported: {error}") from error


def _path(function: str, root: Path) -> Path | None:
    """Return the file of the module: one in `root`, or that of an installed module outside of packages."""
    module = function.partition(":")[0]
    relative = root.joinpath(*module.split("."))
    for path in (relative.with_suffix(".py"), relative / "__init__.py"):
        if path.is_file():
            return path
    if "." in module:
        return None  # finding it would import its package
    found = importlib.util.find_spec(module)
    return Path(found.origin) if found and found.origin and found.origin.endswith(".py") else None
