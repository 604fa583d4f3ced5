"""reStructuredText: directives for theorems and for groups with a caption, and roles that refer."""

import re
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives

from ...core.lazy import lazy_pattern

#: As Sphinx has it: ``text <id>``.
EXPLICIT = lazy_pattern(r"(?P<text>.*?)\s*<(?P<id>[^<>]+)>", re.DOTALL)
#: As Pelican has it.
OTHER_POST = lazy_pattern(r"[{|]filename[}|]")


class Captioned(Directive):
    """What has content and, as its argument, a title or caption."""

    optional_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged, "class": directives.class_option}


class Box(Captioned):
    """``.. theorem:: Bound`` and its kin: an admonition of that class, its title the argument."""

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        box = nodes.admonition("\n".join(self.content))
        box["classes"] = [self.name, *self.options.get("class", [])]
        self.add_name(box)
        title = self.arguments[0] if self.arguments else self.name.capitalize()
        inline, messages = self.state.inline_text(title, self.lineno)
        box += nodes.title(title, "", *inline)
        box += messages
        self.state.nested_parse(self.content, self.content_offset, box)
        return [box]


class Group(Captioned):
    """``.. subfigures:: Caption`` and ``.. listing:: Caption``: what they hold, with one caption."""

    def run(self) -> list[nodes.Node]:
        """Return the group."""
        group = nodes.container("\n".join(self.content))
        group["classes"] = ["figure", *self.options.get("class", [])]
        self.add_name(group)
        self.state.nested_parse(self.content, self.content_offset, group)
        if self.arguments:
            inline, messages = self.state.inline_text(self.arguments[0], self.lineno)
            group += nodes.paragraph("", "", *inline, classes=["caption"])
            group += messages
        return [group]


def reference_role(
    name: str, rawtext: str, text: str, lineno: int, inliner: Any, options: Any = None, content: Any = ()
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Refer to what has the id: ``:ref:`fig-plane```, or in other words ``:ref:`Fig. %s <fig-plane>```."""
    found = EXPLICIT.fullmatch(text)
    id, words = (found["id"], found["text"]) if found else (text, "")
    id = id.strip()
    address = id if OTHER_POST.match(id) else f"#{id}"
    html = f'<a href="{escape(address)}">{escape(words, quote=False)}</a>'
    return [nodes.raw("", html, format="html")], []
