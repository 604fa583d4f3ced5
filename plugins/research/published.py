"""Files that the build made, put among the static files that Pelican copies."""

from collections.abc import Iterable
from typing import Any

from pelican.contents import Static

from .documents import PublishedFile


def add_static_files(static_generator: Any, files: Iterable[PublishedFile]) -> None:
    """Let `static_generator` copy `files`, and let ``{static}/ADDRESS`` in posts find them."""
    context = static_generator.context
    for file in files:
        if file.address in context["static_content"]:
            continue
        static = Static(
            content=None,
            metadata={"title": file.path.name, "save_as": file.address, "url": file.address},
            settings=static_generator.settings,
            source_path=str(file.path),
            context=context,
        )
        static_generator.staticfiles.append(static)
        context["static_content"][file.address] = static
