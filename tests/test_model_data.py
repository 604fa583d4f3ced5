"""Data sets of an author's own: read right, or refused before training with what to do."""

import gzip
import json
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy
import pytest
import tiny_model
import torch
from msgspec.structs import replace
from PIL import Image
from test_model_build import run
from tiny_model import TINY, toml

from model.data import cached_digest, examples
from model.data.arrays import Arrays
from model.data.examples import Data
from model.data.folder import Folder
from model.data.frame import Frame
from model.data.module import Module
from model.data.specs import ArrayData, FolderData, ModuleData
from model.errors import ModelError
from model.recipes.library import Library

COLORS = {"red": (250, 20, 10), "blue": (10, 30, 240)}


def write_images(folder: Path, count: int = 30, suffix: str = "png", seed: int = 0) -> Path:
    """Write `count` images of each color, each with a bright bar somewhere and some noise."""
    random = numpy.random.default_rng(seed)
    for name, color in COLORS.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            image = Image.new("RGB", (20, 16), color)
            at = int(random.integers(0, 18))
            image.paste(tuple(random.integers(200, 256, 3).tolist()), (at, 0, at + 2, 16))
            image.save(folder / name / f"{number}.{suffix}")
    return folder


def dataset(**table: Any) -> str:
    """Return the lines of the data set “own”."""
    return "\n".join(["[data.own]", *(f"{key} = {toml(value)}" for key, value in table.items())])


def read(root: Path, **table: Any) -> Data:
    """Load a data set with this table, of a site in the folder `root`."""
    (root / "recipes.toml").write_text(dataset(**table), encoding="utf-8")
    return examples.load(replace(TINY, data="own"), Library(root))


def test_folder_of_images_becomes_a_bundle_that_describes_it(bars: Path, tmp_path: Path) -> None:
    folder, into = write_images(tmp_path / "images"), tmp_path / "models"
    recipe = {"data": "own", "epochs": 2, "batch_size": 10}
    table = {"folder": str(folder), "size": [8, 8], "test_fraction": 0.2}
    done = run(bars, into, "build", "tiny", more=dataset(**table), **recipe)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((into / "tiny/manifest.json").read_text(encoding="utf-8"))
    found = manifest["data"]
    assert found["train"] + found["test"] == 60
    assert found["train"] > found["test"] > 0
    assert (found["shape"], found["classes"], found["polarity"]) == ([3, 8, 8], ["blue", "red"], "photograph")
    assert "lowest 20% of all values" in found["split"]
    assert list(found["sha256"]) == ["60 images"]
    decoder = manifest["graphs"]["decoder"]["outputs"][0]
    assert decoder["shape"] == ["batch", 3, 8, 8]
    assert "red, green and blue" in decoder["meaning"]

    again = run(bars, into, "build", "tiny", more=dataset(**table), **recipe)
    assert again.stdout == "tiny: fresh\n"
    larger = dataset(**table | {"size": [12, 8]})
    listed = run(bars, into, "list", more=larger, **recipe).stdout
    assert "preprocessing: shape [3, 8, 8] → [3, 12, 8];" in listed
    Image.new("RGB", (8, 8)).save(folder / "red" / "new.png")
    listed = run(bars, into, "list", more=dataset(**table), **recipe).stdout
    assert "tiny: data: 60 images, 61 images;" in listed
    folder.rename(tmp_path / "elsewhere")
    listed = run(bars, into, "list", more=dataset(**table), **recipe).stdout
    assert f"tiny: the data set “own”: the folder {folder} is not there" in listed


