"""Draw images/two-divergences.svg: a posterior with two peaks and the Gaussian nearest to it in either sense.

Run it from anywhere: python content/drawings/two-divergences.py
"""

from math import exp, log
from pathlib import Path
from statistics import NormalDist

PICTURE = Path(__file__).parent.parent / "images" / "two-divergences.svg"
STEP = 0.02
GRID = [STEP * i for i in range(-350, 351)]
WIDTH, HEIGHT, MARGIN = 640, 250, 36

LEFT, RIGHT = NormalDist(-1.9, 0.6), NormalDist(1.9, 0.75)


def posterior(z: float) -> float:
    """Return the density of the posterior: two explanations, the second one a little better."""
    return 0.45 * LEFT.pdf(z) + 0.55 * RIGHT.pdf(z)


def nearest_by_sleep() -> NormalDist:
    """Return the q that minimizes D(p ‖ q): it has the mean and the variance of p."""
    mean = STEP * sum(z * posterior(z) for z in GRID)
    variance = STEP * sum((z - mean) ** 2 * posterior(z) for z in GRID)
    return NormalDist(mean, variance**0.5)


def nearest_by_bound() -> NormalDist:
    """Return the q that minimizes D(q ‖ p), by search over mean and log standard deviation."""

    def divergence(mean: float, log_deviation: float) -> float:
        q = NormalDist(mean, exp(log_deviation))
        densities = ((q.pdf(z), posterior(z)) for z in GRID)
        return STEP * sum(a * log(a / b) for a, b in densities if a > 1e-12)

    best, step = (1.5, 0.0), 0.5
    while step > 1e-3:
        around = [(best[0] + step * i, best[1] + step * j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        nearest = min(around, key=lambda point: divergence(*point))
        if nearest == best:
            step /= 2
        best = nearest
    return NormalDist(best[0], exp(best[1]))


def x(z: float) -> float:
    """Return where the latent `z` stands, in units of the picture."""
    return WIDTH / 2 + 64 * z


def y(density: float) -> float:
    """Return where `density` stands, in units of the picture."""
    return HEIGHT - MARGIN - 336 * density


def path(densities: list[float]) -> str:
    """Return a curve through the `densities` at GRID, as far as it lies within the picture."""
    points = [f"{x(z):.1f},{y(d):.1f}" for z, d in zip(GRID, densities, strict=True) if 0 <= x(z) <= WIDTH]
    return "M" + " ".join(points[::3])


def main() -> None:
    """Write the picture."""
    sleep, bound = nearest_by_sleep(), nearest_by_bound()
    floor = y(0)
    PICTURE.write_text(
        f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">
<style>
  svg {{ color: #22252a; font: 19px -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif }}
  text {{ fill: currentColor }}
  path, line {{ fill: none; stroke: currentColor }}
  .p {{ fill: #8884; stroke: none }}
  .sleep {{ stroke: #9a4a00; stroke-width: 2.5; stroke-dasharray: 7 5 }}
  .bound {{ stroke: #1d5a8e; stroke-width: 2.5 }}
  @media (prefers-color-scheme: dark) {{
    svg {{ color: #d9dbdf }} .sleep {{ stroke: #eeb27c }} .bound {{ stroke: #8ec1ee }}
  }}
</style>
<path class="p" d="{path([posterior(z) for z in GRID])} Z"/>
<line x1="0" y1="{floor}" x2="{WIDTH}" y2="{floor}"/>
<path class="sleep" d="{path([sleep.pdf(z) for z in GRID])}"/>
<path class="bound" d="{path([bound.pdf(z) for z in GRID])}"/>
<text x="{x(LEFT.mean):.0f}" y="{y(posterior(LEFT.mean)) - 12:.0f}" text-anchor="middle">posterior</text>
<text x="{x(0):.0f}" y="{y(sleep.pdf(sleep.mean)) - 14:.0f}" text-anchor="middle">sleep</text>
<text x="{x(2.75):.0f}" y="{y(0.42):.0f}">bound</text>
<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">z</text>
</svg>
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
