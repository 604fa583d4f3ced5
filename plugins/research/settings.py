"""What a blog may set: one dictionary ``RESEARCH``, read once into one frozen record."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .faults import nearest


@dataclass(frozen=True)
class Settings:
    """The dictionary ``RESEARCH`` of pelicanconf.py; a key that is not here raises.

    Paths are relative to the folder that holds the content folder (Pelican's ``PATH``).
    """

    #: The folder that paths are relative to and that `build_model` runs in; not a key of RESEARCH.
    root: Path = Path()
    #: Bibliography files of the whole site.
    references: tuple[Path, ...] = (Path("content/references.bib"),)
    #: How citations are set: ``author-date``, or the name or the .csl file of a style of CSL.
    citation_style: str = "author-date"
    #: Read ``[@key]`` as part of the sentence and ``[@@key]`` in brackets, as pelican-cite has them.
    citations_swapped: bool = False
    #: Where releases of models lie, a folder each.
    models: Path = Path("build/models")
    #: The command that brings a model's release up to date; ``{name}`` is the model's name.
    #: Empty: releases are taken as they are.
    build_model: tuple[str, ...] = ()
    #: Where typeset formulas and drawn pictures are kept from build to build.
    cache: Path = Path("build/cache")

    #: Whether figures wake in the page when a reader touches them; otherwise they stay still pictures.
    live: bool = True

    @classmethod
    def read(cls, values: Mapping[str, Any], root: Path) -> "Settings":
        """Check `values`, as a settings file gives them, and resolve paths against `root`.

        Raises `ValueError` for a key or a value that is not understood.
        """
        known = {field.name for field in fields(cls)} - {"root"}
        for key in values:
            if key not in known:
                raise ValueError(f"RESEARCH[{key!r}] is not a setting{nearest(key, known)}")
        given = dict(values)
        references = given.get("references", cls.references)
        if isinstance(references, str | Path):
            references = (references,)
        command = given.get("build_model", cls.build_model)
        if isinstance(command, str):
            raise ValueError('RESEARCH["build_model"] is a list of words, such as ["make", "{name}"]')
        given["root"] = root
        given["references"] = tuple(root / path for path in references)
        given["models"] = root / given.get("models", cls.models)
        given["cache"] = root / given.get("cache", cls.cache)
        given["build_model"] = tuple(command)
        return cls(**given)
