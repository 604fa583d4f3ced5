"""The kinds draw what their docstrings say, from the graphs of a bundle."""

import json
from dataclasses import fields
from pathlib import Path

import bundles
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from research.demos import words
from research.demos.bundles.bundle import Bundle
from research.demos.drawing.inference import decode, encode
from research.demos.drawing.panels import Plot, Sheet
from research.demos.errors import DemoError
from research.demos.kinds import interpolation, kinds, manifold, reconstructions, samples, training
from research.demos.syntax.options import Options, parse

Shape = tuple[int, int, int]


def made(tmp_path: Path, latents: int = 2, shape: Shape = (1, 8, 8), batch: int | str = "batch") -> Bundle:
    return bundles.read(bundles.write_bundle(tmp_path, "small", latents, shape, batch))


def grey(images: np.ndarray) -> np.ndarray:
    return np.rint(images * 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 32, 32)], ids=["grey", "RGB"])
@pytest.mark.parametrize("batch", ["batch", 1, 4], ids=["any batch", "one", "four"])
def test_pictures_are_those_of_the_graph(tmp_path: Path, shape: Shape, batch: int | str) -> None:
    small = made(tmp_path, 5, shape, batch)
    latents = np.random.default_rng(0).standard_normal((7, 5)).astype(np.float32)
    difference = decode(small, latents).astype(int) - grey(bundles.drawn(latents, shape))
    assert np.abs(difference).max() <= 1


def test_ranges_of_the_manifest_are_applied(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    small = bundles.read(folder)
    latents = np.zeros((1, 2), np.float32)
    assert (decode(small, latents) == 128).all()
    graphs = dict(small.manifest["graphs"])
    graphs["decoder"]["outputs"][0]["range"] = [0.5, 1]
    graphs["encoder"]["inputs"][0]["range"] = [-1, 1]
    bundles.write_manifest(folder, {**small.manifest, "graphs": graphs})
    moved = bundles.read(folder)
    assert (decode(moved, latents) == 0).all()
    white = np.full((1, 1, 8, 8), 255, np.uint8)
    assert encode(moved, white).tolist() == encode(small, white).tolist() == [[2, 2]]
    assert encode(moved, 0 * white).tolist() == [[-6, -6]]
    assert encode(small, 0 * white).tolist() == [[-2, -2]]


def test_samples_come_from_the_prior_by_seed_and_temperature(tmp_path: Path) -> None:
    small = made(tmp_path, latents=4)
    [sheet] = samples.render(samples.Options(rows=3, columns=5), small)
    assert isinstance(sheet, Sheet)
    assert sheet.images.shape == (3, 5, 1, 8, 8)
    latents = samples.latents(samples.Options(rows=40, columns=40), small)
    assert abs(latents.std() - 1) < 0.05
    assert np.allclose(
        samples.latents(samples.Options(rows=40, columns=40, temperature=0.5), small), latents / 2
    )
    assert not np.allclose(samples.latents(samples.Options(rows=40, columns=40, seed=2), small), latents)


def test_the_plane_stands_at_quantiles_of_the_prior(tmp_path: Path) -> None:
    options = manifold.Options(rows=4, columns=2)
    grid = manifold.latents(options).reshape(4, 2, 2)
    assert grid[0, :, 0] == pytest.approx([-0.67449, 0.67449], abs=1e-4)
    assert grid[:, 0, 1] == pytest.approx([1.15035, 0.31864, -0.31864, -1.15035], abs=1e-4)
    [sheet] = manifold.render(options, made(tmp_path))
    assert isinstance(sheet, Sheet)
    expected = grey(bundles.drawn(grid.reshape(-1, 2), (1, 8, 8))).reshape(4, 2, 1, 8, 8)
    assert np.abs(sheet.images.astype(int) - expected).max() <= 1


def test_only_two_latent_dimensions_make_a_plane(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"“small” has 5 latent dimensions.*two \(such as mnist-plane\)"):
        manifold.render(manifold.Options(), made(tmp_path, latents=5))


def test_reconstructions_stand_below_the_first_items_of_each_label(tmp_path: Path) -> None:
    small = made(tmp_path)
    [sheet] = reconstructions.render(reconstructions.Options(rows=2, columns=10), small)
    assert isinstance(sheet, Sheet)
    images = bundles.items((1, 8, 8))["images"]
    assert (sheet.images[0] == images[:10]).all()
    assert (sheet.images[2] == images[10:20]).all()
    means = images[:10].reshape(10, -1)[:, :2].astype(np.float32) / 255 * 4 - 2
    expected = grey(bundles.drawn(means, (1, 8, 8)))
    assert np.abs(sheet.images[1].astype(int) - expected).max() <= 1


def test_reconstructions_without_labels_are_of_the_first_items(tmp_path: Path) -> None:
    small = made(tmp_path)
    given = bundles.items((1, 8, 8))
    np.savez(small.folder / "test_items.npz", images=given["images"], labels=np.zeros(40, np.uint8))
    [sheet] = reconstructions.render(reconstructions.Options(rows=2, columns=6), small)
    assert isinstance(sheet, Sheet)
    assert (sheet.images[[0, 2]] == given["images"][:12].reshape(2, 6, 1, 8, 8)).all()


def test_interpolation_goes_from_item_to_item(tmp_path: Path) -> None:
    small = made(tmp_path)
    options = interpolation.Options(between="3-8, 1-7", columns=5, path="linear")
    path = interpolation.latents(options, small)
    images = bundles.items((1, 8, 8))["images"]
    means = images.reshape(40, -1)[:, :2].astype(np.float32) / 255 * 4 - 2
    assert np.allclose(path[:, 0], means[[3, 1]], atol=1e-5)
    assert np.allclose(path[:, -1], means[[8, 7]], atol=1e-5)
    assert np.allclose(path[:, 2], (path[:, 0] + path[:, 4]) / 2, atol=1e-5)
    [sheet] = interpolation.render(options, small)
    assert isinstance(sheet, Sheet)
    assert sheet.images.shape == (2, 5, 1, 8, 8)


def test_interpolation_needs_no_encoder_between_draws_from_the_prior(tmp_path: Path) -> None:
    path = interpolation.latents(interpolation.Options(between="prior", rows=3, columns=4), made(tmp_path))
    assert path.shape == (3, 4, 2)


@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_a_spherical_path_stays_as_far_from_the_origin_as_its_ends(size: int, seed: int) -> None:
    begin, end = np.random.default_rng(seed).standard_normal((2, 3, size)).astype(np.float32)
    begin, end = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (begin, end))
    for share in (0.0, 0.3, 1.0):
        middle = interpolation.spherical(begin, end, share)
        assert np.allclose(np.linalg.norm(middle, axis=1), 1, atol=1e-2)
    assert np.allclose(interpolation.spherical(begin, end, 0), begin, atol=1e-3)
    assert np.allclose(interpolation.spherical(begin, begin, 0.4), begin, atol=1e-3)


