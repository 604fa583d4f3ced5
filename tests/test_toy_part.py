"""A new part is a folder and a line in parts.py: one that turns ``:wave:`` into a waving hand."""

import re
import shutil
from pathlib import Path

from conftest import ROOT, Build

PART = '''
"""Emoji: ``:wave:`` in a post becomes a waving hand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..core.storage.assets import Linked, StyleSheetFile
from ..core.diagnostics import Diagnostic, Severity, line_of, nearest
from ..core.labels import Labels
from ..core.part import Collected, Part, Resolved, Results
from ..core.post import Post
from ..core.settings import SettingsBase

NAME = re.compile(":([a-z]+):")
EMOJI = {"wave": "\\N{WAVING HAND SIGN}"}


@dataclass(frozen=True)
class Settings(SettingsBase):
    """The keys of ``RESEARCH`` that emoji own."""

    #: Whether there are any.
    emoji: bool = True


class Emoji(Part):
    """Replaces the names of emoji."""

    name = "emoji"
    settings_type = Settings

    def collect(self, post: Post) -> Collected:
        unknown = [name for name in NAME.findall(post.body.html) if name not in EMOJI]
        return Collected(
            diagnostics=tuple(
                Diagnostic(
                    post.source,
                    line_of(post.source, f":{name}:"),
                    f"no emoji is called “{name}”{nearest(name, EMOJI)}",
                    Severity.WARNING,
                )
                for name in unknown
            )
        )

    def resolve(self, post: Post, collected: Collected, results: Results, labels: Labels) -> Resolved:
        if not self.settings.emoji:
            return Resolved(post)
        return Resolved(post.with_html(NAME.sub(self._shown, text.html) for text in post.texts))

    def assets(self) -> Iterator[Linked]:
        yield StyleSheetFile(Path(__file__).with_name("emoji.css"), marker='class="emoji"')

    def _shown(self, found: re.Match[str]) -> str:
        name = found[1]
        return f'<span class="emoji">{EMOJI[name]}</span>' if name in EMOJI else found[0]
'''
POST = "Title: Post\nDate: 2026-01-01\n\nHello :wave: and $x$.\n\nAnd :wawe: too.\n"


def with_emoji(folder: Path) -> str:
    """Copy the plugin into `folder`, add the part, and return the settings of a blog that uses it."""
    package = folder / "own" / "research"
    shutil.copytree(
        ROOT / "plugins" / "research", package, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
    )
    (folder / "own" / "node_modules").symlink_to(ROOT / "node_modules")
    (package / "emoji").mkdir()
    (package / "emoji" / "__init__.py").write_text(PART, encoding="utf-8")
    (package / "emoji" / "emoji.css").write_text(".emoji { font-size: 1.2em }\n")
    parts = (package / "parts.py").read_text(encoding="utf-8")
    parts = parts.replace("from .demos import", "from .emoji import Emoji\nfrom .demos import")
    (package / "parts.py").write_text(parts.replace("(Demos, ", "(Emoji, Demos, "), encoding="utf-8")
    return f"PLUGIN_PATHS = [{str(folder / 'own')!r}]\n"


def test_a_part_is_a_folder_and_a_line(build: Build, tmp_path: Path) -> None:
    settings = with_emoji(tmp_path)
    # The copy has to be imported: a fork would have ours.
    site = build({"post.md": POST}, settings, env={})
    assert site.exit_code == 0, site.log
    page = site.read("post.html")
    assert 'Hello <span class="emoji">👋</span> and' in page
    assert "<svg" in page
    assert re.search(r"research/[\w-]*emoji[\w-]*\.\w+\.css", page)
    assert "content/post.md:6: warning: no emoji is called “wawe”; did you mean “wave”?" in site.log
    off = build({}, settings + 'RESEARCH = {"emoji": False}', env={})
    assert "Hello :wave: and" in off.read("post.html")
    assert not re.search(r"research/[\w-]*emoji", off.read("post.html"))
    assert "RESEARCH['emoji'] is 'no'" in build({}, settings + 'RESEARCH = {"emoji": "no"}', env={}).log
