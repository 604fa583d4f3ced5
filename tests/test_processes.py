"""No process outlives Pelican: what it starts ends with it, however it ends."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import tiny_model
from conftest import ROOT, SETTINGS
from research.core.processes import children as processes
from research.core.processes.node import LIFELINE, find_node, node_command
from test_model_build import command, environment

from model.training.checkpoints import DIGEST

SIGNALS = [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL]
#: Seconds after which a test that waits has failed; it waits for events, and mostly for milliseconds.
TOO_LONG = 60

#: A command with descendants of every kind. Each writes a file named after itself with its number.
FAMILY = '''
import os, signal, subprocess, sys, time
from pathlib import Path

ONE = """
import os, signal, sys, time
from pathlib import Path
if "stubborn" in sys.argv[1]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "session" in sys.argv[1]:
    os.setsid()
if "orphan" in sys.argv[1] and os.fork():
    os._exit(0)
Path(sys.argv[1] + ".new").write_text(str(os.getpid()))
os.rename(sys.argv[1] + ".new", sys.argv[1] + ".pid")
time.sleep(1000)
"""
for name in sys.argv[2:]:
    subprocess.Popen([sys.executable, "-c", ONE, name])
if sys.argv[1] == "stay":
    exec(compile(ONE.replace("sys.argv[1]", "'leader'"), "leader", "exec"))
while len(list(Path().glob("*.pid"))) < len(sys.argv[2:]):
    time.sleep(0.01)
'''
KINDS = ("child", "stubborn", "session", "orphan", "orphan-session-stubborn")


def wait_until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + TOO_LONG
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def numbers(folder: Path, count: int) -> list[psutil.Process]:
    """Wait for the files of `count` processes and return these."""
    wait_until(lambda: len(list(folder.glob("*.pid"))) == count)
    return [psutil.Process(int(path.read_text())) for path in folder.glob("*.pid")]


def assert_gone(those: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(those, timeout=TOO_LONG)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def pelican(folder: Path, settings: str, content: str, **environment: str) -> "subprocess.Popen[str]":
    """Start a build whose only post has `content`."""
    (folder / "content").mkdir()
    (folder / "content" / "a.md").write_text(f"Title: A\nDate: 2026-01-01\n\n{content}\n", encoding="utf-8")
    (folder / "pelicanconf.py").write_text(SETTINGS + settings, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"],
        cwd=folder,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.fixture(autouse=True)
def interruptible() -> None:
    # A shell lets what it starts in the background ignore Ctrl-C, and nohup SIGHUP; so would these builds.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


DEMO = "```demo\nkind: samples\nmodel: tiny\nalt: Bars\ncaption: Bars.\n```"


@pytest.mark.parametrize("blow", SIGNALS, ids=lambda blow: blow.name)
def test_the_trainer_ends_with_pelican_and_all_that_it_has_started(
    tmp_path: Path, blow: signal.Signals
) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    build_model = [sys.executable, "family.py", "stay", *KINDS]
    process = pelican(tmp_path, f'RESEARCH = {{"build_model": {build_model!r}}}', DEMO)
    family = numbers(tmp_path, len(KINDS) + 1)
    supervisors = psutil.Process(process.pid).children()
    process.send_signal(blow)
    said, _ = process.communicate(timeout=TOO_LONG)
    if blow is signal.SIGINT:  # Pelican's own words and code
        assert "Keyboard interrupt received. Exiting." in said
        assert process.returncode == 0
    else:
        assert process.returncode == -blow
    assert_gone([*supervisors, *family])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a supervisor that is killed can end nothing")
def test_the_command_ends_with_its_supervisor(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    with processes.supervised([sys.executable, "family.py", "stay"], cwd=tmp_path) as supervisor:
        family = numbers(tmp_path, 1)
        supervisor.kill()
        assert_gone(family)


def test_what_a_command_leaves_behind_ends_after_it(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    with processes.supervised([sys.executable, "family.py", "leave", *KINDS], cwd=tmp_path) as supervisor:
        family = numbers(tmp_path, len(KINDS))
        assert supervisor.wait(timeout=TOO_LONG) == 0
    assert_gone(family)


def test_descendants_are_found_without_the_help_of_linux(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    elsewhere = processes.SUPERVISOR.read_text(encoding="utf-8").replace('"linux"', '"elsewhere"')
    (tmp_path / "supervise.py").write_text(elsewhere, encoding="utf-8")
    words = [sys.executable, "-P", "supervise.py", "1", sys.executable, "family.py", "stay", *KINDS]
    with subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.PIPE) as supervisor:
        family = numbers(tmp_path, len(KINDS) + 1)
        assert supervisor.stdin
        supervisor.stdin.close()
        assert_gone(family)


@pytest.mark.parametrize(
    ("code", "status"), [("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 11)", 139)]
)
def test_the_exit_code_is_that_of_the_command(code: str, status: int) -> None:
    with processes.supervised([sys.executable, "-c", code]) as supervisor:
        assert supervisor.wait(timeout=TOO_LONG) == status


def test_a_connection_that_a_fork_holds_open_keeps_no_command_alive(tmp_path: Path) -> None:
    (tmp_path / "family.py").write_text(FAMILY, encoding="utf-8")
    parent = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT / "plugins")!r})
from research.core.processes.children import supervised
with supervised([sys.executable, "family.py", "stay"]):
    if not os.fork():
        time.sleep(1000)
    time.sleep(1000)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=tmp_path)
    family = numbers(tmp_path, 1)
    wait_until(lambda: len(psutil.Process(process.pid).children()) == 2)
    fork = next(
        child
        for child in psutil.Process(process.pid).children()
        if "supervise.py" not in str(child.cmdline())
    )
    process.kill()
    process.wait()
    try:
        assert_gone(family)
    finally:
        fork.kill()


@pytest.mark.parametrize("blow", SIGNALS, ids=lambda blow: blow.name)
def test_an_epoch_is_kept_when_pelican_is_ended(bars: Path, tmp_path: Path, blow: signal.Signals) -> None:
    words = command(tmp_path / "models", "build", "tiny")
    shutil.copy(tiny_model.site(bars, epochs=100_000) / "recipes.toml", tmp_path)
    settings = f'RESEARCH = {{"build_model": {words!r}, "models": "models"}}'
    process = pelican(tmp_path, settings, DEMO, **environment())
    checkpoint = tmp_path / "models" / ".tiny.checkpoint"
    wait_until(checkpoint.exists)
    below = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(blow)
    process.communicate(timeout=TOO_LONG)
    assert_gone(below)
    content = checkpoint.read_bytes()
    assert hashlib.sha256(content[:-DIGEST]).digest() == content[-DIGEST:]
    # Even SIGKILL to Pelican lets the trainer put its files in order.
    left = {path.name for path in (tmp_path / "models").iterdir()}
    assert left == {".tiny.checkpoint", ".tiny.lock"}


BUSY = """
import {job} from 'LIFELINE';
process.stdout.write(job.word + '\\n');
for (;;);
"""


@pytest.mark.parametrize("fork", [False, True], ids=["", "with a fork"])
def test_busy_javascript_ends_with_its_parent(tmp_path: Path, fork: bool) -> None:
    (tmp_path / "busy.mjs").write_text(BUSY.replace("LIFELINE", LIFELINE.as_uri()), encoding="utf-8")
    parent = f"""
