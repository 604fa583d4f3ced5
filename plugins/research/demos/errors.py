"""What goes wrong with a demo: told to the author, located, while the rest is published."""


class DemoError(Exception):
    """A figure or a number cannot be had; the message says why and what to write or do instead."""


class KeyedError(DemoError):
    """What is wrong stands behind the key `key` of a block."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key
