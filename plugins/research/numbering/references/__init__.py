r"""What refers to numbered elements, and the words that it gets: links and the commands of LaTeX."""

from ...core.diagnostics import Diagnostic
from ...core.labels import Labels
from ...core.post import Post, Text
from ...core.text.segments import apply_edits
from ..kinds import Kinds
from . import commands, links
from .context import Context


def resolve(text: Text, post: Post, labels: Labels, kinds: Kinds) -> tuple[str, list[Diagnostic]]:
    """Return the HTML of `text`, which is one of `post`, with words for its references.

    What leads nowhere shows its id, marked, and is reported.
    """
    html = text.html
    if text.is_title or ("</a" not in html and "ref{" not in html):
        return html, []
    context = Context(text, post, labels, kinds)
    edits = [*links.edits(html, context), *commands.edits(html, context)]
    return apply_edits(html, edits), context.diagnostics
