"""The folder of a model and the keys of a demo block → a figure with all files that it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from ..core.diagnostics import Severity
from ..core.part import Environment
from ..core.pipeline import Pipeline
from ..core.post import Post, Text
from ..core.storage.assets import linked
from ..core.storage.cache import Cache
from ..demos import Demos
from ..demos.live.disk import FromDisk
from ..demos.settings import Settings
from ..demos.syntax import canonical
from ..demos.syntax.grammar import Keys

#: What begins the addresses of files in a figure that stands nowhere yet.
STATIC = "{static}/"


class FigureError(ValueError):
    """A figure that cannot be made; the message says why."""


@dataclass(frozen=True)
class MadeFigure:
    """A figure, and what it needs."""

    #: Its addresses begin with `STATIC`.
    html: str
    #: The style sheets and scripts that its page links, by what their addresses begin with.
    tags: tuple[str, ...]
    #: By address.
    files: Mapping[str, bytes]
    warnings: tuple[str, ...]

    def fragment(self, base: str) -> str:
        """Return the figure with what it links, for a page from which its files are found at `base`."""
        return "".join((*self.tags, self.html)).replace(STATIC, base) + "\n"


def made(models: Sequence[Path], keys: Mapping[str, str], cache: Path) -> MadeFigure:
    """Return the figure that a demo block with the `keys` shows of the `models`, folders beside each other.

    Raises `FigureError` for the first thing that is wrong.
    """
    folder = models[0].resolve().parent
    for model in models:
        if not (model / "manifest.json").is_file():
            raise FigureError(f"{model} is no folder of a model: it has no manifest.json")
    settings = Settings(root=folder, models=folder, build_model=(), model_cards="")
    warnings: list[str] = []
    environment = Environment(Cache(cache, warnings.append), lambda found: warnings.append(found.message))
    pipeline = Pipeline([Demos(settings, environment)], folder)
    [post] = pipeline.run([_post(models, keys)])
    for diagnostic in pipeline.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            raise FigureError(diagnostic.message.removeprefix("demo: "))
        warnings.append(diagnostic.message)
    files = {file.address: file.path.read_bytes() for file in pipeline.files.values()}
    _, needed = linked(
        post.body.html, STATIC, [asset for asset in pipeline.assets() if not isinstance(asset, FromDisk)]
    )
    for asset in needed:
        files |= dict(asset.files())
    return MadeFigure(
        post.body.html, tuple(f"{asset.tag(STATIC)}\n" for asset in needed), files, tuple(warnings)
    )


def _post(models: Sequence[Path], keys: Mapping[str, str]) -> Post:
    """Return a post that has nothing but the block."""
    given = {"model": " ".join(model.name for model in models), **keys}
    caption, language = given.pop("caption", ""), given.pop("language", "en")
    kind = given.setdefault("kind", "samples")
    given.setdefault("id", f"fig-{'-'.join(model.name for model in models)}-{kind}")
    given.setdefault("alt", f"{kind}: {given['model']}")
    html = canonical.figure(canonical.attributes(Keys(given, {}), 1), escape(caption, quote=False))
    return Post(source=models[0], texts=(Text(html),), language=language)
