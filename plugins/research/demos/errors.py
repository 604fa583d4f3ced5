"""What goes wrong with a demo: told to the author, located, while the rest is published."""


class DemoError(Exception):
    """A figure or a number cannot be had; the message says why and what to write or do instead."""
