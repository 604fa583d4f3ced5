"""Compile the graphs of a bundle ahead of time, to WebAssembly of some tens of kilobytes.

``rewriting`` (operators that compile) → ``quantization`` (of weights) → ``generation`` (C, then
WebAssembly) → ``checks``; the whole way is ``build``, and with its cache ``compiled``.
"""


class UnsupportedError(Exception):
    """A graph cannot be compiled ahead of time; the message says why."""


class RefusedError(UnsupportedError):
    """The same, for what the graph is and not for want of time or memory: it is so each time."""
