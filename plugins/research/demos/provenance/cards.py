"""The cards of the models that posts show, from the cache where nothing of a card has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from ...core.part import Environment
from ...core.post import GeneratedPage, Site
from ...core.storage.decisive import file_digest
from ..bundles.bundle import Bundle
from ..bundles.models import Models
from ..errors import DemoError

if TYPE_CHECKING:
    from ..drawing.figure import Part
    from .facts import ShownModel

#: What was measured of the networks of a model that readers get, by the network, as JSON has it.
Networks = Mapping[str, Mapping[str, Any]]


class Cards:
    """The cards of one build, at the `address` of a model by its ``{name}``; none where that is empty."""

    def __init__(self, address: str, models: Models, environment: Environment) -> None:
        self._address, self._models, self._environment = address, models, environment
        #: For each model the different networks that figures have of it.
        self._shown: dict[str, list[Networks]] = {}
        self._prepared: set[str] = set()

    def prepare(self, model: ShownModel) -> None:
        """Draw the networks of `model` into the cache, while the process runs in which graphs are opened."""
        name = model.bundle.name
        if self._address and name not in self._prepared:
            self._prepared.add(name)
            self._drawn(model)

    def note(self, name: str, networks: Networks) -> None:
        """Take note of a figure that shows the model `name` by `networks`."""
        shown = self._shown.setdefault(name, [])
        if networks not in shown:
            shown.append(networks)

    def pages(self, site: Site) -> Iterator[GeneratedPage]:
        """Yield the card of each model."""
        try:
            for name, networks in sorted(self._shown.items()) if self._address else ():
                yield self._page(self._models[name], sorted(networks, key=json.dumps), site)
        finally:
            self._models.close()

    def _page(self, bundle: Bundle, networks: list[Networks], site: Site) -> GeneratedPage:
        area = self._environment.cache.area("model-cards", *self._environment.computed_by)
        address = self._address.format(name=bundle.name)
        key = area.key([stated(bundle), networks, address, asdict(site)])
        stored = area.get(key)
        if stored is None:
            area.put(key, stored := asdict(self._made(bundle, networks, site, address)))
        return GeneratedPage(**stored)

    def _made(self, bundle: Bundle, networks: list[Networks], site: Site, address: str) -> GeneratedPage:
        # Imported here: a build whose cards are all in the cache draws nothing.
        from .. import words
        from ..compile.records import Measured
        from ..drawing import figure
        from . import card
        from .facts import ShownModel

        said, model, name = words.of(site.language), ShownModel(bundle), bundle.name
        for one in networks:
            model = model.with_networks({network: Measured.of(what) for network, what in one.items()})
        return card.page(model, said, site, address, figure.inner(self._drawn(model), name, name, said))

    def _drawn(self, model: ShownModel) -> Sequence[Part]:
        """Return a drawing of the networks of `model`; an empty one where a graph cannot be read."""
        from .. import figures

        try:
            return figures.networks(model, self._environment.cache)
        except DemoError:
            return ()


def stated(bundle: Bundle) -> list[str]:
    """Return digests of all that `bundle` states about itself, and thereby of its files."""
    return [file_digest(bundle.folder / name) for name in ("manifest.json", "evaluation.json")]


def networks_of(model: ShownModel) -> Networks:
    """Return what was measured of the networks of `model`."""
    return {name: measured.stated() for name, measured in model.networks.items()}
