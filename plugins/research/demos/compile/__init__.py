"""Compile the graphs of a bundle ahead of time, to WebAssembly of some tens of kilobytes.

``graph`` (rewrite) → ``quantization`` (weights) → ``program`` (C, then WebAssembly) → ``checks``; the
whole way, with its cache, is ``compiled``.
"""


class UnsupportedError(Exception):
    """A graph cannot be compiled ahead of time; the message says why."""


class RefusedError(UnsupportedError):
    """The same, for what the graph is and not for want of time or memory: it is so each time."""
