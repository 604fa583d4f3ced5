"""The kinds that need posteriors: the pad, the traversals and the codes."""

import re
from pathlib import Path

import bundles
import numpy as np
import pytest
from graphs import decoder, encoder, write_bundle
from research.demos import words
from research.demos.bundles.bundle import Bundle
from research.demos.drawing.inference import decode, deviations, encode
from research.demos.drawing.panels import Sheet
from research.demos.drawing.scatter import REACH, SIZE, Scatter
from research.demos.errors import DemoError
from research.demos.kinds import draw, latents, traversals

LATENTS = 5
#: Standard deviations of the posteriors: the dimensions 4, 1 and 3 of five say something, in this order.
DEVIATIONS = np.array([0.5, 1.0, 0.7, 0.1, 1.0])


@pytest.fixture
def made(tmp_path: Path) -> Bundle:
    rng = np.random.default_rng(0)
    means = rng.standard_normal((50, LATENTS)) * np.sqrt(1 - DEVIATIONS**2)
    examples = {
        "images": rng.integers(0, 256, (50, 1, 28, 28), dtype=np.uint8),
        "labels": np.arange(50, dtype=np.uint8) % 10,
        "means": means.astype(np.float32),
        "log_variances": np.broadcast_to(2 * np.log(DEVIATIONS), (50, LATENTS)).astype(np.float32),
    }
    write_bundle(tmp_path / "digits", decoder(LATENTS), encoder(LATENTS), test_items=examples)
    return bundles.read(tmp_path / "digits")


def test_dimensions_come_in_the_order_of_their_divergence(made: Bundle) -> None:
    (sheet,) = traversals.render(traversals.Options(rows=3, columns=5), made)
    assert isinstance(sheet, Sheet)
    assert sheet.labels == ("4", "1", "3")
    assert sheet.images.shape == (3, 5, 1, 28, 28)
    expected = 0.5 * (DEVIATIONS**2 - 1 - 2 * np.log(DEVIATIONS))
    np.testing.assert_allclose(
        traversals.divergences(made), expected + (1 - DEVIATIONS**2) / 2, rtol=0.4, atol=0.1
    )


def test_only_the_dimension_of_a_row_changes(made: Bundle) -> None:
    begin, end, dimensions = traversals.ends(traversals.Options(rows=5, reach=2), made)
    assert ((begin != end).sum(axis=1) == 1).all()
    for row, dimension in enumerate(dimensions):
        assert (begin[row, dimension], end[row, dimension]) == (-2, 2)


def test_the_pad_begins_with_an_item_its_mean_and_a_draw(made: Bundle) -> None:
    options = draw.Options(label=4)
    (sheet,) = draw.render(options, made)
    assert isinstance(sheet, Sheet)
    given, mean, drawn = sheet.images[0]
    with np.load(made.folder / "test_items.npz") as arrays:
        assert (given == arrays["images"][4]).all()
    code, deviation = encode(made, given[None]), deviations(made, given[None])
    assert (mean == decode(made, code)[0]).all()
    assert (drawn == decode(made, code + deviation * draw.noise(options, made))[0]).all()


def test_the_pad_is_for_grey_pictures(tmp_path: Path) -> None:
    examples = {
        "images": np.zeros((4, 3, 32, 32), np.uint8),
        "labels": np.arange(4, dtype=np.uint8),
    }
    write_bundle(tmp_path / "colour", decoder(4, 3, 8), encoder(4), test_items=examples)
    with pytest.raises(DemoError, match="is for images in grey"):
        draw.render(draw.Options(), bundles.read(tmp_path / "colour"))


def drawn_points(html: str) -> list[np.ndarray]:
    """Return the points (N, 2) of each class of a plot, in units of the drawing."""
    paths = re.findall(r'<path d="M([^"]*)" fill="none" marker-start', html)
    steps = [np.array(re.findall(r"-?\d+", path), int).reshape(-1, 2) for path in paths]
    return [each.cumsum(axis=0) for each in steps]


def test_codes_stand_where_the_encoder_puts_them(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    examples = {
        "images": rng.integers(0, 256, (60, 1, 28, 28), dtype=np.uint8),
        "labels": np.arange(60, dtype=np.uint8) % 12,
        "means": rng.standard_normal((60, 2)).astype(np.float32),
        "log_variances": np.zeros((60, 2), np.float32),
    }
    write_bundle(tmp_path / "plane", decoder(2), encoder(2), test_items=examples)
    plane = bundles.read(tmp_path / "plane")
    scatter, sheet = latents.render(latents.Options(points=48), plane)
    assert isinstance(scatter, Scatter)
    assert isinstance(sheet, Sheet)
    html = scatter.html(words.of("de"), "fig", "Codes <of> digits")
    assert html.count("<li>") == 12
    assert "<title>Codes &lt;of&gt; digits</title>" in html
    assert len(set(re.findall(r'<marker id="fig-class-\d+".*?</marker>', html))) == 12
    found = drawn_points(html)
    for label, points in enumerate(found):
        codes = examples["means"][:48][examples["labels"][:48] == label]
        expected = SIZE / 2 + codes * [1, -1] * REACH / scatter.extent
        assert np.abs(np.sort(points, axis=0) - np.sort(expected, axis=0)).max() <= 0.51
    middles = np.stack([examples["means"][:48][label::12].mean(axis=0) for label in range(12)])
    assert (sheet.images[0] == decode(plane, middles)).all()


def test_of_many_dimensions_the_plane_separates_classes_and_each_place_is_a_latent(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    labels = np.arange(300, dtype=np.uint8) % 3
    corners = np.array([[2, 0], [-1, 1.7], [-1, -1.7]], np.float32)
    # Classes differ in the third and fifth dimension, and the first varies most.
    means = rng.standard_normal((300, 6)).astype(np.float32) * [9, 1, 0.2, 1, 0.2, 1]
    means[:, [2, 4]] += corners[labels]
    examples = {
        "images": rng.integers(0, 256, (300, 1, 28, 28), dtype=np.uint8),
        "labels": labels,
        "means": means.astype(np.float32),
        "log_variances": np.zeros((300, 6), np.float32),
    }
    write_bundle(tmp_path / "many", decoder(6), encoder(6), test_items=examples)
    many = bundles.read(tmp_path / "many")
    found = latents.plane(latents.codes(latents.Options(), many))
    assert np.allclose(found.axes.T @ found.axes, np.eye(2), atol=1e-5)
    assert (np.square(found.axes[[2, 4]]).sum(axis=0) > 0.98).all()
    assert found.share == pytest.approx(
        (means @ found.axes).var(axis=0).sum() / means.var(axis=0).sum(), 1e-3
    )
    middle = means.mean(axis=0)
    assert np.allclose(found.base + found.axes @ (found.axes.T @ middle), middle, atol=1e-4)
    html = latents.render(latents.Options(), many)[0].html(words.of("en"), "fig", "Codes")  # type: ignore[union-attr]
    assert f"It holds {100 * found.share:.0f} % of the variance" in html


@pytest.mark.parametrize(("size", "message"), [(1, "has one latent dimension"), (4, "three classes or more")])
def test_what_is_no_plane_is_told(tmp_path: Path, size: int, message: str) -> None:
    examples = {"images": np.zeros((20, 1, 28, 28), np.uint8), "labels": np.zeros(20, np.uint8)}
    write_bundle(tmp_path / "few", decoder(size), encoder(size), test_items=examples)
    with pytest.raises(DemoError, match=message):
        latents.render(latents.Options(), bundles.read(tmp_path / "few"))
