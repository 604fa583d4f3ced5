"""Data sets of an author's own, as they are trained on, checked, described and missed."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
from PIL import Image

from model.data import load
from model.datasets import DATASETS, Arrays, Folder, Frame, TorchDataset
from model.errors import ModelError
from model.sources import Source, remembered

ROOT = Path(__file__).resolve().parent.parent

COLOURS = {"red": (250, 20, 10), "blue": (10, 30, 240)}


def write_pictures(folder: Path, count: int = 30, suffix: str = "png") -> Path:
    """Write `count` pictures of each colour, each with a bright bar somewhere."""
    random = numpy.random.default_rng(0)
    for name, colour in COLOURS.items():
        (folder / name).mkdir(parents=True)
        for number in range(count):
            picture = Image.new("RGB", (20, 16), colour)
            at = int(random.integers(0, 18))
            picture.paste((255, 255, 255), (at, 0, at + 2, 16))
            picture.save(folder / name / f"{number}.{suffix}")
    return folder


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[Source], Any]:
    """Return a function that enters a data set into the list and loads it."""

    def entered(source: Source) -> Any:
        monkeypatch.setitem(DATASETS, source.name, source)
        return load(source.name)

    return entered


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(bars: Path, tmp_path: Path) -> Run:
    """Return a function that runs the command, with a data set of the author's and a recipe of seconds."""

    def ran(*arguments: str, dataset: str, **recipe: Any) -> subprocess.CompletedProcess[str]:
        script = str(ROOT / "tests" / "tiny_model.py")
        return subprocess.run(
            [sys.executable, script, str(bars), "--into", str(tmp_path / "models"), *arguments],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path))),
                "RECIPE": repr({"epochs": 2, "batch": 10} | recipe),
                "DATASET": dataset,
                "BARS": str(bars),
            },
            capture_output=True,
            text=True,
            timeout=300,
        )

    return ran


def test_folder_of_pictures_becomes_a_release_that_describes_it(tmp_path: Path, run: Run) -> None:
    folder = write_pictures(tmp_path / "pictures")
    dataset = f'Folder("own", {str(folder)!r}, Frame(8, 8), share=0.2)'
    done = run("build", "tiny", dataset=dataset, data="own")
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "models/tiny/manifest.json").read_text(encoding="utf-8"))
    found = manifest["data"]
    assert found["train"] + found["test"] == 60
    assert found["train"] > found["test"] > 0
    assert found["shape"] == [3, 8, 8]
    assert found["classes"] == ["blue", "red"]
    assert "lowest 20% of all values" in found["split"]
    assert list(found["sha256"]) == ["60 pictures"]
    decoder = manifest["graphs"]["decoder"]["outputs"][0]
    assert decoder["shape"] == ["batch", 3, 8, 8]
    assert "red, green and blue" in decoder["meaning"]

    assert run("build", "tiny", dataset=dataset, data="own").stdout == "tiny: fresh\n"
    larger = dataset.replace("Frame(8, 8)", "Frame(12, 8)")
    assert "reading: shape [3, 8, 8] → [3, 12, 8];" in run("list", dataset=larger, data="own").stdout
    Image.new("RGB", (8, 8)).save(folder / "red" / "new.png")
    assert "tiny: data: 61 pictures;" in run("list", dataset=dataset, data="own").stdout
    folder.rename(tmp_path / "elsewhere")
    assert (
        f"tiny: the data set “own” was sought in {folder}" in run("list", dataset=dataset, data="own").stdout
    )


