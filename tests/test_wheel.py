"""The wheel, installed beside Pelican in an environment that knows nothing of this clone."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

POST = r"""Title: Post
Date: 2026-01-01

As [@@vae] show, $x^2$ and \(\mathfrak{y}\).

$$ \int f $$
"""
BIB = "@article{vae, author={Kingma, D. P. and Welling, M.}, title={T}, year={2013}, journal={J}}"
CONFIGURATION = 'SITENAME = "A"\nSITEURL = "https://a.example"\nTIMEZONE = "UTC"\nPLUGINS = ["research"]\n'


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(ROOT)], check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment's Python. Its packages are links to ours, but for those that the wheel touches."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = folder / "lib" / version / "site-packages"
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if path.name == "pelican":
            shutil.copytree(path, packages / path.name)
        elif not path.name.startswith(("pelican_research", "__editable__")):
            (packages / path.name).symlink_to(path)
    python = folder / "bin" / "python"
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
    ]
    subprocess.run([*command, str(wheel)], check=True)
    return python


def test_a_blog_that_names_the_plugin_and_nothing_else(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "post.md").write_text(POST)
    (tmp_path / "content" / "references.bib").write_text(BIB)
    (tmp_path / "pelicanconf.py").write_text(CONFIGURATION)
    done = subprocess.run(
        [environment, "-m", "pelican", "content", "--settings", "pelicanconf.py", "--fatal", "errors"],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "500"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "output" / "post.html").read_text()
    assert "Kingma and Welling (2013)" in page
    assert page.count("<mjx-container") == 3
    assert not re.search("<script[^>]*(?:math|https://(?!a.example))", page, re.IGNORECASE)
    styles = {path.name.split(".")[0] for path in (tmp_path / "output" / "research").iterdir()}
    assert styles >= {"citations", "mathjax"}


def test_the_plugin_is_that_of_the_wheel(environment: Path, tmp_path: Path) -> None:
    module = "pelican.plugins.research.formulas.typesetting.mathjax"
    code = f"import {module} as node; print(node.SCRIPT); print(*node.versions())"
    done = subprocess.run([environment, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(environment.parent.parent))


def test_the_wheel_is_light_and_says_whose_its_parts_are(wheel: Path) -> None:
    assert wheel.stat().st_size < 6_500_000
    names = zipfile.ZipFile(wheel).namelist()
    assert "pelican/plugins/research/node_modules/mathjax/LICENSE" in names
    assert not [name for name in names if name.startswith(("model", "tests", "theme"))]
