"""Models that are given labels: what they learn, what their bundles offer, and the figure that shows them."""

from pathlib import Path

import bundles
import numpy as np
import pytest
import tiny_model
import torch
from research.demos.bundles.bundle import Bundle
from research.demos.bundles.conditions import conditioned
from research.demos.drawing.inference import decode
from research.demos.drawing.panels import Sheet
from research.demos.errors import DemoError
from research.demos.kinds import conditional
from rich.console import Console

from model.build import Job, build
from model.bundles.store import BundleStore
from model.data.labelled import image_shape, one_hot, with_labels
from model.errors import ModelError
from model.families.conditional import ConditionalAutoencoder
from model.recipes.library import Library
from model.recipes.specs import ConditionalVAE, Dense

SPEC = ConditionalVAE(latents=2, classes=2, encoder=Dense((16,)), decoder=Dense((32,)))


@pytest.fixture(scope="module")
def made(bars: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """Return the bundle of a model of bars, whose label says whether they lie or stand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BARS", str(bars))
        library = Library(tiny_model.site(bars, model=SPEC, epochs=30, learning_rate=2e-2))
        store = BundleStore(tmp_path_factory.mktemp("models"))
        fixed = {"threads": 1, "precision": "float32"}
        build(Job(library.recipe("tiny"), library, store, Console(quiet=True), fixed=fixed))
    return bundles.read(store.bundle("tiny"))


@pytest.mark.parametrize("classes", [2, 8, 11])
def test_labels_stand_below_images_and_are_read_again(classes: int) -> None:
    images = torch.randint(0, 256, (20, 3, 6, 8), dtype=torch.uint8)
    labels = torch.arange(20) % classes
    seen = with_labels(images, labels, classes)
    assert image_shape(tuple(seen.shape[1:]), classes) == (3, 6, 8)
    assert torch.equal(seen[:, :, :6], images)
    assert torch.equal(one_hot(seen, 6, classes), 255 * torch.eye(classes)[labels].to(torch.uint8))
    with pytest.raises(ModelError, match=f"model.classes is {classes - 1}"):
        with_labels(images, labels, classes - 1)


def test_the_decoder_of_the_bundle_takes_a_label_and_obeys_it(made: Bundle) -> None:
    assert made.encoder is None
    [label] = made.decoder.conditions
    assert (label.control, label.labels, label.size) == ("class", ("0", "1"), 2)
    assert made.image == (1, 8, 8)
    with np.load(made.folder / "test_items.npz") as arrays:
        assert arrays["images"].shape == (100, 1, 8, 8)
    [sheet] = conditional.render(conditional.Options(columns=8), made)
    assert isinstance(sheet, Sheet)
    assert sheet.images.shape == (2, 8, 1, 8, 8)
    lying, standing = sheet.images[:, :, 0].astype(float)
    for images, along, across in ((lying, 2, 1), (standing, 1, 2)):
        assert images.mean(axis=along).std(axis=1).mean() > 2 * images.mean(axis=across).std(axis=1).mean()


def test_rows_differ_by_their_label_alone(made: Bundle) -> None:
    options = conditional.Options(columns=3, seed=5, temperature=0.5)
    [sheet] = conditional.render(options, made)
    assert isinstance(sheet, Sheet)
    assert sheet.labels == ("0", "1")
    described = conditional.describe(options, made)
    assert described["rows"] == [(1.0, 0.0), (0.0, 1.0)]
    for row, label in enumerate(("0", "1")):
        expected = decode(conditioned(made, label), conditional.latents(options, made))
        assert (sheet.images[row] == expected).all()


@torch.no_grad()
def test_the_bound_is_that_of_the_image_given_its_label(made: Bundle) -> None:
    torch.manual_seed(0)
    model = ConditionalAutoencoder(SPEC, (1, 9, 8), 0.3)
    for value in model.parameters():
        value.add_(0.1 * torch.randn(value.shape))
    image = (torch.rand(1, 1, 8, 8) * 255).round().to(torch.uint8)
    x = with_labels(image, torch.tensor([1]), 2).float().expand(20_000, -1, -1, -1) / 255
    by_terms = model.terms(x, torch.Generator().manual_seed(0)).bound
    by_weights = model.log_weights(x, 1, torch.Generator().manual_seed(1))[0]
    error = (by_terms.var() + by_weights.var()).sqrt() / len(x) ** 0.5
    assert abs(by_terms.mean() - by_weights.mean()) < 4 * error


def test_a_decoder_without_a_label_is_refused(tmp_path: Path) -> None:
    plain = bundles.read(bundles.write_bundle(tmp_path, "plain"))
    with pytest.raises(DemoError, match="needs a decoder with a label, and that of “plain” takes none"):
        conditional.render(conditional.Options(), plain)
