"""reStructuredText: ``.. margin::``, whose content stands beside the text."""

from docutils import nodes
from docutils.parsers.rst import Directive


class Margin(Directive):
    """A block in the margin."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the block."""
        block = nodes.container("\n".join(self.content), classes=["admonition", "margin"])
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block]
