"""The command ``python -m model``: build, evaluate and list the models of this blog.

``build`` is called at each build of the blog. Where all releases are fresh it must answer at once, so
whatever imports torch is imported only when there is work to do.
"""

import argparse
import os
import sys
from contextlib import suppress
from pathlib import Path

from . import interrupts, releases, validation
from .errors import ModelError
from .recipes import RECIPES, recipe_named
from .releases import Place
from .sources import ROOT

#: What goes wrong with one model and is no error of the program.
FAULTS = (ModelError, ModuleNotFoundError, OSError)
EXTRA = 'pip install "pelican-research[train]"'


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0, 1 for a fault, 130 for Ctrl-C, 143 for SIGTERM."""
    options = _parser().parse_args(arguments)
    with interrupts.stoppable():
        return _run(options)


def _run(options: argparse.Namespace) -> int:
    try:
        failed = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read has seen enough, as in “python -m model list | head -1”; Python would write on at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except FAULTS as error:
        return _fail(_reason(error, options))
    except interrupts.Stopped as stopped:
        return _fail(
            "stopped; the last whole epoch is kept, and the same command goes on from there", stopped.status
        )
    return int(bool(failed))


def build(options: argparse.Namespace) -> list[str]:
    """Bring models' releases up to date: train, export, verify, evaluate. Nothing is done twice.

    The models are built in the order given, and one that fails does not stop the others. Under torchrun it
    does, since its processes would no longer be at the same model.
    """
    failed = []
    for name in dict.fromkeys(options.names):
        try:
            _build(name, options)
        except BrokenPipeError:
            raise
        except FAULTS as error:
            reason = _reason(error, options)
            _fail(reason if name in reason else f"{name}: {reason}")
            failed.append(name)
            if _processes() > 1:
                break
    return failed


def _build(name: str, options: argparse.Namespace) -> None:
    recipe, place = recipe_named(name), Place(options.into)
    validation.check_processes(recipe, _processes())
    # Among the processes of torchrun the first decides, for the others may be on machines without a release.
    alone = _processes() == 1
    if alone and releases.stale(recipe, place) is None:
        releases.tidy(recipe.name, place)
        print(f"{recipe.name}: fresh")
        return
    if alone and releases.take(recipe, place):
        print(f"{recipe.name}: taken from {os.path.relpath(releases.KEPT)}")
        return
    _spin_little()
    from rich.console import Console

    from .build import build
    from .workers import joined

    with joined(options.device, options.compile) as workers:
        # On standard output, so that the bar keeps its terminal where a caller collects standard error.
        console = Console(highlight=False, quiet=not workers.first)
        build(recipe, place, console, workers, options.tensorboard)


def evaluate(options: argparse.Namespace) -> None:
    """Measure a released model on the whole test set, for minutes; posts can cite the numbers."""
    recipe, place = recipe_named(options.name), Place(options.into)
    why = releases.stale(recipe, place)
    if why is not None:
        raise ModelError(f"{recipe.name}: {why}; run `python -m model build {recipe.name}` first")
    _spin_little()
    from rich.console import Console

    from .report import report
    from .workers import joined

    with joined(options.device) as workers:
        report(recipe, place, options.samples, Console(), workers)


def show(options: argparse.Namespace) -> None:
    """Say of each model whether its release is fresh, and if not, why; and what it reaches."""
    place = Place(options.into)
    for name in RECIPES:
        try:
            recipe = recipe_named(name)
        except ModelError as error:
            print(error)
            continue
        print(f"{name}: {releases.stale(recipe, place) or 'fresh'}{releases.summary(recipe, place)}")


def _spin_little() -> None:
    # Threads that wait spin for some microseconds and then sleep. Where they spin for long, a second busy
    # program makes training ten times slower; where they sleep at once, it is a third slower on its own.
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model", description="Build and measure models.")
    parser.add_argument(
        "--into", type=Path, default=ROOT / "build" / "models", metavar="FOLDER", help="where releases lie"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command in {"build": build, "evaluate": evaluate, "list": show}.items():
        subparser = commands.add_parser(name, help=command.__doc__, description=command.__doc__)
        subparser.set_defaults(run=command)
        if command is build:
            subparser.add_argument("names", nargs="+", metavar="NAME", help=f"of {', '.join(RECIPES)}")
        if command is evaluate:
            subparser.add_argument("name", metavar="NAME", help=f"one of {', '.join(RECIPES)}")
        if command is not show:
            subparser.add_argument(
                "--device", choices=("cpu", "cuda"), default="cpu", help="where to compute (cpu)"
            )
        if command is build:
            subparser.add_argument("--compile", action="store_true", help="compile networks by torch.compile")
            subparser.add_argument(
                "--tensorboard", type=Path, metavar="FOLDER", help="write a log for TensorBoard there"
            )
        if command is evaluate:
            subparser.add_argument(
                "--samples", type=int, default=5000, help="of the importance-weighted bound (5000)"
            )
    return parser


def _processes() -> int:
    """Return how many processes train together; torchrun says so."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _reason(error: Exception, options: argparse.Namespace) -> str:
    """Return what an error of `FAULTS` says to the user."""
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name}, which training needs, is not installed; run: {EXTRA}"
    if isinstance(error, OSError):
        return f"{error.filename or options.into}: {error.strerror}; nothing was released"
    return str(error)


def _fail(message: str, status: int = 1) -> int:
    # Whoever read what we say may have ended, and for that we are asked to end as well.
    with suppress(BrokenPipeError):
        print(f"model: {message}", file=sys.stderr, flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main())
