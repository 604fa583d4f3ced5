"""The command ``import``: articles from elsewhere become posts."""

import argparse
import pprint
import sys
from pathlib import Path

from ..core.diagnostics import in_order


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of the command line."""
    command = commands.add_parser(
        "import", help="make posts of articles in Quarto, Pandoc's Markdown, MyST, LaTeX or notebooks"
    )
    command.set_defaults(run=_import)
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help=".qmd, .md, .tex or .ipynb")
    command.add_argument("--to", type=Path, default=Path("content"), metavar="DIR", help="else content")
    command.add_argument("--name", help="of the post; else that of the file")
    command.add_argument("--force", action="store_true", help="replace a post that is there")


def _import(given: argparse.Namespace) -> int:
    """Write each post, and print what was not understood; return 1 where a file could not be imported."""
    from . import article
    from .reading.pandoc import UnreadableArticleError

    failures = 0
    for file in given.files:
        name = given.name if given.name and len(given.files) == 1 else file.stem
        if (given.to / f"{name}.md").exists() and not given.force:
            print(
                f"{given.to / name}.md is there already: name another by --name, or say --force",
                file=sys.stderr,
            )
            failures += 1
            continue
        try:
            imported = article.read(file, name)
        except UnreadableArticleError as error:
            print(f"{file}: {error}", file=sys.stderr)
            failures += 1
            continue
        post = article.write(imported, name, given.to)
        for diagnostic in in_order(imported.diagnostics):
            print(diagnostic)
        if imported.authors:
            print(f'for RESEARCH in the settings: "authors": {pprint.pformat(imported.authors)}')
        count = len(imported.diagnostics)
        print(f"{post}: {len(imported.files)} files; {count} not understood", file=sys.stderr)
    return int(bool(failures))
