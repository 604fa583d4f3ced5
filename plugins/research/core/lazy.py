"""Modules that are imported when an attribute of theirs is first used.

A build whose figures are all in the cache draws nothing, and NumPy takes longer to import than such a build
takes to find its figures. Type checkers need the import itself::

    if TYPE_CHECKING:
        import numpy as np
    else:
        np = lazy("numpy")
"""

from importlib import import_module
from typing import Any


class LazyModule:
    """Stands for the module `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def lazy(name: str) -> Any:
    """Return what stands for the module `name`, an absolute name, until it is imported."""
    return LazyModule(name)
