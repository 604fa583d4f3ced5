"""Standard output and standard error of consoles whose encoding lacks signs that messages have."""

import io
import sys


def replace_what_is_missing() -> None:
    """Let these streams print “?” for a sign that their encoding lacks, instead of raising an exception.

    On Windows the encoding is that of the console's language, cp1252 for instance, which has no “→”.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
