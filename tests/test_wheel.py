"""The wheel, installed beside Pelican in an environment that knows nothing of this clone."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import tiny_model
from conftest import ROOT
from graphs import decoder, write_bundle

POST = r"""Title: Post
Date: 2026-01-01

As [@@vae] show, $x^2$ and $\mathfrak{y}$.

$$ \int f $$
"""
BIB = "@article{vae, author={Kingma, D. P. and Welling, M.}, title={T}, year={2013}, journal={J}}"
DEMO = """Title: Demo
Date: 2026-01-01

```demo
kind: samples
model: digits
alt: Images
```
"""
CONFIGURATION = 'SITENAME = "A"\nSITEURL = "https://a.example"\nTIMEZONE = "UTC"\nPLUGINS = ["research"]\n'


#: The packages of the extra `live`, which the environment does without.
LIVE = ("emx_onnx_cgen", "wasmtime", "ziglang")
PIP = [sys.executable, "-m", "pip"]


def build_wheel(source: Path, folder: Path, **environment: str) -> Path:
    """Build a wheel of the project in `source` into `folder`."""
    command = [*PIP, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*command, str(source)], env={**os.environ, **environment}, check=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(ROOT, tmp_path_factory.mktemp("wheel"))


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
        elif not path.name.startswith(("pelican_research", "__editable__", *LIVE)):
            (packages / path.name).symlink_to(path)
    python = folder / "bin" / "python"
    options = ["--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*PIP, *options, str(wheel)], check=True)
    return python


def build_blog(python: Path, folder: Path, *arguments: str) -> str:
    """Build the blog in `folder`; return what Pelican printed."""
    (folder / "pelicanconf.py").write_text(CONFIGURATION)
    done = subprocess.run(
        [python, "-m", "pelican", "content", "--settings", "pelicanconf.py", *arguments],
        cwd=folder,
        env={**os.environ, "COLUMNS": "500"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_blog_that_names_the_plugin_and_nothing_else(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "post.md").write_text(POST)
    (tmp_path / "content" / "references.bib").write_text(BIB)
    build_blog(environment, tmp_path, "--fatal", "errors")
    page = (tmp_path / "output" / "post.html").read_text()
    assert "Kingma and Welling (2013)" in page
    assert page.count("<mjx-container") == 3
    assert not re.search("<script[^>]*(?:math|https://(?!a.example))", page, re.IGNORECASE)
    (styles,) = (tmp_path / "output" / "research").glob("citations-mathjax-*.css")
    assert f'href="./research/{styles.name}"' in page or f"/research/{styles.name}" in page


def test_the_plugin_is_that_of_the_wheel(environment: Path, tmp_path: Path) -> None:
    module = "pelican.plugins.research.formulas.typesetting.mathjax"
    code = f"import {module} as node; print(node.SCRIPT); print(*node.versions())"
    done = subprocess.run([environment, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(environment.parent.parent))


def test_images_need_no_compiler(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "demo.md").write_text(DEMO)
    write_bundle(tmp_path / "build" / "models" / "digits", decoder())
    log = build_blog(environment, tmp_path)
    assert "the figure stays static" in log
    assert 'pip install "pelican-research[live] @ file:' in log
    assert "<img" in (tmp_path / "output" / "demo.html").read_text()


def test_a_demo_block_is_enough_to_train_a_model(environment: Path, bars: Path, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "demo.md").write_text(DEMO.replace("digits", "tiny"))
    shutil.copy(tiny_model.site(bars, epochs=1) / "recipes.toml", tmp_path)
    log = build_blog(environment, tmp_path)
    assert "tiny: trained in" in log
    assert "<img" in (tmp_path / "output" / "demo.html").read_text()
    command = [environment.with_name("pelican-research"), "models", "list"]
    listed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "tiny: fresh; decoder" in listed
    assert "mnist-vae: there is no bundle yet" in listed


def test_bundle_from_elsewhere_is_no_business_of_the_trainer(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "demo.md").write_text(DEMO)
    (tmp_path / "recipes.toml").write_text("not TOML")
    write_bundle(tmp_path / "build" / "models" / "digits", decoder())
    assert "TOML" not in build_blog(environment, tmp_path)
    (tmp_path / "content" / "demo.md").write_text(DEMO.replace("digits", "digit"))
    (tmp_path / "recipes.toml").unlink()
    assert "there is no recipe “digit”" in build_blog(environment, tmp_path)


def test_an_editable_install_has_the_names_of_a_wheel(tmp_path: Path) -> None:
    code = f"import hatchling.build; print(hatchling.build.build_editable({str(tmp_path)!r}))"
    built = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    name = built.stdout.split()[-1]
    with zipfile.ZipFile(tmp_path / name) as archive:
        archive.extractall(tmp_path / "installed")
    code = "import pelican_research_models.recipes.library as ours; from pelican.plugins import research; "
    done = subprocess.run(
        [sys.executable, "-c", f"{code}print(ours.__file__); print(research.__path__[0])"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "installed")},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    expected = [ROOT / "model" / "recipes" / "library.py", ROOT / "plugins" / "research"]
    assert done.stdout.splitlines() == list(map(str, expected)), done.stderr


def test_the_command_states_the_version(wheel: Path, environment: Path) -> None:
    command = [environment.with_name("pelican-research"), "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"pelican-research {wheel.name.split('-')[1]}\n"


def test_the_wheel_is_light_and_says_whose_its_parts_are(wheel: Path) -> None:
    assert wheel.stat().st_size < 6_000_000
    archive = zipfile.ZipFile(wheel)
    assert sum(file.file_size for file in archive.infolist()) < 16_000_000
    names = archive.namelist()
    assert "pelican/plugins/research/py.typed" in names
    start = "pelican/plugins/research/start/"
    made_of = ("theme/templates/base.html", "constraints.txt", "skeleton/dot_gitignore")
    assert {f"{start}{name}" for name in made_of} <= set(names)
    assert not [name for name in names if name.startswith(("tests", "theme"))]
    licenses = {
        name.rpartition("/")[2]: archive.read(name) for name in names if "dist-info/licenses/" in name
    }
    assert licenses["LICENSE"] == (ROOT / "LICENSE").read_bytes()
    texts = {"mathjax": "MathJax", "citeproc": "citeproc-js", "uglify-js": "UglifyJS"}
    for package, text in texts.items():
        bundled = archive.read(f"pelican/plugins/research/node_modules/{package}/LICENSE")
        assert licenses[f"{text}.txt"] == bundled


def test_the_readme_of_the_wheel_links_nowhere_beside_it(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    metadata = archive.read(name).decode()
    targets = re.findall(r"\]\(([^)\s]+)\)", metadata)
    assert targets
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


def test_a_source_distribution_makes_the_same_wheel_without_npm(wheel: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "build",
        "--sdist",
        "--no-isolation",
        "--outdir",
        str(tmp_path),
        str(ROOT),
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (path,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        archive.extractall(tmp_path, filter="data")
    made = build_wheel(tmp_path / path.name.removesuffix(".tar.gz"), tmp_path / "made", PATH="/nowhere")
    assert made.read_bytes() == wheel.read_bytes()


def test_a_distribution_may_bring_mathjax_itself(tmp_path: Path) -> None:
    names = zipfile.ZipFile(build_wheel(ROOT, tmp_path, PELICAN_RESEARCH_NODE_MODULES="system")).namelist()
    assert not [name for name in names if "node_modules" in name]


def test_a_source_distribution_has_what_the_project_has() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "sdist"
    ]
    assert [name for name in listed["only-include"] if not (ROOT / name).exists()] == []
