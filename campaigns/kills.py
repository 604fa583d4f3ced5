"""What outlives a build that was ended at a random moment: processes, and differences in the next build.

    python campaigns/kills.py [--kills 20] [--seed 0]

The build trains the tiny model of the tests and sets formulas. Undisturbed ones show how long it takes,
from nothing and with the model there; then each of SIGTERM, SIGHUP, SIGINT and SIGKILL ends `--kills`
builds, of the two kinds in turn, at a moment drawn uniformly from that time. Processes are counted two
seconds later; they are known by a variable of their environment, which they inherit from Pelican however far
they went. Then the blog is built again: it differs if it does not publish what an undisturbed build does.
Prints a table and judges nothing.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import damages  # noqa: E402
import tiny_model  # noqa: E402

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL)
#: Seconds after which nothing may be alive.
AFTER = 2.0
#: The variable by which all processes of a build are known.
MARK = "CAMPAIGN_BUILD"
FORMULAS = 500
SETTINGS = f"""
SITENAME = "A blog"
SITEURL = "https://blog.example"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
PLUGIN_PATHS = [{str(ROOT / "plugins")!r}]
PLUGINS = ["research"]
"""
POST = """Title: A post
Date: 2026-01-01

```demo
kind: samples
model: tiny
alt: Bars
caption: Bars.
live: no
```

"""


class Kill(NamedTuple):
    """What was at work when Pelican was ended, and what was still there afterwards."""

    children: int
    training: bool
    setting: bool
    alive: int
    #: Their command lines.
    left: tuple[str, ...]
    #: Whether the next build publishes something else.
    differs: bool


def write_blog(folder: Path, data: Path, models: Path | None) -> None:
    """Write a blog whose build trains and sets formulas, or finds its model among `models`."""
    if models:
        shutil.copytree(models, folder / "models")
    shutil.copy(tiny_model.site(data, epochs=10) / "recipes.toml", folder)
    command = [sys.executable, str(ROOT / "tests" / "tiny_model.py")]
    command += ["--into", str(folder / "models"), "build", "{name}", "--threads", "1"]
    command += ["--precision", "float32"]  # by default the faster one, which chance decides
    research = {"build_model": command, "models": "models", "cache": "cache"}
    (folder / "pelicanconf.py").write_text(f"{SETTINGS}RESEARCH = {research!r}\n", encoding="utf-8")
    formulas = " ".join(f"$x_{{{number}}} + \\alpha^{{{number}}}$" for number in range(FORMULAS))
    (folder / "content").mkdir()
    (folder / "content" / "post.md").write_text(f"{POST}{formulas}\n", encoding="utf-8")


def start(folder: Path, data: Path) -> "subprocess.Popen[bytes]":
    """Start the build in `folder`."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "BARS": str(data),
        MARK: str(folder),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def of_build(folder: Path, pelican: int) -> Iterator[psutil.Process]:
    """Yield the processes that the build in `folder` has started, wherever they are now."""
    for process in psutil.process_iter():
        try:
            marked = process.environ().get(MARK) == str(folder)
            if marked and process.pid != pelican and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.Error, OSError):
            continue


def kill(
    number: signal.Signals, moment: float, data: Path, models: Path | None, whole: Mapping[str, bytes]
) -> Kill | None:
    """End a build by the signal `number` after `moment` seconds; None if it was done by then.

    `whole` is what an undisturbed build publishes, by path.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        write_blog(folder, data, models)
        pelican = start(folder, data)
        time.sleep(moment)
        before = list(map(words, of_build(folder, pelican.pid)))
        if pelican.poll() is not None:
            return None
        pelican.send_signal(number)
        time.sleep(AFTER)
        left = list(of_build(folder, pelican.pid))
        lines = tuple(map(words, left))
        for process in left:
            process.kill()
        pelican.wait()
        start(folder, data).wait()
        differs = published(folder) != whole
    training, setting = (any(word in line for line in before) for word in ("tiny_model.py", "typeset.mjs"))
    return Kill(len(before), training, setting, len(left), lines, differs)


def words(process: psutil.Process) -> str:
    """Return the command line of `process`; nothing if it has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def published(folder: Path) -> Mapping[str, bytes]:
    """Return what the blog in `folder` publishes, by path, but for how long training took."""
    return damages.timeless(folder / "output")


def undisturbed(
    data: Path, models: Path | None, keep: Path | None = None
) -> tuple[float, Mapping[str, bytes]]:
    """Return how many seconds a whole build takes, and what it publishes; put its models into `keep`."""
    with tempfile.TemporaryDirectory() as name:
        write_blog(Path(name), data, models)
        began = time.monotonic()
        if start(Path(name), data).wait() != 0:
            raise SystemExit("the build fails when nobody disturbs it")
        seconds = time.monotonic() - began
        if keep:
            shutil.copytree(Path(name) / "models", keep)
        return seconds, published(Path(name))


def table(found: Mapping[signal.Signals, list[Kill]]) -> Table:
    """Return the table of all kills."""
    shown = Table("signal", "kills", "training", "setting", "processes", "alive after 2 s", "next differs")
    for number, kills in found.items():
        sums = (sum(kill.training for kill in kills), sum(kill.setting for kill in kills))
        counts = (sum(one.children for one in kills), sum(one.alive for one in kills))
        counts += (sum(one.differs for one in kills),)
        shown.add_row(number.name, *map(str, (len(kills), *sums, *counts)))
    return shown


def main() -> None:
    """Run the campaign."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=20, help="for each signal")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    # A shell lets what it starts in the background ignore Ctrl-C, and nohup SIGHUP; so would the builds.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    draw = random.Random(options.seed)
    found: dict[signal.Signals, list[Kill]] = {number: [] for number in SIGNALS}
    with tempfile.TemporaryDirectory() as name:
        data, models = Path(name) / "data", Path(name) / "models"
        data.mkdir()
        tiny_model.write_data(data)
        kinds = [(None, *undisturbed(data, None, models)), (models, *undisturbed(data, models))]
        for number, kills in found.items():
            while len(kills) < options.kills:
                there, seconds, whole = kinds[len(kills) % 2]
                moment = draw.uniform(0, seconds)
                if (one := kill(number, moment, data, there, whole)) is not None:
                    kills.append(one)
                    print(f"{number.name} {len(kills)}: {one}", file=sys.stderr)
    console = Console()
    console.print(f"whole builds: {kinds[0][1]:.1f} s from nothing, {kinds[1][1]:.1f} s with the model there")
    console.print(table(found))


if __name__ == "__main__":
    main()
