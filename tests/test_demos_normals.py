"""Normal draws of a seed: the same in Python and in the page's JavaScript."""

import json
import subprocess

import numpy as np
import pytest
from conftest import ROOT
from research.demos.drawing.normals import normals

MODULE = (ROOT / "plugins/research/demos/live/script/normals.js").as_uri()
SEEDS = [0, 1, 7, 1640531527, 2**31, 2**32 - 1]


@pytest.fixture(scope="module")
def of_javascript() -> list[list[float]]:
    script = f"""import {{ normals }} from {json.dumps(MODULE)};
        console.log(JSON.stringify({SEEDS}.map((seed) => [...normals(seed, 5001)])));"""
    command = ["node", "--input-type=module", "--eval", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    drawn: list[list[float]] = json.loads(done.stdout)
    return drawn


def test_python_and_javascript_draw_the_same(of_javascript: list[list[float]]) -> None:
    for seed, drawn in zip(SEEDS, of_javascript, strict=True):
        assert np.abs(normals(seed, 5001) - np.array(drawn, np.float32)).max() <= 1e-6


def test_draws_are_standard_normal_and_independent() -> None:
    drawn = normals(3, 400, 500).astype(float)
    assert drawn.shape == (400, 500)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert np.abs(np.corrcoef(drawn[:, :20].T) - np.eye(20)).max() < 0.25  # standard error 0.05
    other = np.stack([normals(seed, 200) for seed in range(200)])
    assert np.abs(np.corrcoef(other) - np.eye(200)).max() < 0.4  # standard error 0.07


def test_more_draws_begin_as_fewer_do() -> None:
    np.testing.assert_array_equal(normals(5, 2, 3, 4).ravel(), normals(5, 31)[:24])
