"""What Pelican's readers are to know of formulas."""

from collections.abc import Mapping
from typing import Any

from pelican.plugins.render_math import math
from pelican.plugins.render_math.pelican_mathjax_markdown_extension import PelicanMathJaxExtension

from ...core.part import ReaderExtensions
from ..settings import Settings
from . import markdown, titles
from .directives import MathDirective, equation_role
from .render_math import diagnostics_of_render_math


def extensions(settings: Settings, pelican_settings: Mapping[str, Any]) -> ReaderExtensions:
    """Make readers leave formulas in elements of class ``math``.

    pelican-render-math may be a plugin of the blog: its scripts, which load MathJax 2 from another host, are
    then left out of posts and summaries, and each of its settings that has no meaning here gets a warning.
    """
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
        disconnected=(math.process_rst_and_summaries,),
        directives={"math": MathDirective},
        roles={"eq": equation_role},
        # docutils wants an address, and writes it into a head that Pelican does not take.
        docutils_settings={"math_output": "MathJax none"},
        typogrify_ignored=(".math",),
        title=lambda title, source: titles.mark_up(title, source, settings),
        diagnostics=tuple(diagnostics_of_render_math(pelican_settings)),
    )
