"""Files that the build made: known to Pelican, so that ``{static}/ADDRESS`` in posts finds them."""

from collections.abc import Iterable
from typing import Any

from pelican.contents import Static

from ...core.post import PublishedFile


def make_known(static_generator: Any, files: Iterable[PublishedFile]) -> None:
    """Let links find `files`. Pelican does not copy them, since it would not do so atomically."""
    context = static_generator.context
    for file in files:
        if file.address not in context["static_content"]:
            context["static_content"][file.address] = Static(
                content=None,
                metadata={"title": file.path.name, "save_as": file.address, "url": file.address},
                settings=static_generator.settings,
                source_path=str(file.path),
                context=context,
            )
