"""A bundle is believed only as far as its manifest and its hashes go."""

import json
from pathlib import Path
from typing import Any

import bundles
import jsonschema
import numpy as np
import pytest
from research.demos.bundles import bundle
from research.demos.bundles.schema import Decoder, Manifest, Prior, Tensor
from research.demos.drawing.inference import decode
from research.demos.errors import DemoError


def change(folder: Path, *path: str, to: Any) -> None:
    """Set the value at `path` of the manifest; None removes it."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("sha256", None)  # what an author changes has no hash of its own
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
    (folder / "decoder.onnx").write_bytes(bundles.decoder(3, (3, 32, 32), 1))
    graph = {
        "file": "decoder.onnx",
        "inputs": [{"name": "z", "shape": [1, 3]}],
        "outputs": [{"name": "x", "shape": [1, 3, 32, 32]}],
    }
    bundles.write_manifest(folder, {"format": 1, "name": "foreign", "graphs": {"decoder": graph}})
    foreign = bundles.read(folder)
    assert (foreign.latents, foreign.encoder, foreign.metrics) == (3, None, {})
    assert decode(foreign, np.zeros((2, 3), np.float32)).shape == (2, 3, 32, 32)


TENSOR = {"name": "z", "shape": ["batch", 2]}
INPUTS, OUTPUTS = ("graphs", "decoder", "inputs"), ("graphs", "decoder", "outputs")
SCHEMA = json.loads(Path(bundle.__file__).with_name("manifest.schema.json").read_text(encoding="utf-8"))
#: What stands in a manifest, what else is put there (None: nothing), and what is reported of it.
CHANGES: list[tuple[tuple[str, ...], Any, str]] = [
    (("format",), 2, "the manifest: format: write 1"),
    (("format",), "1", "format: write a whole number, not a text"),
    (("graphs",), None, "the manifest: “graphs” is missing"),
    (("graphs",), [], "graphs: write an object, {…}, not a list"),
    (("graphs", "decoder"), None, "graphs: write one of decoder, classifier, step"),
    (INPUTS, [], "graphs.decoder.inputs: write a list of length at least 1"),
    (INPUTS, [{**TENSOR, "control": "dial"}], "graphs.decoder.inputs[0].control"),
    (INPUTS, [{**TENSOR, "shape": ["batch", "size"]}], "graphs.decoder.inputs[0]: shape: write"),
    (INPUTS, [{**TENSOR, "shape": [0, 2]}], "graphs.decoder.inputs[0].shape[0]"),
    (INPUTS, [{**TENSOR, "shape": [1, 10**9]}], "graphs.decoder.inputs[0]: shape: write"),
    (INPUTS, [{**TENSOR, "dtype": ""}], "graphs.decoder.inputs[0].dtype"),
    (INPUTS, [{**TENSOR, "range": [0]}], "graphs.decoder.inputs[0].range"),
    (INPUTS, [{**TENSOR, "name": ""}], "graphs.decoder.inputs[0].name"),
    (OUTPUTS, [], "graphs.decoder.outputs: write a list of length at least 1"),
    (
        ("graphs", "decoder", "outputs"),
        [{**TENSOR, "shape": ["batch", 784]}],
        "outputs[0]: write “image”",
    ),
    (OUTPUTS, [{**TENSOR, "shape": [1, 2, 8, 8]}], "images have 1, 3 or 4 channels, not 2"),
    (OUTPUTS, [{**TENSOR, "shape": [1, 8], "image": [2, 2, 2]}], "images have 1, 3 or 4 channels"),
    (("graphs", "decoder", "prior"), {"kind": "poisson"}, "graphs.decoder.prior.kind"),
    (("graphs", "decoder", "polarity"), "negative", "graphs.decoder.polarity"),
    (OUTPUTS, [{**TENSOR, "shape": []}], "shape: write the batch"),
    (OUTPUTS, [{**TENSOR, "shape": [1, "c", 8, 8]}], "shape: write the batch"),
    (("graphs", "encoder"), [], "graphs.encoder: write an object, {…}, not a list"),
    (("graphs", "encoder", "inputs"), [TENSOR], "graphs.encoder: inputs[0]: write “image”"),
    (
        ("graphs", "encoder", "outputs"),
        [{**TENSOR, "name": "mu"}],
        "outputs: one of them must have the name mean",
    ),
    (("files", "../secret"), {"bytes": 0, "sha256": 64 * "0"}, "`key` in `$.files"),
    (("files", "decoder.onnx"), {"bytes": -1, "sha256": 64 * "0"}, "write a whole number at least 0"),
    (("files", "decoder.onnx"), {"bytes": 1, "sha256": 63 * "0"}, "a text that matches the pattern"),
    (("name",), "../small", "name: write a text that matches the pattern"),
    (("seed",), "one", "seed: write a whole number, not a text"),
    (("seconds",), {"train": "long"}, "seconds[...]: write a number, not a text"),
]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        *CHANGES,
        (("graphs", "decoder", "file"), "other.onnx", "“files” does not list other.onnx"),
        (
            ("graphs", "decoder", "outputs"),
            [{**TENSOR, "shape": [1, 1, 8, 8], "range": [1, 1]}],
            "range: write",
        ),
        (INPUTS, [TENSOR, {**TENSOR, "name": "y"}], "inputs[1].control: write class"),
        (INPUTS, [TENSOR, {**TENSOR, "control": "class", "labels": ["a"]}], "inputs[1].labels: write 2"),
        (OUTPUTS, [{**TENSOR, "shape": [1, 9], "image": [1, 2, 4]}], "as many as those of the shape"),
        (("graphs", "decoder", "prior"), {"kind": "uniform", "low": 1, "high": 1}, "a greater “high”"),
        (("graphs", "decoder", "prior"), {"kind": "codes"}, "prior.file: write the name"),
        (("name",), "other", "name: 'other' lies in the folder 'small'"),
    ],
)
def test_a_manifest_that_does_not_hold_is_told(
    tmp_path: Path, path: tuple[str, ...], value: Any, message: str
) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    change(folder, *path, to=value)
    with pytest.raises(DemoError) as error:
        bundles.read(folder)
    assert message in str(error.value)
    assert str(folder / "manifest.json") in str(error.value)


@pytest.mark.parametrize(("path", "value"), [(path, value) for path, value, _ in CHANGES])
def test_the_schema_for_other_programs_refuses_the_same(
    tmp_path: Path, path: tuple[str, ...], value: Any
) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    jsonschema.validate(json.loads((folder / "manifest.json").read_text()), SCHEMA)
    change(folder, *path, to=value)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads((folder / "manifest.json").read_text()), SCHEMA)


def test_the_schema_knows_the_keys_that_are_checked() -> None:
    tensor, graph = SCHEMA["$defs"]["tensor"], SCHEMA["$defs"]["graph"]
    assert set(SCHEMA["properties"]) == set(Manifest.__struct_fields__)
    assert set(tensor["properties"]) == set(Tensor.__struct_fields__)
    of_decoder = SCHEMA["properties"]["graphs"]["properties"]["decoder"]["properties"]
    assert {*graph["properties"], *of_decoder} == set(Decoder.__struct_fields__)
    assert set(of_decoder["prior"]["properties"]) == set(Prior.__struct_fields__)


def test_a_file_that_changed_or_is_gone_is_told(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    (folder / "metrics.json").write_text("{}")
    with pytest.raises(DemoError, match=r"metrics\.json is damaged"):
        bundles.read(folder)
    (folder / "metrics.json").unlink()
    with pytest.raises(DemoError, match=r"metrics\.json is missing"):
        bundles.read(folder)
    (folder / "manifest.json").write_text("{")
    with pytest.raises(DemoError, match=r"manifest\.json is not JSON"):
        bundles.read(folder)


def test_a_graph_that_onnx_runtime_refuses_is_told(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    latents = np.zeros((1, 2), np.float32)
    (folder / "decoder.onnx").write_bytes(bundles.decoder(5, (1, 8, 8), "batch"))
    bundles.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"decoder\.onnx: “z” has the shape \(5,\) without the batch"):
        decode(bundles.read(folder), latents)
    (folder / "decoder.onnx").write_bytes(b"not ONNX")
    bundles.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"decoder\.onnx: it is not an ONNX file"):
        decode(bundles.read(folder), latents)


def test_pictures_of_another_size_than_stated_are_told(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    (folder / "decoder.onnx").write_bytes(bundles.decoder(2, (1, 4, 4), "batch"))
    bundles.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=r"“x” has the shape \(1, 4, 4\).* states \(1, 8, 8\)"):
        decode(bundles.read(folder), np.zeros((1, 2), np.float32))
