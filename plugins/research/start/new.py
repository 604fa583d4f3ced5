"""A new blog: the files of `skeleton`, with what its author answered.

Files that end in ``.jinja`` are templates, and Python files are among them so that no tool takes them for
modules of this package. ``dot_`` at the beginning of a name stands for a dot.
"""

import datetime
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from jinja2 import Environment, StrictUndefined

from .. import __version__
from ..core import extras

SKELETON = Path(__file__).with_name("skeleton")
TEMPLATE, DOT = ".jinja", "dot_"
#: What each forge needs to publish the blog; other files are for every forge.
FORGES = {"github": ".github", "gitlab": ".gitlab-ci.yml"}


class AnswerError(Exception):
    """A new blog cannot be made of that answer, or there."""


@dataclass(frozen=True)
class Answers:
    """What an author says of a new blog."""

    title: str = "A research blog"
    author: str = ""
    siteurl: str = "https://blog.example"
    lang: str = "en"
    timezone: str = "UTC"
    forge: str = "github"


def author() -> str:
    """Return the name by which Git knows the author; nothing where it knows none."""
    try:
        done = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def check_folder(folder: Path) -> None:
    """Raise `AnswerError` unless `folder` is empty or not there."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AnswerError(
            f"{folder} is not empty: name a new folder, or type `pelican-research init` in a blog that exists"
        )


def make(folder: Path, answers: Answers) -> list[Path]:
    """Write the skeleton into `folder` and return its files.

    Raises `AnswerError` where there is something already, or an answer is none.
    """
    check_folder(folder)
    address = urlsplit(answers.siteurl)
    if address.scheme not in ("http", "https") or not address.netloc:
        raise AnswerError(f"{answers.siteurl} is no address: write one such as https://name.github.io/blog")
    answers = replace(answers, siteurl=answers.siteurl.rstrip("/"))
    written = []
    for path, content in files(answers):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.append(target)
    return written


def files(answers: Answers) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield path and content of each file of a new blog."""
    others = {name for forge, name in FORGES.items() if forge != answers.forge}
    shared = _of(_shared("theme", "theme"), PurePosixPath("theme"))
    shared[PurePosixPath("constraints.txt")] = _shared("constraints.txt", "requirements.txt").read_bytes()
    for path, content in {**_of(SKELETON, PurePosixPath()), **shared}.items():
        if path.parts[0] in others:
            continue
        if path.suffix == TEMPLATE:
            yield path.with_suffix(""), _rendered(content.decode(), answers).encode()
        else:
            yield path, content


def requirement(names: str) -> str:
    """Return the requirement, with the extras `names`, by which pip finds this version again (PEP 508)."""
    at = extras.address(extras.origin() or {})
    return f"{extras.NAME}[{names}] @ {at}" if at else f"{extras.NAME}[{names}]=={__version__}"


def _of(folder: Path, under: PurePosixPath) -> dict[PurePosixPath, bytes]:
    """Return the files of `folder` by the paths that they get below `under`."""
    found = {}
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            parts = (Path(base) / name).relative_to(folder).parts
            path = under.joinpath(
                *(part.replace(DOT, ".", 1) if part.startswith(DOT) else part for part in parts)
            )
            found[path] = (Path(base) / name).read_bytes()
    return found


def _shared(name: str, in_clone: str) -> Path:
    """Return what new blogs share with this one: in a wheel beside the skeleton, in a clone at the top."""
    packed = Path(__file__).with_name(name)
    return packed if packed.exists() else Path(__file__).resolve().parents[3] / in_clone


def _rendered(template: str, answers: Answers) -> str:
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    values = {name: json.dumps(value, ensure_ascii=False) for name, value in vars(answers).items()}
    today = datetime.date.today().isoformat()
    return environment.from_string(template).render(values, today=today, requirement=requirement)
