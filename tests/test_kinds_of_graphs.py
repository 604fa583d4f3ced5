"""The kinds classify and steps, of graphs that are no decoders, and how a manifest describes such graphs."""

import json
from pathlib import Path

import bundles
import jsonschema
import numpy as np
import onnx
import pytest
from conftest import ROOT, Build
from graphs import classifier, decoder, graph, point_decoder, point_encoder, point_step, write_bundle
from onnx import helper
from research.demos import words
from research.demos.bundles.bundle import Bundle
from research.demos.bundles.manifest import Given, write
from research.demos.drawing.bars import Bars
from research.demos.drawing.normals import normals
from research.demos.drawing.panels import Sheet
from research.demos.errors import DemoError
from research.demos.kinds import classify, steps

SCHEMA = ROOT / "plugins" / "research" / "demos" / "bundles" / "manifest.schema.json"


def examples(labels: int = 4) -> dict[str, np.ndarray]:
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 28, 28), dtype=np.uint8)
    return {"images": images, "labels": np.arange(40, dtype=np.uint8)[::-1] % labels}


def sorter(folder: Path, **options: bool) -> Bundle:
    write_bundle(folder, classifier(**options), role="classifier", test_items=examples())
    return bundles.read(folder)


def weights_of(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    tensors = onnx.load(folder / "classifier.onnx").graph.initializer
    w, b = (onnx.numpy_helper.to_array(tensor) for tensor in tensors)
    return w, b


@pytest.mark.parametrize("is_softmax", [False, True])
def test_bars_are_the_softmax_of_logits_or_probabilities_as_they_are(
    tmp_path: Path, is_softmax: bool
) -> None:
    made = sorter(tmp_path / "sorter", is_softmax=is_softmax)
    sheet, bars = classify.render(classify.Options(examples=6, example=2), made)
    assert isinstance(sheet, Sheet)
    assert isinstance(bars, Bars)
    given = examples()
    first_of_label_1 = int(np.flatnonzero(given["labels"] == 1)[0])
    assert (sheet.images[0, 0] == given["images"][first_of_label_1]).all()
    w, b = weights_of(tmp_path / "sorter")
    logits = (given["images"][first_of_label_1].ravel() / 255) @ w.T + b
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    assert bars.shares == pytest.approx(shares.tolist(), abs=1e-5)
    assert bars.labels == tuple(f"class {number}" for number in range(5))
    html = bars.html(words.of("en"), "fig", "")
    assert f"<span>{100 * shares[0]:.1f} %</span>" in html


def test_of_many_classes_the_likeliest_are_shown(tmp_path: Path) -> None:
    write_bundle(tmp_path / "many", classifier(30), role="classifier", test_items=examples())
    _, bars = classify.render(classify.Options(), bundles.read(tmp_path / "many"))
    assert isinstance(bars, Bars)
    assert len(bars.shares) == classify.MOST
    assert list(bars.shares) == sorted(bars.shares, reverse=True)


def test_steps_follow_from_noise_that_depends_on_seed_and_step(tmp_path: Path) -> None:
    write_bundle(tmp_path / "moving", point_step(), role="step")
    moving = bundles.read(tmp_path / "moving")
    options = steps.Options(points=5, seed=3, rows=1, columns=3)
    found = steps.trajectory(options, moving)
    assert len(found) == 11  # as many steps as the manifest states
    state = normals(3, 5, 2)
    for step in range(10):
        np.testing.assert_allclose(found[step], state, atol=1e-5)
        state = 0.9 * state + 0.1 * normals(3 + steps.APART * (step + 1), 5, 2) + 0.01 * step
    [sheet] = steps.render(options, moving)
    assert isinstance(sheet, Sheet)
    assert sheet.images.shape == (1, 3, 1, steps.SIDE, steps.SIDE)
    x, y = np.round(steps.SIDE / 2 * (1 + found[10] * [1, -1] / 3) - 0.5).astype(int).T
    assert (sheet.images[0, 2, 0][y, x] > 200).all()
    assert (sheet.images[0, 2] > 0).mean() < 0.02
    with pytest.raises(DemoError, match="states 10 steps, and 12 are asked for"):
        steps.render(steps.Options(steps=12), moving)


def test_an_automaton_begins_with_an_example(tmp_path: Path) -> None:
    nodes = [helper.make_node("Sub", ["one", "x"], ["y"])]
    inverter = graph(nodes, {"one": np.float32(1)}, {"x": [1, 28, 28]}, {"y": [1, 28, 28]})
    write_bundle(tmp_path / "inverter", inverter, role="step", test_items=examples())
    options = steps.Options(rows=1, columns=3, steps=2, begin="example")
    [sheet] = steps.render(options, bundles.read(tmp_path / "inverter"))
    assert isinstance(sheet, Sheet)
    first = examples()["images"][0].astype(int)
    for image, expected in zip(sheet.images[0], (first, 255 - first, first), strict=True):
        assert np.abs(image - expected).max() <= 1


FIGURE = "```demo\nkind: {}\nmodel: sorter\nalt: Numbers\n```\n"


def test_a_kind_that_a_model_is_not_made_for_is_told_with_its_line(build: Build, tmp_path: Path) -> None:
    sorter(tmp_path / "build" / "models" / "sorter")
    post = (
        "Title: Post\nDate: 2026-01-01\nSummary: -\n\n" + FIGURE.format("classify") + FIGURE.format("samples")
    )
    site = build({"post.md": post})
    assert "post.md:12: error: demo: the kind samples shows a model with a decoder" in site.log
    assert "“sorter” has a classifier, which is shown by classify, networks" in site.log
    page = site.read("post.html")
    assert page.count('<ol class="research-demo-bars"') == 1
    assert 'data-decoder="sorter-classifier.' in page


@pytest.mark.parametrize("is_softmax", [False, True])
def test_a_manifest_is_proposed_for_a_classifier(tmp_path: Path, is_softmax: bool) -> None:
    folder = tmp_path / "sorter"
    folder.mkdir()
    onnx.save(classifier(3, is_softmax), folder / "classifier.onnx")
    written = write(folder, Given(labels=("cat", "dog", "bird")))
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text(encoding="utf-8")))
    [output] = manifest["graphs"]["classifier"]["outputs"]
    assert output["kind"] == ("probabilities" if is_softmax else "logits")
    assert output["labels"] == ["cat", "dog", "bird"]
    assert f"{output['kind']} of 3 classes" in written.summary
    assert bundles.read(folder).role == "classifier"


