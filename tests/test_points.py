"""The kind points: what it draws of a model of points, and what its contours hold."""

from pathlib import Path

import bundles
import numpy as np
import pytest
from graphs import decoder, point_decoder, point_encoder, write_bundle
from research.demos import words
from research.demos.bundles.bundle import Bundle
from research.demos.drawing.contours import levels, loops
from research.demos.drawing.scatter import REACH, SIZE, Scatter
from research.demos.errors import DemoError
from research.demos.kinds import points


@pytest.fixture
def moons(tmp_path: Path) -> Bundle:
    rng = np.random.default_rng(0)
    examples = {
        "points": rng.standard_normal((30, 2)).astype(np.float32),
        "labels": np.arange(30, dtype=np.uint8) % 3,
        "means": rng.standard_normal((30, 2)).astype(np.float32),
        "log_variances": np.full((30, 2), -4, np.float32),
    }
    write_bundle(tmp_path / "moons", point_decoder(), point_encoder(), test_items=examples)
    return bundles.read(tmp_path / "moons")


def test_contours_of_a_normal_density_are_circles_that_hold_their_shares() -> None:
    side = np.linspace(-4, 4, 161)
    density = np.exp(-(side[:, None] ** 2 + side**2) / 2)
    for level, share in zip(levels(density, (0.5, 0.95)), (0.5, 0.95), strict=True):
        [loop] = loops(density, level)
        radii = np.hypot(*(np.array(loop) * 0.05 - 4).T)
        assert radii == pytest.approx(np.sqrt(-2 * np.log(1 - share)), abs=0.03)
        closing = np.abs(np.diff(np.array([*loop, loop[0]]), axis=0)).max()
        assert closing <= 1.01  # each corner is beside the one before


def test_contours_close_at_the_border_and_around_each_heap_and_hole() -> None:
    values = np.zeros((8, 9))
    values[0:2, 0:2] = values[3:7, 3:8] = 1
    values[5, 5] = 0
    found = sorted(map(len, loops(values, 0.5)))
    assert len(found) == 3
    assert found[0] == 4  # the hole
    saddle = np.array([[1.0, 0], [0, 1]])
    assert [len(loop) for loop in loops(saddle, 0.5)] in ([8], [4, 4])


def test_data_samples_and_codes_stand_where_they_are(moons: Bundle) -> None:
    plane, codes = points.render(points.Options(points=30), moons)
    assert isinstance(plane, Scatter)
    assert isinstance(codes, Scatter)
    given = points.data(points.Options(points=30), moons)
    assert given
    for scatter, places in ((plane, given.points), (codes, given.means)):
        drawn = np.concatenate([group.points for group in scatter.groups[:3]])
        assert places is not None
        expected = SIZE / 2 + places * [1, -1] * REACH / scatter.extent
        assert np.abs(drawn - expected).max() <= 0.51
    assert [group.label for group in plane.groups] == ["0", "1", "2", "model_samples"]
    html = plane.html(words.of("de"), "fig", "Moons")
    assert "Stichproben des Modells" in html
    assert "50, 80 und 95 %" in html
    assert len(plane.contours or ()) == 3


def test_the_density_is_that_of_samples(moons: Bundle) -> None:
    density = points.density(moons, 4.0)
    density /= density.sum()
    drawn = points.samples(points.Options(points=2000), moons)
    side = np.linspace(-4, 4, points.GRID)
    for axis in (0, 1):
        shares = density.sum(axis=axis)
        places = side if axis == 0 else side[::-1]
        mean = (shares * places).sum()
        assert drawn[:, axis].mean() == pytest.approx(mean, abs=0.08)
        deviation = np.sqrt((shares * (places - mean) ** 2).sum())
        assert drawn[:, axis].std() == pytest.approx(deviation, rel=0.08)


def test_a_model_of_images_is_none_of_points_and_the_other_way_round(moons: Bundle, tmp_path: Path) -> None:
    write_bundle(tmp_path / "digits", decoder(2))
    with pytest.raises(DemoError, match="“digits” is a model of images"):
        points.render(points.Options(), bundles.read(tmp_path / "digits"))
    with pytest.raises(DemoError, match="“moons” is a model of points, which the kind points shows"):
        moons.image  # noqa: B018
