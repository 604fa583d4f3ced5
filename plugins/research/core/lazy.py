"""What is made when it is first used: modules that are imported then, and patterns that are compiled then.

A build whose figures are all in the cache draws nothing, and NumPy takes longer to import than such a build
takes to find its figures. The same holds for most patterns: a blog has few of the constructs that there are.
"""

import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, AnyStr


class LazyModule:
    """Stands for the module `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)


def lazy(name: str) -> Any:
    """Return what stands for the module `name`, an absolute name, until it is imported.

    Type checkers need the import itself::

        if TYPE_CHECKING:
            import numpy as np
        else:
            np = lazy("numpy")
    """
    return LazyModule(name)


class LazyPattern:
    """Stands for a compiled pattern; it has those attributes that were asked for."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):  # of copies, which have no pattern yet
            raise AttributeError(attribute)
        value = getattr(re.compile(self.pattern, self._flags), attribute)
        setattr(self, attribute, value)
        return value


def lazy_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return what stands for ``re.compile(pattern, flags)``; an error in it is raised at its first use."""
    if TYPE_CHECKING:
        return re.compile(pattern, flags)
    return LazyPattern(pattern, flags)
