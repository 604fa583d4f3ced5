"""docs/models.md, followed to the letter: from a folder of images to a figure that lives."""

import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent


def written(fence: str, language: str) -> list[str]:
    """Return the blocks of docs/models.md with this fence and language."""
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    found = re.findall(rf"^ *{fence}{language}\n(.*?)^ *{fence}$", text, re.DOTALL | re.MULTILINE)
    return [textwrap.dedent(block) for block in found]


def blog(folder: Path) -> Path:
    """Return a copy of this blog without its posts, with the page's data set, recipe and post, made small."""
    for name in ("model", "plugins", "theme", "pelicanconf.py"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder)
    draw, dataset, recipe = written("```", "python")
    script = draw.replace("range(4000)", "range(150)")
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, timeout=300)
    for name, block in (("datasets", dataset), ("recipes", recipe.replace("epochs=40", "epochs=1"))):
        with (folder / "model" / f"{name}.py").open("a", encoding="utf-8") as file:
            file.write(f"\n{block}")
    [post] = written("````", "markdown")
    (folder / "content").mkdir()
    (folder / "content" / "shapes.md").write_text(post, encoding="utf-8")
    return folder


def test_pictures_of_ones_own_become_figures_that_live(tmp_path: Path) -> None:
    site = blog(tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "content", "--fatal", "errors"],
        cwd=site,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (site / "output" / "shapes-that-melt.html").read_text(encoding="utf-8")
    assert "A model with 8 latents learnt from 13" in page  # nine tenths of 150
    assert len(re.findall(r"<figure[^>]*research-demo", page)) == 2
    assert 'class="research-demo-ink"' not in page  # color are not turned round
    assert list((site / "output").rglob("*.wasm"))
    with np.load(site / "build" / "models" / "shapes" / "test_items.npz") as items:
        assert items["images"].shape[1:] == (3, 32, 32)
        assert set(items["labels"]) == {0, 1, 2}