import os, subprocess, sys, time
node = subprocess.Popen([{find_node()!r}, "busy.mjs"], stdin=subprocess.PIPE)
node.stdin.write(b'{{"word": "ready"}}\\n')
node.stdin.flush()
if {fork} and not os.fork():
    os.close(1)
    time.sleep(1000)
time.sleep(1000)
"""
    process = subprocess.Popen(
        [sys.executable, "-c", parent], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    below = psutil.Process(process.pid).children()
    [node] = [child for child in below if "busy.mjs" in child.cmdline()]
    assert len(below) == 1 + fork
    process.kill()
    process.communicate()
    try:
        assert_gone([node])
    finally:
        for child in below:
            if child.is_running():
                child.kill()


LOADING = """
import './endless.mjs';
import {job} from 'LIFELINE';
"""


def test_a_script_that_is_still_loading_ends_with_its_parent(tmp_path: Path) -> None:
    (tmp_path / "loading.mjs").write_text(LOADING.replace("LIFELINE", LIFELINE.as_uri()), encoding="utf-8")
    (tmp_path / "endless.mjs").write_text("process.stdout.write('loading\\n'); for (;;);", encoding="utf-8")
    command = node_command(tmp_path / "loading.mjs")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b"{}\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"loading\n"
        process.stdin.close()
        try:
            assert process.wait(timeout=TOO_LONG) == -signal.SIGKILL
        finally:
            process.kill()


@pytest.mark.parametrize("blow", SIGNALS, ids=lambda blow: blow.name)
def test_node_ends_with_pelican(tmp_path: Path, blow: signal.Signals) -> None:
    formulas = " ".join(f"$x_{{{number}}}^{{\\alpha + {number}}}$" for number in range(30_000))
    process = pelican(tmp_path, "", formulas)
    node: list[psutil.Process] = []
    wait_until(lambda: node.extend(psutil.Process(process.pid).children()) or node)
    process.send_signal(blow)
    process.communicate(timeout=TOO_LONG)
    assert_gone(node)
