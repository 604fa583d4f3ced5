"""What a trainer leaves that was killed or asked to end, and what the next one makes of it."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bundles
import pytest
import tiny_model
import torch
from bundles import write_bundle
from research.demos.bundles import bundle
from safetensors.torch import save
from test_model_build import LONG, ROOT, left_over, run, start, wait_for_epoch

from model.bundles import replacing
from model.bundles.headers import metadata
from model.bundles.store import BundleStore
from model.training import train
from model.training.checkpoints import Checkpoint

SMALL = {"epochs": 2}
#: Finds the trainer's modules.
OURS = {**os.environ, "PYTHONPATH": str(ROOT)}

Change = Callable[[dict[str, Any], dict[str, str]], object]


@pytest.fixture(scope="module")
def small(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("models")
    assert run(bars, into, "build", "tiny", **SMALL).returncode == 0
    return into


@pytest.mark.parametrize(("blow", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_trainer_that_is_asked_to_end_keeps_its_last_epoch(
    bars: Path, tmp_path: Path, blow: signal.Signals, status: int
) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # which nohup lets its children ignore
    process = start(bars, tmp_path, "build", "tiny", stderr=subprocess.PIPE, recipe=LONG)
    wait_for_epoch(tmp_path, process)
    process.send_signal(blow)
    _, said = process.communicate(timeout=300)
    assert process.returncode == status
    assert said == ("models: stopped; the last complete epoch is saved, and the same command resumes there\n")
    assert left_over(tmp_path) == {".tiny.checkpoint"}


@pytest.mark.usefixtures("known_bars")
class TestCheckpoints:
    """Files in the place of a checkpoint."""

    RECIPE = tiny_model.TINY

    @pytest.fixture
    def good(self, tmp_path: Path) -> Checkpoint:
        checkpoint = Checkpoint(tmp_path / ".tiny.checkpoint", "a key", self.said.append)
        train.train(self.RECIPE, tiny_model.load(), checkpoint, train.NO_WATCHER)
        return checkpoint

    @pytest.fixture(autouse=True)
    def messages(self) -> None:
        self.said: list[str] = []

    def assert_set_aside(self, checkpoint: Checkpoint) -> None:
        state = train.begin(self.RECIPE, tiny_model.load())
        before = {name: value.clone() for name, value in state.model.state_dict().items()}
        checkpoint.load(state)
        assert (state.history, sorted(state.epoch_samples)) == ([], [0])
        assert all(torch.equal(value, before[name]) for name, value in state.model.state_dict().items())
        assert [path.name for path in checkpoint.path.parent.iterdir()] == [".tiny.checkpoint.unusable"]
        [message] = self.said
        assert message.startswith(f"{checkpoint.path}: it")
        assert message.endswith("it is now .tiny.checkpoint.unusable, and training starts from the beginning")

    def test_a_whole_one_is_gone_on_from(self, good: Checkpoint) -> None:
        state = train.begin(self.RECIPE, tiny_model.load())
        good.load(state)
        assert [row.epoch for row in state.history] == [1, 2, 3]
        assert self.said == []

    @pytest.mark.parametrize(
        "damage",
        [
            lambda content: content[: len(content) // 2],
            lambda content: content[:-1],
            lambda content: content[:5],
            lambda content: b"",
            lambda content: bytes(len(content)),
            lambda content: bytes(8) + content[8:],
            lambda content: b"\xff" * 8 + content[8:],
            lambda content: content[:-2000] + bytes([content[-2000] ^ 1]) + content[-1999:],
            lambda content: content[:300] + bytes([content[300] ^ 4]) + content[301:],
            lambda content: content + b"more",
            lambda content: content + content,
            lambda content: b"garbage " * 1000,
            lambda content: b"\x80\x04\x95" + content,  # as pickles begin
        ],
    )
    def test_a_damaged_one_is_set_aside(self, good: Checkpoint, damage: Callable[[bytes], bytes]) -> None:
        good.path.write_bytes(damage(good.path.read_bytes()))
        self.assert_set_aside(good)

    def test_one_of_another_run_is_set_aside(self, good: Checkpoint) -> None:
        other = Checkpoint(good.path, "another key", self.said.append)
        self.assert_set_aside(other)
        assert "belongs to another recipe, other data or another version" in self.said[0]

    @pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("nowhere")])
    def test_what_is_no_file_is_set_aside(self, tmp_path: Path, make: Callable[[Path], None]) -> None:
        checkpoint = Checkpoint(tmp_path / ".tiny.checkpoint", "a key", self.said.append)
        make(checkpoint.path)
        self.assert_set_aside(checkpoint)

    def test_an_older_one_that_was_set_aside_makes_room(self, good: Checkpoint) -> None:
        good.path.with_name(".tiny.checkpoint.unusable").mkdir()
        good.path.write_bytes(b"")
        self.assert_set_aside(good)

    def rewrite(
        self, checkpoint: Checkpoint, change: Callable[[dict[str, Any], dict[str, str]], object]
    ) -> None:
        """Write the checkpoint as if it were whole, with some of what it says changed."""

        from safetensors.torch import load as read

        content = checkpoint.path.read_bytes()[:-32]
        tensors, about = read(content), metadata(content)
        change(tensors, about)
        content = save(tensors, about)
        checkpoint.path.write_bytes(content + hashlib.sha256(content).digest())

    @pytest.mark.parametrize(
        "change",
        [
            lambda tensors, about: tensors.update({"model.encoder.posterior.bias": torch.zeros(7)}),
            lambda tensors, about: tensors.pop("model.encoder.posterior.bias"),
            lambda tensors, about: tensors.update({"model.more": torch.zeros(1)}),
            lambda tensors, about: tensors.update({"optimizer.0.exp_avg": torch.zeros(3)}),
            lambda tensors, about: tensors.pop("optimizer.1.exp_avg_sq"),
            lambda tensors, about: tensors.update({"optimizer.99.exp_avg": torch.zeros(3)}),
            lambda tensors, about: tensors.update({"optimizer.x.exp_avg": torch.zeros(3)}),
            lambda tensors, about: about.update(history="[]"),
            lambda tensors, about: about.update(history="[[1, 2]]"),
            lambda tensors, about: about.update(history="[[2, 12, 1.0, -1.0, -1.0]]"),
            lambda tensors, about: about.update(history="[[1, 12, 1.0, NaN, -1.0]]"),
            lambda tensors, about: about.update(history="{"),
            lambda tensors, about: about.pop("history"),
        ],
    )
    def test_one_of_another_model_is_set_aside_whatever_it_says(
        self, good: Checkpoint, change: Change
    ) -> None:
        self.rewrite(good, change)
        self.assert_set_aside(good)


def test_a_build_says_that_it_sets_a_checkpoint_aside(bars: Path, tmp_path: Path) -> None:
    (tmp_path / ".tiny.checkpoint").write_bytes(b"[garbage]")
    done = run(bars, tmp_path, "build", "tiny", **SMALL)
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.count(
            "it is damaged; it is now .tiny.checkpoint.unusable, and training starts from the beginning"
        )
        == 1
    )
    assert left_over(tmp_path) == {"tiny", ".tiny.checkpoint.unusable"}


def test_a_fresh_build_clears_away_what_a_killed_one_left(bars: Path, small: Path, tmp_path: Path) -> None:
    into = Path(shutil.copytree(small, tmp_path / "models"))
    for name in (".tiny.new", ".tiny.before"):
        (into / name).mkdir()
        (into / name / "decoder.onnx").write_bytes(b"half")
    (into / ".tiny.checkpoint.new").write_bytes(b"half")
    assert run(bars, into, "build", "tiny", **SMALL).stdout == "tiny: fresh\n"
    assert left_over(into) == {"tiny"}


def folder(place: Path, content: str) -> Path:
    place.mkdir()
    (place / "manifest.json").write_text(content, encoding="utf-8")
    (place / "file").write_text(content, encoding="utf-8")
    return place


def read(target: Path) -> str:
    """Return the content of the whole folder that readers find."""
    place = replacing.current(target)
    contents = {path.name: path.read_text(encoding="utf-8") for path in place.iterdir()}
    assert set(contents) == {"manifest.json", "file"}
    assert len(set(contents.values())) == 1
    return contents["file"]


#: Replaces a folder; at the call of the given number that changes a folder, the process is killed.
KILLED = """
import os, signal, sys
from pathlib import Path
from model.bundles import replacing
if sys.argv[3] == "steps":
    replacing.exchange = lambda one, other: False
