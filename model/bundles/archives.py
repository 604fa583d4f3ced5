"""Bundles as archives: packed for a release of a forge, and restored from there instead of being trained.

The name of an archive has the key of its bundle, so that a name that is there is the bundle that is wanted.
"""

import gzip
import io
import shutil
import tarfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from ..errors import ModelError
from . import replacing, store
from .keys import KeyInputs, key
from .store import BundleStore, DamagedError

TIMEOUT_SECONDS = 60
#: So many digits of a key tell bundles apart.
DIGITS = 16


def file_name(name: str, inputs: KeyInputs) -> str:
    """Return the name of the archive of the bundle `name` that is made of `inputs`."""
    return f"{name}-{key(inputs)[:DIGITS]}.tar.gz"


def save(name: str, inputs: KeyInputs, bundles: BundleStore, folder: Path) -> Path | None:
    """Pack the bundle `name` into `folder` unless it is there; return the archive, None if it was there."""
    path = folder / file_name(name, inputs)
    if path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for file in sorted(bundles.bundle(name).iterdir()):
            entry = tarfile.TarInfo(file.name)
            entry.size = file.stat().st_size
            with file.open("rb") as content:
                archive.addfile(entry, content)
    part = path.with_name(f".{path.name}")
    part.write_bytes(gzip.compress(packed.getvalue(), mtime=0))
    part.replace(path)
    return path


def restore(
    name: str, inputs: KeyInputs, bundles: BundleStore, source: str, headers: Mapping[str, str]
) -> str | None:
    """Put the bundle `name` into its place from `source`, a folder or an address; return where it was.

    Returns None where `source` has none. Raises `ModelError` if what it has is not the whole bundle.
    """
    place = f"{source.rstrip('/')}/{file_name(name, inputs)}"
    packed = _fetched(place, headers)
    if packed is None:
        return None
    bundles.folder.mkdir(parents=True, exist_ok=True)
    with store.locked(name, bundles):
        folder = bundles.unfinished(name)
        replacing.remove(folder)
        folder.mkdir()
        try:
            _unpack(packed, folder)
            manifest = store.whole(folder)
            if manifest.get("key") != key(inputs):
                raise DamagedError("it is another bundle than its name says")
            replacing.replace(folder, bundles.folder / name)
        except (DamagedError, tarfile.TarError, OSError, EOFError) as error:
            raise ModelError(f"{name}: {place} is damaged: {error}") from error
        finally:
            if folder.exists():
                shutil.rmtree(folder)
    return place


def _fetched(place: str, headers: Mapping[str, str]) -> bytes | None:
    if not place.startswith(("https://", "http://")):
        return Path(place).read_bytes() if Path(place).is_file() else None
    request = urllib.request.Request(place, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        if error.code in (401, 403, 404):  # forges say so of what is not there, too
            return None
        raise ModelError(f"{place}: {error}") from error
    except OSError as error:
        raise ModelError(f"{place} cannot be read: {error}") from error


def _unpack(packed: bytes, folder: Path) -> None:
    """Write the files of an archive, which has no folders and no links, into `folder`."""
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
        for entry in archive:
            content = archive.extractfile(entry) if entry.isreg() else None
            if content is None or Path(entry.name).name != entry.name:
                raise DamagedError(f"{entry.name} is no plain file")
            with content, (folder / entry.name).open("wb") as file:
                shutil.copyfileobj(content, file)
