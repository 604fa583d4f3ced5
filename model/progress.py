"""What a build says while it works: a bar in a terminal, a few lines where the output is a file."""

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

from .checkpoints import Row
from .specs import Recipe

#: Lines of a whole training where there is no bar.
LINES = 5


class Rate(ProgressColumn):
    """Steps in a second."""

    def render(self, task: Task) -> Text:
        """Return the column's text."""
        return Text(f"{task.speed:.0f} steps/s" if task.speed else "– steps/s")


class Bar:
    """The training of one model as it is seen; a Watcher of train.py."""

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
        """Write a line now and then where the bar cannot be seen."""
        epochs = self.recipe.epochs
        if not self.console.is_terminal and row.epoch * LINES // epochs > (row.epoch - 1) * LINES // epochs:
            self.console.print(
                f"{self.recipe.name}: epoch {row.epoch} of {epochs}, {row.seconds:.0f} s, "
                f"bound {row.train_elbo:.2f} nats, {row.validation_elbo:.2f} on items not trained on",
                soft_wrap=True,
            )
