"""Numbers of figures and references to them: ``[](#fig-plane)`` becomes “Figure 3”.

References are resolved last, from the labels that all other parts have entered.
"""

from collections.abc import Iterator, Sequence

from ..core.diagnostics import Diagnostic
from ..core.labels import Labels
from ..core.part import Collected, Part, Resolved, Results
from ..core.post import Post
from . import anchors, duplicates, references


class Numbering(Part):
    """Fills links that leave it to us to find words."""

    name = "numbering"
    is_quick = True

    def collect(self, post: Post) -> Collected:
        """Return warnings for ids that `post` has twice."""
        return Collected(diagnostics=tuple(duplicates.diagnostics(post)))

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with the words of its references."""
        found = labels.of(post.source)
        html, diagnostics = [], list[Diagnostic]()
        for text in post.texts:
            resolved, faults = references.resolve(text, post, found)
            html.append(resolved)
            diagnostics += faults
        return Resolved(post.with_html(html), tuple(diagnostics))

    def check(self, posts: Sequence[Post]) -> Iterator[Diagnostic]:
        """Yield warnings for links to places that are not there."""
        yield from anchors.dead(posts)
