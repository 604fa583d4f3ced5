"""What figures say in a page that is opened as a file, from which browsers load no modules.

Only pages with relative addresses can be opened so. Others do not get the script.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from ...core.storage.assets import digest
from ...core.storage.cache import Cache
from ...core.storage.decisive import file_digest
from .. import words
from . import weight

SCRIPT = Path(__file__).with_name("disk.js")
#: In the script, stands for the sentences by language.
SENTENCES = "SENTENCES"


@dataclass(frozen=True)
class FromDisk:
    """A classic script, which browsers do load from files."""

    cache: Cache
    marker: str = weight.MARKER
    is_script: ClassVar[bool] = True

    @cached_property
    def content(self) -> bytes:
        """The script with the sentences."""
        area = self.cache.area("scripts")
        key = area.key([file_digest(SCRIPT), file_digest(words.FILE)])
        made: str | None = area.get(key)
        if made is None:
            said = {language: words.of(language)["disk"] for language in words.languages()}
            script = SCRIPT.read_text(encoding="utf-8").partition("\n")[2]
            area.put(key, made := script.replace(SENTENCES, json.dumps(said, ensure_ascii=False)))
        return made.encode()

    @cached_property
    def address(self) -> str:
        """Where it is published."""
        return f"research/disk.{digest(self.content)}.js"

    def tag(self, base: str) -> str:
        """Return the script; nothing for a page whose addresses are absolute."""
        return (
            ""
            if "://" in base or base.startswith("/")
            else f'<script defer src="{base}{self.address}"></script>'
        )

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Yield the script."""
        yield self.address, self.content
