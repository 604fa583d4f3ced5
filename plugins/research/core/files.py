"""Files that are on disk before their final name is."""

import os
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Wait until the files of `folder`, and their names, are on disk; then the folder can be renamed.

    A file system may else write the new name first: after a loss of power there would be a whole folder
    of empty files.
    """
    for path in folder.iterdir():
        if path.is_file():
            with path.open("r+b") as file:  # Windows flushes only what may be written
                os.fsync(file.fileno())
    if os.name == "nt":  # which opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
