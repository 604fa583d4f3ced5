"""Posts through a single part of the plugin, without Pelican."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from research.adapter.settings import read as read_settings
from research.citations import Citations
from research.core.diagnostics import Diagnostic
from research.core.part import Environment, Part
from research.core.pipeline import Pipeline
from research.core.post import BODY, SUMMARY, TITLE, Post, Text
from research.core.storage.assets import Linked
from research.core.storage.cache import Cache
from research.core.storage.files import write_atomically
from research.formulas import Formulas
from research.formulas.output import chtml
from research.formulas.syntax.find import TypesetFormula
from research.parts import PARTS


@dataclass(frozen=True)
class Document:
    """One text of a post; a summary is of the post whose body stands before it."""

    html: str
    source: Path
    language: str = "en"
    is_summary: bool = False
    is_title: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return SUMMARY if self.is_summary else TITLE if self.is_title else BODY


def pipeline(parts: Sequence[type[Part]], settings: Any) -> Pipeline:
    """Return a pipeline of `parts`, all of which have the same `settings`."""
    found: list[Diagnostic] = []
    environment = Environment(Cache(settings.cache), lambda diagnostic: found.append(diagnostic))
    made = Pipeline([part(settings, environment) for part in parts], settings.root)
    made.diagnostics = found
    return made


def whole(root: Path) -> Pipeline:
    """Return the pipeline of all parts of a blog in the folder `root` that sets nothing."""
    settings = read_settings({}, root, PARTS)
    environment = Environment(Cache(settings.base.cache), lambda diagnostic: None)
    return Pipeline([part(of_part, environment) for part, of_part in settings.parts], root)


def passed(part: type[Part], documents: Sequence[Document], settings: Any) -> tuple[list[Document], Pipeline]:
    """Return `documents` behind `part`, and the pipeline that they passed."""
    through = pipeline([part], settings)
    groups: list[list[Document]] = []
    for document in documents:
        if document.is_summary and groups:
            groups[-1].append(document)
        else:
            groups.append([document])
    posts = [
        Post(
            group[0].source,
            tuple(Text(document.html, document.name) for document in group),
            group[0].language,
            group[0].metadata,
        )
        for group in groups
    ]
    texts = [text for post in through.run(posts) for text in post.texts]
    return [replace(one, html=text.html) for one, text in zip(documents, texts, strict=True)], through


def cite(documents: Sequence[Document], settings: Any) -> tuple[list[Document], list[Diagnostic]]:
    """Return `documents` with their citations set, and what is wrong with them."""
    done, through = passed(Citations, documents, settings)
    return done, through.diagnostics


def typeset(
    documents: Sequence[Document], settings: Any
) -> tuple[list[Document], list[Diagnostic], dict[str, TypesetFormula]]:
    """Return `documents` with their formulas set, what is wrong with these, and what pages show of them."""
    done, through = passed(Formulas, documents, settings)
    (formulas,) = through.parts
    assert isinstance(formulas, Formulas)
    return done, through.diagnostics, formulas._formulas


def sheet_of(
    formulas: Mapping[str, TypesetFormula], documents: Sequence[Document], settings: Any
) -> tuple[chtml.StyleSheet, str]:
    """Return the style sheet of `formulas`, as CHTML, that stand in `documents`, and a warning about it."""
    posts = [Post(document.source, (Text(document.html),)) for document in documents]
    return chtml.style_sheet(formulas, posts, Cache(settings.cache))


def publish(asset: Linked, output: Path) -> None:
    """Write the files of `asset` below `output`."""
    for address, content in asset.files():
        write_atomically(output / address, content)
