"""Images of posts: their width and height, so that a page does not move while they load, and lazy loading."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..core.labels import Labels
from ..core.part import Collected, Part, Resolved, Results
from ..core.post import Post
from ..core.storage.assets import Linked, StyleSheetFile
from . import sizes


class Images(Part):
    """Gives images the size that their files have."""

    name = "images"
    is_quick = True

    def decisive(self, posts: Sequence[Post]) -> Sequence[str]:
        """Return, for each of `posts`, its images with the sizes that their files have now."""
        return [sizes.images(post.body.html, post.source) for post in posts]

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        """Return `post` with sizes for the images of its body."""
        body = sizes.with_sizes(post.body.html, post.source)
        return Resolved(post.with_html([body, *(text.html for text in post.texts[1:])]))

    def assets(self) -> Iterator[Linked]:
        """Yield the style sheet that keeps the proportions of images which a theme makes narrower."""
        yield StyleSheetFile(Path(__file__).with_name("images.css"), sizes.CLASS)
