"""The library: the entries of the bibliography files of a site, each parsed when it is cited."""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ...core.diagnostics import Diagnostic, Severity
from ...core.lazy import lazy_pattern
from . import bibtex
from .bibfile import BibFile, TypeAndFields
from .cslfile import CslFile
from .entry import Entry, normal
from .inline import InlineFile, Source, path_of

#: Files of these kinds hold items of CSL; all others are taken for BibTeX.
CSL_SUFFIXES = frozenset((".json", ".yaml", ".yml"))


#: The line by which JabRef states the encoding of a file.
ENCODING = lazy_pattern(rb"(?:\xef\xbb\xbf)?\s*%+\s*Encoding:\s*([\w.-]+)", re.IGNORECASE)


class Library(Mapping[str, Entry]):
    """The entries in the files `sources`, by key. Of two files with the same key the first one wins.

    A file that is missing or broken adds to `diagnostics`, and so does an entry.
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._files: list[BibFile | CslFile] = []
        self._file_of: dict[str, BibFile | CslFile] = {}
        self._entries: dict[str, Entry | None] = {}
        self._diagnostics: list[Diagnostic] = []
        texts = {file: text for file in dict.fromkeys(sources) if (text := self._text(file)) is not None}
        strings: dict[str, str] = {}
        for source, text in texts.items():
            if not _is_csl(source) and len(texts) > 1:
                strings = bibtex.strings(text) | strings
        for source, text in texts.items():
            self._add(source, text, strings)

    def __getitem__(self, key: str) -> Entry:
        if (entry := self._find(key)) is None:
            raise KeyError(key)
        return entry

    def __contains__(self, key: object) -> bool:
        return self._find(str(key)) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._file_of)

    def __len__(self) -> int:
        return len(self._file_of)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What has been found wrong so far; reading an entry may add to it."""
        return self._diagnostics + [found for file in self._files for found in file.diagnostics()]

    def place(self, key: str) -> tuple[Path, int]:
        """Return file and line of the entry `key`."""
        file = self._file_of[key]
        return file.path, file.line(file.offset(key))

    def has_entry(self, key: str) -> bool:
        """Return whether there is an entry `key`, which may be broken."""
        broken = any(file.has_broken(key) for file in self._files if isinstance(file, BibFile))
        return key in self._file_of or broken

    def parents(self, key: str) -> set[str]:
        """Return the keys of all ancestors of `key`."""
        found: set[str] = set()
        new = {key}
        while new:
            files = ((self._file_of.get(name), name) for name in new)
            parents = (file.parents(name) for file, name in files if isinstance(file, BibFile))
            new = set().union(*parents) - found
            found |= new
        return found

    def raw(self, key: str) -> TypeAndFields | None:
        """Return type and fields of the entry `key` as a .bib file has them; None for other files."""
        return self._entry(key)

    def unused_strings(self) -> Iterator[Diagnostic]:
        """Yield a warning for each ``@string`` that no file uses."""
        files = [file for file in self._files if isinstance(file, BibFile)]
        words = set().union(*(bibtex.words(file.text) for file in files))
        for file in files:
            for name, offset in bibtex.string_places(file.text):
                if name.lower() not in words:
                    message = f"the abbreviation “{name}” is never used"
                    yield Diagnostic(file.path, file.line(offset), message, Severity.WARNING)

    def _text(self, source: Source) -> str | None:
        """Return the text of a file; None where it cannot be read."""
        if isinstance(source, InlineFile):
            return source.text
        path = source
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            advice = "write it, or name another in RESEARCH[“references”]"
            self._diagnostics.append(Diagnostic(path, None, f"there is no such bibliography; {advice}"))
            return None
        except (OSError, ValueError) as error:  # or a name that holds NUL
            self._diagnostics.append(Diagnostic(path, None, f"the bibliography cannot be read: {error}"))
            return None
        declared = ENCODING.match(content)
        try:
            text = content.decode(_codec(declared[1].decode() if declared else ""))
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            name = f"{path.name} > new{path.suffix}"
            advice = f"if it is in Latin-1, convert it: iconv -f latin1 -t utf-8 {name}"
            message = f"the bibliography cannot be read, since it is not in UTF-8; {advice}"
            self._diagnostics.append(Diagnostic(path, line, message))
            return None
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _add(self, source: Source, text: str, strings: Mapping[str, str]) -> None:
        path = path_of(source)
        file = CslFile(path, text) if _is_csl(source) else BibFile(path, text, strings)
        self._files.append(file)
        for key, offset in file.offsets().items():
            if other := self._file_of.get(key):
                line = other.line(other.offset(key))
                file.note(offset, f"the key “{key}” is taken by {other.path}:{line}")
            else:
                self._file_of[key] = file

    def _find(self, key: str) -> Entry | None:
        if key not in self._entries:
            self._entries[key] = self._read(normal(key))
        return self._entries[key]

    def _read(self, key: str) -> Entry | None:
        file = self._file_of.get(key)
        item = file.item(key, self._entry) if file else None
        return Entry(key, item) if item else None

    def _entry(self, key: str) -> TypeAndFields | None:
        file = self._file_of.get(key)
        return file.fields(key) if isinstance(file, BibFile) else None


def _is_csl(source: Source) -> bool:
    return isinstance(source, InlineFile) or source.suffix in CSL_SUFFIXES


def _codec(declared: str) -> str:
    """Return the codec of a file that has `declared` an encoding; UTF-8 if there is none of that name."""
    try:
        name = codecs.lookup(declared).name if declared else "utf-8"
    except LookupError:
        name = "utf-8"
    return "utf-8-sig" if name == "utf-8" else name
