"""Cite papers, set formulas and show models in posts of a Pelican blog."""

import gc

__version__ = "0.2.0"


def register() -> None:
    """Connect the plugin to Pelican, which calls this where the blog enables it.

    Until then nothing is imported: Pelican imports every plugin that is installed.
    """
    # Modules live until the end: to look for garbage among them takes a tenth of a short build.
    gc.freeze()
    from .adapter import signals

    signals.connect()
