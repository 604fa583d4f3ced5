"""What an author can refer to: the numbered elements of all posts, by file and id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

#: The kinds of labels that no prefix of an id names: a post as a whole, and an equation.
POST, EQUATION = "post", "eq"


@dataclass(frozen=True)
class Label:
    """An element of a post that references can name."""

    #: What an author calls it; empty for the post itself.
    id: str
    #: The prefix of the ids of its kind, such as ``fig``.
    kind: str
    #: As it is shown, such as ``3``, ``2a`` or ``B.1``; empty for what has a name alone.
    number: str = ""
    #: Inline HTML: the text of a heading, the title of a theorem or a post.
    name: str = ""
    #: Its id in the page, where that is not what the author calls it.
    anchor: str = ""


@dataclass
class Labels:
    """The registry of one build, which all parts fill before references are resolved."""

    _of: dict[Path, dict[str, Label]] = field(default_factory=dict)
    #: The posts whose labels have been asked for, since the pipeline last looked.
    asked: set[Path] = field(default_factory=set)

    def add(self, source: Path, label: Label) -> None:
        """Enter a `label` of the post at `source`; the first one of an id counts."""
        self._of.setdefault(source, {}).setdefault(label.id, label)

    def of(self, source: Path) -> Mapping[str, Label]:
        """Return the labels of the post at `source`, by id, in the order of the post."""
        self.asked.add(source)
        return self._of.get(source, {})
