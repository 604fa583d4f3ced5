"""Commands that build and show a blog: what its Makefile does, on systems without make too."""

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any

HOST, PORT = "127.0.0.1", 8000
SETTINGS, PUBLISHED = "pelicanconf.py", "publishconf.py"
#: The environment variable by which a build asks the trainer for drafts.
DRAFT = "PELICAN_RESEARCH_DRAFT"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to those of the command line."""
    for name, run, settings, summary in (
        ("html", _html, SETTINGS, "build the blog, and train what is stale"),
        ("draft", _draft, SETTINGS, "build the blog, and train stale models for seconds only"),
        (
            "publish",
            _publish,
            PUBLISHED,
            "build the blog with full addresses: SITEURL=https://… names its own",
        ),
        ("regenerate", _regenerate, SETTINGS, "build the blog on each save"),
        ("serve", _serve, SETTINGS, "show the site that was built"),
        ("devserver", _devserver, SETTINGS, "show the site, build it on each save, and reload pages"),
        ("clean", _clean, SETTINGS, "delete the site that was built; models and cache stay"),
    ):
        command = commands.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        command.set_defaults(run=run)
        command.add_argument("-s", "--settings", default=settings, help="the settings file (%(default)s)")
        if name in ("serve", "devserver"):
            command.add_argument("-p", "--port", type=int, default=PORT, help="%(default)s")
            command.add_argument("-b", "--bind", default=HOST, metavar="HOST", help="%(default)s")


def _html(given: argparse.Namespace) -> int:
    """Build the blog, and say where its first page lies."""
    code = _pelican(given.settings, "--fatal", "errors")
    if code == 0:
        print(f"Open {_output(given.settings) / 'index.html'}")
    return code


def _draft(given: argparse.Namespace) -> int:
    os.environ[DRAFT] = "1"
    return _html(given)


def _publish(given: argparse.Namespace) -> int:
    return _pelican(given.settings, "--fatal", "errors")


def _regenerate(given: argparse.Namespace) -> int:
    return _pelican(given.settings, "--autoreload")


def _serve(given: argparse.Namespace) -> int:
    return _pelican(given.settings, "--listen", "--port", str(given.port), "--bind", given.bind)


def _devserver(given: argparse.Namespace) -> int:
    from .preview import loop

    try:
        loop.serve(Path(given.settings), (given.bind, given.port))
    except OSError as error:
        print(
            f"{given.bind}:{given.port} cannot be served: {error.strerror}; name another --port",
            file=sys.stderr,
        )
        return 1
    return 0


def _clean(given: argparse.Namespace) -> int:
    """Delete the output folder, which must be one of the blog's own."""
    output, root = _output(given.settings).resolve(), Path(given.settings).resolve().parent
    if root not in output.parents or Path(_settings(given.settings)["PATH"]).resolve().is_relative_to(output):
        print(
            f"{output} is not a folder of this blog apart from its sources; delete it by hand",
            file=sys.stderr,
        )
        return 1
    shutil.rmtree(output, ignore_errors=True)
    return 0


def _pelican(settings: str, *arguments: str) -> int:
    """Run Pelican's own command in this process; return its exit code."""
    import pelican

    try:
        pelican.main(["--settings", settings, *arguments])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except KeyboardInterrupt:
        return 130
    return 0


def _settings(file: str) -> dict[str, Any]:
    from pelican.settings import read_settings

    found: dict[str, Any] = read_settings(file)
    return found


def _output(file: str) -> Path:
    """Return the folder that the site is written to, as seen from here."""
    output = Path(_settings(file)["OUTPUT_PATH"])
    return output.relative_to(Path.cwd()) if output.is_relative_to(Path.cwd()) else output
