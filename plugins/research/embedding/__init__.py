"""Figures outside of blogs: `make` lets the part of demos make one, `site` writes it for any site.

In a notebook, ``figure("build/models/mnist-plane", kind="manifold")`` shows one.
"""

from pathlib import Path

from .notebook import NotebookFigure

__all__ = ["figure"]


def figure(bundle: str | Path, kind: str = "samples", **keys: object) -> NotebookFigure:
    """Return the figure of this `kind` of the model in the folder `bundle`, for a notebook to display.

    Further `keys` are those of a demo block: ``rows``, ``alt``, ``caption``, …; ``language`` is that of its
    words. Raises `FigureError` if the figure cannot be made.
    """
    return NotebookFigure.of(
        [Path(bundle)], {"kind": kind, **{key: str(value) for key, value in keys.items()}}
    )
