"""What goes wrong on the way to a release and is the user's to mend."""


class ModelError(Exception):
    """Says what is wrong and what to do; the command prints it and exits with 1."""
