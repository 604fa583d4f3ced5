"""What Node.js has set, kept from build to build: a file a job, named by a hash of all that decides it."""

import hashlib
import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any


class Kept:
    """Results in `folder`, for one state of what `common` says.

    Jobs and results are what JSON can say. Builds that run at once may share the folder: a file is
    there whole or not. Its first line is the hash of the rest, so that a damaged file counts as absent.
    """

    def __init__(self, folder: Path, *common: str) -> None:
        self._folder = folder
        self._common = hashlib.sha256("\0".join(common).encode()).hexdigest()

    def key(self, job: Any) -> str:
        """Return the hash of everything that decides the result of `job`."""
        text = self._common + json.dumps(job, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def get(self, key: str) -> Any:
        """Return what was kept under `key`, or None."""
        try:
            digest, _, content = self._path(key).read_bytes().partition(b"\n")
        except OSError:
            return None
        return json.loads(content) if digest == _digest(content) else None

    def put(self, key: str, result: Any) -> None:
        """Keep `result` under `key`; where the folder cannot be written, the next build makes it again."""
        content = json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, beside = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_digest(content) + b"\n" + content)
                os.replace(beside, self._path(key))
            finally:
                Path(beside).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()
