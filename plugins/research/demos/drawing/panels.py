"""What a kind draws: the parts of a figure, one below the other."""

from dataclasses import dataclass

from .bars import Bars
from .inference import Bytes
from .intervals import Intervals
from .networks import Networks
from .plot import Plot
from .scatter import Scatter
from .terms import Terms


@dataclass(frozen=True)
class Sheet:
    """Images side by side, in rows."""

    images: Bytes  # (rows, columns, C, H, W)
    #: Rows that belong together: a gap stands between such groups. 0: no gaps.
    group: int = 0
    #: What stands before each row, for readers; empty: nothing.
    labels: tuple[str, ...] = ()
    #: What the labels are, in one word.
    heading: str = ""
    #: The name of the sentence, in ``words.toml``, that says what it shows; empty: the author's text does.
    alt: str = ""
    #: Whether it is ink, where that is known without the model.
    ink: bool | None = None

    @property
    def gap(self) -> int:
        """The height of a gap, in pixels."""
        height: int = self.images.shape[3]
        return height // 4


Panel = Sheet | Plot | Scatter | Bars | Intervals | Terms | Networks
