"""A figure in a notebook: in a frame, with all that it needs inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from ..exporting.page import OneFile
from . import site
from .make import FigureError, made

CACHE = Path("build/cache")


@dataclass(frozen=True)
class NotebookFigure:
    """A figure that Jupyter and its kin display."""

    #: A page.
    html: str
    alt: str

    @classmethod
    def of(cls, models: Sequence[Path], keys: Mapping[str, str]) -> "NotebookFigure":
        """Return the figure that a demo block with the `keys` shows of `models`."""
        figure = made(models, keys, CACHE)
        with TemporaryDirectory() as folder:
            site.write(figure, Path(folder), "", keys.get("language", "en"))
            html = OneFile(Path(folder) / site.PAGE).html()
        return cls(html, keys.get("alt", models[0].name))

    def _repr_html_(self) -> str:
        frame = "width: 100%; height: 40rem; border: 0"
        return f'<iframe srcdoc="{escape(self.html)}" title="{escape(self.alt)}" style="{frame}"></iframe>'


__all__ = ["FigureError", "NotebookFigure"]
