"""Commands for authors: ``python -m pelican.plugins.research check``, ``… add`` and ``… manifest``.

The first says what to mend in the sources of a blog before it is built, the second fetches works into its
bibliography, the third makes a release of a model that came from elsewhere.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.contents import Article
from pelican.readers import Readers
from pelican.settings import read_settings

from . import posts
from .citations.add import add, place
from .citations.check import check
from .citations.library import CSL_SUFFIXES, Library
from .citations.registry import RESOLVER, RegistryError
from .demos import manifest
from .demos.errors import DemoError
from .documents import Document
from .faults import Fault, Severity
from .plugin import STATE, settings_of
from .validation import SettingsError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that is named; return 1 where there is something to mend."""
    parser = argparse.ArgumentParser(prog="python -m pelican.plugins.research", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("check", help="unknown keys, uncited and incomplete entries, dead anchors")
    command.set_defaults(run=_check)
    command.add_argument("-s", "--settings", default="pelicanconf.py", help="the blog's settings file")
    command = commands.add_parser("add", help="fetch works by DOI or arXiv number into the bibliography")
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
    command = commands.add_parser("manifest", help="write manifest.json beside the ONNX files of a model")
    command.set_defaults(run=_write_manifest)
    command.add_argument("folder", type=Path, help="the folder with decoder.onnx")
    command.add_argument("--least", type=float, default=0.0, help="least value of pictures; else %(default)s")
    command.add_argument(
        "--most", type=float, default=1.0, help="greatest value of pictures; else %(default)s"
    )
    given = parser.parse_args(arguments)
    if "numbers" in given and given.key and len(given.numbers) > 1:
        parser.error("--key is for one number")
    if "settings" in given and not Path(given.settings).is_file():
        parser.error(f"there is no {given.settings} here; name the blog's settings file by --settings")
    code: int = given.run(given)
    return code


def _check(given: argparse.Namespace) -> int:
    """Print each fault as ``file:line: severity: message``; return 1 where there is an error or a warning."""
    settings = read_settings(given.settings)
    pelican = Pelican(settings)
    documents, faults = _documents(settings)
    faults += check(documents, pelican.settings[STATE].settings)
    for fault in sorted(set(faults), key=lambda fault: fault.place):
        print(fault)
    print(f"{len(set(faults))} to mend", file=sys.stderr)
    return int(any(fault.severity in (Severity.ERROR, Severity.WARNING) for fault in faults))


def _add(given: argparse.Namespace) -> int:
    """Append each work, and print where it stands; return 1 where one could not be had."""
    try:
        files = settings_of(read_settings(given.settings)).references
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    to = given.to or _first(files)
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


def _first(files: Sequence[Path]) -> Path | None:
    """Return the first bibliography in BibTeX, or else the first one; None where there is none."""
    in_bibtex = (file for file in files if file.suffix not in CSL_SUFFIXES)
    return next(in_bibtex, files[0] if files else None)


def _write_manifest(given: argparse.Namespace) -> int:
    """Write the manifest and print its path."""
    try:
        print(manifest.write(given.folder, (given.least, given.most)))
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _documents(settings: dict[str, Any]) -> tuple[list[Document], list[Fault]]:
    """Read the sources of the blog as Pelican does, and make nothing of them."""
    documents, faults = [], []
    readers = Readers(settings)
    base = Path(settings["PATH"])
    for path in sorted(base.rglob("*")):
        if path.suffix[1:] not in readers.extensions or not path.is_file():
            continue
        try:
            content = readers.read_file(str(base), str(path.relative_to(base)), content_class=Article)
        except Exception as error:  # whatever a reader raises, Pelican leaves this post out
            faults.append(Fault(path, None, f"Pelican cannot read this file: {error}"))
        else:
            documents.append(posts.body(content))
    return documents, faults


if __name__ == "__main__":
    sys.exit(main())
