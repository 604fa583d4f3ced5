"""A record of a DOI registry → a new entry at the end of a .bib file."""

import os
import stat
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..sources.bibfile import BibFile
from ..sources.deduplication import duplicate_keys
from ..sources.library import CSL_SUFFIXES, Library
from . import registry
from .entry import entry, key_of
from .registry import RegistryError


def add(number: str, file: Path, library: Library, key: str = "", resolver: str = registry.RESOLVER) -> str:
    """Append the reference with the DOI or arXiv `number` to `file`, and return its key.

    Raises `RegistryError` where the `library` has it already, or where it cannot be fetched or written.
    """
    if file.suffix in CSL_SUFFIXES:
        raise RegistryError(f"{file}: entries are written in BibTeX; name a .bib file by --to")
    doi = registry.doi_of(number)
    _refuse_twin(doi, {"DOI": doi}, library)
    item = registry.fetch(doi, resolver)
    key = key or key_of(item, library)
    if library.has_entry(key):
        raise RegistryError(f"{place(library, key)}: the key “{key}” is taken; name another by --key")
    text = entry(item, key, doi)
    written = BibFile(file, text).item(key, lambda parent: None)
    if written is None:
        raise RegistryError(
            f"{doi}: no entry of BibTeX can be made of what the registry answers, with the key “{key}”"
        )
    _refuse_twin(doi, written, library)
    _append(file, text)
    return key


def place(library: Library, key: str) -> str:
    """Return file and line of the entry `key`."""
    try:
        path, line = library.place(key)
    except KeyError:  # the entry is broken, and its place is unknown
        return "the bibliography"
    return f"{path}:{line}"


def _refuse_twin(doi: str, item: Mapping[str, Any], library: Library) -> None:
    mine = set(duplicate_keys(item))
    for key in library:
        known = library.get(key)  # nothing where the entry is broken
        if known and mine.intersection(duplicate_keys(known.item)):
            raise RegistryError(f"{place(library, key)}: {doi} is there already; cite it by [@@{key}]")


def _append(file: Path, text: str) -> None:
    """Write `file` anew with `text` at its end, whole or not at all."""
    file = file.resolve()
    try:
        before = file.read_bytes() if file.exists() else b""
        end = b"\r\n" if b"\r\n" in before else b"\n"
        gap = b"" if not before else end * (2 - before.endswith(b"\n"))
        handle, beside = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(before + gap + text.encode().replace(b"\n", end))
            os.chmod(beside, stat.S_IMODE(file.stat().st_mode) if before else 0o644)
            os.replace(beside, file)
        finally:
            Path(beside).unlink(missing_ok=True)
    except OSError as error:
        raise RegistryError(f"{file}: the entry cannot be written: {error}") from error


def first_bibliography(files: Sequence[Path]) -> Path | None:
    """Return the first of `files` that is in BibTeX, or else the first one; None where there is none."""
    in_bibtex = (file for file in files if file.suffix not in CSL_SUFFIXES)
    return next(in_bibtex, files[0] if files else None)
