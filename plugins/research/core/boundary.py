"""The boundary around readers: an exception in a Markdown processor or a docutils directive of ours.

The construct comes out as its author typed it, and a report of the exception stands behind it in the HTML,
so that it survives Pelican's cache of what readers returned. `taken_from` finds the reports when all posts
have been read.
"""

import logging
import traceback
from collections.abc import Callable
from functools import wraps
from html import escape, unescape
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, DirectiveError
from markdown import Extension, Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.inlinepatterns import Pattern

from .lazy import lazy_pattern
from .text.markdown import LAST, Carrier

logger = logging.getLogger(__name__)

ELEMENT = "research-report"
REPORT = lazy_pattern(rf'<{ELEMENT} data-part="([^"]*)" data-error="([^"]*)"></{ELEMENT}>\n?')


def described(part: str, error: BaseException) -> str:
    """Return the message of an `error` that nobody foresaw, raised in `part`."""
    where = traceback.extract_tb(error.__traceback__)
    last = f" ({where[-1].filename.rpartition('/')[2]}:{where[-1].lineno})" if where else ""
    logger.debug("In the part %s:", part, exc_info=error)
    what = f"{type(error).__name__}: {error}"[:300]
    return (
        f"{part}: internal error, {what}{last}: this is a fault of the plugin; please report it, with what "
        "`pelican --debug` prints"
    )


def has_reports(html: str) -> bool:
    """Say whether there are reports in `html`."""
    return f"<{ELEMENT} " in html


def taken_from(html: str) -> tuple[str, list[str]]:
    """Return `html` without its reports, and their messages."""
    if not has_reports(html):
        return html, []
    return REPORT.sub("", html), [unescape(error) for _, error in REPORT.findall(html)]


class GuardedExtension(Extension):
    """An extension of Python-Markdown whose exceptions cost a construct and not the post."""

    #: Of the part, in messages.
    part: str

    def processors(self, md: Markdown) -> None:
        """Register the processors with `md`, by way of `guarded`."""
        raise NotImplementedError

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register them; without them, posts are read as without the part."""
        if "research_reports" not in md.postprocessors:
            md.postprocessors.register(Carrier(md, "research_reports"), "research_reports", LAST)
        try:
            self.processors(md)
        except Exception as error:  # whatever it is, plain Markdown still publishes the post
            note(md, self.part, error)

    def guarded(self, processor: Any, otherwise: Callable[..., Any] | None = None) -> Any:
        """Return the `processor`, which from now on gives its source back where it fails.

        What `otherwise` makes of its arguments is given back instead, if that is there.
        """
        return guarded(processor, self.part, otherwise)


def note(md: Markdown, part: str, error: Exception) -> None:
    """Let the text that `md` reads carry a report of `error`."""
    reports: Any = md.postprocessors["research_reports"]
    reports.carry(_element(part, error))


def guarded(processor: Any, part: str, otherwise: Callable[..., Any] | None = None) -> Any:
    """Return the `processor` of Python-Markdown with its methods guarded; see `GuardedExtension.guarded`."""

    def guard(name: str, instead: Callable[..., Any]) -> None:
        method = getattr(processor, name)

        @wraps(method)
        def call(*arguments: Any) -> Any:
            before = [list(argument) if isinstance(argument, list) else argument for argument in arguments]
            try:
                return method(*arguments)
            except Exception as error:
                note(processor.md if hasattr(processor, "md") else processor.parser.md, part, error)
                for argument, value in zip(arguments, before, strict=True):
                    if isinstance(argument, list):
                        argument[:] = value
                return instead(*arguments)

        setattr(processor, name, call)

    if isinstance(processor, BlockProcessor):
        guard("test", lambda parent, block: False)
        guard("run", lambda parent, blocks: False)
    elif isinstance(processor, Pattern):
        guard("handleMatch", lambda match, data: (None, None, None))
    else:
        guard("run", otherwise or (lambda text: text))
    return processor


def guarded_directive(directive: type, part: str) -> type:
    """Return the docutils `directive` such that it gives its source back where it fails."""

    def run(self: Directive) -> list[nodes.Node]:
        try:
            found: list[nodes.Node] = directive.run(self)  # type: ignore[attr-defined]
            return found
        except DirectiveError:
            raise  # docutils' own way to report
        except Exception as error:
            source = nodes.literal_block(self.block_text, self.block_text)
            return [source, nodes.raw("", _element(part, error), format="html")]

    return type(directive.__name__, (directive,), {"run": run, "__doc__": directive.__doc__})


def guarded_role(role: Callable[..., Any], part: str) -> Callable[..., Any]:
    """Return the docutils `role` such that it gives its source back where it fails."""

    @wraps(role)
    def call(name: str, rawtext: str, *arguments: Any, **options: Any) -> Any:
        try:
            return role(name, rawtext, *arguments, **options)
        except Exception as error:
            return [nodes.Text(rawtext), nodes.raw("", _element(part, error), format="html")], []

    return call


def _element(part: str, error: Exception) -> str:
    message = escape(described(part, error))
    return f'<{ELEMENT} data-part="{escape(part)}" data-error="{message}"></{ELEMENT}>\n'
