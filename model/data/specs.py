"""What a table [data.NAME] may say: where images lie, and how they become arrays of one shape."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from ..recipes.specs import CountOrZero, Flag, Fraction, Pair, Positive, Spec, Text

#: “light-ink” and “dark-ink” are strokes on a plain background, drawn in the page's foreground color.
Polarity = Annotated[
    Literal["photograph", "light-ink", "dark-ink"],
    Meta(description="“photograph”, “light-ink” (on black) or “dark-ink” (on white, inverted when read)"),
]
Range = Annotated[
    tuple[float, float], Meta(description="the values of black and of white, such as [0, 4095]")
]
Duplicates = Annotated[
    Literal["error", "allow"],
    Meta(description="“error” or “allow”, for images that are both in the training set and in the test set"),
]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="64 hexadecimal digits")]
Options = Annotated[dict[str, Any], Meta(description="a table of arguments")]


class FolderData(Spec, frozen=True):
    """A folder of images; its subfolders are classes, or the split, or both."""

    folder: Text
    #: Height and width to which images are cropped and resized; divisible by 4 for convolutional networks.
    size: Pair = (32, 32)
    color: Flag = True
    polarity: Polarity = "photograph"
    #: The values of black and white in files of more than 8 bits.
    value_range: Range | None = None
    #: The fraction of the images for test, where no folders say which.
    test_fraction: Fraction = 0.1
    duplicates: Duplicates = "error"


class ArrayData(Spec, frozen=True):
    """Arrays in an .npz file: (N, H, W), (N, H, W, C) or (N, C, H, W)."""

    file: Text
    #: Names of arrays; by default those that NumPy's and Keras's data sets use.
    train: Text | None = None
    train_labels: Text | None = None
    test: Text | None = None
    test_labels: Text | None = None
    polarity: Polarity = "photograph"
    value_range: Range | None = None
    #: The fraction of the images for test, where there is no array of them.
    test_fraction: Fraction = 0.1
    duplicates: Duplicates = "error"


class ModuleData(Spec, frozen=True):
    """A data set of PyTorch, or any sequence of images or pairs (image, label), by “module:name”."""

    dataset: Annotated[
        str,
        Meta(pattern=r"^[\w.]+:\w+$", description="“module:name”, such as “torchvision.datasets:CIFAR10”"),
    ]
    size: Pair = (32, 32)
    color: Flag = True
    polarity: Polarity = "photograph"
    value_range: Range | None = None
    #: What it is called with for training and for test.
    train: Options = field(default_factory=lambda: {"train": True})
    test: Options = field(default_factory=lambda: {"train": False})
    #: SHA-256 of all images and labels; needed where the module declares no VERSION.
    sha256: Sha256 | None = None
    #: The VERSION that the module declares; never written by hand.
    version: int | None = None
    duplicates: Duplicates = "error"


class IdxData(Spec, frozen=True):
    """Four files in the format IDX, found on this machine or downloaded."""

    #: An environment variable that names their folder.
    variable: Text
    #: Folders in which package managers put them.
    folders: tuple[str, ...]
    #: A command that installs them, for messages.
    packages: tuple[str, ...]
    mirrors: tuple[str, ...]
    #: SHA-256 of each file, unpacked: training images and labels, test images and labels.
    files: dict[str, Sha256]
    counts: Pair
    size: Pair
    classes: tuple[str, ...] = ()
    polarity: Polarity = "light-ink"


class GeneratedData(Spec, frozen=True):
    """Points in the plane, drawn by a seeded generator; their density is known."""

    generator: Annotated[
        Literal["two-moons", "pinwheel", "eight-gaussians"],
        Meta(description="“two-moons”, “pinwheel” or “eight-gaussians”"),
    ]
    #: The standard deviation around the curves, arms or centers.
    noise: Positive = 0.1
    #: Points for training and for test.
    counts: Pair = (10_000, 2000)
    seed: CountOrZero = 0


DataSpec = FolderData | ArrayData | ModuleData | IdxData | GeneratedData
#: The key by which a table says what it describes.
KINDS: Mapping[str, type[DataSpec]] = {
    "folder": FolderData,
    "file": ArrayData,
    "dataset": ModuleData,
    "files": IdxData,
    "generator": GeneratedData,
}
