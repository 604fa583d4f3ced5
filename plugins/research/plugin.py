"""The only file that talks to Pelican: its settings and signals on one side, the parts on the other.

At `all_generators_finalized` every post has been read and nothing is written yet, feeds included,
so that is where posts are brought to their published form. Faults found on the way are told at
`finalized`, when every file is on disk.
"""

import inspect
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jinja2 import Template
from pelican import signals
from pelican.generators import Generator, StaticGenerator
from pelican.readers import MarkdownReader

from . import assets, citations, demos, faults, feeds, mathjax, posts, published, summaries
from .documents import Document
from .faults import Fault
from .reader import Reader
from .settings import Settings, check_pelican, dictionary
from .validation import SettingsError

logger = logging.getLogger(__name__)
#: Where a run keeps our state: Pelican gives a run no other place that its receivers share.
STATE = "RESEARCH_STATE"


class State:
    """What one run of Pelican knows: the settings, and the faults found so far."""

    def __init__(self, settings: Settings, static_paths: list[str]) -> None:
        self.settings = settings
        #: Pelican's own list, which `tell` adds to.
        self.static_paths = static_paths
        self.begin()

    def begin(self) -> None:
        """Forget the last run; under ``--autoreload`` there are several."""
        self.faults: list[Fault] = []
        #: Bibliographies that posts name in their front matter.
        self.sources: set[Path] = set()
        self.formulas: dict[str, mathjax.SetFormula] = {}
        self.formula_styles = mathjax.StyleSheet(())


def register() -> None:
    """Connect to Pelican. Receivers are held weakly, so they are functions of this module."""
    signals.initialized.connect(configure)
    signals.get_generators.connect(teach_readers)
    signals.readers_init.connect(keep_parser)
    signals.all_generators_finalized.connect(publish)
    signals.feed_generated.connect(mend_feed)
    signals.finalized.connect(tell)


def configure(pelican: Any) -> None:
    """Read our settings once, at the door, and teach the readers our marks.

    A setting that is not understood ends Pelican with one message. Under ``--autoreload`` Pelican reports
    the exception, keeps the settings that it had, and waits for the next change.
    """
    try:
        settings = settings_of(pelican.settings)
    except SettingsError as error:
        if _is_autoreload():
            raise
        logger.critical("%s", error)
        raise SystemExit(1) from None
    pelican.settings[STATE] = State(settings, pelican.settings["STATIC_PATHS"])
    citations.teach_readers(pelican.settings)
    demos.teach_readers(pelican.settings)


def settings_of(settings: Mapping[str, Any]) -> Settings:
    """Return what Pelican's `settings` say to us; raise `SettingsError` for one that is not understood."""
    check_pelican(settings)
    values = {
        **citations.settings_of_pelican_cite(settings),
        **mathjax.settings_of_render_math(settings),
        **dictionary(settings.get("RESEARCH", {})),
    }
    return Settings.read(values, Path(settings["PATH"]).resolve().parent)


def _is_autoreload() -> bool:
    """Tell whether Pelican's watcher reads the settings: it lives on after an `Exception` only."""
    return any(frame.function == "autoreload" for frame in inspect.stack(0))


def teach_readers(pelican: Any) -> None:
    """Begin a run: forget the last one, and teach the readers formulas, now that every plugin is there."""
    state: State = pelican.settings[STATE]
    state.begin()
    pelican.settings["STATIC_PATHS"] = state.static_paths
    state.faults += mathjax.teach_readers(pelican.settings, state.settings)


def keep_parser(readers: Any) -> None:
    """Read Markdown by one parser, unless another plugin has a reader of its own for it."""
    for suffix, found in readers.reader_classes.items():
        if found is MarkdownReader:
            readers.reader_classes[suffix] = Reader


