"""The settings of formulas."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta

from ..core.diagnostics import nearest
from ..core.settings import SettingsBase
from ..core.validation import SettingsError

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
#: What formulas become in a page.
Format = Literal["svg", "chtml", "mathml", "off"]
FORMATS: tuple[Format, ...] = get_args(Format)
#: What other plugins and generators write in front matter, by what it says here.
SWITCHES = {"true": "on", "yes": "on", "false": "off", "no": "off"}
EquationNumbers = Literal["ams", "all", "none"]

Sign = Annotated[str, Meta(pattern=r"\S")]
Pairs = Annotated[
    tuple[tuple[Sign, Sign], ...],
    Meta(description="a list of pairs, such as [['$', '$'], ['\\\\(', '\\\\)']]"),
]


@dataclass(frozen=True)
class Macros:
    """Definitions for formulas, and where they stand."""

    tex: str
    path: Path
    #: The line on which they begin; None where that is not known.
    line: int | None = None


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that formulas own."""

    #: What formulas become: pictures (``svg``), MathJax's HTML and fonts (``chtml``), the browser's own
    #: (``mathml``), or nothing at all (``off``). The key ``Math`` of a post says so for that post.
    formulas: Annotated[Format, Meta(description="one of 'svg', 'chtml', 'mathml', 'off'")] = "svg"
    #: What stands around formulas in Markdown, in a line of text and displayed: pairs. Without
    #: ``\(`` and ``\[``: these are Markdown's escapes of a parenthesis and a bracket.
    inline_math: Pairs = (("$", "$"),)
    display_math: Pairs = (("$$", "$$"),)
    #: Definitions (``\\newcommand``) for the formulas of all posts, as TeX and as a file of TeX.
    macros: Annotated[str, Meta(description="definitions in one string of TeX, or '' for none")] = ""
    macros_file: Annotated[
        Path | None, Meta(description="a file of TeX, such as 'content/macros.tex', or None")
    ] = None
    #: Packages of MathJax beyond `TEX_PACKAGES`, such as ``physics``.
    packages: Annotated[
        tuple[str, ...], Meta(description="a list of names, such as ['physics']", extra={"one": True})
    ] = ()
    #: Which displayed formulas are numbered: ``ams``, those in AMS environments; ``all``; ``none``.
    equation_numbers: Annotated[EquationNumbers, Meta(description="one of 'ams', 'all', 'none'")] = "ams"

    def validate(self) -> None:
        """Raise `SettingsError` for an unknown package, and for a file of macros that cannot be read."""
        super().validate()
        for name in self.packages:
            if name not in (choices := TEX_PACKAGES + MORE_TEX_PACKAGES):
                raise SettingsError(f"RESEARCH['packages']: {name!r} is no package{nearest(name, choices)}")
        if (file := self.macros_file) and not file.is_file():
            raise SettingsError(f"RESEARCH['macros_file']: there is no file {file}")
        try:
            _text(file)
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"RESEARCH['macros_file']: {file} cannot be read: {error}") from error

    @cached_property
    def all_macros(self) -> tuple[Macros, ...]:
        """The definitions of `macros_file` and of `macros`, as far as there are any."""
        found = []
        if self.macros_file and (text := _text(self.macros_file)).strip():
            lead = text[: len(text) - len(text.lstrip())]
            found.append(Macros(text.strip(), self.macros_file, 1 + lead.count("\n")))
        if self.macros.strip():
            found.append(Macros(self.macros.strip(), self.root))
        return tuple(found)

    @property
    def sources(self) -> Iterator[Path]:
        """The file of macros."""
        yield from super().sources
        if self.macros_file:
            yield self.macros_file

    @property
    def tex_packages(self) -> list[str]:
        """All packages of MathJax that posts may use."""
        return [*TEX_PACKAGES, *(name for name in self.packages if name not in TEX_PACKAGES)]


def _text(file: Path | None) -> str:
    return file.read_text(encoding="utf-8") if file else ""


def format_said(words: str) -> str:
    """Return what the `words` of a post's front matter choose: one of `FORMATS`, "on", or what is none."""
    said = words.strip().lower()
    return SWITCHES.get(said, said)
