"""Pelican's readers of Markdown and reST, taught what the parts add to them."""

from collections.abc import MutableMapping
from typing import Any

from docutils.parsers.rst import directives, roles
from pelican import signals

from ...core.boundary import guarded_directive, guarded_role
from ...core.part import ReaderExtensions


def extend(settings: MutableMapping[str, Any], extensions: ReaderExtensions) -> None:
    """Let the readers that have Pelican's `settings` understand `extensions`; may be done again.

    Extensions of Markdown are named and not made: Pelican's cache pickles its settings.
    """
    markdown = settings["MARKDOWN"]
    names = {*extensions.markdown, *extensions.replaced_names}
    others = [
        extension
        for extension in markdown.get("extensions", ())
        if not (isinstance(extension, str) and extension in names)
        and not isinstance(extension, extensions.replaced)
    ]
    given = markdown.get("extension_configs", {})
    configured = {name: given[name] for name in given if name not in extensions.replaced_names}
    options = {name: dict(given) for name, given in extensions.markdown.items() if given}
    settings["MARKDOWN"] = {
        **markdown,
        "extensions": [*others, *extensions.markdown],
        "extension_configs": {**configured, **options},
    }
    settings["DOCUTILS_SETTINGS"] = {**settings["DOCUTILS_SETTINGS"], **extensions.docutils_settings}
    ignored = settings["TYPOGRIFY_IGNORE_TAGS"]
    missing = [selector for selector in extensions.typogrify_ignored if selector not in ignored]
    settings["TYPOGRIFY_IGNORE_TAGS"] = [*ignored, *missing]
    for receiver in extensions.disconnected:
        signals.all_generators_finalized.disconnect(receiver)
    for name, directive in extensions.directives.items():
        directives.register_directive(name, guarded_directive(directive, extensions.part))
    for name, role in extensions.roles.items():
        roles.register_local_role(name, guarded_role(role, extensions.part))
