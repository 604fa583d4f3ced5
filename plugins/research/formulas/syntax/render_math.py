"""Settings of pelican-render-math, ``MATH_JAX``: what they ask for here, and where they ask in vain.

They configured MathJax 2 in the reader's browser. Keys: its README, section “Usage”.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from ...core.diagnostics import Diagnostic, Severity, nearest
from ...core.validation import checked
from ..settings import MORE_TEX_PACKAGES, TEX_PACKAGES

Dictionary = Annotated[
    dict[str, Any] | None, Meta(description="a dictionary, such as {'equation_numbering': 'ams'}")
]
Names = Annotated[list[str], Meta(description="a list of names, such as ['AMSmath.js']")]

#: MathJax 2's autoNumber → RESEARCH["equation_numbers"].
NUMBERING = {"none": "none", "ams": "ams", "auto": "ams", "all": "all"}
#: What happens here anyway.
SATISFIED = {"auto_insert": False, "process_summary": False, "process_escapes": True, "show_menu": False}
WITHOUT_EFFECT = {
    "align": "write mjx-container[display] { text-align: left } in the style sheet of your theme",
    "auto_insert": "formulas are typeset when the site is built, and no script is inserted",
    "color": "write mjx-container { color: … } in the style sheet of your theme",
    "font_list": "formulas are typeset in New Computer Modern",
    "indent": "write mjx-container[display] { padding-left: … } in the style sheet of your theme",
    "latex_preview": "readers wait for nothing",
    "linebreak_automatic": "long formulas in the line break between lines, displayed ones scroll",
    "mathjax_font": "formulas are typeset in New Computer Modern",
    "message_style": "there are no messages",
    "process_escapes": r"\$ is always a dollar",
    "process_summary": "summaries are never cut inside a formula",
    "responsive": "a displayed formula that is wider than the page scrolls in its own box",
    "responsive_break": "a displayed formula that is wider than the page scrolls in its own box",
    "show_menu": "there is no menu; a double click selects the TeX of a formula",
    "source": "formulas are typeset when the site is built, and nothing is loaded from there",
}
HONORED = ("equation_numbering", "tex_extensions")


def settings_of_render_math(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``MATH_JAX`` in Pelican's `settings` says in the keys of ``RESEARCH``.

    Raises `SettingsError` where it is no dictionary, or its packages are no list.
    """
    given = _given(settings)
    found: dict[str, Any] = {}
    numbering = str(given.get("equation_numbering", "")).lower()
    if numbering in NUMBERING:
        found["equation_numbers"] = NUMBERING[numbering]
    if packages := [name for name in _extensions(given) if name in MORE_TEX_PACKAGES]:
        found["packages"] = packages
    return found


def diagnostics_of_render_math(settings: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """Name each key of ``MATH_JAX`` that has no meaning here, and why."""
    given = _given(settings)
    for key, value in given.items():
        if key in HONORED or (key in SATISFIED and value == SATISFIED[key]):
            continue
        known = {*WITHOUT_EFFECT, *HONORED}
        why = WITHOUT_EFFECT.get(key) or f"pelican-render-math has no such key{nearest(key, known)}"
        yield _warning(key, f"has no meaning here: {why}")
    for name in _extensions(given):
        if name not in (choices := TEX_PACKAGES + MORE_TEX_PACKAGES):
            yield _warning("tex_extensions", f"{name!r} is no package{nearest(name, choices)}")
    numbering = given.get("equation_numbering", "none")
    if str(numbering).lower() not in NUMBERING:
        yield _warning("equation_numbering", f"{numbering!r} is none of {', '.join(NUMBERING)}")


def _given(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    given: Mapping[str, Any] | None = checked("MATH_JAX", settings.get("MATH_JAX"), Dictionary)
    return given or {}


def _extensions(given: Mapping[str, Any]) -> list[str]:
    """Return the names of packages; in MathJax 2 they were files. AMS's four are one package now."""
    names = checked("MATH_JAX['tex_extensions']", given.get("tex_extensions", ()), Names)
    names = [name.removesuffix(".js") for name in names]
    gone = {"AMSmath", "AMSsymbols", "noErrors", "noUndefined"}
    return [name for name in names if name not in gone]


def _warning(key: str, message: str) -> Diagnostic:
    return Diagnostic(Path(f"MATH_JAX[{key!r}]"), None, message, Severity.WARNING)
