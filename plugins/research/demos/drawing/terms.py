"""The terms of the evidence lower bound as a table of numbers and bars."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from ..words import Words

#: How far bars reach, in parts of the larger term.
SCALE = 1.5


@dataclass(frozen=True)
class Terms:
    """The terms for one sample z, and the bound as a mean of several."""

    likelihood: float
    #: D_KL(q(z | x) ‖ p(z)), or log q(z | x) − log p(z) of the sample.
    divergence: float
    mean: float
    error: float
    draws: int
    is_closed: bool

    def html(self, words: Words, id: str, alt: str) -> str:
        """Return the table, in `words`."""
        rows = "".join(
            f'<tr><th scope="row">{name}</th><td>{bar}</td><td>{escape(text)}</td></tr>'
            for name, bar, text in self._rows(words)
        )
        return f'<table class="research-demo-terms" lang="{words.language}">{rows}</table>'

    def _rows(self, words: Words) -> Iterator[tuple[str, str, str]]:
        bound = self.likelihood - self.divergence
        spread = "D<sub>KL</sub>(q(z | x) ‖ p(z))" if self.is_closed else "log q(z | x) − log p(z)"
        yield "log p(x | z)", self._bar(self.likelihood), number(self.likelihood, words)
        yield f"− {spread}", self._bar(self.divergence), number(-self.divergence, words)
        yield words["bound_of_draw"], self._bar(bound), number(bound, words)
        mean = f"{number(self.mean, words)} ± {number(self.error, words)}"
        yield words["mean_of_draws"].format(n=self.draws), self._bar(self.mean), f"{mean} nats"

    def _bar(self, value: float) -> str:
        whole = SCALE * max(abs(self.likelihood), abs(self.mean), 1e-9)
        width = 100 * min(1.0, abs(value) / whole)
        return (
            f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" data-whole="{whole:.4g}" '
            'aria-hidden="true">'
            f'<rect width="{width:.1f}" height="10" fill="currentColor"/></svg>'
        )


def number(value: float, words: Words) -> str:
    """Return `value` with two digits as the language of `words` writes it."""
    text = f"{value:.2f}".replace("-", "−")
    return text if words.language == "en" else text.replace(".", ",")
