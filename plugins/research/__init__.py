"""Cite papers, set formulas and show models in posts of a Pelican blog."""

__version__ = "0.2.0"


def register() -> None:
    """Connect the plugin to Pelican, which calls this where the blog enables it.

    Until then nothing is imported: Pelican imports every plugin that is installed.
    """
    from .adapter import signals

    signals.connect()
