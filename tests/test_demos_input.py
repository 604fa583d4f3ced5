"""Files of a bundle that are not as they should be cost a figure or a number each, and no page."""

import io
import json
import math
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bundles
import numpy as np
from conftest import Build, Site
from research.demos.drawing.plot import Line, line_plot, ticks

#: The page of each case, and what is reported of its post.
Published = dict[str, tuple[str, list[str]]]
STILL = "RESEARCH = {'live': False}\n"
GOOD = "Title: Good\nDate: 2026-01-01\n\nNothing is wrong here."


def demo(kind: str, **keys: object) -> str:
    given = {"kind": kind, "model": "small", "alt": "Digits", **keys}
    return "```demo\n" + "".join(f"{key}: {value}\n" for key, value in given.items()) + "```\n"


def written(tmp_path: Path, name: str, data: bytes, model: str = "small") -> Path:
    """Write the bundle `model` whose file `name` holds `data`, and whose manifest knows it."""
    folder = bundles.write_bundle(tmp_path / "build" / "models", model)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("sha256", None)  # what an author changes has no hash of its own
    (folder / name).write_bytes(data)
    if name != "manifest.json":
        bundles.write_manifest(folder, manifest)
    return folder


def publish(build: Build, posts: dict[str, str], settings: str = STILL) -> tuple[Site, dict[str, list[str]]]:
    """Build a blog of `posts`, each under its name; return it, and what is reported of each post."""
    files = {f"{name}.md": f"Title: {name}\nDate: 2026-01-01\n\n{text}" for name, text in posts.items()}
    site = build({**files, "good.md": GOOD}, settings)
    assert site.exit_code == 0, site.log
    assert "Nothing is wrong here." in site.read("good.html")
    assert "Traceback" not in site.log
    rows = [row for row in site.log.splitlines() if re.search(r": (?:error|warning): ", row)]
    return site, {name: [row for row in rows if f"/{name}.md:" in row] for name in posts}


def of_each(build: Build, tmp_path: Path, file: str, cases: dict[str, bytes], text: str) -> Published:
    """Build a blog with a model and a post for each of `cases`, by number, which say what `file` holds."""
    posts = {}
    for number, data in enumerate(cases.values()):
        written(tmp_path, file, data, f"m{number}")
        posts[f"p{number}"] = text.replace("small", f"m{number}")
    site, reported = publish(build, posts)
    return {case: (site.read(f"p{number}.html"), reported[f"p{number}"]) for number, case in enumerate(cases)}


MANIFESTS = {
    "brackets": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "list": b"[]",
    "null": b"null",
    "number": b"1e400",
    "huge": b'{"format": ' + b"1" * 5000 + b"}",
    "NaN": b'{"format": NaN}',
    "text": b'"a"',
    "empty": b"",
    "zeros": bytes(100),
    "half a pair": b'{"format": 1, "name": "\\ud800"}',
    "Latin-1": '{"format": 1, "name": "é"}'.encode("latin-1"),
    "UTF-16": '{"format": 1}'.encode("utf-16"),
}


def test_manifests_of_another_form(build: Build, tmp_path: Path) -> None:
    for case, (_, reported) in of_each(build, tmp_path, "manifest.json", MANIFESTS, demo("samples")).items():
        assert len(reported) == 1, case
        assert re.search(r"md:4: error: demo: model “m\d+”: .*manifest\.json", reported[0]), reported


def test_a_manifest_with_the_mark_of_an_editor_is_read(build: Build, tmp_path: Path) -> None:
    written(tmp_path, "metrics.json", json.dumps(bundles.METRICS).encode("utf-8-sig"))
    path = tmp_path / "build" / "models" / "small" / "manifest.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    site, reported = publish(build, {"post": demo("samples") + "\n{{ small.elbo }}"})
    assert reported == {"post": []}
    assert "−96.5" in site.read("post.html")


