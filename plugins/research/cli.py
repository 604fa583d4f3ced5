"""Commands for authors, listed by ``pelican-research --help``; each imports what it needs when it runs.

``new`` and ``init`` begin a blog; ``html``, ``devserver``, ``publish`` and others build and show it;
``check`` reports errors in its sources, ``add`` fetches references into its bibliography, ``import`` and
``export`` convert articles, ``figure`` writes a figure for any site, ``manifest`` describes a model that
came from elsewhere, and ``models`` trains models.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

from . import __version__
from .adapter import commands as building
from .core import streams
from .core.diagnostics import Diagnostic, Severity, in_order
from .core.validation import SettingsError
from .embedding import commands as embedding
from .exporting import commands as exporting
from .importing import commands as importing
from .start import commands as start


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named; return 1 where there is something to correct."""
    streams.replace_what_is_missing()
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["models"]:  # a program of its own, with options of its own
        from .demos.bundles import trainer

        return trainer.run(words[1:])
    parser = _parser()
    given = parser.parse_args(words)
    if "numbers" in given and given.key and len(given.numbers) > 1:
        parser.error("--key is for one number")
    if "settings" in given and not Path(given.settings).is_file():
        parser.error(f"there is no {given.settings} here; name the blog's settings file by --settings")
    try:
        code: int = given.run(given)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    return code


def _parser() -> argparse.ArgumentParser:
    from .citations.adding.registry import RESOLVER

    parser = argparse.ArgumentParser(prog="pelican-research", description=__doc__)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    start.register(commands)
    building.register(commands)
    command = commands.add_parser("check", help="unknown keys, uncited and incomplete entries, dead anchors")
    command.set_defaults(run=_check)
    command.add_argument(
        "--adopt",
        action="store_true",
        help="list what the plugin would change in the posts, before and after",
    )
    command.add_argument("-s", "--settings", default="pelicanconf.py", help="the blog's settings file")
    forms = ("text", "github")
    command.add_argument(
        "--format", choices=forms, default="text", help="github: annotations of its workflows"
    )
    command = commands.add_parser("add", help="fetch references by DOI or arXiv number into the bibliography")
    command.set_defaults(run=_add)
    command.add_argument(
        "numbers", nargs="+", metavar="NUMBER", help="a DOI, an arXiv number, or its address"
    )
    command.add_argument("-s", "--settings", default="pelicanconf.py", help="the blog's settings file")
    command.add_argument("--to", type=Path, metavar="FILE", help="the .bib file; else the blog's first one")
    command.add_argument("--key", default="", help="the key to cite it by; else one is made")
    command.add_argument(
        "--resolver", default=RESOLVER, metavar="URL", help="asked for DOIs; else %(default)s"
    )
    importing.register(commands)
    exporting.register(commands)
    embedding.register(commands)
    commands.add_parser("models", help="train, list, pin and evaluate models")
    command = commands.add_parser("manifest", help="write manifest.json beside the ONNX files of a model")
    command.set_defaults(run=_write_manifest)
    command.add_argument("folder", type=Path, help="the folder with decoder.onnx")
    command.add_argument("--least", type=float, help="least value of images; else guessed")
    command.add_argument("--most", type=float, help="greatest value of images; else guessed")
    command.add_argument("--image", type=_size, metavar="HEIGHTxWIDTH", help="size of images; else guessed")
    command.add_argument("--layout", choices=("CHW", "HWC"), help="whether channels come first or last")
    command.add_argument(
        "--latents", type=int, nargs="+", default=[], metavar="N", help="sizes of inputs that are left open"
    )
    command.add_argument("--output", metavar="NAME", help="the output that has the images; else the first")
    command.add_argument("--labels", type=_words, default=(), metavar="A,B,…", help="names of classes")
    command.add_argument(
        "--polarity",
        choices=("ink", "photograph"),
        help="whether grey images are inverted where the page is light; else they are, and others are not",
    )
    command.add_argument(
        "--prior",
        type=_prior,
        metavar="KIND",
        help="distribution of latents: uniform:LOW:HIGH, categorical:COUNT, codes:FILE.npz or "
        "graph:FILE.onnx:SIZE; else normal",
    )
    return parser