def publish(generators: list[Any]) -> None:
    """Bring every content object to the form in which readers get it."""
    state: State = generators[0].settings[STATE]
    contents = list(posts.content_objects(generators))
    titles, titled = _titles(contents, state.settings)
    documents = _documents(contents, dict(zip(map(id, titled), titles, strict=True)))
    documents, files, found = demos.place(documents, state.settings)
    state.faults += found
    state.sources = citations.own_files(documents, state.settings)
    documents, found = citations.cite(documents, state.settings)
    state.faults += found
    documents, found, state.formulas = mathjax.typeset([*titles, *documents], state.settings)
    state.faults += found
    state.formula_styles, found = mathjax.style_sheet(state.formulas, documents, state.settings)
    state.faults += found
    for content, title in zip(titled, documents, strict=False):
        posts.give_title(content, title)
    documents = documents[len(titles) :]
    documents = _signed(contents, documents) if state.settings.cite_this_post else documents
    for generator in generators:
        if isinstance(generator, Generator):
            generator.env.template_class = Page
        if isinstance(generator, StaticGenerator):
            published.add_static_files(generator, files)
    for content, body, summary in zip(contents, documents[::2], documents[1::2], strict=True):
        posts.give_back(content, body, summary)


def _documents(contents: list[Any], titles: Mapping[int, Document]) -> list[Document]:
    """Return a body and a summary for each content; `titles` are those that have formulas, by content."""
    documents: list[Document] = []
    for content in contents:
        # Other posts may name this one by its title, but know no macros of its own.
        title = None if content.metadata.get("macros") else titles.get(id(content))
        body = posts.body(content, title)
        cut = str(content.metadata.get("summary") or summaries.cut(body.html, content.settings))
        documents += (body, posts.summary(content, cut))
    return documents


def _titles(contents: list[Any], settings: Settings) -> tuple[list[Document], list[Any]]:
    """Return the titles that have formulas, and the contents that have these titles."""
    marked = [
        (content, mathjax.mark_up_title(posts.title_of(content), posts.source(content), settings))
        for content in contents
        if mathjax.may_have_formulas(posts.title_of(content), settings)
    ]
    return [posts.title(content, html) for content, html in marked], [content for content, _ in marked]


def _signed(contents: list[Any], documents: list[Document]) -> list[Document]:
    """Return `documents`, a body and a summary for each content, with the record of each article."""
    signed = list(documents)
    for number, content in enumerate(contents):
        body = documents[2 * number]
        if identity := posts.identity(content):
            record = citations.identity.section(identity, citations.terms.of(body.language))
            signed[2 * number] = replace(body, html=body.html + record)
    return signed


def mend_feed(context: Any, feed: Any) -> None:
    """Make links inside posts work outside the site, and leave out what belongs to their pages."""
    for item in feed.items:
        if item.get("content"):
            item["content"] = citations.identity.without_section(item["content"])
        feeds.anchor_fragments(item)


class Page(Template):
    """A template of the theme whose pages are finished before Pelican writes them."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        """Return the page: formulas shown, and the style sheets and scripts that it needs linked."""
        context = dict(*args, **kwargs)
        html = super().render(context)
        if "output_file" not in context:  # not of Pelican's writer: a piece that another plugin makes
            return html
        output, siteurl, state = Path(context["OUTPUT_PATH"]), context["SITEURL"], context[STATE]
        html = assets.link_assets(html, output, siteurl, [*assets.ASSETS, state.formula_styles])
        html = mathjax.link_client(html, output, siteurl, state.settings)
        if identity := posts.identity(context.get("article")):
            html = html.replace("</head>", f"{citations.identity.head(identity)}</head>", 1)
        return mathjax.show(html, state.formulas)


def tell(pelican: Any) -> None:
    """Say what is wrong in the sources, now that everything is written.

    Under ``--autoreload`` Pelican now waits for changes below its STATIC_PATHS among others, and a
    path of these may be that of a file anywhere. They are put back when the next run begins.
    """
    state: State = pelican.settings[STATE]
    sources = {*state.settings.sources, *state.sources}
    watched = [str(path) for path in sorted(sources) if path.is_file()]
    pelican.settings["STATIC_PATHS"] = [*state.static_paths, *watched]
    faults.report(state.faults)
