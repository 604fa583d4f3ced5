"""References in the front matter of a post, in the field ``references`` as Pandoc has it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class InlineFile:
    """The lines of a post that hold its references, which are read as a file of their own."""

    #: The post.
    path: Path
    #: Behind as many line breaks as there are lines before them, so that lines are those of the post.
    text: str


#: What a library is made of.
Source = Path | InlineFile


def path_of(source: Source) -> Path:
    """Return the file in which `source` stands."""
    return source.path if isinstance(source, InlineFile) else source