def test_data_set_that_a_recipe_does_not_use_leaves_its_release_fresh(tmp_path: Path, run: Run) -> None:
    folder = write_pictures(tmp_path / "pictures", 3)
    own = f'Folder("own", {str(folder)!r}, Frame(8, 8))'
    assert run("build", "tiny", dataset=own).returncode == 0
    for other in (own.replace("8, 8", "16, 16"), 'Folder("other", "nowhere", Frame())'):
        assert run("build", "tiny", dataset=other).stdout == "tiny: fresh\n"


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """Return a folder whose hash is remembered, wrongly, so that one can tell."""
    monkeypatch.setattr(remembered, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(remembered, "RECENT", 0)
    found = Folder("own", str(write_pictures(tmp_path / "pictures", 3, "bmp")), Frame(8, 8))
    [content] = found.sha256().values()
    [kept] = (tmp_path / "cache").iterdir()
    kept.write_text(kept.read_text().replace(content, "remembered"))
    return found


def test_folder_that_did_not_change_is_not_read(known: Folder) -> None:
    assert known.sha256() == {"6 pictures": "remembered"}


def overwrite(picture: Path) -> None:
    """Write another picture of the same size and date."""
    before = picture.stat()
    picture.write_bytes(picture.read_bytes()[:-1] + b"1")
    os.utime(picture, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_in_place(picture: Path) -> None:
    """Put another picture of the same size and date into its place."""
    beside = picture.with_suffix(".new")
    shutil.copy2(picture, beside)
    overwrite(beside)
    beside.rename(picture)


CHANGES: list[Callable[[Path], object]] = [
    overwrite,
    put_in_place,
    lambda picture: picture.rename(picture.with_stem("other")),
    lambda picture: shutil.copy2(picture, picture.with_stem("more")),
    Path.unlink,
]


@pytest.mark.parametrize("change", CHANGES)
def test_folder_that_changed_is_read_again(known: Folder, change: Callable[[Path], object]) -> None:
    change(Path(known.folder) / "red" / "0.bmp")
    [content] = known.sha256().values()
    assert content != "remembered"
    Path(remembered.CACHE).rename(Path(remembered.CACHE).with_name("gone"))
    assert list(known.sha256().values()) == [content]


def test_folder_that_changed_just_now_is_read_again(known: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "RECENT", 10**18)
    overwrite(Path(known.folder) / "red" / "0.bmp")
    known.sha256()
    [kept] = remembered.CACHE.iterdir()
    assert kept.read_text().endswith(" remembered\n")


def test_folder_that_is_not_there_is_told_with_what_to_do(tmp_path: Path, run: Run) -> None:
    done = run("build", "tiny", dataset=f'Folder("own", "{tmp_path}/none", Frame())', data="own")
    assert done.returncode == 1
    assert (
        f"“own” was sought in {tmp_path}/none, but there is no such folder. Put the pictures" in done.stderr
    )
    assert "Traceback" not in done.stderr


def test_size_that_convolutions_cannot_make_is_told(tmp_path: Path, run: Run) -> None:
    folder = write_pictures(tmp_path / "pictures", 10)
    done = run("build", "tiny", dataset=f'Folder("own", {str(folder)!r}, Frame(10, 8))', data="own")
    assert done.returncode == 1
    assert "pictures of 10 × 8 are not made by a convolutional network" in done.stderr
    assert "Traceback" not in done.stderr


def test_misspelled_data_set_names_those_there_are(tmp_path: Path, run: Run) -> None:
    done = run("build", "tiny", dataset='Folder("own", "none", Frame())', data="onw")
    assert done.returncode == 1
    assert "there is no data set “onw” in model/datasets.py; there are: mnist, fashion-mnist" in done.stderr


def test_split_by_name_moves_no_picture_when_others_come(tmp_path: Path, use: Callable[..., Any]) -> None:
    folder = write_pictures(tmp_path / "pictures", 40)
    source = Folder("own", str(folder), Frame(4, 4, colours=False), share=0.25)
    before = {image.tobytes() for image in use(source).test.images.numpy()}
    for number in range(40, 80):
        Image.new("L", (4, 4), number).save(folder / "red" / f"{number}.png")
    after = use(source)
    assert before <= {image.tobytes() for image in after.test.images.numpy()}
    assert 0.1 < len(after.test) / (len(after.test) + len(after.train)) < 0.4
    assert use(source).train.labels.tolist() == after.train.labels.tolist()
    assert 0 < after.train.labels[:20].float().mean() < 1  # classes are mixed, so that any part is a fair one


def test_folders_train_and_test_are_the_split(tmp_path: Path, use: Callable[..., Any]) -> None:
    write_pictures(tmp_path / "pictures" / "train", 5)
    write_pictures(tmp_path / "pictures" / "test", 2)
    data = use(Folder("own", str(tmp_path / "pictures"), Frame(8, 4)))
    assert (len(data.train), len(data.test)) == (10, 4)
    assert data.split == "the folders “train” and “test”"
    assert data.classes == ("blue", "red")
    for image, label in zip(data.test.images, data.test.labels, strict=True):
        red, _, blue = image.float().mean(dim=(1, 2))
        assert (red > blue) == bool(label)


def test_frame_cuts_to_the_middle_and_turns_dark_ink_on_clear_paper_to_light_on_dark() -> None:
    drawing = Image.new("RGBA", (12, 8), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (4, 0, 8, 8))  # black ink, in the middle third
    drawing.paste((0, 0, 0, 255), (0, 0, 1, 8))  # and at the left edge, which is cut off
    framed = Frame(8, 8, colours=False, negative=True)(drawing)
    assert framed.shape == (1, 8, 8)
    assert framed[0, 4].tolist() == [0, 0, 255, 255, 255, 255, 0, 0]


def test_frame_holds_a_photograph_upright(tmp_path: Path) -> None:
    picture = Image.new("RGB", (8, 8))
    picture.paste((255, 255, 255), (0, 0, 8, 4))  # light at the top of the file
    exif = picture.getexif()
    exif[0x0112] = 3  # the camera was held upside down
    picture.save(tmp_path / "picture.png", exif=exif)
    with Image.open(tmp_path / "picture.png") as found:
        framed = Frame(8, 8)(found)
    assert framed[:, :4].max() == 0
    assert framed[:, 4:].min() == 255


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"no picture", "picture.png cannot be read as a picture"), (b"", "picture.png cannot be read")],
)
def test_damaged_picture_is_named(
    tmp_path: Path, use: Callable[..., Any], content: bytes, message: str
) -> None:
    folder = write_pictures(tmp_path / "pictures", 20)
    (folder / "red" / "picture.png").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        use(Folder("own", str(folder), Frame(8, 8)))