calls = int(sys.argv[2])
def counted(event, arguments):
    global calls
    if event in ("os.rename", "os.remove", "os.rmdir", "shutil.rmtree"):
        calls -= 1
        if calls < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(counted)
folder = Path(sys.argv[1])
replacing.recover(folder / "tiny")
replacing.replace(folder / ".tiny.new", folder / "tiny")
"""


@pytest.mark.parametrize("how", ["exchange", "steps"])
def test_whenever_it_is_killed_a_reader_finds_the_old_release_or_the_new_one(
    tmp_path: Path, how: str
) -> None:
    seen = set()
    for calls in range(20):
        place = tmp_path / str(calls)
        place.mkdir()
        folder(place / "tiny", "old")
        folder(place / ".tiny.new", "new")
        words = [sys.executable, "-c", KILLED, str(place), str(calls), how]
        done = subprocess.run(words, env=OURS)
        found = read(place / "tiny")
        seen.add(found)
        replacing.recover(place / "tiny")
        assert read(place / "tiny") == found
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
    assert done.returncode == 0
    assert seen == {"old", "new"}
    assert (place / "tiny" / "file").read_text() == "new"
    assert {path.name for path in place.iterdir()} == {"tiny"}


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path / "tiny", "old")
    new, rename = folder(tmp_path / ".tiny.new", "new"), Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self == new:
            raise PermissionError(13, "it is open elsewhere")
        return rename(self, target)

    monkeypatch.setattr(replacing, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        replacing.replace(new, tmp_path / "tiny")
    assert read(tmp_path / "tiny") == "old"


def test_only_what_may_be_written_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes = []
    monkeypatch.setattr(
        os, "fsync", lambda number: modes.append(fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE)
    )
    replacing.sync(folder(tmp_path / "tiny", "old"))
    assert modes == [os.O_RDWR, os.O_RDWR, os.O_RDONLY]  # the last is the folder, which Windows leaves out


REPLACE = """
import shutil, sys
from pathlib import Path
from model.bundles import replacing
if sys.argv[2] == "steps":
    replacing.exchange = lambda one, other: False
