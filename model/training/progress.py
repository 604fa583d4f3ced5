"""The progress of training: a bar in a terminal, a few lines in a file."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from ..recipes.specs import Recipe
from .checkpoints import Row

#: Lines for a whole training where there is no bar.
PROGRESS_LINES = 5


class Rate(ProgressColumn):
    """Steps per second."""

    def render(self, task: Task) -> Text:
        """Return the column's text."""
        return Text(f"{task.speed:.0f} steps/s" if task.speed else "– steps/s")


class Bar:
    """Shows the training of one model; a Watcher of train.py."""

    def __init__(self, recipe: Recipe, steps: int, console: Console) -> None:
        self.recipe = recipe
        self.console = console
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TextColumn("{task.fields[bound]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self.task = self.progress.add_task(recipe.name, total=recipe.epochs * steps, bound="")

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def step(self, step: int, bound: float) -> None:
        """Move the bar."""
        self.progress.update(self.task, completed=step, bound=f"bound {bound:.1f} nats")

    def epoch(self, row: Row) -> None:
        """Print a line now and then where there is no bar."""
        epochs = self.recipe.epochs
        if (
            not self.console.is_terminal
            and row.epoch * PROGRESS_LINES // epochs > (row.epoch - 1) * PROGRESS_LINES // epochs
        ):
            remaining = row.seconds / row.epoch * (epochs - row.epoch)
            left = f", about {remaining:.0f} s left" if row.epoch < epochs else ""
            self.console.print(
                f"{self.recipe.name}: epoch {row.epoch} of {epochs}, {row.seconds:.0f} s, "
                f"bound {row.train_elbo:.2f} nats, {row.validation_elbo:.2f} on held-out examples{left}",
                soft_wrap=True,
            )