def test_folder_with_nothing_for_test_asks_for_folders(tmp_path: Path, use: Callable[..., Any]) -> None:
    folder = write_pictures(tmp_path / "pictures", 2)
    with pytest.raises(
        ModelError, match=r"of the 4 pictures in .* 0 are for test; .* folders “train” and “test”"
    ):
        use(Folder("own", str(folder), Frame(8, 8), share=0))


@pytest.mark.parametrize("shape", [(6, 5, 4), (6, 5, 4, 3), (6, 3, 5, 4), (6, 1, 5, 4)])
@pytest.mark.parametrize("kind", ["uint8", "float32"])
def test_arrays_are_read_in_any_usual_form(
    tmp_path: Path, use: Callable[..., Any], shape: tuple[int, ...], kind: str
) -> None:
    images = numpy.random.default_rng(0).integers(0, 256, shape, numpy.uint8)
    given = images if kind == "uint8" else images.astype(kind) / 255
    labels = numpy.array([0, 1, 2, 0, 1, 2])
    numpy.savez(tmp_path / "own.npz", a=given, b=labels, c=given[:2])
    data = use(Arrays("own", str(tmp_path / "own.npz"), train="a", train_labels="b", test="c"))
    channels = 3 if 3 in shape else 1
    assert data.train.shape == (channels, 5, 4)
    assert data.train.labels.tolist() == labels.tolist()
    expected = images.transpose(0, 3, 1, 2) if shape[-1] == 3 else images.reshape(6, channels, 5, 4)
    assert (data.train.images.numpy() == expected).all()
    assert (data.test.images.numpy() == expected[:2]).all()


