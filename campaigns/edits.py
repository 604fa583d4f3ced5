"""What a build publishes that finds the work of earlier ones, beside what a build from nothing publishes.

    python campaigns/edits.py [--steps 60] [--seed 0]

A small blog with citations, formulas, numbered things, models, images and links between all of these is
edited at random, one to three edits a step, and built twice: with the cache of all steps before, and with an
empty one. The sites must be the same byte for byte, and so must what is reported. Prints each difference with
the edits that led to it, then a table, and judges nothing.
"""

import argparse
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins"), str(ROOT / "tests")]

import bundles  # noqa: E402
import forks  # noqa: E402

SETTINGS = f"""
SITENAME, SITEURL, TIMEZONE, DEFAULT_LANG = "A blog", "https://blog.example", "UTC", "en"
PATH, OUTPUT_PATH, DELETE_OUTPUT_DIRECTORY = "content", "output", True
THEME, PLUGIN_PATHS, PLUGINS = {str(ROOT / "theme")!r}, [{str(ROOT / "plugins")!r}], ["research"]
STATIC_PATHS, FORMATTED_FIELDS = ["images"], ["summary", "abstract"]
FEED_ALL_ATOM, CATEGORY_FEED_ATOM = "feeds/all.atom.xml", None
"""
#: The same blog, built from nothing.
ANEW = """
from pelicanconf import *
OUTPUT_PATH, RESEARCH = "anew", {**RESEARCH, "cache": "build/anew"}
"""
#: Settings of the plugin that an edit may choose.
RESEARCHES = (
    {"live": False},
    {"live": False, "cite_this_post": True, "previews": True},
    {"live": False, "equation_numbers": "all", "json_feed": "feeds/all.json"},
    {"live": False, "model_cards": "", "about_figures": False},
    {"live": False, "model_cards": "cards/{name}.html"},
)
#: When a feed without posts was written.
NOW = re.compile(rb"<updated>[^<.]*\.[^<]*</updated>")
NAMES = tuple("abcdefg")
KEYS = ("vae", "iwae", "em", "nobody")
MODELS = ("small", "other", "missing")
PIECES: tuple[str, ...] = (
    "As [@@{key}] and [see @{key}, p. {n}] show.",
    "Between $x_{n}$ and \\(\\half^{n}\\) lies $\\beta_{{{n}}}$.",
    "$$\\begin{{equation}} y = {n} x \\label{{eq-{here}{n}}} \\end{{equation}}$$",
    "By \\eqref{{eq-{here}{n}}}, [](#fig-{here}{n}) and []({{filename}}{there}.md#fig-{there}{n}).",
    "In []({{filename}}{there}.md#eq-{there}{n}) and []({{filename}}{there}.md#tbl-{there}).",
    '![A plot]({{static}}/images/{n}.png "A plot of [@{key}] and $x$"){{#fig-{here}{n}}}',
    "| a | b |\n| - | - |\n| {n} | $z$ |\n\n: A table. {{#tbl-{here}}}",
    '!!! theorem "Gibbs" {{#thm-{here}}}\n    No code is shorter than ${n}$.',
    "A note[^{n}].\n\n[^{n}]: Of [@{key}] and $q$.",
    "```demo\nkind: samples\nmodel: {model}\nid: fig-{here}{n}\nalt: Images\nrows: {n}\n"
    "caption: Of [@{key}] and $x$.\n```",
    "```demo\nkind: reconstructions\nmodel: {model}\nalt: Images\n```",
    "```demo\nkind: sampels\nmodel: {model}\nalt: Images\n```",
    "A bound of {{{{ {model}.elbo }}}} nats, or {{{{ {model}.nothing }}}}.",
    "See [others](#fig-{here}{n}?seed={n}), [there]({{filename}}{there}.md#fig-{there}{n}?seed=2).",
    "Words and nothing but *words*, {n} of them. See [the post]({{filename}}{there}.md).",
    "### A heading of ${n}$ {{#sec-{here}{n}}}\n\nSee [](#sec-{here}{n}).",
)

#: How often a piece is drawn: seldom where it is wrong, or may be, for what is reported passes all parts.
RIGHT = tuple(1 if "sampels" in one or "nothing }}" in one or "there}.md#" in one else 5 for one in PIECES)
#: Of the front matter.
FIELDS = (
    "Summary: Of [@vae], $x$ and {{ small.elbo }}.",
    "Abstract: Of *it*, $a$.",
    "Status: draft",
    "Status: hidden",
    "Lang: de",
    "Notes: margin",
    "Citation_style: ieee",
    "Bibliography: all",
    "Series: S",
)

Edit = Callable[[Path, random.Random], str]


def piece(name: str, draw: random.Random) -> str:
    """Return a paragraph for the post `name`."""
    key, model = draw.choices(KEYS, (9, 9, 9, 1))[0], draw.choices(MODELS, (9, 9, 1))[0]
    given = {"key": key, "model": model, "n": draw.randrange(1, 4)}
    return draw.choices(PIECES, RIGHT)[0].format(here=name, there=draw.choice(NAMES), **given)


def write_post(root: Path, draw: random.Random) -> str:
    """Write one of the posts anew."""
    name = draw.choice(NAMES)
    fields = [f"Title: Of ${name}$" if draw.random() < 0.3 else f"Title: Post {name}", f"Slug: {name}"]
    fields += [f"Date: 2026-01-0{NAMES.index(name) + 1}", f"Tags: {draw.choice(('x', 'y', 'x, y'))}"]
    fields += draw.choice(
        ([], ["Summary: Of [@vae], $x$ and {{ small.elbo }}."], ["Abstract: Of *it*, $a$."])
    )
    fields += draw.choice(
        ([], [], [], ["Status: draft"], ["Status: hidden"], ["Lang: de"], ["Notes: margin"])
    )
    fields += draw.choice(([], [], [], ["Citation_style: ieee"], ["Bibliography: all"], ["Series: S"]))
    text = "\n\n".join(piece(name, draw) for _ in range(draw.randrange(1, 7)))
    (root / "content" / f"{name}.md").write_text("\n".join(fields) + f"\n\n{text}\n", encoding="utf-8")
    return f"{name}.md written"


