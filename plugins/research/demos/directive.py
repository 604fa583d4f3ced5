"""The reStructuredText directive ``.. demo:: KIND``: keys as options, the caption as its content."""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

from . import canonical


class AnyOption(dict[str, Any]):
    """Takes every option as it is: which there are is for the kinds to say, with the nearest word."""

    def __bool__(self) -> bool:
        # docutils takes an empty mapping to mean that there are no options at all.
        return True

    def __getitem__(self, name: str) -> Any:
        return directives.unchanged


class Demo(Directive):
    """A demo in the canonical form."""

    required_arguments = 1
    has_content = True
    option_spec: ClassVar[dict[str, Any] | None] = AnyOption()

    def run(self) -> list[nodes.Node]:
        """Return the figure; the caption is parsed as inline markup."""
        keys = {"kind": self.arguments[0]}
        keys |= {key: " ".join((value or "").split()) for key, value in self.options.items()}
        caption = " ".join(self.content) or keys.pop("caption", "")
        inline, messages = self.state.inline_text(caption, self.lineno)
        opening, closing = canonical.figure(canonical.attributes(keys, self.lineno), "\n").split("\n")
        return [
            nodes.raw("", opening, format="html"),
            *inline,
            nodes.raw("", closing, format="html"),
            *messages,
        ]


def register() -> None:
    """Make the directive known to docutils."""
    directives.register_directive("demo", Demo)