#: metrics.json, and which of the two numbers below it costs.
METRICS: dict[str, tuple[str, set[str]]] = {
    "NaN": ('{"elbo": {"value": NaN}, "other": 1.5}', {"elbo"}),
    "infinity": ('{"elbo": {"value": -Infinity}, "other": 1.5}', {"elbo"}),
    "NaN as error": ('{"elbo": {"value": 1.5, "standard_error": NaN}, "other": 1.5}', {"elbo"}),
    "infinite error": ('{"elbo": {"value": 1.5, "standard_error": Infinity}, "other": 1.5}', {"elbo"}),
    "negative error": ('{"elbo": {"value": 1.5, "standard_error": -1}, "other": 1.5}', {"elbo"}),
    "error in words": ('{"elbo": {"value": 1.5, "standard_error": "small"}, "other": 1.5}', {"elbo"}),
    "no number": ('{"elbo": [1, 2], "other": 1.5}', {"elbo"}),
    "half a pair": ('{"elbo": "\\ud800", "other": 1.5}', {"elbo"}),
    "half a pair in words": ('{"elbo": {"value": 1.5, "meaning": "a \\ud800"}, "other": 1.5}', set()),
    "control": ('{"elbo": "a\\u0000b", "other": 1.5}', {"elbo"}),
    "list": ("[1, 2]", {"elbo", "other"}),
    "brackets": ("[" * 100_000, {"elbo", "other"}),
    "deep": ('{"other": 1.5, "elbo": ' + '{"a":' * 900 + "1" + "}" * 901, {"elbo"}),
    "huge": ('{"elbo": ' + "1" * 5000 + "}", {"elbo", "other"}),
    "empty": ("", {"elbo", "other"}),
}


def test_metrics_of_another_form_cost_numbers_and_no_figure(build: Build, tmp_path: Path) -> None:
    text = demo("samples") + "\n{{ small.elbo }}\n\n{{ small.other }}\n"
    data = {case: text.encode() for case, (text, _) in METRICS.items()}
    for case, (page, reported) in of_each(build, tmp_path, "metrics.json", data, text).items():
        places = {"elbo": 10, "other": 12}
        assert len(reported) == len(METRICS[case][1]), (case, reported)
        for name in METRICS[case][1]:
            assert any(
                re.search(rf"md:{places[name]}: error: {{{{ m\d+\.{name} }}}}", row) for row in reported
            ), reported
        assert 'alt="Digits"' in page


def test_a_format_makes_up_for_a_standard_error_that_is_none(build: Build, tmp_path: Path) -> None:
    written(tmp_path, "metrics.json", b'{"elbo": {"value": 1.25, "standard_error": NaN}}')
    site, reported = publish(build, {"post": "It is {{ small.elbo:.1f }}."})
    assert reported == {"post": []}
    assert "It is 1.2." in site.read("post.html")


HEADER = "epoch,train_elbo,validation_elbo\n"
#: history.csv, and how many strokes its two lines have; None: an error.
HISTORIES = {
    "NaN": (HEADER + "1,-150,-140\n2,nan,-130\n3,-120,-125\n", 3),
    "infinity": (HEADER + "1,-150,-140\n2,-inf,-130\n3,-120,1e999\n", 3),
    "empty cells": (HEADER + "1,-150,\n2,-140,-130\n3,-120,\n", 2),
    "short rows": (HEADER + "1,-150,-140\n2,-140\n", 2),
    "one constant": (HEADER + "1,1e50,1e50\n", 2),
    "tiny": (HEADER + "1,0,5e-324\n2,0,0\n", 2),
    "all NaN": (HEADER + "1,nan,nan\n", None),
    "NaN epochs": (HEADER + "nan,1,1\n", None),
    "huge": (HEADER + "1,1e308,-1e308\n", None),
    "words": (HEADER + "1,a,b\n", None),
    "NUL": (HEADER + "1,\0,\0\n", None),
    "no epochs": ("train_elbo\n1\n", None),
    "empty": ("", None),
    "Latin-1": (HEADER + "1,\xe9,1\n", None),
}


