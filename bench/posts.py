"""Write a synthetic research blog, the yardstick for build times: the same N gives the same bytes.

    python bench/posts.py N FOLDER      FOLDER/content/post00000.md … and FOLDER/references.bib

A post has about 600 words, 20 inline formulas out of 200, 3 displayed ones out of 40, and 10
citations ``[@@key]`` out of a library of 300 entries.
"""

import random
import sys
from collections.abc import Callable
from pathlib import Path

WORDS = (
    "the a of in on to and or that which we it is are was has can may if as by with from for not all each "
    "model latent variable prior posterior likelihood evidence bound gradient estimator sample network "
    "weight layer data image digit training test entropy divergence expectation variance noise density"
).split()
SYMBOLS = "abcdfghkmnpqrstuvwxyz"
GREEK = [rf"\{name}" for name in "alpha beta gamma theta phi mu sigma lambda epsilon rho".split()]

Draw = Callable[[random.Random], str]


def inline_formula(rng: random.Random) -> str:
    """Return TeX of the length that prose carries."""
    x, y, greek, n = rng.choice(SYMBOLS), rng.choice(SYMBOLS), rng.choice(GREEK), rng.randint(2, 9)
    forms = [
        rf"{x}_{{{n}}} = {greek}^2 + {y}",
        rf"p_{greek}({x} \mid {y})",
        rf"\frac{{\partial {x}}}{{\partial {greek}}}",
        rf"\mathcal{{N}}({greek}, {n} I)",
        rf"\sum_{{{x}=1}}^{{{n}}} {greek}_{x}",
        rf"\sqrt{{{x}^2 + {n}{y}}}",
    ]
    return rng.choice(forms)


def displayed_formula(rng: random.Random) -> str:
    """Return TeX of the length that stands on a line of its own."""
    x, y, greek, n = rng.choice(SYMBOLS), rng.choice(SYMBOLS), rng.choice(GREEK), rng.randint(2, 9)
    forms = [
        rf"\log p({x}) \ge \mathbb{{E}}_{{q({y} \mid {x})}}[\log p_{greek}({x}, {y}) - \log q({y})]",
        rf"\int_{{-\infty}}^{{\infty}} e^{{-{n} {x}^2}} \, d{x} = \sqrt{{\frac{{\pi}}{{{n}}}}} + {greek}",
        rf"\begin{{pmatrix}} {x}_{{11}} & {greek} \\ {n} & {y}_{{22}} \end{{pmatrix}}^{{-1}}",
    ]
    return rng.choice(forms)


def distinct(count: int, draw: Draw, rng: random.Random) -> list[str]:
    """Return `count` different results of `draw`."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[draw(rng)] = None
    return list(found)


def entry(number: int) -> str:
    """Return the `number`-th entry of the library."""
    rng = random.Random(number)
    authors = " and ".join(f"Author{(number + 13 * j) % 97}, Given{j}" for j in range(rng.randint(1, 5)))
    title = " ".join(rng.choices(WORDS, k=8)).capitalize()
    return (
        f"@article{{key{number},\n  author = {{{authors}}},\n  title = {{{title}}},\n"
        f"  journal = {{Journal of Models}},\n  volume = {{{number % 40 + 1}}},\n"
        f"  pages = {{{number + 1}--{number + 9}}},\n  year = {{{1990 + number % 35}}},\n"
        f"  doi = {{10.1000/{number}}}\n}}\n"
    )


def post(number: int, inlines: list[str], displays: list[str]) -> str:
    """Return the Markdown of the `number`-th post."""
    rng = random.Random(31 * number)
    words = rng.choices(WORDS, k=600)
    marks = [f"${tex}$" for tex in rng.choices(inlines, k=20)]
    marks += [f"[@@key{key}]" for key in rng.sample(range(300), 10)]
    for place, mark in zip(sorted(rng.sample(range(600), 30), reverse=True), marks, strict=True):
        words.insert(place, mark)
    paragraphs = [" ".join(words[start : start + 126]) for start in range(0, len(words), 126)]
    for place, tex in zip((4, 2, 1), rng.choices(displays, k=3), strict=True):
        paragraphs.insert(place, f"$${tex}$$")
    date = f"{2016 + number % 10}-{1 + number % 12:02}-{1 + number % 28:02}"
    front = f"Title: Post {number}\nDate: {date}\nCategory: {number % 8}\nTags: tag{number % 15}\n"
    return f"{front}Slug: post-{number:05}\n\n" + "\n\n".join(paragraphs) + "\n"


def write_blog(count: int, folder: Path) -> None:
    """Write `count` posts and their library into `folder`."""
    rng = random.Random(1)
    inlines, displays = distinct(200, inline_formula, rng), distinct(40, displayed_formula, rng)
    (folder / "content").mkdir(parents=True, exist_ok=True)
    (folder / "references.bib").write_text("\n".join(map(entry, range(300))))
    for number in range(count):
        (folder / "content" / f"post{number:05}.md").write_text(post(number, inlines, displays))


if __name__ == "__main__":
    write_blog(int(sys.argv[1]), Path(sys.argv[2]))
