"""How readers and their programs cite a post: tags for its head, and its own record to take away.

Google Scholar and Zotero read the tags that begin with ``citation_`` (Google Scholar, “Inclusion
Guidelines for Webmasters”), others Dublin Core or JSON-LD (schema.org).
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from html import escape, unescape
from typing import Any
from urllib.parse import quote

from ..core.lazy import lazy_pattern
from ..core.post import Publication
from ..core.terms import Terms
from ..core.text.guarded import substitute
from .paper import Author, Paper

JSON_LD = 'type="application/ld+json"'
SECTION = lazy_pattern(r'\n<details class="cite-this-post">.*?</details>\n', re.DOTALL)


def head(post: Publication, paper: Paper, with_json_ld: bool = True, image: str = "") -> str:
    """Return meta tags for the head of the page of `post`, and JSON-LD, unless the page has some already.

    The `image` is the address of one that stands for the page.
    """
    day = post.date.isoformat()
    tags = [
        ("citation_title", bare(post.title)),
        *(tag for author in paper.authors for tag in _author_tags(author)),
        ("citation_publication_date", day.replace("-", "/")),
        ("citation_journal_title", post.site),
        ("citation_language", post.language),
        ("citation_public_url", post.url),
        ("citation_doi", paper.doi),
        ("citation_abstract", paper.abstract),
        ("citation_keywords", "; ".join(paper.keywords)),
        ("DC.title", bare(post.title)),
        *(("DC.creator", author) for author in post.authors),
        ("DC.date", day),
        ("DC.publisher", post.site),
        ("DC.language", post.language),
        ("DC.identifier", post.url),
        ("DC.rights", paper.license_url or paper.license),
    ]
    metas = "".join(f'<meta name="{name}" content="{escape(text)}">\n' for name, text in tags if text)
    script = f"<script {JSON_LD}>{_json_ld(post, paper, image)}</script>\n" if with_json_ld else ""
    return metas + script


def section(post: Publication, paper: Paper, terms: Terms) -> str:
    """Return a section that has the record of `post` in three forms, each to select and to download."""
    records = "".join(
        _record(name, f"{post.slug}.{suffix}", kind, text, terms)
        for name, suffix, kind, text in (
            ("BibTeX", "bib", "application/x-bibtex", bibtex(post, paper)),
            ("CSL-JSON", "json", "application/vnd.citationstyles.csl+json", csl_json(post, paper)),
            ("RIS", "ris", "application/x-research-info-systems", ris(post, paper)),
        )
    )
    summary = f"<summary>{terms.cite_this_post}</summary>"
    return f'\n<details class="cite-this-post">\n{summary}\n{records}</details>\n'


def without_section(html: str) -> str:
    """Return `html` without that section, as feed readers are to have it."""
    return substitute(SECTION, "", html, "</details>") if "cite-this-post" in html else html


def _record(name: str, file: str, kind: str, text: str, terms: Terms) -> str:
    address = f"data:{kind};charset=utf-8,{quote(text)}"
    return (
        f'<div class="citation-record" data-copy="{terms.copy}" data-copied="{terms.copied}">\n'
        f'<p><b>{name}</b> <a download="{escape(file)}" href="{address}" '
        f'aria-label="{terms.download} {name}">{terms.download}</a></p>\n'
        f'<pre tabindex="0" role="group" aria-label="{name}"><code>{escape(text, quote=False)}</code></pre>\n'
        "</div>\n"
    )


def bibtex(post: Publication, paper: Paper) -> str:
    """Return the entry of `post` in BibLaTeX, which BibTeX reads as well."""
    fields = {
        "author": " and ".join(f"{{{one.name}}}" if _is_whole(one) else one.name for one in paper.authors),
        "title": bare(post.title),
        "journal": post.site,
        "date": post.date.isoformat(),
        "year": str(post.date.year),
        "url": post.url,
        "doi": paper.doi,
        "abstract": paper.abstract,
        "keywords": ", ".join(paper.keywords),
        "langid": post.language,
    }
    lines = "".join(
        f"  {name} = {{{text if name == 'author' else _braced(text)}}},\n"
        for name, text in fields.items()
        if text
    )
    return f"@online{{{_key(post)},\n{lines}}}\n"


def csl_json(post: Publication, paper: Paper) -> str:
    """Return the item of `post` in CSL-JSON."""
    item = {
        "id": _key(post),
        "type": "post-weblog",
        "title": bare(post.title),
        "author": [_name(author) for author in paper.authors],
        "container-title": post.site,
        "issued": {"date-parts": [[post.date.year, post.date.month, post.date.day]]},
        "URL": post.url,
        "language": post.language,
    }
    more = {"DOI": paper.doi, "abstract": paper.abstract, "keyword": ", ".join(paper.keywords)}
    item |= {name: text for name, text in more.items() if text}
    return json.dumps([item], ensure_ascii=False, indent=1)


def ris(post: Publication, paper: Paper) -> str:
    """Return the record of `post` in the RIS format."""
    lines = [
        ("TY", "BLOG"),
        ("TI", bare(post.title)),
        *(("AU", ", ".join(_name(author).values())) for author in paper.authors),
        ("T2", post.site),
        ("DA", post.date.strftime("%Y/%m/%d")),
        ("PY", str(post.date.year)),
        ("UR", post.url),
        ("LA", post.language),
        *((tag, text) for tag, text in (("DO", paper.doi), ("AB", paper.abstract)) if text),
        *(("KW", word) for word in paper.keywords),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in lines)


def _author_tags(author: Author) -> Iterable[tuple[str, str]]:
    """Return what the head says of an author: institutions stand behind the name."""
    yield "citation_author", author.name
    yield from (("citation_author_institution", place) for place in author.settings.affiliations)
    yield "citation_author_orcid", author.settings.orcid_url


def _is_whole(author: Author) -> bool:
    """Return whether the name of an author has no parts that sort apart."""
    return author.settings.organization and " " in author.name


def _name(author: Author) -> dict[str, str]:
    given, _, family = author.name.rpartition(" ")
    if not given or author.settings.organization:
        return {"literal": author.name}
    return {"family": family, "given": given}


def _key(post: Publication) -> str:
    family = post.authors[0].rpartition(" ")[2] if post.authors else ""
    return re.sub(r"[^A-Za-z0-9]", "", family).lower() + str(post.date.year) + "-" + post.slug


def _braced(text: str) -> str:
    """Return `text` as a BibTeX value: braces in it balance, and LaTeX reads it as text."""
    bare = text.replace("{", "").replace("}", "").replace("\\", "")
    return re.sub(r"([&%$#_])", r"\\\1", bare) if not bare.startswith("http") else bare


def _json_ld(post: Publication, paper: Paper, image: str) -> str:
    people = [_schema(author) for author in paper.authors]
    data = {
        "@context": "https://schema.org",
        "@type": ["BlogPosting", "ScholarlyArticle"],
        "headline": bare(post.title),
        "author": list(people),
        "datePublished": post.date.isoformat(),
        "inLanguage": post.language,
        "isPartOf": {"@type": "Blog", "name": post.site, **({"url": post.root} if post.root else {})},
        "publisher": {
            "@type": "Organization",
            "name": post.site,
            **({"url": post.root} if post.root else {}),
        },
        "url": post.url,
        "mainEntityOfPage": post.url,
        "image": image,
        "description": _plain(post.metadata.get("description") or post.metadata.get("summary")),
    }
    more: dict[str, Any] = {
        "abstract": paper.abstract,
        "license": paper.license_url or paper.license,
        "keywords": list(paper.keywords),
        "identifier": f"https://doi.org/{paper.doi}" if paper.doi else "",
        "funding": {"@type": "Grant", "description": paper.funding} if paper.funding else "",
        "dateModified": max((day for day, _ in paper.revisions), default=_day(post.metadata.get("modified"))),
    }
    data |= {name: value for name, value in more.items() if value}
    data = {name: value for name, value in data.items() if value}
    # In a script element only “<” could end the data.
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def _schema(author: Author) -> dict[str, Any]:
    """Return an author in the terms of schema.org."""
    settings = author.settings
    found: dict[str, Any] = {
        "@type": "Organization" if settings.organization else "Person",
        "name": author.name,
    }
    if settings.affiliations:
        found["affiliation"] = [{"@type": "Organization", "name": place} for place in settings.affiliations]
    return found | {
        name: url for name, url in (("identifier", settings.orcid_url), ("url", settings.url)) if url
    }


def _plain(html: Any) -> str:
    """Return the text of what an author wrote about an article, without markup and typeset formulas."""
    return "" if "<mjx-" in str(html or "") else " ".join(bare(str(html or "")).split())


def _day(value: Any) -> str:
    return value.date().isoformat() if isinstance(value, datetime) else ""


def bare(title: str) -> str:
    """Return a title without its markup."""
    return unescape(re.sub(r"<[^>]*>", "", title))