def test_histories_with_holes_or_of_another_form(build: Build, tmp_path: Path) -> None:
    data = {case: text.encode("latin-1") for case, (text, _) in HISTORIES.items()}
    for case, (page, reported) in of_each(build, tmp_path, "history.csv", data, demo("training")).items():
        strokes = HISTORIES[case][1]
        paths = re.findall(r'<path d="([^"]*)"[^>]*stroke-width', page)
        assert "nan" not in "".join(paths)
        if strokes is None:
            assert paths == [], case
            [row] = reported
            assert re.search(r"md:4: error: demo: .*history\.csv", row), row
        else:
            assert reported == [], case
            # Of each line, the second path stands in the legend.
            assert sum(path.count("M") for path in paths[::2]) == strokes, case


def test_a_hole_interrupts_a_line_and_leaves_no_trace_elsewhere() -> None:
    whole = line_plot([Line("a", ((1, 2), (2, 3)))], "x", "y", "{name}")
    assert line_plot([Line("a", ((1, 2), (2, 3), (9, math.nan)))], "x", "y", "{name}") == whole
    for least, most in ((0.0, 5e-324), (1e50, 1e50), (-1e99, 1e99), (1.0, 1.0 + 1e-15)):
        found = ticks(least, most)
        assert 2 <= len(found) <= 8
        assert found[0] <= least


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.npy", data)
    return file.getvalue()


def array(value: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, value)
    return file.getvalue()


def header(text: str) -> bytes:
    data = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(data).to_bytes(2, "little") + data


ITEMS = bundles.items((1, 8, 8))
IMAGES, LABELS = ITEMS["images"], ITEMS["labels"]
MEANS = np.zeros((40, 2), np.float32)
#: A test_items.npz, and the kinds of figure that it costs.
BOTH = {"reconstructions", "traversals"}
HUGE = "{'descr': '|u1', 'fortran_order': False, 'shape': (9999999999999, 9999)}"
ARCHIVES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "good": (lambda: npz(**ITEMS, means=MEANS, log_variances=MEANS), set()),
    "a pickle": (
        lambda: npz(images=np.array([{}], object), labels=LABELS),
        BOTH,
    ),
    "no labels": (lambda: npz(images=IMAGES, means=MEANS, log_variances=MEANS), {"traversals"}),
    "no images": (lambda: npz(labels=LABELS), BOTH),
    "no means": (lambda: npz(**ITEMS), {"traversals"}),
    "labels of words": (
        lambda: npz(images=IMAGES, labels=np.array(["a"] * 40)),
        BOTH,
    ),
    "fewer labels": (lambda: npz(images=IMAGES, labels=LABELS[:3]), BOTH),
    "labels in rows": (lambda: npz(images=IMAGES, labels=LABELS[:, None]), BOTH),
    "floats": (lambda: npz(images=IMAGES / 255, labels=LABELS), BOTH),
    "flat": (lambda: npz(images=IMAGES.reshape(40, 64), labels=LABELS), BOTH),
    "smaller": (lambda: npz(images=IMAGES[..., :4], labels=LABELS), BOTH),
    "none": (lambda: npz(images=IMAGES[:0], labels=LABELS[:0]), BOTH),
    "a scalar": (lambda: npz(images=np.uint8(1), labels=LABELS), BOTH),
    "NaN": (
        lambda: npz(**ITEMS, means=MEANS * np.nan, log_variances=MEANS),
        BOTH,
    ),
    "more means": (
        lambda: npz(**ITEMS, means=MEANS[:, :1], log_variances=MEANS),
        BOTH,
    ),
    "no zip": (lambda: b"nothing", BOTH),
    "empty": (lambda: b"", BOTH),
    "an .npy": (lambda: array(IMAGES), BOTH),
    "half": (lambda: npz(**ITEMS)[:500], BOTH),
    "no arrays": (lambda: zipped(images=b"text", labels=b""), BOTH),
    "a huge header": (
        lambda: zipped(images=header(HUGE)),
        BOTH,
    ),
    "a bad header": (
        lambda: zipped(images=header("{'descr': __import__('os')}")),
        BOTH,
    ),
}


