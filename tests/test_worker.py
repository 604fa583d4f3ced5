"""The process in which strangers' files are opened: what it may do, and when it ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import hostile
import numpy as np
import pytest
from conftest import ROOT
from research.core.processes import frames
from research.core.processes.worker import Limits, RequestError, Worker, WorkerError, printable
from research.demos.messages import File, pack, unpack
from test_hostile_graphs import greedy, looping

MODULE = "demos.compile.requests"
LATENTS = np.zeros((1, 2), np.float32)
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="Landlock and /proc are Linux's")


def run(worker: Worker, model: bytes) -> np.ndarray:
    """Return the pictures that the decoder `model` draws from `LATENTS`."""
    given, blobs = pack([File(model)], [LATENTS])
    _, [pictures] = unpack(*worker.call("run", {**given, "outputs": ["x"], "batch": None}, blobs))
    return pictures


def test_a_request_that_goes_wrong_costs_that_request_alone() -> None:
    harmless = hostile.decoder().SerializeToString()
    with Worker(MODULE, Limits(seconds=5, memory=2 << 30)) as worker:
        assert not worker.is_running
        before = run(worker, harmless)
        with pytest.raises(RequestError, match="ONNX Runtime"):
            run(worker, greedy().SerializeToString())
        assert worker.is_running
        with pytest.raises(WorkerError, match="it was not done after 5 s"):
            run(worker, looping(2**40).SerializeToString())
        assert not worker.is_running
        np.testing.assert_array_equal(run(worker, harmless), before)
    assert not worker.is_running


def test_what_is_said_is_one_short_line_without_control_characters() -> None:
    assert printable("a\x1b[31m\tb\nc\u202ed\x9b") == "a\\x1b[31m b c\\u202ed\\x9b"
    assert len(printable("x" * 10_000)) < 310


def test_an_answer_that_is_no_message_is_not_believed(tmp_path: Path) -> None:
    for data in (b"", b"\0\0\0\1", b"\0\0\0\2[]", b"\xff\xff\xff\xff", b"\0\0\0\7[0,[-1]]"):
        path = tmp_path / "answer"
        path.write_bytes(data)
        with path.open("rb") as stream, pytest.raises((EOFError, frames.FrameError)):
            frames.read(stream)
    with pytest.raises(ValueError, match="an array of another size"):
        unpack({"files": [], "arrays": [["<f4", [2, 2]]]}, [b"1234"])
    with pytest.raises(ValueError, match="an array of another size or type"):
        unpack({"files": [], "arrays": [["|O", [1]]]}, [b"12345678"])


#: Restricts itself to a folder, then tries what it may and what it may not.
CONFINED = """
import os, socket, sys
from pathlib import Path
from research.core.processes.confine import restrict
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
if not restrict([], [inside]):
    sys.exit(77)
(inside / "made").write_text("fine")
print((inside / "made").read_text())
def attempt(what):
    try:
        what()
    except OSError as error:
        print(type(error).__name__)
    else:
        print("done")
attempt(outside.read_text)
attempt(lambda: outside.write_text("changed"))
attempt(lambda: os.listdir(outside.parent))
attempt(lambda: (inside / "link").symlink_to(outside) or (inside / "link").read_text())
attempt(lambda: socket.create_connection(("127.0.0.1", int(sys.argv[3])), 1))
attempt(lambda: os.kill(os.getppid(), 0))
"""


@LINUX
def test_what_is_not_needed_is_taken_away(tmp_path: Path) -> None:
    import socket

    (tmp_path / "inside").mkdir()
    secret = tmp_path / "secret"
    secret.write_text("secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = subprocess.run(
            [sys.executable, "-c", CONFINED, tmp_path / "inside", secret, str(server.getsockname()[1])],
            env={"PYTHONPATH": str(ROOT / "plugins")},
            capture_output=True,
            text=True,
        )
    if done.returncode == 77:
        pytest.skip("this kernel has no Landlock")
    assert done.stdout.split() == ["fine", *["PermissionError"] * 6], done.stderr
    assert secret.read_text() == "secret"


#: Asks for something that takes for ever, and says which process works on it.
ASKING = """
import sys, threading, time
sys.path[:0] = [{plugins!r}, {tests!r}]
from research.core.processes.worker import Limits
from test_hostile_graphs import looping, hostile
from research.demos.messages import File, pack
from research.core.processes.worker import Worker
worker = Worker("demos.compile.requests", Limits(seconds=300))
given, blobs = pack([File(hostile.decoder().SerializeToString())], [hostile.np.zeros((1, 2), "float32")])
request = {{**given, "outputs": ["x"], "batch": None}}
worker.call("run", request, blobs)
print(worker._process.pid, flush=True)
if {busy}:
    worker.call("run", request, [looping(2**40).SerializeToString(), blobs[1]])
time.sleep(300)
"""


@LINUX
@pytest.mark.parametrize("busy", [True, False])
@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_no_worker_outlives_its_parent(busy: bool, by: signal.Signals) -> None:
    code = ASKING.format(plugins=str(ROOT / "plugins"), tests=str(ROOT / "tests"), busy=busy)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as asking:
        assert asking.stdout
        worker = int(asking.stdout.readline())
        os.kill(asking.pid, by)
        asking.wait()
    for _ in range(200):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.01)
    pytest.fail(f"the worker {worker} is still alive")
