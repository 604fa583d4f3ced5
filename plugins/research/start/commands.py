"""Commands by which a blog begins: ``new``, and ``init`` for a blog that exists."""

import argparse
import os
import sys
from dataclasses import fields, replace
from pathlib import Path

from ..core import extras
from . import new

HELP = {
    "title": "the title of the blog",
    "author": "who writes it",
    "siteurl": "where it will be published",
    "lang": "the language of its posts, as in “en”",
    "timezone": "as in “Europe/Berlin”",
}
#: What is asked for; other answers have flags only.
ASKED = ("title", "author", "siteurl")


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to those of the command line."""
    command = commands.add_parser("new", help="make a blog with a first post, a model and its workflow")
    command.set_defaults(run=_new)
    command.add_argument("folder", type=Path, metavar="DIR", help="an empty folder, or one that is not there")
    for name, text in HELP.items():
        command.add_argument(f"--{name}", help=text)
    command.add_argument(
        "--forge", choices=(*new.FORGES, "none"), help="whose workflow publishes it (github)"
    )
    command.add_argument("-y", "--yes", action="store_true", help="ask nothing, and take defaults")
    command = commands.add_parser("init", help="say what a blog that exists needs, or make these changes")
    command.set_defaults(run=_init)
    command.add_argument("-s", "--settings", default="pelicanconf.py", help="the blog's settings file")
    command.add_argument("--write", action="store_true", help="make the changes")


def _new(given: argparse.Namespace) -> int:
    """Make the blog, and say what to type next."""
    answers = replace(new.Answers(), author=new.author())
    stated = {field.name: getattr(given, field.name) for field in fields(answers)}
    answers = replace(answers, **{name: value for name, value in stated.items() if value is not None})
    try:
        new.check_folder(given.folder)
        if not given.yes and sys.stdin.isatty():
            answers = _ask(answers, {name for name, value in stated.items() if value is None})
        written = new.make(given.folder, answers)
    except new.AnswerError as error:
        print(error, file=sys.stderr)
        return 1
    except (EOFError, KeyboardInterrupt):
        print("\nno blog was made", file=sys.stderr)
        return 130
    print(f"{given.folder}: {len(written)} files. Next:\n\n  cd {given.folder}")
    print("  pip install -r requirements-train.txt")
    print("  pelican-research devserver" if os.name == "nt" else "  make devserver")
    if folder := extras.folder(extras.origin() or {}):
        print(
            f"\nrequirements.txt names {folder}, which only this machine has: change that before you publish."
        )
    return 0


def _ask(answers: new.Answers, open_ones: set[str]) -> new.Answers:
    """Ask for what no flag has answered; an empty line takes the default."""
    for name in ASKED:
        if name in open_ones:
            default = getattr(answers, name)
            answer = input(f"{HELP[name].capitalize()}{f' [{default}]' if default else ''}: ").strip()
            answers = replace(answers, **{name: answer or default})
    return answers


def _init(given: argparse.Namespace) -> int:
    """Print each change, or make it."""
    from . import existing

    changes = list(existing.changes(Path(given.settings)))
    for change in changes:
        if given.write:
            change.make()
        print(f"{change.path}: {change.what}" + ("" if given.write else f"\n{change.shown}"))
    if not changes:
        print("nothing to change: the plugin is in use here")
    elif not given.write:
        print("pelican-research init --write makes these changes.")
    print("pelican-research check --adopt lists what the plugin would change in your posts.")
    return 0
