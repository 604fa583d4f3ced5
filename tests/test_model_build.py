"""The command ``python -m model build``: real torch, real ONNX Runtime, a recipe of a few seconds."""

import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import numpy
import onnx
import pytest
import tiny_model
from safetensors.numpy import load_file

from model.bundles import keys, store
from model.bundles.store import BundleStore, with_digest
from model.recipes.library import Library

ROOT = Path(__file__).resolve().parent.parent

#: Epochs enough to be cut off in the midst of them.
LONG = {"epochs": 30}


#: What the command computes with in tests, instead of measuring it.
FIXED = ("--threads", "1", "--precision", "float32")


def command(into: Path, *arguments: str) -> list[str]:
    script = str(ROOT / "tests" / "tiny_model.py")
    fixed = FIXED if arguments[0] in ("build", "train") else ()
    return [sys.executable, script, "--into", str(into), *arguments, *fixed]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"} | more


def start(bars: Path, into: Path, *arguments: str, **options: Any) -> "subprocess.Popen[str]":
    """Start the command in a site of the tiny recipe; `options` are those of Popen, and `recipe` changes."""
    folder = tiny_model.site(bars, **options.pop("recipe", {}))
    return subprocess.Popen(command(into, *arguments), env=environment(), cwd=folder, text=True, **options)


def run(
    bars: Path,
    into: Path,
    *arguments: str,
    prepare: Callable[[], None] | None = None,
    env: dict[str, str] | None = None,
    more: str = "",
    **recipe: Any,
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(into, *arguments),
        env=environment(**(env or {})),
        cwd=tiny_model.site(bars, more, **recipe),
        capture_output=True,
        text=True,
        timeout=300,
        preexec_fn=prepare,
    )


