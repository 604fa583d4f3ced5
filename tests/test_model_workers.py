"""Training by several processes under torchrun, on other devices, and the logs of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny_model
from safetensors.numpy import load_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from test_model_build import ROOT, command, environment, left_over, manifest, run, wait_for_epoch

from model.recipes.specs import VAE, Dense

EPOCHS = 20


def two(bars: Path, into: Path, **recipe: Any) -> "subprocess.Popen[str]":
    """Start two processes that build the tiny model together, on the CPU."""
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    return subprocess.Popen(
        [sys.executable, *launcher, *command(into, "build", "tiny", "--device", "cpu")[1:]],
        env=environment(),
        cwd=tiny_model.site(bars, **({"epochs": EPOCHS} | recipe)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def metrics(into: Path) -> dict[str, Any]:
    return json.loads((into / "tiny" / "metrics.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def by_two(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("models")
    process = two(bars, into)
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert said.count("there is no bundle yet") == said.count("trained in") == 1
    return into


def test_two_processes_reach_the_bound_of_one(bars: Path, by_two: Path, tmp_path: Path) -> None:
    assert run(bars, tmp_path, "build", "tiny", epochs=EPOCHS).returncode == 0
    assert (manifest(by_two)["processes"], manifest(tmp_path)["processes"]) == (2, 1)
    assert left_over(by_two) == {"tiny"}
    ours, alone = (metrics(into)["elbo"]["value"] for into in (by_two, tmp_path))
    untrained = float((tmp_path / "tiny" / "history.csv").read_text().splitlines()[1].split(",")[3])
    assert untrained < alone - 1
    assert ours == pytest.approx(alone, abs=0.3)
    rows = [(into / "tiny" / "history.csv").read_text().splitlines() for into in (by_two, tmp_path)]
    steps = [[row.split(",")[1] for row in lines] for lines in rows]
    assert steps[0] == steps[1]


def test_release_of_two_processes_is_fresh_for_one_and_for_two(bars: Path, by_two: Path) -> None:
    assert run(bars, by_two, "build", "tiny", epochs=EPOCHS).stdout == "tiny: fresh\n"
    before = (by_two / "tiny" / "manifest.json").stat().st_mtime_ns
    process = two(bars, by_two)
    assert process.communicate(timeout=300)[0] == "tiny: fresh\n"
    assert process.returncode == 0
    assert (by_two / "tiny" / "manifest.json").stat().st_mtime_ns == before


def test_two_processes_that_were_killed_go_on_to_the_same_weights(
    bars: Path, by_two: Path, tmp_path: Path
) -> None:
    process = two(bars, tmp_path)
    wait_for_epoch(tmp_path, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    process.communicate(timeout=300)
    assert len(children) == 2
    assert left_over(tmp_path) >= {".tiny.checkpoint"}
    again = two(bars, tmp_path)
    _, errors = again.communicate(timeout=300)
    assert again.returncode == 0, errors
    ours, undisturbed = (load_file(into / "tiny" / "weights.safetensors") for into in (tmp_path, by_two))
    assert all((ours[name] == undisturbed[name]).all() for name in undisturbed)


def test_two_processes_that_diverge_end_and_say_so(bars: Path, tmp_path: Path) -> None:
    process = two(bars, tmp_path, learning_rate=1e6, lr_warmup=0.01)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "tiny: the bound is" in errors
    assert left_over(tmp_path) <= {".tiny.checkpoint"}


def test_gpu_that_is_not_there_is_told(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "tiny", "--device", "cuda", env={"CUDA_VISIBLE_DEVICES": ""})
    assert done.returncode == 1
    assert "--device cuda: process 0 of this machine has no GPU of its own; PyTorch finds 0" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not shutil.which("c++"), reason="torch.compile needs a C++ compiler")
def test_compiled_networks_come_to_the_same_bound(bars: Path, tmp_path: Path) -> None:
    small = {"model": VAE(latents=3, encoder=Dense((8,)), decoder=Dense((8,))), "epochs": 2}
    compiler = {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "compiled"), "TORCHINDUCTOR_COMPILE_THREADS": "1"}
    for folder, arguments in (("plain", ()), ("other", ("--compile",))):
        done = run(bars, tmp_path / folder, "build", "tiny", *arguments, env=compiler, **small)
        assert done.returncode == 0, done.stderr
        assert bool(list((tmp_path / "compiled").rglob("*.so"))) == bool(arguments)
    plain, compiled = (metrics(tmp_path / folder)["elbo"]["value"] for folder in ("plain", "other"))
    assert compiled == pytest.approx(plain, abs=0.05)


def test_tensorboard_shows_the_bounds_of_history_csv(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path / "models", "build", "tiny", "--tensorboard", str(tmp_path / "log"))
    assert done.returncode == 0, done.stderr
    log = EventAccumulator(str(tmp_path / "log" / "tiny"))
    log.Reload()
    history = (tmp_path / "models" / "tiny" / "history.csv").read_text().splitlines()[1:]
    rows = [[float(value) for value in line.split(",")] for line in history]
    for tag, column in (("bound/training", 3), ("bound/held out", 4)):
        found = [(event.step, event.value) for event in log.Scalars(tag)]
        assert found == [(row[1], pytest.approx(row[column], rel=1e-5)) for row in rows]
    assert [event.step for event in log.Scalars("bound/so far in the epoch")] == [10, 20, 30]


def test_tensorboard_that_is_not_installed_is_named(bars: Path, tmp_path: Path) -> None:
    (tmp_path / "tensorboard.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'tensorboard'\", name='tensorboard')\n"
    )
    path = os.pathsep.join((str(tmp_path), str(ROOT)))
    arguments = ("build", "tiny", "--tensorboard", str(tmp_path / "log"))
    done = run(bars, tmp_path / "models", *arguments, env={"PYTHONPATH": path})
    assert done.returncode == 1
    assert "--tensorboard needs tensorboard, which is not installed; run: pip install" in done.stderr


#: How many products are denormal numbers, of two threads that reading data has started.
DENORMALS = """
import torch
from model.training.workers import joined

with joined("cpu"):
    torch.set_num_threads(2)
    torch.rand(4_000_000).sum()  # as reading data does
    torch.set_flush_denormal(True)  # as training does
    small = torch.full((4_000_000,), 1e-30)
    print(int((small * 1e-9).view(torch.int32).count_nonzero()))
"""


def test_no_thread_computes_with_denormal_numbers() -> None:
    done = subprocess.run(
        [sys.executable, "-c", DENORMALS], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "0"
