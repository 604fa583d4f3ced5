"""What Pelican's readers are to know of formulas."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pelican.plugins.render_math import math
from pelican.plugins.render_math.pelican_mathjax_markdown_extension import PelicanMathJaxExtension

from ...core.diagnostics import Diagnostic, Severity
from ...core.part import ReaderExtensions
from ..settings import Settings
from . import markdown, titles
from .directives import MathDirective, equation_role
from .render_math import diagnostics_of_render_math

#: Extensions of Python-Markdown that read formulas, too.
OTHERS = ("pymdownx.arithmatex", "mdx_math", "markdown_katex")


def extensions(settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
    """Make readers leave formulas in elements of class ``math``.

    pelican-render-math may be a plugin of the blog: its scripts, which load MathJax 2 from another host, are
    then left out of posts and summaries, and each of its settings that has no meaning here gets a warning.
    Extensions of Markdown that read formulas are left out: they would leave scripts that nobody runs.
    """
    others = [] if settings.formulas == "off" else _others(pelican_settings)
    return ReaderExtensions(
        "formulas",
        markdown={
            markdown.__name__: {
                "inline": settings.inline_math,
                "display": settings.display_math,
                "off": settings.formulas == "off",
            }
        },
        replaced=(PelicanMathJaxExtension,),
        replaced_names=frozenset(others),
        disconnected=(math.process_rst_and_summaries,),
        directives={"math": MathDirective},
        roles={"eq": equation_role},
        # docutils wants an address, and writes it into a head that Pelican does not take.
        docutils_settings={"math_output": "MathJax none"},
        typogrify_ignored=(".math",),
        title=lambda title, source: titles.mark_up(title, source, settings),
        diagnostics=(*diagnostics_of_render_math(pelican_settings), *map(_left_out, others)),
    )


def _others(pelican_settings: Mapping[str, Any]) -> list[str]:
    """Return the names of other extensions for formulas in Pelican's settings."""
    markdown = pelican_settings.get("MARKDOWN") or {}
    given = [*markdown.get("extensions", ()), *markdown.get("extension_configs", ())]
    return [name for name in OTHERS if name in given]


def _left_out(name: str) -> Diagnostic:
    message = (
        f"“{name}” is left out, since the plugin reads formulas itself, between the same signs; remove it"
    )
    return Diagnostic(Path("MARKDOWN"), None, message, Severity.WARNING)
