"""The command ``python -m model evaluate``: what it measures, and where its numbers go."""

import json
import math
from pathlib import Path

import bundles
import pytest
import tiny_model
import torch
from conftest import Build
from test_model_build import run

from model.data.examples import Data, Examples
from model.evaluation import assess, evaluate
from model.evaluation.classifier import Classifier, classifier
from model.families import build as build_model


@pytest.fixture(scope="module")
def evaluated(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """Return the folder of the data set, that of the releases, and what the command printed."""
    folder = tmp_path_factory.mktemp("evaluated")
    wide = {"COLUMNS": "250"}  # so that the lines of the table stay whole
    for arguments in (("build", "tiny"), ("evaluate", "tiny", "--samples", "1000")):
        done = run(bars, folder / "models", *arguments, env=wide)
        assert done.returncode == 0, done.stderr
    return bars, folder / "models", done.stdout


def test_table_and_file_state_the_same_numbers(evaluated: tuple[Path, Path, str]) -> None:
    _, models, said = evaluated
    found = json.loads((models / "tiny" / "evaluation.json").read_text(encoding="utf-8"))
    manifest = json.loads((models / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    metrics = found["metrics"]
    assert found["key"] == manifest["key"]
    for name, metric in metrics.items():
        assert name in said
        assert f"{metric['value']:.5g}" in said
        assert metric["meaning"] in said
    measured = json.loads((models / "tiny" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["elbo"] == measured["elbo"]
    assert metrics["elbo"]["value"] < metrics["iw_bound_500"]["value"] < metrics["iw_bound_1000"]["value"]
    assert metrics["bits_per_dimension"]["value"] == pytest.approx(
        -metrics["iw_bound_1000"]["value"] / 64 / math.log(2)
    )
    assert abs(metrics["bfloat16_effect"]["value"]) < 0.1
    assert metrics["classifier_accuracy"]["value"] > 0.9
    assert metrics["frechet_distance"]["value"] > metrics["frechet_distance_training"]["value"] >= 0
    assert 0.5 <= metrics["confidence"]["value"] <= 1
    assert 0.9 < metrics["coverage_test"]["value"] <= 1


def test_evaluation_belongs_to_its_release_and_shows_in_the_list(evaluated: tuple[Path, Path, str]) -> None:
    bars, models, _ = evaluated
    value = json.loads((models / "tiny" / "evaluation.json").read_text(encoding="utf-8"))["metrics"]
    listed = run(bars, models, "list").stdout.splitlines()[0]
    assert listed.startswith("tiny: fresh; decoder ")
    assert f"iw_bound_1000 {value['iw_bound_1000']['value']:.2f} nats" in listed
    assert run(bars, models, "build", "tiny").stdout == "tiny: fresh\n"


def test_number_of_samples_that_makes_no_groups_is_told(evaluated: tuple[Path, Path, str]) -> None:
    bars, models, _ = evaluated
    done = run(bars, models, "evaluate", "tiny", "--samples", "750")
    assert done.returncode == 1
    assert "750 samples: beyond 500 they must be a multiple of 500" in done.stderr


@pytest.mark.parametrize(("key", "shown"), [("this", "−70.12"), ("another", "−91.74")])
def test_posts_cite_an_evaluation_of_this_release_and_of_no_other(
    build: Build, key: str, shown: str, tmp_path: Path
) -> None:
    folder = bundles.write_bundle(tmp_path / "models", "plane", key="this")
    metrics = {"iw_bound_500": {"value": -70.123, "standard_error": 0.04}}
    (folder / "evaluation.json").write_text(json.dumps({"key": key, "metrics": metrics}))
    site = build(
        {"post.md": "Title: Post\nDate: 2026-01-01\n\nThe bound is {{ plane.iw_bound_500 }}."},
        f'RESEARCH = {{"models": {str(tmp_path / "models")!r}}}',
    )
    assert f"The bound is {shown}." in site.read("post.html")


def normal(count: int, scale: float, shift: float, seed: int) -> torch.Tensor:
    noise = torch.randn((count, 4), generator=torch.Generator().manual_seed(seed))
    return noise * scale + shift


@pytest.mark.parametrize(("scale", "shift"), [(1, 0), (1, 2), (3, 0), (2, -1)])
def test_frechet_distance_is_that_of_two_normal_distributions(scale: float, shift: float) -> None:
    found = assess.frechet_distance(normal(50_000, 1, 0, 0), normal(50_000, scale, shift, 1)).item()
    assert found == pytest.approx(4 * shift**2 + 4 * (scale - 1) ** 2, abs=0.15, rel=0.02)


def test_frechet_distance_sees_covariances() -> None:
    noise = normal(50_000, 1, 0, 0)
    turned = noise @ torch.linalg.qr(normal(4, 1, 0, 1))[0]
    assert assess.frechet_distance(noise, turned).item() == pytest.approx(0, abs=0.01)
    same = noise.clone()
    same[:, 1] = same[:, 0]  # variances (2, 0) in place of (1, 1): 2 (1 - 1/√2)·2 of a distance
    expected = (math.sqrt(2) - 1) ** 2 + 1
    assert assess.frechet_distance(noise, same).item() == pytest.approx(expected, abs=0.05)


def items(count: int, seed: int) -> Examples:
    """Return images that are light above or below; the label is which."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(2, (count,), generator=generator, dtype=torch.uint8)
    images = torch.randint(90, (count, 3, 12, 8), generator=generator, dtype=torch.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, :6] += 90 * label
    return Examples(images, labels)


def test_classifier_learns_labels_of_colour_pictures_once(tmp_path: Path) -> None:
    train, test = items(200, 0), items(100, 1)
    found = classifier(train, tmp_path)
    assert (found.embed(test.images).probabilities.argmax(dim=1) == test.labels).float().mean() > 0.95
    cached = list(tmp_path.iterdir())
    again = classifier(train, tmp_path)
    assert list(tmp_path.iterdir()) == cached
    assert torch.equal(again.head.weight, found.head.weight)


def test_samples_that_are_all_alike_cover_few_labels() -> None:
    data = Data(items(300, 0), items(200, 1), items(200, 1))
    model = build_model(tiny_model.TINY.model, (3, 12, 8), mean_intensity=0.02)  # untrained: one dark gray
    torch.manual_seed(0)
    metrics = assess.quality(model, data, Classifier((3, 12, 8), 2))
    assert metrics["frechet_distance"].value > metrics["frechet_distance_training"].value
    assert metrics["coverage"].value <= 1
    assert metrics["frechet_distance"].standard_error is not None


def test_bound_in_groups_is_the_bound() -> None:
    torch.manual_seed(0)
    model = build_model(tiny_model.TINY.model, tiny_model.SHAPE, mean_intensity=0.3)
    images = torch.randint(256, (60, 1, 8, 8), dtype=torch.uint8)
    done: list[int] = []
    grouped = assess.bounds(model, images, 1500, done.append)
    at_once = evaluate.evaluate(model, images, 1500, chosen=60)
    assert sum(done) == 60
    assert grouped["elbo"] == at_once["elbo"]
    assert grouped["iw_bound_1500"].value == pytest.approx(at_once["iw_bound_1500"].value, abs=0.05)