folder, other = Path(sys.argv[1]) / "tiny", 0
for number in range(200):
    new = folder.with_name(".tiny.new")
    shutil.copytree(folder.parent.parent / f"source-{number % 2}" / "tiny", new)
    replacing.replace(new, folder)
"""


@pytest.mark.parametrize("how", ["exchange", "steps"])
def test_readers_find_a_whole_release_while_it_is_replaced(tmp_path: Path, how: str) -> None:
    for number in range(2):
        write_bundle(tmp_path / f"source-{number}", "tiny", latents=2 + number)
    models = tmp_path / "models"
    shutil.copytree(tmp_path / "source-0", models)
    whole = {
        bundle.read(tmp_path / f"source-{number}" / "tiny", bundles.SANDBOX).digest for number in range(2)
    }
    words = [sys.executable, "-c", REPLACE, str(models), how]
    with subprocess.Popen(words, env=OURS) as process:
        found = set()
        while process.poll() is None:
            found.add(bundle.read(models / "tiny", bundles.SANDBOX).digest)
    assert process.returncode == 0
    assert found == whole


def test_a_release_that_a_killed_build_left_aside_is_read_and_put_back(
    bars: Path, small: Path, tmp_path: Path
) -> None:
    into = Path(shutil.copytree(small, tmp_path / "models"))
    (into / "tiny").rename(into / ".tiny.before")
    assert bundle.read(into / "tiny", bundles.SANDBOX).name == "tiny"
    assert "tiny: fresh" in run(bars, into, "list", **SMALL).stdout
    assert run(bars, into, "build", "tiny", **SMALL).stdout == "tiny: fresh\n"
    assert left_over(into) == {"tiny"}


def test_a_checkpoint_that_has_led_to_the_release_is_cleared_away(
    bars: Path, small: Path, tmp_path: Path
) -> None:
    into = Path(shutil.copytree(small, tmp_path / "models"))
    key = json.loads((into / "tiny" / "manifest.json").read_text(encoding="utf-8"))["key"]
    BundleStore(into).checkpoint("tiny").write_bytes(save({"a": torch.zeros(1)}, {"key": key}))
    assert run(bars, into, "build", "tiny", **SMALL).stdout == "tiny: fresh\n"
    assert left_over(into) == {"tiny"}