def change_post(root: Path, draw: random.Random) -> str:
    """Add a paragraph to a post."""
    path = draw.choice(sorted((root / "content").glob("*.md")))
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{piece(path.stem, draw)}\n")
    return f"{path.name} changed"


def delete_post(root: Path, draw: random.Random) -> str:
    """Delete a post, if others are left."""
    posts = sorted((root / "content").glob("*.md"))
    if len(posts) < 3:
        return "nothing deleted"
    path = draw.choice(posts)
    path.unlink()
    return f"{path.name} deleted"


def change_bibliography(root: Path, draw: random.Random) -> str:
    """Write another bibliography."""
    entries = (
        f"@misc{{{key}, author={{Doe, {key}}}, title={{On $x$}}, year={draw.randrange(2010, 2013)}}}"
        for key in KEYS[:3]
        if draw.random() < 0.97
    )
    (root / "references.bib").write_text("\n".join(entries), encoding="utf-8")
    return "references.bib changed"


def change_model(root: Path, draw: random.Random) -> str:
    """Replace a bundle, write what was measured afterwards, damage one, or delete it."""
    name, models = draw.choice(MODELS[:2]), root / "build" / "models"
    what = draw.choice(("replaced", "replaced", "evaluated", "damaged", "deleted"))
    shutil.rmtree(models / name, ignore_errors=True)
    if what != "deleted":
        bundles.write_bundle(models, name, draw.choice((2, 3)), key="k")
    if what == "evaluated":
        measured = {"elbo": {"value": -draw.randrange(80, 90), "unit": "nats"}}
        evaluation = json.dumps({"key": "k", "metrics": measured})
        (models / name / "evaluation.json").write_text(evaluation, encoding="utf-8")
    elif what == "damaged":
        (models / name / "decoder.onnx").write_bytes(b"x")
    return f"{name} {what}"


def change_image(root: Path, draw: random.Random) -> str:
    """Write an image of another size, or delete it."""
    path = root / "content" / "images" / f"{draw.randrange(1, 4)}.png"
    path.parent.mkdir(exist_ok=True)
    if draw.random() < 0.2:
        path.unlink(missing_ok=True)
        return f"{path.name} deleted"
    Image.new("L", (draw.randrange(10, 900), 10)).save(path)
    return f"{path.name} changed"


def change_settings(root: Path, draw: random.Random) -> str:
    """Write other settings, and other macros."""
    research = {**draw.choice(RESEARCHES), "references": "references.bib", "macros": "macros.tex"}
    (root / "pelicanconf.py").write_text(f"{SETTINGS}RESEARCH = {research!r}\n", encoding="utf-8")
    (root / "macros.tex").write_text(rf"\newcommand{{\half}}{{\tfrac{{1}}{{{draw.randrange(2, 4)}}}}}")
    return "settings changed"


EDITS: Mapping[Edit, int] = {
    write_post: 5,
    change_post: 5,
    delete_post: 1,
    change_bibliography: 1,
    change_model: 3,
    change_image: 1,
    change_settings: 1,
}


def built(root: Path, settings: str, output: str) -> tuple[dict[str, bytes], list[str]]:
    """Return what a build with the file `settings` publishes in `output`, and what it reports."""
    shutil.rmtree(root / "__pycache__", ignore_errors=True)  # which may be of a file of the same second
    environment = {**os.environ, **forks.WIDE}
    done = forks.pelican(["-s", settings, "--fatal", "errors"], root, environment)
    lines = (done.stdout + done.stderr).splitlines()
    found = sorted(line.strip() for line in lines if re.search(r": (?:error|warning): |Traceback", line))
    files = (path for path in (root / output).rglob("*") if path.is_file())
    return {str(path.relative_to(root / output)): NOW.sub(b"", path.read_bytes()) for path in files}, found


def main() -> None:
    """Edit and build, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    draw, console = random.Random(options.seed), Console(soft_wrap=True)
    differing = reported = 0
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        (root / "content").mkdir()
        (root / "anew.py").write_text(ANEW, encoding="utf-8")
        for edit in (change_settings, change_bibliography, *[change_image] * 3, *[write_post] * 5):
            edit(root, draw)
        for step in range(options.steps):
            chosen = draw.choices(list(EDITS), list(EDITS.values()), k=draw.randrange(1, 4))
            edits = [edit(root, draw) for edit in chosen]
            (site, said), (anew, said_anew) = (
                built(root, "pelicanconf.py", "output"),
                built(root, "anew.py", "anew"),
            )
            shutil.rmtree(root / "build" / "anew", ignore_errors=True)
            reported += len(said_anew)
            names = sorted(name for name in site.keys() | anew.keys() if site.get(name) != anew.get(name))
            if names or said != said_anew:
                differing += 1
                lines = sorted(set(said) ^ set(said_anew))
                console.print(f"step {step}: {', '.join(edits)}\n  differ: {names}\n  reported: {lines}")
    table = Table("steps", "reported", "that differ from a build from nothing")
    table.add_row(str(options.steps), str(reported), str(differing))
    console.print(table)


if __name__ == "__main__":
    main()