def test_arrays_without_a_test_set_are_split_by_index(tmp_path: Path, use: Callable[..., Any]) -> None:
    numpy.savez_compressed(tmp_path / "own.npz", pictures=numpy.zeros((500, 4, 4), bool))
    data = use(Arrays("own", str(tmp_path / "own.npz"), train="pictures", test=None))
    assert 30 <= len(data.test) <= 70
    assert len(data.train) + len(data.test) == 500
    assert "SHA-256 of the index" in data.split


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"other": numpy.zeros((2, 4, 4), numpy.uint8)}, "has no array “train_images”; it has: other"),
        ({"train_images": numpy.zeros((2, 4), numpy.uint8)}, "has the shape .2, 4., which is not"),
        ({"train_images": numpy.zeros((2, 4, 4)) - 1}, "must hold bytes"),
        ({"train_images": numpy.zeros((0, 4, 4), numpy.uint8)}, "is empty"),
        ({"train_images": numpy.array([{}])}, "cannot be read as an .npz: Object arrays"),
    ],
)
def test_arrays_of_another_form_are_told(
    tmp_path: Path, use: Callable[..., Any], arrays: dict[str, Any], message: str
) -> None:
    numpy.savez(tmp_path / "own.npz", **arrays)
    with pytest.raises(ModelError, match=message):
        use(Arrays("own", str(tmp_path / "own.npz"), test=None))


def test_packed_files_are_checked_as_they_were_before(
    known_bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = load("bars")
    for path in known_bars.iterdir():
        (tmp_path / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    monkeypatch.setenv("BARS", str(tmp_path))
    packed = load("bars")
    assert (plain.train.images == packed.train.images).all()
    packed_file = tmp_path / "test-images.gz"
    packed_file.write_bytes(packed_file.read_bytes()[:-20])
    with pytest.raises(ModelError, match=r"test-images\.gz is damaged"):
        load("bars")


SQUARES = '''
import torch

class Squares(torch.utils.data.Dataset):
    """Grey squares, lighter for training than for test."""

    def __init__(self, train, count=20):
        self.train, self.count = train, count

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index >= self.count:
            raise IndexError
        return torch.full((1, 8, 8), 0.8 if self.train else 0.2), index % 3
'''


def test_data_set_of_torch_is_taken_once_its_hash_is_stated(tmp_path: Path, run: Run) -> None:
    (tmp_path / "squares.py").write_text(SQUARES)
    line = 'TorchDataset("own", "squares:Squares", Frame(8, 8, colours=False){})'
    done = run("build", "tiny", dataset=line.format(""), data="own")
    assert done.returncode == 1
    stated = done.stderr.partition("write ")[2].partition(" in ")[0]
    done = run("build", "tiny", dataset=line.format(f", {stated}"), data="own")
    assert done.returncode == 0, done.stderr
    found = json.loads((tmp_path / "models/tiny/manifest.json").read_text(encoding="utf-8"))["data"]
    assert (found["train"], found["test"], found["shape"]) == (20, 20, [1, 8, 8])
    assert f'content="{found["sha256"]["squares:Squares"]}"' == stated

    (tmp_path / "squares.py").write_text(SQUARES.replace("0.8", "0.7"))
    done = run("build", "tiny", dataset=line.format(f", {stated}"), data="own", epochs=3)
    assert done.returncode == 1
    assert "has it changed?" in done.stderr


@pytest.mark.parametrize("name", ["nowhere:Squares", "collections:Squares"])
def test_data_set_of_torch_that_cannot_be_had_is_told(use: Callable[..., Any], name: str) -> None:
    with pytest.raises(ModelError, match=f"“own”: {name} cannot be had with"):
        use(TorchDataset("own", name, Frame(8, 8)))
