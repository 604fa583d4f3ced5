"""One article → a post in our forms, its images and its bibliography, and what was not understood."""

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from ..core.diagnostics import Diagnostic
from ..core.lazy import lazy_pattern
from . import tree
from .reading import pandoc
from .report import Report
from .writing.blocks import Blocks
from .writing.front import Front, title_of
from .writing.inlines import Inlines

BIBLIOGRAPHY = lazy_pattern(r"\\(?:bibliography|addbibresource)(?:\[[^\]]*\])?\{(?P<files>[^{}]+)\}")
KEY = lazy_pattern(r"^\s*@\w+\s*\{\s*(?P<key>[^\s,]+)\s*,", re.MULTILINE)
ADDRESS = lazy_pattern(r"[a-zA-Z][\w+.-]*:|//")
#: Where LaTeX finds an image that is named without its suffix, and what it can be in a page.
SUFFIXES = (".svg", ".png", ".jpg", ".jpeg", ".webp", ".gif", ".pdf", ".eps")
NOT_OF_PAGES = (".pdf", ".eps")


@dataclass
class Imported:
    """A post, and what belongs to it."""

    text: str
    #: Files by their places below the folder of contents.
    files: dict[str, bytes] = field(default_factory=dict)
    #: What was not understood.
    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: What the settings should say of the authors.
    authors: dict[str, Any] = field(default_factory=dict)


