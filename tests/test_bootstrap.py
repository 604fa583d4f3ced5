"""What makes the environment of a clone: what it refuses at once, and what it mends."""

import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import bootstrap


@pytest.mark.parametrize(
    ("version", "system", "reason"),
    [
        ((3, 10), ("Linux", "x86_64"), "Python 3.10 is too old"),
        ((3, 15), ("Linux", "x86_64"), "Python 3.15 is too new: the pinned NumPy, ONNX Runtime"),
        ((3, 12), ("Darwin", "x86_64"), "no wheels for Macs with Intel processors"),
        ((3, 11), ("Linux", "aarch64"), ""),
        ((3, 14), ("Darwin", "arm64"), ""),
        ((3, 13), ("Windows", "AMD64"), ""),
    ],
)
def test_pins_without_wheels_are_refused_with_the_reason(
    version: tuple[int, int], system: tuple[str, str], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "version_info", (*version, 0))
    monkeypatch.setattr(platform, "system", lambda: system[0])
    monkeypatch.setattr(platform, "machine", lambda: system[1])
    said = bootstrap.why_not()
    assert reason in said
    assert bool(said) == bool(reason)


def test_a_debian_without_venv_learns_the_name_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    assert "apt install python3-venv" in bootstrap.why_not()


def test_an_environment_that_was_left_half_made_is_made_anew(tmp_path: Path) -> None:
    shutil.copy(bootstrap.__file__, tmp_path)
    venv.create(tmp_path / ".venv", with_pip=False)
    command = [sys.executable, "bootstrap.py", "environment"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ".venv is not whole" in done.stdout
    python = tmp_path / ".venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    assert subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (again.returncode, again.stdout) == (0, "")


def test_cuda_is_brought_only_where_something_can_use_it_or_it_is_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    config = {"stdout": ""}
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: type("Done", (), config))
    assert bootstrap._brings_cuda()
    config["stdout"] = "global.extra-index-url='https://packages.example/simple'\n"
    assert not bootstrap._brings_cuda()
    config["stdout"] = ""
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert not bootstrap._brings_cuda()
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    assert not bootstrap._brings_cuda()
