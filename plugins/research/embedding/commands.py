"""The command ``figure``: a figure of a model as a folder for any site."""

import argparse
import sys
from pathlib import Path


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the command line."""
    command = commands.add_parser("figure", help="write a figure of a model as static HTML for any site")
    command.set_defaults(run=_figure)
    command.add_argument("models", nargs="+", type=Path, metavar="BUNDLE", help="as build/models/mnist-plane")
    command.add_argument("--kind", default="samples", help="else samples")
    command.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    command.add_argument(
        "--base", metavar="URL", help="where pages find the folder; else FOLDER's name and /"
    )
    command.add_argument("--alt", help="what the image shows, for those who do not see it")
    command.add_argument("--caption", default="")
    command.add_argument("--lang", default="en", metavar="TAG", help="the language of its words; else en")
    command.add_argument(
        "--set", action="append", default=[], type=_key, metavar="KEY=VALUE", help="a key of a demo block"
    )
    command.add_argument(
        "--cache", type=Path, default=Path("build/cache"), metavar="DIR", help="else build/cache"
    )


def _key(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign:
        raise argparse.ArgumentTypeError(f"{text!r}: write KEY=VALUE, such as rows=4")
    return key, value


def _figure(given: argparse.Namespace) -> int:
    """Write the figure; return 1 where it cannot be made."""
    from . import site
    from .make import FigureError, made

    keys = {**dict(given.set), "kind": given.kind, "caption": given.caption, "language": given.lang}
    if given.alt:
        keys["alt"] = given.alt
    try:
        figure = made(given.models, keys, given.cache)
    except FigureError as error:
        print(error, file=sys.stderr)
        return 1
    base = f"{given.out.resolve().name}/" if given.base is None else given.base
    site.write(figure, given.out, base, given.lang)
    for warning in figure.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    print(given.out / site.FRAGMENT)
    return 0
