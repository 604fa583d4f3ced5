"""“About this figure”: a note below the caption that unfolds, with what the bundles of its models say.

It works without a script, does not print, and stays on the page: feeds go without.
"""

from collections.abc import Iterator, Sequence
from html import escape

from ..syntax.options import Options
from ..words import Words
from . import facts
from .facts import ShownModel
from .frame import framed

#: Characters that parts behind this one would take for formulas, citations and numbers.
SYNTAX = {ord(sign): f"&#{ord(sign)};" for sign in "$[]{}\\"}


def about(options: Options, models: Sequence[ShownModel], words: Words, card: str) -> str:
    """Return the note on a figure with the `options` that shows `models`.

    `card` is the address of the page of a model, by its ``{name}``; empty where there are none.
    """
    rows = [row for model in models for row in _of_model(model, words, card)]
    rows += _of_page(options, models, words)
    listed = "".join(f"<dt>{words.of('about', name)}</dt><dd>{text}</dd>" for name, text in rows if text)
    title = words.of("about", "title")
    return framed(f"<details><summary>{title}</summary><dl>{listed}</dl></details>", words)


def plain(text: str) -> str:
    """Return `text` as HTML in which no part finds anything that is its own."""
    return escape(text).translate(SYNTAX)


def _of_model(model: ShownModel, words: Words, card: str) -> Iterator[tuple[str, str]]:
    """Yield what is said of a model, HTML behind the name of a word."""
    bundle = model.bundle
    yield "model", ", ".join((_linked(bundle.name, card), *_files(model)))
    yield "data", plain(facts.data(bundle, words))
    yield "training", plain(facts.training(bundle, words))
    bounds = (
        f"{plain(bound.value)} {plain(bound.unit)} ({bound.meaning})" for bound in facts.bounds(bundle, words)
    )
    yield "bounds", "<br>".join(bounds)
    yield "parameters", facts.parameters(bundle, words)


def _of_page(options: Options, models: Sequence[ShownModel], words: Words) -> Iterator[tuple[str, str]]:
    """Yield what is said of the figure."""
    yield "quantization", facts.quantization(models, words)
    yield "parity", facts.parity(models, words)
    seeds = [("of_training", model.bundle.manifest.get("seed")) for model in models]
    seeds.append(("of_figure", getattr(options, "seed", None)))
    yield "seeds", ", ".join(f"{words.of('about', name)} {seed}" for name, seed in seeds if seed is not None)


def _linked(name: str, card: str) -> str:
    return f'<a href="{{static}}/{card.format(name=name)}">{name}</a>' if card else name


def _files(model: ShownModel) -> Iterator[str]:
    """Yield a link to each of the model's graphs."""
    stated = model.bundle.manifest["files"]
    for files in facts.published(model.bundle).values():
        size = sum(stated[file.path.name]["bytes"] for file in files)
        yield f'<a href="{{static}}/{files[0].address}">{files[0].path.name}</a> ({size / 1000:,.0f} kB)'
