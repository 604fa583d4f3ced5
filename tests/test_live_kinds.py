"""The kinds that need posteriors: the pad and the traversals."""

from pathlib import Path

import bundles
import numpy as np
import pytest
from graphs import decoder, encoder, write_bundle
from research.demos.bundles.bundle import Bundle
from research.demos.drawing.inference import decode, deviations, encode
from research.demos.drawing.panels import Sheet
from research.demos.errors import DemoError
from research.demos.kinds import draw, traversals

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
