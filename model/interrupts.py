"""Signals that ask the trainer to end, which it does within a step, with its files in order."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

#: Ctrl-C, the default signal of `kill`, and the end of the terminal, which Windows does not have.
TERMINATION_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]

Handlers = dict[int, Any]


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end."""

    def __init__(self, number: int) -> None:
        super().__init__()
        #: The exit status by which shells report that signal.
        self.status = 128 + number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in this block at the first signal that asks to end.

    Other such signals are then ignored, since a supervisor may send one after Ctrl-C; the same one again ends
    the process at once. Signals that were ignored when the process began, as by `nohup`, stay ignored.
    """
    handled = [number for number in TERMINATION_SIGNALS if signal.getsignal(number) != signal.SIG_IGN]

    def stop(number: int, frame: FrameType | None) -> None:
        for other in handled:
            signal.signal(other, signal.SIG_DFL if other == number else signal.SIG_IGN)
        raise Stopped(number)

    before = _handle(handled, stop)
    try:
        yield
    finally:
        _restore(before)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Delay signals that ask to end until the end of this block."""
    waiting: list[int] = []
    before = _handle(TERMINATION_SIGNALS, lambda number, frame: waiting.append(number))
    try:
        yield
    finally:
        _restore(before)
    for number in waiting[:1]:
        signal.raise_signal(number)


def _handle(numbers: list[int], handler: Callable[[int, FrameType | None], Any]) -> Handlers:
    """Install `handler` where signals are not ignored; return the handlers before it."""
    if threading.current_thread() is not threading.main_thread():
        return {}  # no signal arrives in another thread
    return {
        number: signal.signal(number, handler)
        for number in numbers
        if signal.getsignal(number) not in (signal.SIG_IGN, None)
    }


def _restore(before: Handlers) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)
