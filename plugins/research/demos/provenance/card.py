"""The card of a model: a page that is made from its bundle alone.

The sections are those of Mitchell et al. (2019), “Model Cards for Model Reporting”, figure 1, as far as the
bundle answers them. What only people know (intended use, factors, ethical considerations, caveats) stands in
the manifest under ``card``, if it stands anywhere.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ...core.post import GeneratedPage, Site
from ..errors import DemoError
from ..kinds import training
from ..words import Words
from . import facts, recipes
from .facts import ShownModel

#: What people say of a model, and the license.
OF_PEOPLE = ("intended_use", "factors", "ethical_considerations", "caveats")
TEMPLATE = "model"


def page(model: ShownModel, words: Words, site: Site, address: str, drawing: str) -> GeneratedPage:
    """Return the card of `model`, at the `address` on `site`; `drawing` shows its networks, as HTML."""
    name = model.bundle.name
    url = f"{site.root}{address.removesuffix('index.html')}" if site.root else ""
    sections = [
        ("details", _details(model, words, site, drawing)),
        *((part, _of_people(model, part)) for part in OF_PEOPLE[:2]),
        ("training_data", _data(model, words, "train")),
        ("evaluation_data", _data(model, words, "test")),
        ("recipe", _recipe(model, words)),
        ("evaluation", _evaluation(model, words)),
        *((part, _of_people(model, part)) for part in OF_PEOPLE[2:]),
        ("files", _files(model, words)),
        ("use", _use(model, words)),
        ("cite", recipes.code(recipes.bibtex(model.bundle, site, url))),
    ]
    html = "".join(
        f'<h2 id="{part.replace("_", "-")}">{words.of("card", part)}</h2>\n{content}\n'
        for part, content in sections
        if content
    )
    title = words.of("card", "title").format(model=name)
    described = ", ".join(filter(None, (_type(model), facts.data(model.bundle, words))))
    return GeneratedPage(title, html, address, f"{title}. {described}".strip(), TEMPLATE)


def _details(model: ShownModel, words: Words, site: Site, drawing: str) -> str:
    manifest = model.bundle.manifest
    versions = manifest.get("versions")
    stated = versions.items() if isinstance(versions, Mapping) else ()
    rows = [
        ("type", escape(_type(model))),
        ("latents", str(model.bundle.latents) if model.bundle.role == "decoder" else ""),
        ("parameters", facts.parameters(model.bundle, words)),
        ("version", f"<code>{escape(key)}</code>" if (key := facts.text(manifest.get("key"))) else ""),
        ("published_by", escape(", ".join(filter(None, (site.author, site.name))))),
        ("training", escape(facts.training(model.bundle, words))),
        ("seeds", str(seed) if (seed := manifest.get("seed")) is not None else ""),
        ("software", escape(", ".join(f"{name} {version}" for name, version in stated if version))),
        (
            "commit",
            f"<code>{escape(commit)}</code>" if (commit := facts.text(manifest.get("commit"))) else "",
        ),
        ("license", escape(facts.text(_said(model).get("license")))),
        ("draft", escape(words["draft"]) if manifest.get("draft") is True else ""),
    ]
    return _rows(rows, words) + drawing


def _type(model: ShownModel) -> str:
    """Return the family of the model, and the objective that it was trained by."""
    recipe = facts.object_of(model.bundle.manifest, "recipe")
    parts = (facts.object_of(recipe, "model").get("family"), facts.object_of(recipe, "objective").get("name"))
    return ", ".join(filter(None, map(facts.text, parts)))


def _said(model: ShownModel) -> Mapping[str, Any]:
    return facts.object_of(model.bundle.manifest, "card")


def _of_people(model: ShownModel, part: str) -> str:
    said = facts.text(_said(model).get(part))
    return f"<p>{escape(said)}</p>" if said else ""


def _data(model: ShownModel, words: Words, part: str) -> str:
    """Return what is said of the part of the data set: train, or test."""
    stated = facts.object_of(model.bundle.manifest, "data")
    count = stated.get(part)
    if not facts.is_count(count):
        return ""
    rows = [
        ("data", escape(facts.text(stated.get("name")))),
        ("examples", f"{count:,}"),
        ("split", escape(facts.text(stated.get("split")))),
    ]
    if part == "train":
        classes = stated.get("classes")
        listed = (
            ", ".join(map(str, classes))
            if isinstance(classes, Sequence) and not isinstance(classes, str)
            else ""
        )
        rows += [
            ("classes", escape(listed)),
            ("preprocessing", escape(facts.text(stated.get("preprocessing")))),
            (
                "sha256",
                f"<code>{escape(digest)}</code>" if (digest := facts.text(stated.get("sha256"))) else "",
            ),
        ]
    return _rows(rows, words)


def _recipe(model: ShownModel, words: Words) -> str:
    """Return what the model was trained by, and the curve of its training."""
    recipe = facts.object_of(model.bundle.manifest, "recipe")
    try:
        curve = training.bound(model.bundle).svg(words)
    except DemoError:  # a bundle need not have a history
        curve = ""
    text = json.dumps(recipe, indent=2, ensure_ascii=False) if recipe else ""
    return (recipes.code(text) if text else "") + (f"<p>{curve}</p>" if curve else "")


def _evaluation(model: ShownModel, words: Words) -> str:
    measures = facts.measures(model.bundle)
    if not measures:
        return ""
    rows = [
        (f"<code>{escape(one.name)}</code>", f"{one.value} {escape(one.unit)}", escape(one.meaning))
        for one in measures
    ]
    sent = facts.quantization([model], words)
    return _table(("measure", "value", "meaning"), rows, words) + (
        f"<p>{words.of('about', 'quantization')}: {sent}</p>" if sent else ""
    )


def _files(model: ShownModel, words: Words) -> str:
    bundle = model.bundle
    places = {file.path.name: file.address for files in facts.published(bundle).values() for file in files}
    rows = []
    for name, stated in bundle.manifest["files"].items():
        shown = f'<a href="{{static}}/{places[name]}">{escape(name)}</a>' if name in places else escape(name)
        rows.append((shown, f"{stated['bytes']:,}", f"<code>{stated['sha256']}</code>"))
    return _table(("file", "bytes", "sha256"), rows, words)


def _use(model: ShownModel, words: Words) -> str:
    """Return how the model is run in Python, and shown in a page."""
    parts = (
        ("in_python", recipes.python(model.bundle)),
        ("in_a_page", recipes.block(model.bundle)),
    )
    return "".join(f"<p>{words.of('card', name)}</p>\n{recipes.code(text)}\n" for name, text in parts)


def _rows(rows: Sequence[tuple[str, str]], words: Words) -> str:
    listed = "".join(f"<dt>{_word(name, words)}</dt><dd>{text}</dd>\n" for name, text in rows if text)
    return f"<dl>\n{listed}</dl>\n" if listed else ""


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: Words) -> str:
    head = "".join(f'<th scope="col">{_word(name, words)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"


def _word(name: str, words: Words) -> str:
    table = "card" if name in words.table["card"] else "about"
    return words.of(table, name)
