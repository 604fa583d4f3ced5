"""``python -m pelican.plugins.research check``: what to mend in the sources of a blog, before it is built."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pelican import Pelican
from pelican.contents import Article
from pelican.readers import Readers
from pelican.settings import read_settings

from . import posts
from .citations.check import check
from .documents import Document
from .faults import Severity
from .plugin import STATE


def main(arguments: Sequence[str] | None = None) -> int:
    """Print each fault as ``file:line: severity: message``; return 1 where there is an error or a warning."""
    parser = argparse.ArgumentParser(prog="python -m pelican.plugins.research", description=__doc__)
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("check", help="unknown keys, uncited and incomplete entries, dead anchors")
    command.add_argument("-s", "--settings", default="pelicanconf.py", help="the blog's settings file")
    given = parser.parse_args(arguments)
    settings = read_settings(given.settings)
    pelican = Pelican(settings)
    faults = check(list(_documents(settings)), pelican.settings[STATE].settings)
    for fault in sorted(set(faults)):
        print(fault)
    print(f"{len(set(faults))} to mend", file=sys.stderr)
    return int(any(fault.severity in (Severity.ERROR, Severity.WARNING) for fault in faults))


def _documents(settings: dict[str, Any]) -> Iterator[Document]:
    """Read the sources of the blog as Pelican does, and make nothing of them."""
    readers = Readers(settings)
    base = Path(settings["PATH"])
    for path in sorted(base.rglob("*")):
        if path.suffix[1:] in readers.extensions and path.is_file():
            content = readers.read_file(str(base), str(path.relative_to(base)), content_class=Article)
            yield posts.body(content)


if __name__ == "__main__":
    sys.exit(main())
