"""A blog with a figure of each kind, of models with weights of chance, and hands to use them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import onnx
import pytest
from conftest import SETTINGS
from graphs import (
    RNG,
    classifier,
    conditional_decoder,
    decoder,
    encoder,
    graph,
    odd_decoder,
    odd_digits,
    point_decoder,
    point_encoder,
    point_step,
    write_bundle,
)
from onnx import helper
from playwright.sync_api import Locator, Page, expect
from serving import QuietHandler, served
from steps import add_step

from browser.chromium import ROOT

if TYPE_CHECKING:
    from browser.conftest import View, Visit

KINDS = (
    "draw",
    "samples",
    "manifold",
    "interpolation",
    "reconstructions",
    "traversals",
    "training",
    "compare",
    "latents",
    "conditional",
    "posterior",
    "train",
    "points",
    "classify",
    "steps",
)
#: Kinds that are shown of a decoder with a condition and without an encoder.
CONDITIONAL = ("samples", "manifold", "interpolation")
#: What a kind shows where it is not the model of digits.
MODELS = {
    "manifold": "plane",
    "compare": "digits plane",
    "points": "moons",
    "classify": "sorter",
    "steps": "moving",
    "conditional": "conditional",
    "train": "trainable",
}
#: A folder below the server's root, since blogs often lie in one.
PLACE = "a/blog"

FIGURE = """
```demo
kind: {kind}
model: {model}
id: {kind}
alt: Images that a model of chance drew
caption: A figure of the kind {kind}.
{options}
```
"""
OPTIONS = {
    "samples": "rows: 2\ncolumns: 5",
    "draw": "label: 2",
    "manifold": "rows: 5\ncolumns: 5",
    "interpolation": "columns: 7\nbetween: 0-1, 2-3",
    "reconstructions": "rows: 2\ncolumns: 4",
    "traversals": "rows: 3\ncolumns: 7\nlabel: 1",
    "training": "rows: 3\ncolumns: 5",
    "compare": "rows: 2\ncolumns: 3",
    "latents": "points: 40",
    "conditional": "columns: 5",
    "posterior": "label: 1\nexamples: 4\npoints: 20",
    "train": "steps: 60\nwarm_up: 20",
    "points": "points: 30",
    "classify": "examples: 4\nexample: 2",
    "steps": "rows: 1\ncolumns: 3\npoints: 30",
}
#: Text high enough for figures to stand out of sight.
LINKS = (
    """