def test_a_manifest_is_proposed_for_points(tmp_path: Path) -> None:
    folder = tmp_path / "points"
    folder.mkdir()
    onnx.save(point_decoder(), folder / "decoder.onnx")
    onnx.save(point_encoder(), folder / "encoder.onnx")
    written = write(folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text(encoding="utf-8")))
    [output], [given] = manifest["graphs"]["decoder"]["outputs"], manifest["graphs"]["encoder"]["inputs"]
    assert output["kind"] == given["kind"] == "points"
    assert output["range"] == given["range"]
    low, high = output["range"]
    assert 0 < high == -low < 2.3  # of 2 tanh
    assert "points in the plane" in written.summary


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "names"}, "kind"),
        ({"labels": ["one"]}, "write the names of the classes"),
    ],
)
def test_what_a_manifest_of_a_classifier_lacks_is_told(
    tmp_path: Path, change: dict[str, object], message: str
) -> None:
    made = sorter(tmp_path / "sorter")
    graphs = json.loads(json.dumps(made.manifest["graphs"]))
    graphs["classifier"]["outputs"][0] |= change
    bundles.write_manifest(made.folder, {**made.manifest, "graphs": graphs})
    with pytest.raises(DemoError, match=message):
        bundles.read(made.folder)


def test_a_bundle_has_one_graph_that_is_shown(tmp_path: Path) -> None:
    write_bundle(tmp_path / "both", decoder(2))
    manifest = json.loads((tmp_path / "both" / "manifest.json").read_text(encoding="utf-8"))
    del manifest["graphs"]["decoder"]
    bundles.write_manifest(tmp_path / "both", manifest)
    with pytest.raises(DemoError, match="write one of decoder, classifier, step"):
        bundles.read(tmp_path / "both")
