"""A release is believed only as far as its manifest and its hashes go."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import releases
from research.demos.errors import DemoError
from research.demos.inference import decode


def change(folder: Path, *path: str, to: Any) -> None:
    """Set the value at `path` of the manifest; None removes it."""
    manifest = json.loads((folder / "manifest.json").read_text())
    *inner, last = path
    place = manifest
    for key in inner:
        place = place[key]
    place[last] = to
    if to is None:
        del place[last]
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_the_smallest_manifest_is_enough(tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "decoder.onnx").write_bytes(releases.decoder(3, (3, 32, 32), 1))
    graph = {
        "file": "decoder.onnx",
        "inputs": [{"name": "z", "shape": [1, 3]}],
        "outputs": [{"name": "x", "shape": [1, 3, 32, 32]}],
    }
    releases.write_manifest(folder, {"format": 1, "name": "foreign", "graphs": {"decoder": graph}})
    foreign = releases.read(folder)
    assert (foreign.latents, foreign.encoder, foreign.metrics) == (3, None, {})
    assert decode(foreign, np.zeros((2, 3), np.float32)).shape == (2, 3, 32, 32)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("format",), 2, "format: 1 was expected"),
        (("graphs",), None, "'graphs' is a required property"),
        (
            ("graphs", "decoder", "inputs"),
            [{"name": "z", "shape": ["batch", 2, 2]}],
            "graphs.decoder.inputs.0.shape",
        ),
        (
            ("graphs", "decoder", "outputs"),
            [{"name": "x", "shape": ["batch", 784]}],
            "graphs.decoder.outputs.0.shape",
        ),
        (
            ("graphs", "decoder", "outputs"),
            [{"name": "x", "shape": [1, 2, 8, 8]}],
            "graphs.decoder.outputs.0.shape.1",
        ),
        (("graphs", "encoder", "outputs"), [{"name": "mu", "shape": [1, 2]}], "graphs.encoder.outputs"),
        (("graphs", "decoder", "file"), "other.onnx", "“files” does not list other.onnx"),
        (("files", "../secret"), {"bytes": 0, "sha256": 64 * "0"}, "'../secret' does not match"),
        (("name",), "other", "name: 'other' lies in the folder 'small'"),
    ],
)
def test_a_manifest_that_does_not_hold_is_told(
    tmp_path: Path, path: tuple[str, ...], value: Any, message: str
) -> None:
    folder = releases.write_release(tmp_path, "small")
    change(folder, *path, to=value)
    with pytest.raises(DemoError) as error:
        releases.read(folder)
    assert message in str(error.value)
    assert str(folder / "manifest.json") in str(error.value)


def test_a_file_that_changed_or_is_gone_is_told(tmp_path: Path) -> None:
    folder = releases.write_release(tmp_path, "small")
    (folder / "metrics.json").write_text("{}")
    with pytest.raises(DemoError, match=r"metrics\.json is damaged"):
        releases.read(folder)
    (folder / "metrics.json").unlink()
    with pytest.raises(DemoError, match=r"metrics\.json is missing"):
        releases.read(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(DemoError, match=r"manifest\.json is not JSON"):
        releases.read(folder)


def test_a_graph_that_onnx_runtime_refuses_is_told(tmp_path: Path) -> None:
    folder = releases.write_release(tmp_path, "small")
    latents = np.zeros((1, 2), np.float32)
    (folder / "decoder.onnx").write_bytes(releases.decoder(5, (1, 8, 8), "batch"))
    releases.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"decoder\.onnx: ONNX Runtime cannot run the graph"):
        decode(releases.read(folder), latents)
    (folder / "decoder.onnx").write_bytes(b"not ONNX")
    releases.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"decoder\.onnx: it is not an ONNX file"):
        decode(releases.read(folder), latents)


def test_pictures_of_another_size_than_stated_are_told(tmp_path: Path) -> None:
    folder = releases.write_release(tmp_path, "small")
    (folder / "decoder.onnx").write_bytes(releases.decoder(2, (1, 4, 4), "batch"))
    releases.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"draws pictures of \(1, 4, 4\), its manifest says \(1, 8, 8\)"):
        decode(releases.read(folder), np.zeros((1, 2), np.float32))
