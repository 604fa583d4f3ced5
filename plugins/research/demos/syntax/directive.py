"""The reStructuredText directive ``.. demo:: KIND``: keys as options, the caption as its content."""

from collections.abc import Sequence

from docutils import nodes
from docutils.parsers.rst import Directive

from ...core.lazy import lazy_pattern
from . import canonical
from .grammar import Builder, Keys

FIELD = lazy_pattern(r":(?P<key>[^:]+):(?:\s+(?P<value>.*))?")


class Demo(Directive):
    """A demo in the canonical form.

    All of the directive is content to docutils, which leaves out a post for an option that it cannot read.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the figure; the caption is parsed as inline markup."""
        lines = list(self.content)
        first = self.content_offset + 1
        end = lines.index("") if "" in lines else len(lines)
        if first != self.lineno and not (lines and FIELD.fullmatch(lines[0])):
            end = 0  # neither a kind nor an option
        caption = " ".join(lines[end:]).strip()
        keys = _read(lines[:end], first, has_caption=bool(caption))
        caption = caption or keys.values.get("caption", "")
        inline, messages = self.state.inline_text(caption, self.lineno)
        opening, closing = canonical.figure(canonical.attributes(keys, self.lineno), "\n").split("\n")
        return [
            nodes.raw("", opening, format="html"),
            nodes.generated("", "", *inline),  # outside of text docutils breaks lines around links
            nodes.raw("", closing, format="html"),
            *messages,
        ]


def _read(lines: Sequence[str], first: int, has_caption: bool) -> Keys:
    """Read the kind and the options ``:key: value`` in `lines`, of which the first is line `first`."""
    builder = Builder()
    if has_caption:
        builder.parts["caption"] = [""]  # another one is one too many
    for number, line in enumerate(lines, start=first):
        if found := FIELD.fullmatch(line):
            builder.begin(found["key"], found["value"] or "", number)
        elif number == first:
            builder.begin("kind", line, number)
        elif line[0].isspace():
            builder.go_on(line)
        else:
            builder.fail(
                f"“{line}” is not of the form “:key: value”; "
                "indent a line that continues the value above, and leave one blank before the caption",
                number,
            )
    return builder.keys()
