"""Errors that the user can correct."""


class ModelError(Exception):
    """Says what is wrong and what to do; the command prints it and exits with status 1."""
