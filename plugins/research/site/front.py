"""The front matter of a paper → what readers see of it, before and behind the text of an article."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape
from pathlib import Path

from .paper import Author, Paper

FILE = Path(__file__).with_name("words.toml")


def words(language: str) -> Mapping[str, str]:
    """Return the words of a BCP 47 `language` tag; in English where we know none."""
    return _tables().get(language.replace("_", "-").split("-")[0].lower()) or _tables()["en"]


def before(paper: Paper, abstract: str, words: Mapping[str, str]) -> str:
    """Return who the authors are, and the abstract: `abstract` as HTML, or else as the paper has it."""
    html = _authors(paper, words)
    text = abstract or (f"<p>{escape(paper.abstract, quote=False)}</p>" if paper.abstract else "")
    if text:
        heading = f"<h2>{words['abstract']}</h2>"
        html += f'<section class="paper-abstract" role="doc-abstract">\n{heading}\n{text}\n</section>\n'
    return html


def behind(paper: Paper, words: Mapping[str, str]) -> str:
    """Return the notes of a paper: licence, DOI, funding, acknowledgements, keywords and revisions."""
    rows = "".join(f"<dt>{words[name]}</dt>\n<dd>{html}</dd>\n" for name, html in _notes(paper))
    return (
        f'\n<section class="paper-notes" role="doc-endnotes">\n<dl>\n{rows}</dl>\n</section>\n'
        if rows
        else ""
    )


def _authors(paper: Paper, words: Mapping[str, str]) -> str:
    """Return the authors, where there is more to say of one than the name."""
    if not any(
        author.settings.affiliations or author.settings.orcid or author.is_equal for author in paper.authors
    ):
        return ""
    rows = "".join(f"<li>{_author(author)}</li>\n" for author in paper.authors)
    equal = f"<p>* {words['equal']}</p>\n" if any(author.is_equal for author in paper.authors) else ""
    return f'<ul class="paper-authors">\n{rows}</ul>\n{equal}'


def _author(author: Author) -> str:
    settings = author.settings
    name = escape(author.name, quote=False)
    shown = f'<a href="{escape(settings.url)}">{name}</a>' if settings.url else name
    shown += "*" if author.is_equal else ""
    more = [escape(place, quote=False) for place in settings.affiliations]
    if settings.orcid_url:
        more.append(f'<a href="{settings.orcid_url}">ORCID {settings.orcid_url.rpartition("/")[2]}</a>')
    return ", ".join((shown, *more))


def _notes(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.license:
        text, url = escape(paper.license, quote=False), paper.license_url
        yield "license", f'<a rel="license" href="{escape(url)}">{text}</a>' if url else text
    if paper.doi:
        doi = escape(paper.doi)
        yield "doi", f'<a href="https://doi.org/{doi}">{doi}</a>'
    for name in ("funding", "acknowledgements"):
        if text := getattr(paper, name):
            yield name, escape(text, quote=False)
    if paper.keywords:
        yield "keywords", escape(", ".join(paper.keywords), quote=False)
    if paper.revisions:
        rows = (
            f'<li><time datetime="{day}">{day}</time>: {escape(text, quote=False)}</li>'
            for day, text in paper.revisions
        )
        yield "revisions", f"<ul>{''.join(rows)}</ul>"


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
