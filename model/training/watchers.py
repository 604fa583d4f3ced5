"""Watches training: a progress bar, and a TensorBoard log if one is asked for."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console

from ..errors import ModelError
from ..recipes.specs import Recipe
from .checkpoints import Row
from .progress import Bar
from .train import Watcher


class Watchers(tuple[Watcher, ...]):
    """Several watchers as one."""

    def step(self, step: int, bound: float) -> None:
        """Pass a step on."""
        for watcher in self:
            watcher.step(step, bound)

    def epoch(self, row: Row) -> None:
        """Pass an epoch on."""
        for watcher in self:
            watcher.epoch(row)


class Log:
    """A TensorBoard log in a folder."""

    #: Steps between points of the curve.
    every = 10

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard.writer import SummaryWriter
        except ModuleNotFoundError as error:
            raise ModelError(
                f"--tensorboard needs {error.name}, which is not installed; run: pip install tensorboard"
            ) from error
        self.writer = SummaryWriter(str(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.writer.close()

    def step(self, step: int, bound: float) -> None:
        """Log the mean bound so far in the epoch."""
        if step % self.every == 0:
            self.writer.add_scalar("bound/so far in the epoch", bound, step)

    def epoch(self, row: Row) -> None:
        """Log the bounds of an epoch, by steps."""
        self.writer.add_scalar("bound/training", row.train_elbo, row.step)
        self.writer.add_scalar("bound/held out", row.validation_elbo, row.step)
        self.writer.add_scalar("seconds", row.seconds, row.step)
        self.writer.flush()


@contextmanager
def watching(recipe: Recipe, items: int, console: Console, log: Path | None) -> Iterator[Watchers]:
    """Watch the training of `recipe` on so many `items`; `log` is the folder of a TensorBoard log."""
    with ExitStack() as stack:
        watchers: list[Watcher] = [] if log is None else [stack.enter_context(Log(log / recipe.name))]
        steps = math.ceil(items / recipe.batch_size)
        yield Watchers([*watchers, stack.enter_context(Bar(recipe, steps, console))])
