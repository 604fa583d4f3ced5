"""What a blog may set of demos."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from msgspec import Meta

from ..core.processes.worker import Limits
from ..core.settings import Folder, SettingsBase
from ..core.validation import SettingsError

#: In `Settings.build_model`: the name of the model; a word that becomes one for each model of the build.
NAME, NAMES = "{name}", "{names}"

ADDRESS = re.compile(r"(?:[\w./-]|\{name\})+")

Word = Annotated[str, Meta(min_length=1)]
Command = Annotated[
    tuple[Word, ...] | None,
    Meta(description="a list of words, such as ['make', '{names}'], or [] for none"),
]
Amount = Annotated[float, Meta(gt=0, le=1e6, description="a number greater than 0, at most a million")]


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that demos own."""

    #: Where bundles of models lie, a folder each.
    models: Folder = Path("build/models")
    #: The command that brings bundles up to date. It runs once for all models if it has a word with
    #: ``{names}``, which is repeated for each, else once for each, whose name is ``{name}``.
    #: Empty: bundles are taken as they are. None: it is the trainer of this package, if that is installed.
    build_model: Command = None
    #: Whether stale models are trained for seconds only, and marked as drafts where they are shown.
    draft: Annotated[bool, Meta(description="True or False")] = False
    #: What one figure may ask of its model's graph: seconds, and gigabytes of memory.
    graph_seconds: Amount = 300
    graph_gigabytes: Amount = 4
    #: Whether readers can activate figures in the page; otherwise these stay static images.
    live: Annotated[bool, Meta(description="True or False")] = True
    #: Whether each figure has a note that says where it comes from.
    about_figures: Annotated[bool, Meta(description="True or False")] = True
    #: Where the page of each model that is shown is written; empty for no such pages.
    model_cards: Annotated[
        str, Meta(description="an address with {name}, such as 'models/{name}.html', or ''")
    ] = "models/{name}.html"

    def validate(self) -> None:
        """Raise `SettingsError` for a value that cannot be, or not beside another."""
        super().validate()
        words = " ".join(self.build_model or ())
        if NAME in words and NAMES in words:
            raise SettingsError(f'RESEARCH["build_model"] has {NAME} and {NAMES}: write one of them')
        if self.model_cards and not (NAME in self.model_cards and ADDRESS.fullmatch(self.model_cards)):
            raise SettingsError(
                f'RESEARCH["model_cards"] is {self.model_cards!r}: write an address with {NAME} for the name '
                f'of the model, such as "models/{NAME}.html", or "" for no pages of models'
            )

    @property
    def source_folders(self) -> Iterator[tuple[Path, str]]:
        """The bundles of models, each replaced as a whole."""
        yield self.models, "manifest.json"

    @property
    def limits(self) -> Limits:
        """What one request to the worker that opens graphs may take."""
        return Limits(self.graph_seconds, int(self.graph_gigabytes * 2**30))
