"""What a blog that exists needs for the plugin: few changes, which are shown before they are made."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..adapter.reading import sources
from ..citations.settings import Settings as Citations
from . import new

NAMES = ("research", "pelican.plugins.research")


@dataclass(frozen=True)
class Change:
    """Lines at the end of a file, which may not be there yet."""

    path: Path
    what: str
    lines: str

    @property
    def shown(self) -> str:
        """The lines as a proposal shows them."""
        return "".join(f"  + {line}\n" for line in self.lines.splitlines())

    def make(self) -> None:
        """Append the lines."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        before = self.path.read_text(encoding="utf-8") if self.path.exists() else ""
        gap = "" if not before or before.endswith("\n") else "\n"
        self.path.write_text(before + gap + self.lines, encoding="utf-8", newline="\n")


def changes(settings_file: Path) -> Iterator[Change]:
    """Yield the changes that the blog of `settings_file` needs."""
    root = settings_file.parent
    named = sources.named_plugins(str(settings_file))
    if named is not None and not set(named) & set(NAMES):
        yield Change(settings_file, "use the plugin", 'PLUGINS = [*PLUGINS, "research"]\n')
    settings = sources.settings(str(settings_file))
    files = next(one.references for _, one in settings.parts if isinstance(one, Citations))
    if files and not any(file.exists() for file in files):
        bibliography = (new.SKELETON / "content" / "references.bib").read_text(encoding="utf-8")
        yield Change(files[0], "a bibliography; [@@vae] cites its entry", bibliography)
    ignored = root / ".gitignore"
    known = ignored.read_text(encoding="utf-8").splitlines() if ignored.exists() else []
    if not {"/build/", "build/", "build", "/build"} & set(known):
        yield Change(ignored, "models and cache are built, not committed", "/build/\n")
