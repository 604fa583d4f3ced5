"""The metadata of an article → the front matter of a post."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from ..report import Report
from ..tree import text, walk
from .inlines import Inlines

#: Keys that say how a tool is to show an article, which a theme decides here.
OF_TOOLS = frozenset(
    "format execute jupyter kernelspec jupytext engine toc toc-depth theme css number-sections numbering csl "
    "output editor mainfont fontsize geometry documentclass classoption header-includes reference-location "
    "link-citations kernel language_info site project exports downloads thumbnail banner open_access".split()
)
NAMES = {
    "description": "Summary", "summary": "Summary", "subtitle": "Summary", "lang": "Lang", "language": "Lang",
    "doi": "DOI", "funding": "Funding", "acknowledgements": "Acknowledgements",
    "acknowledgments": "Acknowledgements", "slug": "Slug", "category": "Category",
    "date-modified": "Modified",
}  # fmt: skip
MONTHS = "january february march april may june july august september october november december".split()


class Front:
    """Writes front matter."""

    def __init__(self, inlines: Inlines, report: Report) -> None:
        self.inlines = inlines
        self.report = report
        #: What the settings of the blog should say of the authors.
        self.authors: dict[str, Any] = {}
        #: Notes at the names of authors.
        self.thanks: list[str] = []

    def of_yaml(self, typed: str) -> dict[str, Any]:
        """Return the front matter of a Markdown file."""
        try:
            found = yaml.safe_load(typed) if typed else {}
        except yaml.YAMLError as error:
            self.report.add(f"front matter that is no YAML: {str(error).splitlines()[0]}; it is left out")
            return {}
        return found if isinstance(found, dict) else {}

    def of_tree(self, meta: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metadata of pandoc's tree."""
        return {name: self._value(value) for name, value in meta.items()}

    def _value(self, node: Any) -> Any:
        content = node.get("c")
        match node["t"]:
            case "MetaList":
                return [self._value(one) for one in content]
            case "MetaMap":
                return {name: self._value(one) for name, one in content.items()}
            case "MetaInlines":
                notes = [node for node in walk(content) if node["t"] == "Note"]
                self.thanks += [" ".join(text(note).split()) for note in notes]
                return self.inlines.text([node for node in content if node not in notes])
            case "MetaBlocks":
                return " ".join(
                    self.inlines.text(one["c"]) for one in content if one["t"] in ("Para", "Plain")
                )
        return content

    def lines(
        self, given: Mapping[str, Any], title: str, bibliography: str, more: Sequence[str]
    ) -> Iterator[str]:
        """Yield the lines of the front matter."""
        known = dict(given)
        yield f"Title: {_line(known.pop('title', '') or title)}"
        yield f"Date: {self._date(known.pop('date', ''))}"
        if names := list(self._authors(known.pop("author", None) or known.get("authors"))):
            yield f"Authors: {'; '.join(names)}"
        for name in names if (all_ := _list(known.pop("institute", []))) else ():
            self.authors.setdefault(name, {}).setdefault("affiliations", all_)
        if (addresses := _list(known.pop("address", []))) and len(names) == 1:  # of amsart
            self.authors.setdefault(names[0], {})["affiliations"] = addresses
        elif addresses:
            self.report.add(f"addresses of authors, left out: {'; '.join(addresses)}", addresses[0])
        known.pop("authors", None)
        if abstract := known.pop("abstract", ""):
            yield f"Abstract: {_line(abstract)}"
        tags = [*_list(known.pop("categories", [])), *_list(known.pop("tags", []))]
        if tags:
            yield f"Tags: {', '.join(tags)}"
        if keywords := _list(known.pop("keywords", [])):
            yield f"Keywords: {', '.join(keywords)}"
        if license := known.pop("license", ""):
            named = license if isinstance(license, str) else license.get("content", license)
            yield f"License: {_line(named)}"
        if self.thanks:
            yield f"Acknowledgements: {' '.join(self.thanks)}"
        known.pop("bibliography", None)
        if bibliography:
            yield f"Bibliography: {bibliography}"
        yield from more
        for name in list(known):
            if name.lower() in NAMES:
                yield f"{NAMES[name.lower()]}: {_line(known.pop(name))}"
        self._rest(known)

    def _rest(self, known: Mapping[str, Any]) -> None:
        tools = [name for name in known if name.lower() in OF_TOOLS]
        if tools:
            self.report.add(
                f"{', '.join(tools)}: the theme and the settings of the blog say that here", f"{tools[0]}:"
            )
        for name, value in known.items():
            if name.lower() not in OF_TOOLS and value not in (None, "", [], {}):
                self.report.add(f"{name}: is no field of a post; left out", name)

    def _date(self, given: Any) -> str:
        said = _line(given)
        if found := re.search(r"\d{4}-\d\d?-\d\d?", said):
            return found[0]
        words = re.findall(r"\w+", said.lower())
        years = [word for word in words if re.fullmatch(r"\d{4}", word)]
        months = [number for number, name in enumerate(MONTHS, 1) if name in words or name[:3] in words]
        days = [word for word in words if re.fullmatch(r"\d\d?", word)]
        if years:
            day = int(days[0]) if days and months else 1
            return f"{years[0]}-{months[0] if months else 1:02}-{day:02}"
        if said and "today" not in said:
            self.report.add(f"date: {said} is none; today is put in its place", said)
        return date.today().isoformat()

    def _authors(self, given: Any) -> Iterator[str]:
        for one in given if isinstance(given, list) else [given] if given else []:
            if not isinstance(one, dict):
                yield from (name for name in re.split(r"\s+and\s+|;\s*", _line(one)) if name)
                continue
            name = one.get("name", "")
            if isinstance(name, dict):
                name = name.get("literal") or f"{name.get('given', '')} {name.get('family', '')}"
            name = _line(name)
            self._note_author(name, one)
            yield name

    def _note_author(self, name: str, given: Mapping[str, Any]) -> None:
        said: dict[str, Any] = {}
        if given.get("orcid"):
            said["orcid"] = str(given["orcid"]).rpartition("/")[2]
        found = given.get("affiliations") or given.get("affiliation") or []
        affiliations = [
            _line(one.get("name", one.get("ref", "")) if isinstance(one, dict) else one)
            for one in (found if isinstance(found, list) else [found])
        ]
        if affiliations := [one for one in affiliations if one]:
            said["affiliations"] = affiliations
        if given.get("url"):
            said["url"] = str(given["url"])
        rest = [key for key in given if key not in ("name", "orcid", "affiliations", "affiliation", "url")]
        if rest:
            self.report.add(f"of the author {name}, left out: {', '.join(rest)}", rest[0])
        if said:
            self.authors[name] = said


def title_of(path: Path) -> str:
    """Return a title for a file that has none."""
    return path.stem.replace("-", " ").replace("_", " ").capitalize()


def _line(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_line(one) for one in value)
    return " ".join(str(value).split())


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        return [one.strip() for one in value.split(",") if one.strip()]
    return [_line(one) for one in value or []]
