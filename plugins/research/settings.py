"""What a blog may set: one dictionary ``RESEARCH``, read once into one frozen record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from .core.worker import Limits
from .faults import nearest

#: MathJax's TeX packages that posts may always use. Left out are those that load, run or style
#: (require, autoload, html, action, unicode, setoptions, texhtml), and those that turn errors into
#: red text (noerrors, noundefined).
TEX_PACKAGES = (
    "base ams amscd bbox begingroup boldsymbol braket bussproofs cancel cases centernot color colortbl "
    "configmacros empheq enclose extpfeil gensymb mathtools mhchem newcommand textcomp textmacros units "
    "upgreek verb"
).split()
#: Those that change what other commands mean, and are used when they are asked for.
MORE_TEX_PACKAGES = ["physics"]
EQUATION_NUMBERS = ("ams", "all", "none")
#: What formulas become in a page.
FORMATS = ("svg", "chtml", "mathml", "off")


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
    #: Whether an article ends with its own record, for readers to cite it by.
    cite_this_post: bool = False
    #: Where releases of models lie, a folder each.
    models: Path = Path("build/models")
    #: The command that brings a model's release up to date; ``{name}`` is the model's name.
    #: Empty: releases are taken as they are.
    build_model: tuple[str, ...] = ()
    #: What formulas become: pictures (``svg``), MathJax's HTML and fonts (``chtml``), the browser's own
    #: (``mathml``), or nothing at all (``off``). The key ``Math`` of a post says so for that post.
    formulas: str = "svg"
    #: What stands around formulas in Markdown, in a line of text and displayed: pairs.
    inline_math: tuple[tuple[str, str], ...] = (("$", "$"), (r"\(", r"\)"))
    display_math: tuple[tuple[str, str], ...] = (("$$", "$$"), (r"\[", r"\]"))
    #: Definitions (``\\newcommand``) for the formulas of all posts, as TeX and as a file of TeX.
    macros: str = ""
    macros_file: Path | None = None
    #: Packages of MathJax beyond `TEX_PACKAGES`, such as ``physics``.
    packages: tuple[str, ...] = ()
    #: Which displayed formulas are numbered: ``ams``, those in AMS environments; ``all``; ``none``.
    equation_numbers: str = "ams"
    #: Where typeset formulas and drawn pictures are kept from build to build.
    cache: Path = Path("build/cache")

    #: What one figure may ask of its model's graph: seconds, and gigabytes of memory.
    graph_seconds: float = 300
    graph_gigabytes: float = 4

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
        packages = given.get("packages", cls.packages)
        for name in packages:
            if name not in (choices := TEX_PACKAGES + MORE_TEX_PACKAGES):
                raise ValueError(f"RESEARCH['packages']: {name!r} is no package{nearest(name, choices)}")
        if (numbers := given.get("equation_numbers", cls.equation_numbers)) not in EQUATION_NUMBERS:
            raise ValueError(f"RESEARCH['equation_numbers'] is one of {EQUATION_NUMBERS}, not {numbers!r}")
        if (format := given.get("formulas", cls.formulas)) not in FORMATS:
            raise ValueError(f"RESEARCH['formulas'] is one of {FORMATS}, not {format!r}")
        for key in ("inline_math", "display_math"):
            given[key] = _pairs(key, given.get(key, getattr(cls, key)))
        macros_file = given.get("macros_file")
        if macros_file and not (root / macros_file).is_file():
            raise ValueError(f"RESEARCH['macros_file']: there is no file {root / macros_file}")
        given["macros_file"] = root / macros_file if macros_file else None
        for key in ("graph_seconds", "graph_gigabytes"):
            value = given.get(key, getattr(cls, key))
            if not isinstance(value, int | float) or isinstance(value, bool) or not value > 0:
                raise ValueError(f"RESEARCH[{key!r}] is a number greater than 0, not {value!r}")
        given["packages"] = tuple(packages)
        given["root"] = root
        given["references"] = tuple(root / path for path in references)
        given["models"] = root / given.get("models", cls.models)
        given["cache"] = root / given.get("cache", cls.cache)
        given["build_model"] = tuple(command)
        return cls(**given)

    @cached_property
    def all_macros(self) -> str:
        """The definitions of `macros_file` and of `macros`, as one text."""
        text = self.macros_file.read_text(encoding="utf-8") if self.macros_file else ""
        return "\n".join(part for part in (text.strip(), self.macros.strip()) if part)

    @property
    def limits(self) -> Limits:
        """What one request to the worker that opens graphs may take."""
        return Limits(self.graph_seconds, int(self.graph_gigabytes * 2**30))

    @property
    def sources(self) -> Iterator[Path]:
        """The files that the build reads beside posts."""
        yield from self.references
        if self.macros_file:
            yield self.macros_file
        if self.citation_style.endswith(".csl"):
            yield self.root / self.citation_style

    @property
    def tex_packages(self) -> list[str]:
        """All packages of MathJax that posts may use."""
        return [*TEX_PACKAGES, *(name for name in self.packages if name not in TEX_PACKAGES)]


def _pairs(key: str, values: Any) -> tuple[tuple[str, str], ...]:
    found = tuple(tuple(pair) for pair in values)
    for pair in found:
        if len(pair) != 2 or not all(isinstance(sign, str) and sign.strip() for sign in pair):
            raise ValueError(f"RESEARCH[{key!r}] is a list of pairs, such as {[['$', '$']]}, not {pair!r}")
    return found
