"""The front matter of a paper: in the page, in its head and in the citation record."""

import json
import re
from html import unescape
from urllib.parse import unquote

import pytest
from conftest import Build
from research.site.settings import is_orcid

POST = """Title: A bound
Date: 2026-01-01
Authors: Ada Lovelace; The VAE Group
Equal_contribution: Ada Lovelace; The VAE Group
Abstract: We bound $x$ & more.
License: CC BY 4.0
DOI: https://doi.org/10.5281/zenodo.1234
Keywords: inference, bounds
Funding: Grant 12
Acknowledgements: We thank Charles.
Revisions: 2026-03-01: New data
    2026-04-01: A proof

Text.
"""
SETTINGS = """
FORMATTED_FIELDS = ["summary", "abstract"]
RESEARCH = {
    "cite_this_post": True,
    "authors": {
        "Ada Lovelace": {"orcid": "0000-0002-1825-0097", "affiliations": ["University of London"]},
        "The VAE Group": {"organization": True, "url": "https://vae.example"},
    },
}
"""


def test_the_front_matter_is_shown_and_read_by_programs(build: Build) -> None:
    site = build(
        {"p.md": POST, "plain.md": "Title: Q\nDate: 2026-01-01\n\nText.\n"}, SETTINGS, "--fatal", "warnings"
    )
    assert site.exit_code == 0, site.log
    page = site.read("a-bound.html")
    assert '<section class="paper-abstract" role="doc-abstract">\n<h2>Abstract</h2>\n<p>We bound <' in page
    assert "University of London" in page
    assert '<a href="https://orcid.org/0000-0002-1825-0097">ORCID 0000-0002-1825-0097</a>' in page
    assert '<a href="https://vae.example">The VAE Group</a>*' in page
    assert '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>' in page
    assert '<time datetime="2026-04-01">2026-04-01</time>: A proof' in page
    for name, content in (
        ("citation_author_institution", "University of London"),
        ("citation_author_orcid", "https://orcid.org/0000-0002-1825-0097"),
        ("citation_doi", "10.5281/zenodo.1234"),
        ("citation_keywords", "inference; bounds"),
    ):
        assert f'<meta name="{name}" content="{content}">' in page
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    data = json.loads(found[1])
    assert [author["@type"] for author in data["author"]] == ["Person", "Organization"]
    assert data["author"][0]["affiliation"][0]["name"] == "University of London"
    assert data["identifier"] == "https://doi.org/10.5281/zenodo.1234"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["dateModified"] == "2026-04-01"
    records = [unescape(unquote(record)) for record in re.findall(r'href="data:[^,]*,([^"]*)"', page)]
    assert "author = {Ada Lovelace and {The VAE Group}}" in records[0]
    assert "doi = {10.5281/zenodo.1234}" in records[0]
    assert json.loads(records[1])[0]["author"][1] == {"literal": "The VAE Group"}
    assert json.loads(records[1])[0]["DOI"] == "10.5281/zenodo.1234"
    assert "AU  - The VAE Group\r\n" in records[2]
    assert "KW  - bounds\r\n" in records[2]
    assert "paper-" not in site.read("q.html")


def test_what_is_wrong_is_reported(build: Build) -> None:
    text = POST.replace("https://doi.org/10.5281", "11.5281").replace("2026-03-01: New", "March: New")
    site = build({"p.md": text.replace("n: Ada Lovelace", "n: Ada Lovelac")}, SETTINGS)
    assert "p.md:7: error: DOI: 11.5281/zenodo.1234 is no DOI: write 10.5281/zenodo.1234" in site.log
    assert "p.md:11: error: Revisions: “March: New data” is no revision" in site.log
    assert "p.md:4: error: Equal_contribution: Ada Lovelac is none of Ada Lovelace, The VAE Group" in site.log
    bad = build({}, SETTINGS.replace("0097", "0098"))
    assert (
        "RESEARCH['authors']['Ada Lovelace']['orcid'] is '0000-0002-1825-0098': write an ORCID iD" in bad.log
    )


@pytest.mark.parametrize(
    "orcid", ["0000-0002-1825-0097", "https://orcid.org/0000-0001-5109-3700", "0000-0002-1694-233X"]
)
def test_an_orcid_has_a_check_digit(orcid: str) -> None:
    assert is_orcid(orcid)
    assert not is_orcid(orcid[:-1] + "1")
