"""What an author can refer to: the numbered things of all posts, by file and id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Label:
    """A numbered thing of a post."""

    id: str
    #: What such a thing is called in the language of the post: “Figure”.
    kind: str
    #: From 1, in the order of the post.
    number: int

    @property
    def text(self) -> str:
        """What captions and references call it."""
        return f"{self.kind}\N{NO-BREAK SPACE}{self.number}"


@dataclass
class Labels:
    """The registry of one build, which all parts fill before references are resolved."""

    _of: dict[Path, dict[str, Label]] = field(default_factory=dict)

    def add(self, source: Path, label: Label) -> None:
        """Enter a `label` of the post at `source`; the first one of an id counts."""
        self._of.setdefault(source, {}).setdefault(label.id, label)

    def of(self, source: Path) -> Mapping[str, Label]:
        """Return the labels of the post at `source`, by id."""
        return self._of.get(source, {})