def test_test_items_of_another_form(build: Build, tmp_path: Path) -> None:
    text = demo("reconstructions") + "\n" + demo("traversals") + "\n" + demo("samples")
    data = {case: make() for case, (make, _) in ARCHIVES.items()}
    for case, (page, reported) in of_each(build, tmp_path, "test_items.npz", data, text).items():
        lost = ARCHIVES[case][1]
        assert len(reported) == len(lost), (case, reported)
        for kind in lost:
            line = {"reconstructions": 4, "traversals": 10}[kind]
            assert any(
                re.search(rf"md:{line}: error: demo: .*(?:npz|test examples)", row) for row in reported
            ), reported
        assert page.count('alt="Digits"') == 3 - len(lost)


def test_test_items_that_a_live_figure_cannot_use_leave_it_still(build: Build, tmp_path: Path) -> None:
    written(tmp_path, "test_items.npz", npz(**ITEMS, means=MEANS * np.nan, log_variances=MEANS))
    site, reported = publish(build, {"post": demo("samples")}, "")
    [row] = reported["post"]
    assert re.search(r"md:4: warning: demo: .*test_items\.npz: “means” holds NaN", row)
    assert site.read("post.html").count('alt="Digits"') == 1


EPOCHS: dict[str, dict[str, Any]] = {
    "four dimensions": {"epochs": [0, 1], "images": IMAGES[:2]},
    "no images": {"epochs": [0, 1]},
    "epochs of floats": {"epochs": [0.5, 1], "images": IMAGES[None, :2]},
    "images of floats": {"epochs": [0], "images": IMAGES[None] / 255},
    "none": {"epochs": [], "images": IMAGES[None][:0]},
}


def test_epochs_of_another_form(build: Build, tmp_path: Path) -> None:
    data = {case: npz(**arrays) for case, arrays in EPOCHS.items()}
    for _, reported in of_each(build, tmp_path, "epochs.npz", data, demo("training")).values():
        [row] = reported
        assert re.search(r"md:4: error: demo: .*epochs\.npz", row), row


def test_a_renamed_model_has_its_new_name_over_its_picture(build: Build, tmp_path: Path) -> None:
    models = tmp_path / "build" / "models"
    for name in ("one", "two"):
        bundles.write_bundle(models, name)
    pair = demo("compare", model="one two", rows=1)
    assert ">two</p>" in publish(build, {"post": pair})[0].read("post.html")
    (models / "two").rename(models / "three")
    manifest = json.loads((models / "three" / "manifest.json").read_text())
    manifest.pop("sha256", None)  # what an author changes has no hash of its own
    (models / "three" / "manifest.json").write_text(json.dumps({**manifest, "name": "three"}))
    page = publish(build, {"post": pair.replace("two", "three")})[0].read("post.html")
    assert ">three</p>" in page
    assert "two" not in page


PICTURE = b'[{"path": "%s", "width": 8, "height": 8, "labels": [], "heading": "", "ink": true}]'
DAMAGES = [
    b"",
    b"[]",
    b"{}",
    b"null",
    b'["a"]',
    b"[{}]",
    b'[{"svg": 5}]',
    PICTURE % b"../../../secret.png",
    PICTURE % b"gone.png",
    PICTURE.replace(b"8", b'"8"') % b"gone.png",
    b"[" * 100_000,
    b"\xff",
]


def test_a_damaged_cache_is_made_anew(build: Build, tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    text = {f"p{number}": demo("samples", seed=number) for number in range(len(DAMAGES))}
    first = publish(build, text)[0]
    before = {name: first.read(f"{name}.html") for name in text}
    entries = sorted((tmp_path / "build" / "cache" / "demos").glob("*/parts.json"))
    found = [parts for parts in entries if "width" in json.loads(parts.read_bytes())[0]]  # images
    for parts, damage in zip(found, DAMAGES, strict=True):
        parts.write_bytes(damage)
    shutil.rmtree(tmp_path / "build" / "cache" / "posts")  # a finished post needs none of them
    site, reported = publish(build, text)
    assert not any(reported.values())
    assert {name: site.read(f"{name}.html") for name in text} == before
    assert all(json.loads(parts.read_bytes())[0]["width"] for parts in found)
