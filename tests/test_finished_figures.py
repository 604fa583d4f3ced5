"""Posts that show models are finished posts as well: they pass the parts again when a bundle has changed."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import Build, Site, builder
from graphs import RNG, decoder, encoder, write_bundle
from test_finished import COUNTING

FIGURE = "```demo\nkind: samples\nmodel: {}\nid: {}\nalt: Images\ncaption: Images.\n{}\n```\n"
POSTS = {
    "a": FIGURE.format("digits", "a", ""),
    "b": "As [with other noise]({filename}a.md#a?seed=2).\n",
    "c": "Nothing but words.\n",
    "d": FIGURE.format("digits", "d", "seed: 4") + "\nA bound of {{ digits.elbo }}.\n",
    "e": FIGURE.format("silent", "e", "live: no"),
}
SETTINGS = "PLUGINS = ['research', 'counting']\nPLUGIN_PATHS += ['more']\n"


class FinishedBlog:
    def __init__(self, build: Build, root: Path) -> None:
        self._build, self.root, self._files = build, root, dict[str, str]()

    def built(self) -> tuple[dict[str, bytes], str, Site]:
        """Build; return all that is published, and which posts passed the parts."""
        noted = self.root / "collected"
        noted.unlink(missing_ok=True)
        posts = {
            f"{name}.md": f"Title: {name}\nDate: 2026-01-0{number}\n\n{body}"
            for number, (name, body) in enumerate(POSTS.items(), 1)
        }
        site = self._build({**posts, "/more/counting.py": COUNTING}, SETTINGS)
        assert site.exit_code == 0, site.log
        output = self.root / "output"
        found = {
            str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*") if path.is_file()
        }
        return found, "".join(sorted(noted.read_text())) if noted.exists() else "", site


@pytest.fixture(scope="module")
def model_blog(tmp_path_factory: pytest.TempPathFactory) -> FinishedBlog:
    root = tmp_path_factory.mktemp("finished")
    codes = {name: RNG.standard_normal((20, 3)).astype("float32") for name in ("means", "log_variances")}
    images = RNG.integers(0, 255, (20, 1, 28, 28), dtype="uint8")
    examples = {"images": images, "labels": RNG.integers(0, 2, 20).astype("uint8"), **codes}
    models = root / "build" / "models"
    write_bundle(models / "digits", decoder(3), encoder(3), test_items=examples)
    write_bundle(models / "silent", decoder(3))
    stated = json.loads((models / "digits" / "manifest.json").read_text()) | {"key": "k"}
    (models / "digits" / "manifest.json").write_text(json.dumps(stated))
    evaluate(models / "digits", -90)
    found = FinishedBlog(builder(root), root)
    _, passed, site = found.built()
    assert passed == "abcde", site.log
    return found


def evaluate(bundle: Path, bound: float) -> None:
    metrics = {"elbo": {"value": bound, "unit": "nats"}}
    (bundle / "evaluation.json").write_text(json.dumps({"key": "k", "metrics": metrics}))


def test_posts_pass_always_that_set_figures_of_others(
    model_blog: FinishedBlog,
) -> None:
    first, passed, _ = model_blog.built()
    assert passed == "ab"
    shutil.rmtree(model_blog.root / "output")
    again, _, _ = model_blog.built()
    assert again == first
    assert "models/digits.html" in again
    shutil.rmtree(model_blog.root / "build" / "cache" / "posts")
    anew, passed, _ = model_blog.built()
    assert passed == "abcde"
    assert anew == first


def test_posts_pass_whose_bundle_has_changed(model_blog: FinishedBlog) -> None:
    digits = model_blog.root / "build" / "models" / "digits"
    first, _, _ = model_blog.built()
    evaluate(digits, -80)
    changed, passed, _ = model_blog.built()
    assert passed == "abd"
    assert b"A bound of \xe2\x88\x9280" in changed["d.html"]
    assert b"<td>\xe2\x88\x9280 nats</td>" in changed["models/digits.html"]
    evaluate(digits, -90)
    assert model_blog.built()[0] == first
    (digits / "decoder.onnx").write_bytes((whole := (digits / "decoder.onnx").read_bytes())[:-1])
    for _ in range(2):
        _, passed, site = model_blog.built()
        assert passed == "abd"
        assert "decoder.onnx is damaged" in site.log
    (digits / "decoder.onnx").write_bytes(whole)
    assert model_blog.built()[0] == first


@pytest.mark.parametrize("damaged", ["programs/*/program.wasm", "demos/*/*.webp", "model-cards/*"])
def test_posts_pass_whose_files_are_damaged(model_blog: FinishedBlog, damaged: str) -> None:
    first, _, _ = model_blog.built()
    places = list((model_blog.root / "build" / "cache").glob(damaged))
    assert places
    for path in places:
        path.write_bytes(b"damaged")
    again, passed, _ = model_blog.built()
    assert ("d" in passed) == (not damaged.startswith("model-cards"))
    assert again == first