[where one becomes another](#manifold?z=0.3,-1.1), [warmer](#samples?seed=5&temperature=1.5) and
[the last class](#conditional?y=2&z=0.5,0.5)

"""
    + "<p>Text.</p>\n" * 60
)
POST = "Title: {title}\nSlug: {title}\nDate: 2026-01-01\nSummary: -\n"

#: The sum of all bytes of the canvas that lies on the static image, 0 before anything is drawn.
SUM = """figure => {
    const canvas = figure.querySelector(".research-demo-over canvas")
    const pixels = canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data ?? []
    return pixels.reduce((sum, value) => sum + value, 0)
}"""
#: A digest of what is drawn over a static image: sheets of few grey levels often have the same sum.
DIGEST = """figure => {
    const canvas = figure.querySelector(".research-demo-over canvas")
    const pixels = canvas?.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data ?? []
    return pixels.reduce((digest, value) => Math.imul(digest, 31) + value | 0, 0)
}"""
#: The sums of the first channel of the first image of the canvas, and of the second.
INK = """figure => [0, 28].map(x => {
    const {data} = figure.querySelector("canvas").getContext("2d").getImageData(x, 0, 28, 28)
    return data.reduce((sum, value, i) => i % 4 ? sum : sum + value, 0)
})"""
#: Largest difference of a pixel, of 255, between static images and the canvases that lie on them.
SHEET_DIFFERENCE = """figure => {
    const pixels = each => each.getContext("2d").getImageData(0, 0, each.width, each.height).data
    const differences = [...figure.querySelectorAll(".research-demo-over canvas")].map(canvas => {
        const image = canvas.parentElement.previousElementSibling
        const {naturalWidth: width, naturalHeight: height} = image
        if (canvas.width !== width || canvas.height !== height) return 255
        const still = Object.assign(document.createElement("canvas"), {width, height})
        still.getContext("2d").drawImage(image, 0, 0)
        const [a, b] = [pixels(still), pixels(canvas)]
        return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0)
    })
    return differences.length ? Math.max(...differences) : 255
}"""


#: The strictest policy that docs/live.md promises to be enough, and that docs/publishing.md has to copy.
POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types research-demo"
)


class StrictHost(QuietHandler):
    """A server that knows no type of WebAssembly, and lets pages do no more than they must."""

    extensions_map: ClassVar = {
        **QuietHandler.extensions_map,
        ".wasm": "application/octet-stream",
    }

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


@dataclass(frozen=True)
class Blog:
    root: Path
    folder: Path
    address: str


def write_models(folder: Path) -> None:
    examples = {
        "images": RNG.integers(0, 255, (40, 1, 28, 28), dtype=np.uint8),
        "labels": np.arange(40, dtype=np.uint8) % 4,
    }
    posteriors = {"means": RNG.standard_normal((40, 6)), "log_variances": RNG.standard_normal((40, 6)) - 2}
    epochs = {"epochs": np.array([0, 1, 5]), "latents": RNG.standard_normal((5, 6))}
    epochs["images"] = RNG.integers(0, 255, (3, 5, 1, 28, 28), dtype=np.uint8)
    write_bundle(
        folder / "digits",
        decoder(6),
        encoder(6),
        "epoch,train_elbo\n1,-200\n5,-100\n",
        test_items=examples | {name: array.astype(np.float32) for name, array in posteriors.items()},
        epochs=epochs,
    )
    write_bundle(folder / "plane", decoder(2))
    write_bundle(folder / "digits-plane", decoder(2), encoder(2), test_items=examples)
    write_bundle(folder / "heavy", decoder(700))
    write_bundle(folder / "odd", odd_decoder())
    write_bundle(folder / "colour", decoder(4, channels=3, side=8))
    write_bundle(folder / "blank", blank_decoder())
    write_bundle(folder / "trainable", decoder(2))
    add_step(folder / "trainable")
    write_bundle(folder / "conditional", conditional_decoder())
    write_bundle(
        folder / "odd-digits",
        odd_digits(6),
        encoder(6),
        test_items=examples | {name: array.astype(np.float32) for name, array in posteriors.items()},
    )
    points = {
        "points": RNG.standard_normal((40, 2)),
        "means": RNG.standard_normal((40, 2)),
        "log_variances": RNG.standard_normal((40, 2)) - 3,
    }
    test_points = {name: array.astype(np.float32) for name, array in points.items()}
    labels = {"labels": np.arange(40, dtype=np.uint8) % 3}
    write_bundle(folder / "moons", point_decoder(), point_encoder(), test_items=test_points | labels)
    write_bundle(folder / "sorter", classifier(), role="classifier", test_items=examples)
    colours = examples | {"images": RNG.integers(0, 255, (40, 3, 28, 28), dtype=np.uint8)}
    write_bundle(folder / "colour-sorter", classifier(channels=3), role="classifier", test_items=colours)
    write_bundle(folder / "moving", point_step(), role="step")


def blank_decoder() -> onnx.ModelProto:
    """Return a decoder that finds no ink anywhere."""
    nodes = [
        helper.make_node("Gemm", ["z", "w", "b"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["flat"]),
        helper.make_node("Reshape", ["flat", "shape"], ["x"]),
    ]
    parameters = {
        "w": np.zeros((2, 784), np.float32),
        "b": np.full(784, -20, np.float32),
        "shape": np.array([-1, 1, 28, 28]),
    }
    return graph(nodes, parameters, {"z": [2]}, {"x": [1, 28, 28]})


def figure(kind: str, model: str = "") -> str:
    model = model or MODELS.get(kind, "digits")
    return FIGURE.format(kind=kind, model=model, options=OPTIONS[kind])


@pytest.fixture(scope="session")
def live_blog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Blog]:
    folder = tmp_path_factory.mktemp("live")
    write_models(folder / "build" / "models")
    (folder / "content").mkdir()
    posts = {kind: figure(kind) for kind in KINDS} | {"all": "\n".join(map(figure, KINDS))}
    posts |= {name: figure("samples", name) for name in ("colour", "odd", "heavy")}
    posts |= {f"blank-{kind}": figure(kind, "blank") for kind in ("samples", "interpolation", "manifold")}
    posts |= {f"german-{kind}": "Lang: de\n\n" + figure(kind) for kind in ("draw", "samples")}
    posts |= {f"conditional-{kind}": figure(kind, "conditional") for kind in CONDITIONAL}
    posts["links"] = (
        LINKS
        + figure("manifold")
        + figure("samples")
        + figure("manifold", "conditional").replace("id: manifold", "id: conditional")
    )
    posts["odd-draw"] = figure("draw", "odd-digits")
    posts["classify-colour"] = figure("classify", "colour-sorter")
    posts["posterior-plane"] = figure("posterior", "digits-plane")
    posts["arabic"] = "Lang: ar\n\n" + figure("manifold")
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    for name, body in posts.items():
        text = POST.format(title=name) + ("" if body.startswith("Lang") else "\n") + body
        (folder / "content" / f"{name}.md").write_text(text, encoding="utf-8")
    settings = SETTINGS + 'THEME = "simple"\nRELATIVE_URLS = True\n'
    (folder / "pelicanconf.py").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "pelican", "--fatal", "errors", "-o", f"www/{PLACE}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "www" / "favicon.ico").touch()  # browsers ask for it
    with served(folder / "www", StrictHost) as address:
        yield Blog(folder, folder / "www" / PLACE, f"{address}{PLACE}/")


@contextmanager
def opened(view: "View", blog: Blog, post: str, **options: Any) -> "Iterator[Visit]":
    """Open a post; afterwards nothing must have failed or been asked of another host."""
    with view(**options) as visit:
        visit.page.on("console", lambda said: said.type == "error" and visit.failures.append(said.text))
        visit.page.goto(f"{blog.address}{post}.html")
        yield visit
        assert not visit.failures, visit.failures
        assert all(url.startswith(blog.address) or url.endswith("/favicon.ico") for url in visit.requests)


def demo(page: Page, kind: str) -> Locator:
    return page.locator(f'research-demo[data-kind="{kind}"]')


def activate(page: Page, kind: str) -> Locator:
    """Press the button of the figure of this kind, wait until it is active, and return it."""
    found = demo(page, kind)
    found.get_by_role("button", name="Try it").click()
    expect(said(found)).not_to_be_empty()
    return found


def boxes(found: Locator) -> list[Any]:
    return [each.bounding_box() for each in found.all()]


def said(found: Locator) -> Locator:
    return found.locator(".research-demo-status")


def until(found: Locator, condition: str) -> None:
    """Wait until `condition`, a function of the figure's element, holds."""
    found.page.wait_for_function(condition, arg=found.element_handle())
