"""Probabilities of classes as bars with numbers, in plain HTML."""

from dataclasses import dataclass
from html import escape

from ..words import Words


@dataclass(frozen=True)
class Bars:
    """The classes that are shown, from the top, and the probability of each."""

    labels: tuple[str, ...]
    shares: tuple[float, ...]

    def html(self, words: Words, id: str, alt: str) -> str:
        """Return the list of bars, whose text says what it shows."""
        rows = "".join(
            f"<li><span>{escape(label)}</span>"
            f'<progress max="1" value="{share:.3f}" aria-hidden="true"></progress>'
            f"<span>{percent(share)}</span></li>"
            for label, share in zip(self.labels, self.shares, strict=True)
        )
        return f'<ol class="research-demo-bars" dir="ltr">{rows}</ol>'


def percent(share: float) -> str:
    """Return a probability as people write it, with one decimal."""
    return f"{100 * share:.1f} %"