def test_data_set_that_a_recipe_does_not_use_leaves_its_bundle_fresh(bars: Path, tmp_path: Path) -> None:
    assert run(bars, tmp_path, "build", "tiny").returncode == 0
    assert run(bars, tmp_path, "build", "tiny", more=dataset(folder="none")).stdout == "tiny: fresh\n"


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return a folder whose digest is cached, wrongly, so that one can tell."""
    monkeypatch.setattr(cached_digest, "RECENT", 0)
    folder = write_images(tmp_path / "images", 3, "bmp")
    found = Folder(FolderData(str(folder)), folder, tmp_path / "cache")
    [content] = found.sha256().values()
    [cached] = (tmp_path / "cache").iterdir()
    cached.write_text(cached.read_text().replace(content, "cached"))
    return found


def test_folder_that_did_not_change_is_not_read(known: Folder) -> None:
    assert known.sha256() == {"6 images": "cached"}


def overwrite(image: Path) -> None:
    """Write another image of the same size and date."""
    before = image.stat()
    image.write_bytes(image.read_bytes()[:-1] + b"1")
    os.utime(image, ns=(before.st_atime_ns, before.st_mtime_ns))


def replace_file(image: Path) -> None:
    """Put another image of the same size and date into its place."""
    temporary = image.with_suffix(".new")
    shutil.copy2(image, temporary)
    overwrite(temporary)
    temporary.rename(image)


CHANGES: list[Callable[[Path], object]] = [
    overwrite,
    replace_file,
    lambda image: image.rename(image.with_stem("other")),
    lambda image: shutil.copy2(image, image.with_stem("more")),
    Path.unlink,
]


@pytest.mark.parametrize("change", CHANGES)
def test_folder_that_changed_is_read_again(known: Folder, change: Callable[[Path], object]) -> None:
    change(known.path / "red" / "0.bmp")
    [content] = known.sha256().values()
    assert content != "cached"
    known.cache.rename(known.cache.with_name("gone"))
    assert list(known.sha256().values()) == [content]


def test_folder_that_changed_just_now_is_read_again(known: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_digest, "RECENT", 10**18)
    overwrite(known.path / "red" / "0.bmp")
    known.sha256()
    [cached] = known.cache.iterdir()
    assert cached.read_text().endswith(" cached\n")


def test_size_that_convolutions_cannot_make_is_refused(bars: Path, tmp_path: Path) -> None:
    folder = write_images(tmp_path / "images", 10)
    table = dataset(folder=str(folder), size=[10, 8])
    done = run(bars, tmp_path / "models", "build", "tiny", more=table, data="own")
    assert done.returncode == 1
    assert "divisible by 4; images of 10 × 8 are not" in done.stderr


def test_misspelled_data_set_names_the_nearest(bars: Path, tmp_path: Path) -> None:
    done = run(bars, tmp_path, "build", "tiny", data="brs")
    assert done.returncode == 1
    assert "there is no data set “brs”; did you mean “bars”?" in done.stderr


def test_split_by_content_moves_no_image_when_others_come(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "images", 40)
    table = {"folder": str(folder), "size": [4, 4], "color": False, "test_fraction": 0.25}
    before = {image.tobytes() for image in read(tmp_path, **table).test.images.numpy()}
    for number in range(40, 80):
        Image.new("L", (4, 4), number).save(folder / "red" / f"{number}.png")
    after = read(tmp_path, **table)
    assert before <= {image.tobytes() for image in after.test.images.numpy()}
    assert 0.1 < len(after.test) / (len(after.test) + len(after.train)) < 0.4
    assert 0 < after.train.labels[:20].float().mean() < 1  # classes are mixed, so that any part is a fair one


@pytest.mark.parametrize(
    "names", [("train", "test"), ("Train", "Test"), ("training", "testing"), ("train", "val")]
)
def test_folders_with_usual_names_are_the_split(tmp_path: Path, names: tuple[str, str]) -> None:
    write_images(tmp_path / "images" / names[0], 5)
    write_images(tmp_path / "images" / names[1], 2, seed=1)
    data = read(tmp_path, folder="images", size=[8, 4])
    assert (len(data.train), len(data.test)) == (10, 4)
    assert data.split == f"the folders {', '.join(sorted(names))}"
    assert data.classes == ("blue", "red")
    for image, label in zip(data.test.images, data.test.labels, strict=True):
        red, _, blue = image.float().mean(dim=(1, 2))
        assert (red > blue) == bool(label)


def test_validation_images_are_watched_and_not_trained_on(tmp_path: Path) -> None:
    for seed, (part, count) in enumerate({"train": 5, "valid": 3, "test": 2}.items()):
        write_images(tmp_path / "images" / part, count, seed=seed)
    data = read(tmp_path, folder="images")
    assert (len(data.train), len(data.validation), len(data.test)) == (10, 6, 4)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("stray.png", "images outside of it, such as stray.png"),
        ("more/1.png", "images outside of it, such as more/1.png"),
    ],
)
def test_image_beside_a_split_is_no_reason_to_ignore_the_split(
    tmp_path: Path, extra: str, message: str
) -> None:
    write_images(tmp_path / "images" / "train", 5)
    write_images(tmp_path / "images" / "test", 2, seed=1)
    (tmp_path / "images" / extra).parent.mkdir(exist_ok=True)
    Image.new("RGB", (8, 8)).save(tmp_path / "images" / extra)
    with pytest.raises(ModelError, match=message):
        read(tmp_path, folder="images")


def test_half_a_split_is_refused(tmp_path: Path) -> None:
    write_images(tmp_path / "images" / "test", 5)
    with pytest.raises(ModelError, match="“own”: has only “test”; a split needs a folder “train”"):
        read(tmp_path, folder="images")


def test_image_on_both_sides_of_a_split_is_refused_or_allowed(tmp_path: Path) -> None:
    write_images(tmp_path / "images" / "train", 5)
    write_images(tmp_path / "images" / "test", 2, seed=1)
    shutil.copy(tmp_path / "images/train/red/3.png", tmp_path / "images/test/red/other.png")
    with pytest.raises(ModelError, match=r"has 1 images that .*train/red/3.png and test/red/other.png"):
        read(tmp_path, folder="images")
    assert len(read(tmp_path, folder="images", duplicates="allow").test) == 5


def test_equal_images_under_two_names_are_on_one_side(tmp_path: Path) -> None:
    folder = write_images(tmp_path / "images", 20)
    for path in list(folder.rglob("*.png")):
        shutil.copy(path, path.with_stem(f"{path.stem}-again"))
    data = read(tmp_path, folder="images", test_fraction=0.3)
    train, test = ({image.tobytes() for image in part.images.numpy()} for part in (data.train, data.test))
    assert not train & test


def test_linked_folders_and_many_classes_are_read(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / "real" / f"{number:03}").mkdir(parents=True)
        Image.new("RGB", (4, 4), (number % 256, number // 256, 9)).save(tmp_path / f"real/{number:03}/a.png")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "000" / "loop").symlink_to(tmp_path / "images")
    data = read(tmp_path, folder="images", size=[4, 4])
    assert len(data.train) + len(data.test) == 300
    assert len(data.classes) == 300
    assert int(max(data.train.labels.max(), data.test.labels.max())) == 299


def frame(**changes: Any) -> Frame:
    return Frame(**{"height": 8, "width": 8, "color": False, "inverted": False} | changes)


def test_frame_crops_to_the_center_and_inverts_dark_ink() -> None:
    drawing = Image.new("RGBA", (12, 8), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (4, 0, 8, 8))  # black ink, in the middle third
    drawing.paste((0, 0, 0, 255), (0, 0, 1, 8))  # and at the left edge, which is cropped
    framed = frame(inverted=True)(drawing)
    assert framed.shape == (1, 8, 8)
    assert framed[0, 4].tolist() == [0, 0, 255, 255, 255, 255, 0, 0]


def test_frame_turns_photographs_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (8, 8))
    image.paste((255, 255, 255), (0, 0, 8, 4))  # light at the top of the file
    exif = image.getexif()
    exif[0x0112] = 3  # the camera was upside down
    image.save(tmp_path / "image.png", exif=exif)
    with Image.open(tmp_path / "image.png") as found:
        framed = frame(color=True)(found)
    assert framed[:, :4].max() == 0
    assert framed[:, 4:].min() == 255


RAMP = numpy.linspace(0, 1, 64).reshape(8, 8)


@pytest.mark.parametrize(
    ("name", "pixels", "value_range"),
    [
        ("a.png", (RAMP * 65535).astype(numpy.uint16), None),
        ("a.tif", (RAMP * 65535).astype(numpy.uint16), None),
        ("a.tif", RAMP.astype(numpy.float32), None),
        ("a.tif", (RAMP * 4095).astype(numpy.uint16), (0, 4095)),
        ("a.tif", (RAMP * 3 - 1).astype(numpy.float32), (-1, 2)),
        ("a.png", (RAMP * 255).round().astype(numpy.uint8), None),
    ],
)
def test_images_of_any_depth_keep_their_values(
    tmp_path: Path, name: str, pixels: Any, value_range: tuple[float, float] | None
) -> None:
    Image.fromarray(pixels).save(tmp_path / name)
    with Image.open(tmp_path / name) as image:
        framed = frame(value_range=value_range)(image)
    assert numpy.abs(framed[0] / 255 - RAMP).max() < 0.003


@pytest.mark.parametrize(
    ("pixels", "message"),
    [
        ((RAMP * 4095).astype(numpy.uint16), r".*largest value is 4095; write value_range = \[0, 4095\]"),
        ((RAMP * 255).astype(numpy.float32), "has values from 0 to 255, where 0 is black and 1 is white"),
        ((RAMP - 0.5).astype(numpy.float32), "has values from -0.5 to 0.5"),
        ((RAMP * numpy.nan).astype(numpy.float32), "has values from nan"),
    ],
)
def test_images_of_an_unknown_range_are_refused(tmp_path: Path, pixels: Any, message: str) -> None:
    folder = write_images(tmp_path / "images", 5)
    Image.fromarray(pixels).save(folder / "red" / "deep.tif")
    with pytest.raises(ModelError, match=rf"red/deep.tif {message}"):
        read(tmp_path, folder="images")


@pytest.mark.parametrize("content", [b"no image", b""])
def test_damaged_image_is_named(tmp_path: Path, content: bytes) -> None:
    folder = write_images(tmp_path / "images", 20)
    (folder / "red" / "image.png").write_bytes(content)
    with pytest.raises(ModelError, match=r"image\.png cannot be read as an image"):
        read(tmp_path, folder="images")


def test_folder_with_nothing_for_test_says_what_to_do(tmp_path: Path) -> None:
    write_images(tmp_path / "images", 2)
    with pytest.raises(ModelError, match=r"has 4 images for training and 0 for test.*change test_fraction"):
        read(tmp_path, folder="images", test_fraction=0.0)


@pytest.mark.parametrize("shape", [(6, 5, 4), (6, 5, 4, 3), (6, 3, 5, 4), (6, 1, 5, 4)])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_arrays_are_read_in_any_usual_form(tmp_path: Path, shape: tuple[int, ...], kind: str) -> None:
    images = numpy.random.default_rng(0).integers(0, 256, shape, numpy.uint8)
    given = images if kind == "uint8" else images.astype(kind) / 255
    labels = numpy.array([0, 1, 2, 0, 1, 700])
    numpy.savez(tmp_path / "own.npz", a=given, b=labels, c=given[:2])
    data = read(tmp_path, file="own.npz", train="a", train_labels="b", test="c", duplicates="allow")
    channels = 3 if 3 in shape else 1
    assert data.train.shape == (channels, 5, 4)
    assert data.train.labels.tolist() == labels.tolist()
    expected = images.transpose(0, 3, 1, 2) if shape[-1] == 3 else images.reshape(6, channels, 5, 4)
    assert (data.train.images.numpy() == expected).all()
    assert (data.test.images.numpy() == expected[:2]).all()


def test_arrays_without_a_test_set_are_split_by_content(tmp_path: Path) -> None:
    images = numpy.random.default_rng(0).integers(0, 2, (500, 4, 4)).astype(bool)
    numpy.savez_compressed(tmp_path / "own.npz", images=images)
    data = read(tmp_path, file="own.npz")
    assert 30 <= len(data.test) <= 70
    assert len(data.train) + len(data.test) == 500
    assert "SHA-256" in data.split


NOISE = numpy.random.default_rng(1).integers(0, 256, (4, 4, 4), numpy.uint8)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"other": NOISE}, "has the arrays other; write which holds the images"),
        ({"train_images": NOISE[0]}, "has the shape .4, 4., which is not one of images"),
        ({"train_images": NOISE[:3], "Test": NOISE[3:]}, 'has an array “Test” beside “train_images”; write'),
        ({"train_images": numpy.zeros((2, 4, 4)) - 1}, "“train_images” has values from -1 to -1"),
        ({"train_images": NOISE.astype(numpy.float32)}, "“train_images” has values from .* where 0 is black"),
        ({"train_images": NOISE.astype(numpy.int64)}, "“train_images” has values from .* where 0 is black"),
        ({"train_images": numpy.zeros((0, 4, 4), numpy.uint8)}, "is empty"),
        ({"train_images": numpy.array([{}])}, "cannot be read as an .npz: Object arrays"),
        ({"x_train": NOISE, "y_train": numpy.arange(3), "x_test": NOISE}, "has 3 labels for 4 images"),
        ({"x_train": NOISE, "y_train": numpy.arange(4) - 1, "x_test": NOISE}, "must be whole numbers"),
        ({"x_train": NOISE, "x_test": NOISE[1:]}, "has 3 images that are in the training set and"),
        ({"x_train": NOISE, "x_test": NOISE[:, :2]}, r"different shapes, \(1, 4, 4\) and \(1, 2, 4\)"),
    ],
)  # fmt: skip
def test_arrays_of_another_form_are_refused(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    numpy.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(ModelError, match=message):
        read(tmp_path, file="own.npz")


@pytest.mark.parametrize(
    ("train_images", "test_images", "message"),
    [
        (numpy.zeros((20, 8, 8), numpy.uint8), None, "all training images are black"),
        (numpy.full((20, 8, 8), 255, numpy.uint8), None, "all training images are white"),
        (numpy.full((20, 8, 8), 77, numpy.uint8), None, "all training images are one gray"),
        (numpy.tile(RAMP, (20, 1, 1)), None, "all training images are the same"),
        (numpy.ones((1, 8, 8)) / 2, None, "has 1 images for training, 0 of them held out, and 20 for test"),
        (None, numpy.ones((1, 8, 8)) / 2, "has 20 images for training, 0 of them held out, and 1 for test"),
        (None, numpy.zeros((0, 8, 8)), "is empty"),
    ],
)
def test_data_that_teach_nothing_are_refused(
    tmp_path: Path, train_images: Any, test_images: Any, message: str
) -> None:
    usual = (numpy.random.default_rng(0).random((40, 8, 8)) * 255).astype(numpy.uint8)
    numpy.savez(
        tmp_path / "own.npz",
        train_images=usual[:20] if train_images is None else train_images,
        test_images=usual[20:] if test_images is None else test_images,
    )
    with pytest.raises(ModelError, match=message):
        read(tmp_path, file="own.npz")


@pytest.mark.usefixtures("known_bars")
def test_held_out_examples_leave_some_to_train_on() -> None:
    with pytest.raises(ModelError, match="has 600 images for training, 599 of them held out"):
        tiny_model.load(599)


def test_packed_files_are_checked_unpacked(
    known_bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(tiny_model.site(known_bars))
    plain = examples.load(TINY, library)
    for name in ("train-images", "train-labels", "test-images", "test-labels"):
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress((known_bars / name).read_bytes()))
    monkeypatch.setenv("BARS", str(tmp_path))
    packed = examples.load(TINY, library)
    assert (plain.train.images == packed.train.images).all()
    packed_file = tmp_path / "test-images.gz"
    packed_file.write_bytes(packed_file.read_bytes()[:-20])
    with pytest.raises(ModelError, match=r"test-images\.gz is damaged"):
        examples.load(TINY, library)


SQUARES = '''
import torch

class Squares(torch.utils.data.Dataset):
    """Gray squares, lighter for training than for test."""

    def __init__(self, train, count=20):
        self.train, self.count = train, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index >= self.count:
            raise IndexError
        return torch.full((1, 8, 8), index / 100 + (0.6 if self.train else 0.2)), index % 3
'''


def test_data_set_of_torch_is_used_once_its_hash_or_its_version_is_stated(bars: Path, tmp_path: Path) -> None:
    table = {"dataset": "squares:Squares", "size": [8, 8], "color": False}
    site = tiny_model.site(bars, dataset(**table), data="own")
    (site / "squares.py").write_text(SQUARES)
    done = run(bars, tmp_path, "build", "tiny", more=dataset(**table), data="own")
    assert done.returncode == 1
    stated = done.stderr.partition('write sha256 = "')[2].partition('"')[0]
    other = tiny_model.site(bars, dataset(**table, sha256=stated), data="own")
    (other / "squares.py").write_text(SQUARES)
    done = run(bars, tmp_path, "build", "tiny", more=dataset(**table, sha256=stated), data="own")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "tiny/manifest.json").read_text(encoding="utf-8"))["data"]
    assert (found["train"], found["test"], found["shape"]) == (20, 20, [1, 8, 8])
    assert found["sha256"] == {"squares:Squares": stated}
    (site / "squares.py").write_text(f"VERSION = 2\n{SQUARES}")
    done = run(bars, tmp_path, "build", "tiny", more=dataset(**table), data="own")
    assert done.returncode == 0, done.stderr
    assert "preprocessing: version None → 2" in done.stdout


@pytest.mark.parametrize("name", ["nowhere:Squares", "collections:Squares"])
def test_data_set_of_torch_that_cannot_be_imported_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=f"“own”: {name} cannot be imported"):
        read(tmp_path, dataset=name)


GRAY = Image.new("L", (8, 8), 100)
LEVELS = numpy.full((8, 8), 0.5)


@pytest.mark.parametrize(
    ("example", "label"),
    [
        (GRAY, 0),
        ((GRAY,), 0),
        ([GRAY, 3], 3),
        ((LEVELS, 255), 255),
        ((LEVELS, 256), 256),
        ((LEVELS[None], torch.tensor(7)), 7),
        ((torch.full((3, 8, 8), 100, dtype=torch.uint8), numpy.int64(2)), 2),
        ((LEVELS > 0.2, True), 1),
        ((LEVELS.tolist(), 1.0), 1),
    ],
)
def test_examples_of_a_dataset_may_come_in_many_forms(
    example: Any, label: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_examples([example, example], monkeypatch) == [label, label]


@pytest.mark.parametrize(
    ("example", "message"),
    [
        ({"image": GRAY, "label": 1}, "is a dict with the keys 'image', 'label'"),
        ((GRAY, 1, 2), "is a tuple of 3"),
        ([], "is a list of 0"),
        ((GRAY, -1), "has the label -1"),
        ((GRAY, "ring"), "has the label 'ring'"),
        ((GRAY, None), "has the label None"),
        ((GRAY, 1.5), "has the label 1.5"),
        ((GRAY, torch.tensor([0, 1])), "has the label tensor"),
        (None, "has the shape"),
        ("a.png", "has the shape"),
        (numpy.zeros((2, 8, 8)), r"has the shape \(2, 8, 8\)"),
        (numpy.zeros((8, 8, 3)), r"has the shape \(8, 8, 3\)"),
        (numpy.zeros((1, 3, 8, 8)), "has the shape"),
        (numpy.zeros((0, 8)), "has the shape"),
        (LEVELS * 100, "has values from 50 to 50, where 0 is black and 1 is white"),
        (LEVELS - 1, "has values from -0.5"),
        (LEVELS * math.nan, "has values from nan"),
        (numpy.full((8, 8), 200), "has values from 200"),
        (numpy.full((8, 8), "a"), "holds values of the type"),
    ],
)  # fmt: skip
def test_other_examples_are_refused(example: Any, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=rf"example 1 of shapes:Shapes {message}.*; it must be an image, or"):
        read_examples([GRAY, example], monkeypatch)


def test_a_dataset_has_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="shapes:Shapes has no length"):
        read_examples(iter([GRAY]), monkeypatch)


def test_normalized_tensors_are_read_by_their_range(monkeypatch: pytest.MonkeyPatch) -> None:
    normalized = (torch.linspace(0, 1, 64).view(1, 8, 8) - 0.5) / 0.5
    read_examples([normalized, normalized], monkeypatch, value_range=(-1.0, 1.0), equal=False)


def read_examples(given: Any, monkeypatch: pytest.MonkeyPatch, equal: bool = True, **table: Any) -> list[int]:
    """Return the labels that are read of the examples of a data set."""
    monkeypatch.setitem(__import__("sys").modules, "shapes", SimpleNamespace(Shapes=lambda train: given))
    spec = ModuleData("shapes:Shapes", size=(8, 8), color=False, **table)
    found = Module(spec, "shapes", Path("nowhere"))._images({"train": True})
    assert found.images.shape == (2, 1, 8, 8)
    values = set(found.images.flatten().tolist())
    assert len(values) == 1 if equal else (min(values), max(values)) == (0, 255)
    return [int(label) for label in found.labels]


def test_dark_ink_in_arrays_is_inverted(tmp_path: Path) -> None:
    path = tmp_path / "own.npz"
    numpy.savez(path, images=numpy.concatenate([NOISE, 255 - NOISE]))
    spec = ArrayData("own.npz", polarity="dark-ink", test_fraction=0.5)
    split = Arrays(spec, path).read()
    found = {image.tobytes() for part in (split.train, split.test) for image in part.images}
    assert found == {image.tobytes() for image in (*NOISE, *(255 - NOISE))}
    assert read(tmp_path, file="own.npz", polarity="dark-ink", test_fraction=0.5).polarity == "ink"