def test_a_spherical_path_between_nearly_opposite_ends_turns_and_between_opposite_ones_is_straight() -> None:
    begin = np.float32([[1, 0], [1, 0]])
    end = np.float32([[-1, 1e-4], [-1, 0]])
    halfway = interpolation.spherical(begin, end, 0.5)
    assert np.allclose(halfway, [[0, 1], [0, 0]], atol=1e-3)


def test_pairs_that_are_none_are_told(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="“between: 3to8”: write pairs of labels such as 3-8"):
        interpolation.render(interpolation.Options(between="3to8"), made(tmp_path))
    with pytest.raises(DemoError, match="holds 0 test examples with the label 12, 1 are asked for"):
        interpolation.render(interpolation.Options(between="3-12"), made(tmp_path))


def test_training_shows_epochs_and_the_bound(tmp_path: Path) -> None:
    sheet, plot = training.render(training.Options(rows=2, columns=3), made(tmp_path))
    assert isinstance(sheet, Sheet)
    assert isinstance(plot, Plot)
    assert sheet.labels == ("0", "2")
    images = np.random.default_rng(5).integers(0, 256, (3, 4, 1, 8, 8), np.uint8)
    assert (sheet.images == images[[0, 2], :3]).all()
    assert "training examples from −150.5 to −110, held-out examples from −140.2 to −108" in plot.svg(
        words.of("en")
    )


@pytest.mark.parametrize(
    ("kind", "file"), [("training", "epochs.npz"), ("reconstructions", "test_items.npz")]
)
def test_a_release_without_a_file_says_which(tmp_path: Path, kind: str, file: str) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    (folder / file).unlink()
    bundles.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))
    with pytest.raises(DemoError, match=f"the bundle of “small” has no {file}"):
        kinds()[kind].render(kinds()[kind].options(), bundles.read(folder))


def test_every_kind_has_options_that_an_author_can_write() -> None:
    for kind in kinds().values():
        written = {option.name: str(option.default) for option in fields(kind.options)}
        assert parse(kind.options, written, ()) == kind.options()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"colunms": "3"}, "“colunms” is not a key of this kind of demo; did you mean “columns”?"),
        ({"captoin": "3"}, "“captoin” is not a key of this kind of demo; did you mean “caption”?"),
        ({"rows": "0"}, "“rows: 0”: write a whole number from 1 to 20"),
        ({"rows": "2.5"}, "“rows: 2.5”: write a whole number from 1 to 20"),
        ({"path": "sperical"}, "“path: sperical”: write one of spherical, linear; did you mean “spherical”?"),
    ],
)
def test_options_that_are_not_understood_are_told(given: dict[str, str], message: str) -> None:
    with pytest.raises(DemoError) as error:
        parse(interpolation.Options, given, ("caption",))
    assert str(error.value) == message


def test_options_are_parsed() -> None:
    options: Options = parse(samples.Options, {"rows": "3", "temperature": ".5"}, ())
    assert options == samples.Options(rows=3, temperature=0.5)