def _check(given: argparse.Namespace) -> int:
    """Print each diagnostic on a line; return 1 where there is one."""
    if given.adopt:
        return _adopt(given)
    from .adapter import reporting
    from .adapter.reading import sources

    found = in_order(sources.check(given.settings))
    for diagnostic in found:
        print(_annotation(diagnostic) if given.format == "github" else diagnostic)
    errors = sum(one.severity is Severity.ERROR for one in found)
    print(reporting.counted(errors, len(found) - errors) or "nothing to correct", file=sys.stderr)
    return int(bool(found))


def _adopt(given: argparse.Namespace) -> int:
    """Print each change on a line, by kind, and how many of a kind there are."""
    from .adapter import adoption

    for kind, found in groupby(adoption.changes(given.settings), key=lambda change: change.kind):
        changes = list(found)
        print(f"{kind}: {len(changes)}")
        for change in changes:
            print(f"  {change}")
    return 0


def _annotation(diagnostic: Diagnostic) -> str:
    """Return the workflow command of GitHub (“Workflow commands”) that annotates the line of `diagnostic`."""
    path = diagnostic.path
    here = Path.cwd()
    place = {
        "file": path.relative_to(here) if path.is_relative_to(here) else path,
        "line": diagnostic.line,
        "col": diagnostic.column,
    }
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in place.items() if value)
    return f"::{diagnostic.severity} {properties}::{_escaped(diagnostic.one_line)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in ("%", "\r", "\n", *more):
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def _add(given: argparse.Namespace) -> int:
    """Append each reference, and print its place; return 1 if one could not be fetched."""
    from .adapter.reading import sources
    from .citations.adding.add import add, first_bibliography, place
    from .citations.adding.registry import RegistryError
    from .citations.settings import Settings
    from .citations.sources.library import Library

    files = next(
        one.references for _, one in sources.settings(given.settings).parts if isinstance(one, Settings)
    )
    to = given.to or first_bibliography(files)
    if to is None:
        print("RESEARCH['references'] names no file; name one there, or by --to", file=sys.stderr)
        return 1
    others = [file for file in files if file.resolve() != to.resolve()]
    failed = False
    for number in given.numbers:
        library = Library([file for file in (to, *others) if file.exists()])
        try:
            key = add(number, to, library, given.key, given.resolver)
        except RegistryError as error:
            print(error, file=sys.stderr)
            failed = True
        else:
            print(f"{place(Library([to]), key)}: added “{key}”, to be cited by [@@{key}]")
    return int(failed)


def _size(text: str) -> tuple[int, int]:
    """Return height and width that are written as in 28x20."""
    height, width = map(int, text.lower().replace("×", "x").split("x"))
    return height, width


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(","))


def _prior(text: str) -> dict[str, Any]:
    """Return what a manifest states of a prior that is written as in uniform:-1:1."""
    kind, *values = text.split(":")
    forms: dict[str, dict[str, Any]] = {
        "uniform": {"low": float, "high": float},
        "categorical": {"size": int},
        "codes": {"file": str},
        "graph": {"file": str, "size": int},
    }
    if kind not in forms or len(values) != len(forms[kind]):
        raise argparse.ArgumentTypeError(f"{text!r} is none of the forms that --help lists")
    pairs = zip(forms[kind].items(), values, strict=True)
    return {"kind": kind, **{name: of(value) for (name, of), value in pairs}}


def _write_manifest(given: argparse.Namespace) -> int:
    """Write the manifest; print its path, what it states, and what the author should look at."""
    from .demos.bundles import manifest
    from .demos.errors import DemoError

    stated = {field.name: getattr(given, field.name) for field in fields(manifest.Given)}
    try:
        written = manifest.write(given.folder, manifest.Given(**stated | {"latents": tuple(given.latents)}))
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    print(written.path)
    for line in (written.summary, *(f"warning: {warning}" for warning in written.warnings)):
        print(line, file=sys.stderr)
    return 0