@pytest.fixture(scope="module")
def released(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("models")
    done = run(bars, into, "build", "tiny", **LONG)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "tiny: there is no bundle yet"
    assert "elbo" in done.stdout.splitlines()[-1]
    return into


def manifest(into: Path) -> dict[str, Any]:
    return json.loads((into / "tiny" / "manifest.json").read_text(encoding="utf-8"))


def left_over(into: Path) -> set[str]:
    return {path.name for path in into.iterdir()} - {".tiny.lock"}


def test_release_follows_the_schema_that_its_readers_check(released: Path) -> None:
    schema = ROOT / "plugins" / "research" / "demos" / "bundles" / "manifest.schema.json"
    found = manifest(released)
    jsonschema.validate(found, json.loads(schema.read_text(encoding="utf-8")))
    assert set(found["files"]) == {path.name for path in (released / "tiny").iterdir()} - {"manifest.json"}
    assert (found["data"]["train"], found["data"]["test"]) == tiny_model.COUNTS
    assert left_over(released) == {"tiny"}


def test_arrays_have_the_shapes_that_pictures_are_made_from(released: Path) -> None:
    with numpy.load(released / "tiny" / "test_items.npz", allow_pickle=False) as examples:
        assert examples["images"].shape == (100, 1, 8, 8)
        assert examples["images"].dtype == numpy.uint8
        assert set(examples["labels"]) == {0, 1}
        assert examples["means"].shape == examples["log_variances"].shape == (100, 3)
    with numpy.load(released / "tiny" / "epochs.npz", allow_pickle=False) as epoch_samples:
        assert epoch_samples["epochs"].tolist() == [0, 1, 2, 4, 8, 16, 30]
        assert epoch_samples["images"].shape[:2] == (7, len(epoch_samples["latents"]))
        assert (epoch_samples["images"][0] != epoch_samples["images"][-1]).any()


def test_history_has_a_row_an_epoch(released: Path) -> None:
    lines = (released / "tiny" / "history.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "epoch,step,seconds,train_elbo,validation_elbo"
    rows = [line.split(",") for line in lines[1:]]
    assert [(int(row[0]), int(row[1])) for row in rows] == [(epoch, 12 * epoch) for epoch in range(1, 31)]
    assert float(rows[-1][3]) > float(rows[0][3])
    assert float(rows[-1][2]) > float(rows[0][2]) > 0


def test_metrics_name_their_unit_and_error(released: Path) -> None:
    metrics = json.loads((released / "tiny" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["iw_bound_500"]["value"] > metrics["elbo"]["value"]
    assert metrics["elbo"]["unit"] == metrics["iw_bound_500"]["unit"] == "nats"
    assert all(metrics[name]["standard_error"] > 0 for name in metrics if name != "active_units")


@pytest.mark.parametrize("name", ["decoder", "encoder"])
def test_graphs_are_complete_and_know_nothing_of_this_machine(released: Path, name: str) -> None:
    content = (released / "tiny" / f"{name}.onnx").read_bytes()
    assert str(ROOT).encode() not in content
    assert str(Path(sys.prefix)).encode() not in content
    graph = onnx.load_from_string(content)
    assert graph.opset_import[0].version == manifest(released)["graphs"][name]["opset"]
    about = {item.key: item.value for item in graph.metadata_props}
    assert about["name"] == "tiny"
    assert about["key"] == manifest(released)["key"]
    assert graph.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_fresh_release_is_left_alone_and_torch_is_not_imported(bars: Path, released: Path) -> None:
    before = (released / "tiny" / "manifest.json").stat().st_mtime_ns
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command(released, "build", "tiny")[1:]],
        env=environment(),
        cwd=tiny_model.site(bars, **LONG),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert done.stdout == "tiny: fresh\n"
    imported = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert not imported & {"torch", "numpy", "PIL", "onnx", "onnxruntime", "rich", "filelock", "pooch"}
    assert (released / "tiny" / "manifest.json").stat().st_mtime_ns == before


def test_several_models_are_built_in_order_and_each_failure_is_named(bars: Path, released: Path) -> None:
    done = run(bars, released, "build", "nosuch", "tiny", "tiny", "minst-vae", **LONG)
    assert done.returncode == 1
    assert done.stdout == "tiny: fresh\n"
    assert [line.split("”")[0] for line in done.stderr.splitlines()] == [
        f"models: there is no recipe “{name}" for name in ("nosuch", "minst-vae")
    ]
    assert "did you mean “mnist-vae”?" in done.stderr


def test_changed_manifest_makes_a_release_stale(bars: Path, released: Path, tmp_path: Path) -> None:
    shutil.copytree(released, tmp_path / "models")
    path = tmp_path / "models" / "tiny" / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"seed": 0', '"seed": 1'), encoding="utf-8")
    done = run(bars, tmp_path / "models", "list", **LONG)
    assert "tiny: its manifest is damaged" in done.stdout


def test_stale_release_says_what_changed(bars: Path, released: Path) -> None:
    done = run(bars, released, "list", epochs=4)
    assert "tiny: recipe: epochs 30 → 4; decoder" in done.stdout
    manifest = released / "tiny" / "manifest.json"
    written = manifest.read_bytes()
    said = json.loads(written)
    said["recipe"]["model"]["latents"] += 1
    del said["recipe"]["objective"]
    try:
        manifest.write_text(json.dumps(with_digest(said | {"key": "another"})), encoding="utf-8")
        listed = run(bars, released, "list", epochs=4).stdout
    finally:
        manifest.write_bytes(written)
    latents = said["recipe"]["model"]["latents"]
    said = f"recipe: epochs 30 → 4, model.latents {latents} → {latents - 1}, objective {{'name': 'elbo'"
    assert said in listed


@pytest.fixture
def pretrained(released: Path, tmp_path: Path) -> dict[str, str]:
    """Return the variable that names a folder with the bundle, as another machine left it."""
    folder = Path(shutil.copytree(released / "tiny", tmp_path / "pretrained" / "tiny"))
    stated = manifest(folder.parent)
    stated["versions"]["torch"], stated["device"], stated["threads"] = "2.0", "cuda", 8
    (folder / "manifest.json").write_text(json.dumps(with_digest(stated)), encoding="utf-8")
    return {"PRETRAINED": str(folder.parent)}


def test_pretrained_bundle_is_installed_without_torch(
    bars: Path, pretrained: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *command(tmp_path / "models", "build", "tiny")[1:]],
        env=environment(**pretrained),
        cwd=tiny_model.site(bars, **LONG),
        capture_output=True,
        text=True,
    )
    assert done.stdout == "tiny: installed the pretrained bundle\n"
    imported = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "json" in imported
    assert "torch" not in imported
    there, here = (path / "tiny" for path in (Path(pretrained["PRETRAINED"]), tmp_path / "models"))
    assert {path.name: path.read_bytes() for path in here.iterdir()} == {
        path.name: path.read_bytes() for path in there.iterdir()
    }
    assert left_over(tmp_path / "models") == {"tiny"}
    again = run(bars, tmp_path / "models", "build", "tiny", env=pretrained, **LONG)
    assert again.stdout == "tiny: fresh\n"


def test_pretrained_bundle_counts_for_its_recipe_alone(
    bars: Path, pretrained: dict[str, str], tmp_path: Path
) -> None:
    run(bars, tmp_path / "models", "build", "tiny", env=pretrained, **LONG)
    done = run(bars, tmp_path / "models", "build", "tiny", env=pretrained, epochs=2)
    assert "recipe: epochs 30 → 2" in done.stdout
    assert "trained in" in done.stdout


@pytest.mark.parametrize("name", sorted(path.name for path in store.PRETRAINED.iterdir()))
def test_pretrained_bundles_of_this_package_are_whole_and_follow_their_recipes(
    name: str, tmp_path: Path
) -> None:
    library, bundles = Library(tmp_path), BundleStore(tmp_path)
    inputs = keys.key_inputs(library.recipe(name), library)
    assert store.install_pretrained(name, inputs, bundles)
    assert store.why_stale(name, inputs, bundles) is None
    metrics = json.loads((bundles.bundle(name) / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["iw_bound_500"]["value"] > metrics["elbo"]["value"]


def test_pinned_bundle_is_never_trained_anew(bars: Path, released: Path, tmp_path: Path) -> None:
    into = Path(shutil.copytree(released, tmp_path / "models"))
    assert run(bars, into, "pin", "tiny").stdout == "tiny: pinned\n"
    assert run(bars, into, "build", "tiny", epochs=2).stdout == "tiny: pinned\n"
    assert "tiny: pinned; decoder" in run(bars, into, "list", epochs=2).stdout
    decoder = into / "tiny" / "decoder.onnx"
    content = decoder.read_bytes()
    decoder.write_bytes(content[:-1])
    damaged = run(bars, into, "build", "tiny", epochs=2)
    assert damaged.returncode == 1
    assert "decoder.onnx is not the file that the manifest describes. It is pinned" in damaged.stderr
    decoder.write_bytes(content)
    other = into / "tiny" / "manifest.json"
    stated = json.loads(other.read_text(encoding="utf-8"))
    other.write_text(json.dumps(with_digest(stated | {"seed": 7})), encoding="utf-8")
    assert "another bundle than the one that was pinned" in run(bars, into, "build", "tiny").stderr
    assert run(bars, into, "unpin", "tiny").stdout == "tiny: no longer pinned\n"
    assert "epochs 30 → 2" in run(bars, into, "list", epochs=2).stdout


def test_only_a_whole_bundle_can_be_pinned(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "pin", "tiny")
    assert (done.returncode, done.stderr) == (
        1,
        "models: tiny: there is no bundle yet; only a whole bundle can be pinned\n",
    )


def test_key_counts_what_decides_weights_and_nothing_else(bars: Path, released: Path, tmp_path: Path) -> None:
    library = Library(tiny_model.site(bars, **LONG))
    recipe = library.recipe("tiny")
    inputs = keys.key_inputs(recipe, library)
    assert keys.key(inputs) == manifest(released)["key"]
    commented = tmp_path / "recipes.toml"
    text = (library.root / "recipes.toml").read_text(encoding="utf-8")
    commented.write_bytes(f"# a comment\n{text}".replace("\n", "\r\n").encode())
    same = Library(tmp_path)
    assert keys.key(keys.key_inputs(same.recipe("tiny"), same)) == keys.key(inputs)
    stated = msgspec.structs.replace(recipe, kl_warmup=0.2)  # the default
    assert keys.key(keys.key_inputs(stated, library)) == keys.key(inputs)
    for other in ({"seed": 1}, {"kl_warmup": 0.3}, {"model": Library(tmp_path).recipe("mnist-vae").model}):
        changed = msgspec.structs.replace(recipe, **other)
        assert keys.key(keys.key_inputs(changed, library)) != keys.key(inputs)
    assert keys.key(inputs | {"versions": inputs["versions"] | {"training": 2}}) != keys.key(inputs)


def test_why_shows_the_key_and_what_it_is_made_of(bars: Path, released: Path) -> None:
    said = run(bars, released, "why", "tiny", **LONG).stdout
    assert said.startswith(f"tiny: fresh\nkey: {manifest(released)['key']}\nrecipe: ")
    assert "'training': 1" in said


def test_draft_leaves_the_real_bundle_alone_and_does_not_count_as_one(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "tiny", "--draft", **LONG)
    assert done.returncode == 0, done.stderr
    assert left_over(tmp_path) == {".drafts"}
    draft = json.loads((tmp_path / ".drafts" / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    assert draft["draft"] is True
    history = (tmp_path / ".drafts" / "tiny" / "history.csv").read_text().splitlines()
    assert len(history) == 3
    assert "tiny: there is no bundle yet" in run(bars, tmp_path, "list", **LONG).stdout
    again = run(bars, tmp_path, "build", "tiny", env={"PELICAN_RESEARCH_DRAFT": "1"}, **LONG)
    assert again.stdout == "tiny: draft is fresh\n"


def test_real_bundle_that_is_fresh_needs_no_draft(bars: Path, released: Path) -> None:
    assert run(bars, released, "build", "tiny", "--draft", **LONG).stdout == "tiny: fresh\n"
    assert left_over(released) == {"tiny"}


def test_try_prints_metrics_and_leaves_nothing(bars: Path, tmp_path: Path) -> None:
    changes = ("--set", "epochs=2", "--set", "model.latents=2", "--set", "held_out=100")
    done = run(bars, tmp_path / "models", "train", "tiny", *changes)
    assert done.returncode == 0, done.stderr
    assert "epoch 2 of 2" in done.stdout
    assert "about" in done.stdout  # the time that is left
    assert re.search(r"^elbo -\d+\.\d\d ± \d\.\d\d nats$", done.stdout, re.MULTILINE)
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("epoch=2", "--set: unknown key “epoch”; did you mean “epochs”?"),
        ("epochs=0", "--set: epochs is 0; write a whole number, 1 or more"),
        ("epochs", "--set epochs: write KEY=VALUE"),
        ("model.family=van", "model.family is 'van'; write “vae”, “two-layers”"),
    ],
)
def test_try_refuses_what_a_recipe_would(bars: Path, tmp_path: Path, change: str, message: str) -> None:
    done = run(bars, tmp_path, "train", "tiny", "--set", change)
    assert done.returncode == 1
    assert message in done.stderr


def test_weights_of_half_the_size_are_what_is_shown_and_measured(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "tiny", fp16_weights=True)
    assert done.returncode == 0, done.stderr
    weights = load_file(tmp_path / "tiny" / "weights.safetensors")
    assert {value.dtype for value in weights.values()} == {numpy.dtype(numpy.float16)}
    for name in ("decoder", "encoder"):
        stored = onnx.load(tmp_path / "tiny" / f"{name}.onnx").graph.initializer
        matrices = [weight for weight in stored if len(weight.dims) > 1]
        assert {weight.data_type for weight in matrices} == {onnx.TensorProto.FLOAT16}
    elbo = json.loads((tmp_path / "tiny" / "metrics.json").read_text(encoding="utf-8"))["elbo"]["value"]
    measured = run(bars, tmp_path, "evaluate", "tiny", "--samples", "5", fp16_weights=True)
    assert f"{elbo:.5g}" in measured.stdout


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_reader_of_the_list_may_leave(bars: Path, released: Path, unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command(released, "list"),
        env=environment(PYTHONUNBUFFERED=unbuffered),
        cwd=tiny_model.site(bars, **LONG),
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_damaged_file_makes_a_release_stale(bars: Path, released: Path) -> None:
    path = released / "tiny" / "history.csv"
    content = path.read_bytes()
    path.write_bytes(content + b"1")
    try:
        assert "tiny: history.csv is not the file" in run(bars, released, "list", **LONG).stdout
    finally:
        path.write_bytes(content)


def test_two_builds_at_once_train_once(bars: Path, tmp_path: Path) -> None:
    both = [start(bars, tmp_path, "build", "tiny", stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted("trained in" in text for text in said) == [False, True]
    assert sorted("another process builds it; waiting" in text for text in said) == [False, True]
    assert left_over(tmp_path) == {"tiny"}


def wait_for_epoch(into: Path, process: subprocess.Popen[str]) -> None:
    while not (into / ".tiny.checkpoint").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


@pytest.mark.parametrize(("blow", "status"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_interrupted_training_goes_on_to_the_same_weights(
    bars: Path, released: Path, tmp_path: Path, blow: signal.Signals, status: int
) -> None:
    # A shell lets what it starts in the background ignore Ctrl-C, and so would what this test starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start(bars, tmp_path, "build", "tiny", stderr=subprocess.PIPE, recipe=LONG)
    wait_for_epoch(tmp_path, process)
    process.send_signal(blow)
    _, said = process.communicate(timeout=300)
    assert process.returncode == status
    if blow is signal.SIGINT:
        assert "Traceback" not in said
        assert left_over(tmp_path) == {".tiny.checkpoint"}
    assert run(bars, tmp_path, "build", "tiny", **LONG).returncode == 0
    assert left_over(tmp_path) == {"tiny"}
    ours, undisturbed = (load_file(into / "tiny" / "weights.safetensors") for into in (tmp_path, released))
    assert all((ours[name] == undisturbed[name]).all() for name in undisturbed)
    drawn = [(into / "tiny" / "epochs.npz").read_bytes() for into in (tmp_path, released)]
    assert drawn[0] == drawn[1]


def test_another_recipe_does_not_go_on_from_the_checkpoint(bars: Path, tmp_path: Path) -> None:
    process = start(bars, tmp_path, "build", "tiny", stderr=subprocess.DEVNULL, recipe={"epochs": 1000})
    wait_for_epoch(tmp_path, process)
    process.kill()
    process.wait()
    assert run(bars, tmp_path, "build", "tiny", seed=1).returncode == 0
    history = (tmp_path / "tiny" / "history.csv").read_text(encoding="utf-8")
    assert len(history.splitlines()) == 4


def test_missing_data_says_where_it_was_sought(bars: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    done = run(bars, tmp_path / "models", "build", "tiny", env={"BARS": str(empty)})
    assert done.returncode == 1
    assert f"the data set “bars” is not in {empty}, which BARS names" in done.stderr
    assert "Traceback" not in done.stderr


def test_damaged_data_is_not_trained_on(bars: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in bars.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with (copy / "test-labels").open("r+b") as file:
        file.seek(20)
        file.write(b"\x07")
    done = run(bars, tmp_path / "models", "build", "tiny", env={"BARS": str(copy)})
    assert done.returncode == 1
    assert f"{copy / 'test-labels'} is damaged" in done.stderr


def test_training_that_diverges_is_told_and_leaves_nothing(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "tiny", learning_rate=1e6, lr_warmup=0.01)
    assert done.returncode == 1
    assert "tiny: the bound is" in done.stderr
    assert "lower the learning_rate" in done.stderr
    assert left_over(tmp_path) <= {".tiny.checkpoint"}


def test_full_disk_is_told_and_leaves_the_old_release(bars: Path, released: Path, tmp_path: Path) -> None:
    shutil.copytree(released / "tiny", tmp_path / "tiny")

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    done = run(bars, tmp_path, "build", "tiny", prepare=no_room, epochs=2)
    assert done.returncode == 1
    assert "no bundle was written" in done.stderr
    assert "Traceback" not in done.stderr
    assert manifest(tmp_path) == manifest(released)
    assert left_over(tmp_path) == {"tiny"}


def test_missing_torch_names_the_extra(bars: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n"
    )
    done = run(
        bars, tmp_path / "models", "build", "tiny", env={"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    )
    assert done.returncode == 1
    assert "with the extra “train”" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_model_names_those_there_are(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "minst-vae")
    assert done.returncode == 1
    assert "did you mean “mnist-vae”?" in done.stderr


def test_evaluate_prints_the_bounds_of_the_release(bars: Path, released: Path) -> None:
    done = run(bars, released, "evaluate", "tiny", "--samples", "50", **LONG)
    assert done.returncode == 0, done.stderr
    value = json.loads((released / "tiny" / "metrics.json").read_text(encoding="utf-8"))["elbo"]["value"]
    assert f"{value:.5g}" in done.stdout


def test_evaluate_wants_a_fresh_release(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "evaluate", "tiny")
    assert done.returncode == 1
    assert "run `python -m model build tiny` first" in done.stderr
