"""From the table of a data set to what reads it."""

from dataclasses import dataclass

from ..errors import ModelError
from ..recipes.library import Library
from .arrays import Arrays
from .download import Finder
from .folder import Folder
from .generated import Generated
from .idx import Idx
from .module import Module
from .source import Source, Split
from .specs import ArrayData, FolderData, GeneratedData, IdxData, ModuleData


def source(name: str, library: Library) -> "Dataset":
    """Return the data set of that name; raise `ModelError` if there is none, or its table is wrong."""
    spec, root = library.dataset(name), library.root
    match spec:
        case FolderData():
            found: Source = Folder(spec, root / spec.folder, root / "build" / "cache" / "data")
        case ArrayData():
            found = Arrays(spec, root / spec.file)
        case ModuleData():
            found = Module(spec, name, root)
        case IdxData():
            found = Idx(spec, Finder(name, spec, root))
        case GeneratedData():
            return Dataset(name, Generated(spec), None)
    return Dataset(name, found, "photograph" if spec.polarity == "photograph" else "ink")


@dataclass(frozen=True)
class Dataset:
    """A data set by its name, which its errors begin with."""

    name: str
    source: Source
    #: “ink” for strokes on a plain background, which figures draw in the page's foreground color; None for
    #: points.
    polarity: str | None

    def sha256(self) -> dict[str, str]:
        """Return the hashes of its files."""
        try:
            return self.source.sha256()
        except ModelError as error:
            raise self._named(error) from error

    def read(self) -> Split:
        """Return its images."""
        try:
            return self.source.read()
        except ModelError as error:
            raise self._named(error) from error

    def _named(self, error: ModelError) -> ModelError:
        return error if self.name in str(error) else ModelError(f"the data set “{self.name}”: {error}")