def read(path: Path, name: str) -> Imported:
    """Return the article at `path` as the post `name`; raise `UnreadableArticleError`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise pandoc.UnreadableArticleError(f"{path} cannot be read: {error}") from error
    report = Report(path, text)
    imported = Imported("", diagnostics=report.found)
    with tempfile.TemporaryDirectory() as media:
        found, yaml_front = pandoc.read(path, Path(media), report)
        files = _Files(path, name, Path(media), imported.files, report)
        imported.text = _written(found, yaml_front, files, report, imported)
    return imported


def _written(
    tree_: dict[str, Any], yaml_front: str, files: "_Files", report: Report, imported: Imported
) -> str:
    is_latex = files.path.suffix == ".tex"
    blocks = tree_["blocks"]
    understood = pandoc.of_latex if not is_latex else lambda typed: []
    ids = frozenset(tree.ids(blocks))
    environments = tree.declared(report.text) if is_latex else {}
    inlines = Inlines(
        report,
        tree.new_ids(blocks, environments),
        files.image,
        file=files.code,
        understood=understood,
        taken=ids,
    )
    front = Front(inlines, report)
    given = front.of_yaml(yaml_front) if yaml_front else front.of_tree(tree_["meta"])
    bibliography = files.bibliography(_bibliographies(given, report.text))
    inlines.keys = files.keys
    writer = Blocks(inlines, tree_["pandoc-api-version"], has_numbers=is_latex)
    title = "" if given.get("title") else _title(blocks)
    body = writer.document(blocks)
    more = list(_choices(given, is_latex))
    head = "\n".join(front.lines(given, title or title_of(files.path), bibliography, more))
    imported.authors = front.authors
    return f"{head}\n\n{body}"


def _title(blocks: list[Any]) -> str:
    """Take the title out of `blocks`, where the first of them is the only heading of its level."""
    firsts = [node for node in blocks if node["t"] == "Header" and node["c"][0] == 1]
    inside = [node for node in tree.walk(blocks[:2]) if node["t"] == "Header" and node["c"][0] == 1]
    if (len(firsts) == 1 and blocks[0] is firsts[0]) or (len(inside) == 1 and not firsts):
        found = inside[0]
        title = tree.text(found["c"][2])
        found["t"], found["c"] = "Para", []
        return title
    return ""


def _choices(given: dict[str, Any], is_latex: bool) -> Iterator[str]:
    """Yield what the front matter says of numbers and notes."""
    formats = given.get("format")
    places = (
        [given, *(one for one in formats.values() if isinstance(one, dict))]
        if isinstance(formats, dict)
        else [given]
    )
    numbering = given.get("numbering")
    has_sections = isinstance(numbering, dict) and (numbering.get("headings") or numbering.get("heading_1"))
    if is_latex or has_sections or numbering is True or any(one.get("number-sections") for one in places):
        yield "Numbering: sections"
    if any(one.get("reference-location") == "margin" for one in places):
        yield "Notes: margin"


def _bibliographies(given: dict[str, Any], text: str) -> list[str]:
    found = given.get("bibliography", [])
    names = found if isinstance(found, list) else [found]
    for command in BIBLIOGRAPHY.finditer(text):
        names = [
            *names,
            *(f"{name.strip().removesuffix('.bib')}.bib" for name in command["files"].split(",")),
        ]
    return list(dict.fromkeys(f"{str(name).strip().removesuffix('.bib')}.bib" for name in names if name))


@dataclass
class _Files:
    """Keeps the files that an article names."""

    path: Path
    name: str
    media: Path
    files: dict[str, bytes]
    report: Report
    keys: frozenset[str] = frozenset()

    def image(self, address: str) -> str:
        """Keep the image at `address`, and return its address in the post."""
        if ADDRESS.match(address) or not address:
            return address
        file = self._file(unquote(address))
        if file is None:
            self.report.add(f"there is no image {address}; put it into the folder of images", address)
            file = Path(address)
        elif file.suffix in NOT_OF_PAGES:
            self.report.add(
                f"{file.name} is no image for pages: convert it to SVG or PNG, and name that", address
            )
        content = file.read_bytes() if file.is_file() else None
        place = self._place(file, content)
        if content is not None:
            self.files[place] = content
        return f"{{static}}/{quote(place)}"

    def _place(self, file: Path, content: bytes | None) -> str:
        """Return where the image `file` is kept: not where another of its name is."""
        folder = f"images/{self.name}"
        place, number = f"{folder}/{file.name}", 1
        while content is not None and self.files.get(place, content) != content:
            number += 1
            place = f"{folder}/{file.stem}-{number}{file.suffix}"
        return place

    def code(self, name: str, lines: str) -> str:
        """Return the `lines` of the file `name`, as “1-2, 5”; all of them where there are none named."""
        file = self.path.parent / name
        if not file.is_file():
            self.report.add(f"there is no file {name}", name)
            return ""
        found = file.read_text(encoding="utf-8", errors="replace").splitlines()
        if not lines:
            return "\n".join(found)
        chosen: list[str] = []
        for first, dash, last in (part.partition("-") for part in lines.replace(" ", "").split(",")):
            end = int(last) if last else len(found) if dash else int(first)
            chosen += found[int(first or 1) - 1 : end]
        return "\n".join(chosen)

    def _file(self, address: str) -> Path | None:
        outputs = self.path.parent.glob(f"{self.path.stem}_files/figure-*/{Path(address).stem}-1.*")
        if found := next(outputs, None):  # as Quarto and knitr save them
            return found
        for folder in (self.path.parent, self.media):
            named = folder / address
            for file in (named, *(named.with_name(f"{named.name}{suffix}") for suffix in SUFFIXES)):
                if file.is_file():
                    return file
        return None

    def bibliography(self, names: list[str]) -> str:
        """Keep the bibliographies called `names`, and return the name of all of them as one."""
        texts = []
        for name in names:
            file = self.path.parent / name
            if file.is_file():
                texts.append(file.read_text(encoding="utf-8", errors="replace"))
            else:
                self.report.add(f"there is no bibliography {name}", name.removesuffix(".bib"))
        if not texts:
            return ""
        text = "\n".join(texts)
        self.keys = frozenset(KEY.findall(text))
        place = f"{self.name}.bib"
        self.files[place] = text.encode()
        return place


def write(imported: Imported, name: str, folder: Path) -> Path:
    """Write a post and its files below `folder`, the one of contents; return the file of the post."""
    post = folder / f"{name}.md"
    for place, content in {**imported.files, post.name: imported.text.encode()}.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    return post
