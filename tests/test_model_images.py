"""docs/models.md, followed to the letter: from a folder of images to a figure that readers can activate."""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
from conftest import Build

ROOT = Path(__file__).resolve().parent.parent


def written(fence: str, language: str) -> list[str]:
    """Return the blocks of docs/models.md with this fence and language."""
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    found = re.findall(rf"^ *{fence}{language}\n(.*?)^ *{fence}$", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def test_images_of_ones_own_become_interactive_figures(build: Build, tmp_path: Path) -> None:
    [draw], [recipe], (_, post) = (
        written("```", "python"),
        written("```", "toml"),
        written("````", "markdown"),
    )
    assert len(re.findall(r"^\S", recipe, re.MULTILINE)) <= 6
    script = draw.replace("range(4000)", "range(150)")
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=300)
    command = [sys.executable, "-m", "model", "build", "--threads", "1", "{names}"]
    site = build(
        {"shapes.md": post, "/recipes.toml": f"{recipe}epochs = 1\n"},
        f'RESEARCH = {{"build_model": {command!r}}}',
        "--fatal",
        "errors",
        env={"PYTHONPATH": str(ROOT)},
    )
    assert site.exit_code == 0, site.log
    page = site.read("shapes-that-melt.html")
    assert re.search(r"A model with 8 latents learnt from 1[23]\d images", page)  # about nine tenths of 150
    assert len(re.findall(r"<figure[^>]*research-demo", page)) == 2
    assert list((site.root / "output").rglob("*.wasm"))
    with np.load(next((tmp_path / "build" / "models" / "shapes").glob("test_*.npz"))) as examples:
        assert examples["images"].shape[1:] == (3, 32, 32)
        assert set(examples["labels"]) <= {0, 1, 2}
