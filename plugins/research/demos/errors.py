"""Errors of demos: reported to the author with their place, while the rest is published."""


class DemoError(Exception):
    """A figure or a number is not available; the message says why and what to write or do instead."""


class KeyedError(DemoError):
    """The value of the key `key` of a block is wrong."""

    def __init__(self, message: str, key: str) -> None:
        super().__init__(message)
        self.key = key
