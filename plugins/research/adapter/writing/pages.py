"""Written pages: the templates of the theme, whose pages are finished before Pelican writes them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Template
from pelican.generators import Generator

from ...core.part import Target
from ..build import Build
from ..reading import contents
from . import translations


def use(generators: Iterable[Any]) -> None:
    """Let `generators` write pages by way of `Page`, in the languages of the theme."""
    for generator in generators:
        if isinstance(generator, Generator):
            generator.env.template_class = Page
            translations.install(generator)


class Page(Template):
    """A template of the theme."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page with its formulas shown, and the style sheets and scripts that it needs linked."""
        context = dict(*args, **kwargs)
        html = super().render(context)
        if "output_file" not in context:  # not of Pelican's writer: a piece that another plugin makes
            return html
        siteurl = context["SITEURL"]
        target = Target(
            output=Path(context["OUTPUT_PATH"]),
            base=f"{siteurl}/" if siteurl else "",
            page=str(context["output_file"]),
            publication=contents.publication(context.get("article")),
        )
        return Build.of(context).finish_page(html, target)
