"""What bench/seeds.py has measured of recipes: a file for each in docs/results, and the table made of them.

python bench/results.py      # writes the table into docs/results.md
"""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT))
from model.recipes.library import Library  # noqa: E402
from model.recipes.specs import Supervised  # noqa: E402

PAGE = ROOT / "docs" / "results.md"
FOLDER = ROOT / "docs" / "results"
#: Between these the page has the table.
BEGIN, END = "<!-- The table is written by bench/results.py. -->", "<!-- End of the table. -->"
HEAD = (
    "Recipe",
    "Seeds",
    "Decoder parameters",
    "ELBO",
    "Bound, *k* = 500",
    "Bound, *k* = 5,000",
    "Precision",
    "Training",
)
RULE = "| --- | ---: | ---: | ---: | ---: | ---: | --- | --- |"

#: A value in nats and its error, where it is known: the standard deviation over seeds, or of one seed the
#: standard error.
Value = tuple[float, float | None]


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a recipe reaches on the test set, over its seeds."""

    recipe: str
    seeds: tuple[int, ...]
    decoder_parameters: int
    precision: str
    elbo: Value
    #: How long training took, and on what.
    training: str
    #: The importance-weighted bounds, by the number of samples.
    bounds: dict[int, Value] = {}
    #: Test images by which these exceed the ELBO.
    images: int = 0


def save(result: Result) -> None:
    """Write the file of `result`."""
    text = msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"
    (FOLDER / f"{result.recipe}.json").write_bytes(text)


def saved(names: Iterable[str]) -> Iterator[Result]:
    """Yield what has been measured of the recipes `names`."""
    for name in names:
        yield msgspec.json.decode((FOLDER / f"{name}.json").read_bytes(), type=Result)


def table(results: Iterable[Result]) -> str:
    """Return the table of `results` in Markdown."""
    lines = [f"| {' | '.join(HEAD)} |", RULE]
    for result in results:
        values = [result.elbo, result.bounds.get(500), result.bounds.get(5000)]
        cells = [f"`{result.recipe}`", str(len(result.seeds)), f"{result.decoder_parameters:,}"]
        cells += [_shown(value) if value else "" for value in values]
        lines.append(f"| {' | '.join([*cells, result.precision, result.training])} |")
    return "\n".join(lines)


def _shown(value: Value) -> str:
    mean, error = value
    if error is None:
        return f"{mean:.1f}".replace("-", "−")
    digits = 1 if error >= 0.1 else 2
    return f"{mean:.{digits}f} ± {error:.{digits}f}".replace("-", "−")


def with_table(page: str, shown: str) -> str:
    """Return `page` with the table `shown` in its place."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{shown}\n\n{END}{after}"


def with_bounds(library: Library) -> list[str]:
    """Return the names of the recipes of generative models: others have no bounds."""
    return [name for name in library.names if not isinstance(library.recipe(name).model, Supervised)]


def main() -> None:
    """Write the table."""
    names = with_bounds(Library(Path("nowhere")))
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_table(page, table(saved(names))), encoding="utf-8")


if __name__ == "__main__":
    main()
