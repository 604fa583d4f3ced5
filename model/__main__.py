"""The command ``python -m model``: build, evaluate and list the models of this blog.

``build`` is called for each model at each build of the blog. Where the release is fresh it must
answer at once, so whatever imports torch is imported only when there is work to do.
"""

import argparse
import sys
from pathlib import Path

from . import releases
from .datasets import ROOT
from .errors import ModelError
from .recipes import RECIPES, Recipe, recipe_named
from .releases import Place


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ModelError as error:
        print(f"model: {error}", file=sys.stderr)
        return 1
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("model"):
            raise
        print(
            f"model: training needs {error.name}, which is not installed: "
            'pip install "pelican-research[train]"',
            file=sys.stderr,
        )
        return 1
    except OSError as error:
        print(
            f"model: {error.filename or options.name}: {error.strerror}; nothing was released",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print(
            "model: stopped. The last whole epoch is kept; the same command goes on from there.",
            file=sys.stderr,
        )
        return 130
    return 0


def build(options: argparse.Namespace) -> None:
    """Build the release of a model if it is stale."""
    recipe, place = recipe_named(options.name), Place(options.into)
    if releases.stale(recipe, place) is None:
        return
    from rich.console import Console

    from .build import build

    build(recipe, place, Console(stderr=True))


def evaluate(options: argparse.Namespace) -> None:
    """Print how good a released model is, measured in full."""
    raise NotImplementedError


def show(options: argparse.Namespace) -> None:
    """Say of each model whether its release is fresh."""
    place = Place(options.into)
    for recipe in RECIPES.values():
        print(f"{recipe.name:16}{releases.stale(recipe, place) or 'fresh'}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model", description=__doc__)
    parser.add_argument(
        "--into", type=Path, default=ROOT / "build" / "models", metavar="FOLDER", help="where releases lie"
    )
    commands = parser.add_subparsers(required=True)
    for command, what, has_name in (
        (build, "train, export and check a model if its release is stale", True),
        (evaluate, "measure a released model on the whole test set", True),
        (show, "say which releases are fresh", False),
    ):
        name = "list" if command is show else command.__name__
        subparser = commands.add_parser(name, help=what, description=command.__doc__)
        subparser.set_defaults(run=command, name="")
        if has_name:
            subparser.add_argument("name", help=f"one of {', '.join(RECIPES)}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
