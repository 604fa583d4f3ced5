"""Style sheets and scripts as readers are sent them: without comments and needless white space.

The files of their authors stay as they are. Comments that begin with ``/*!`` hold licenses, and stay.
"""

from rcssmin import cssmin
from rjsmin import jsmin

CSS, JS = ".css", ".js"
SUFFIXES = frozenset((CSS, JS))


def minified(content: bytes, suffix: str) -> bytes:
    """Return `content`, a style sheet or a script by the `suffix` of its name, in fewer bytes."""
    minify = cssmin if suffix == CSS else jsmin
    return bytes(minify(content, keep_bang_comments=True))
