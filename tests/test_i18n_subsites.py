"""With the plugin i18n_subsites each language is a site of its own, built in the middle of the main one."""

import re

import pytest
from conftest import Build, Site

BIB = """@article{vae, author={Kingma, D. P. and Welling, M.}, title={T}, year=2013, journal={J},
  pdf={papers/vae.pdf}}"""
LANGUAGES = {"en": ("", "and"), "de": ("de/", "und"), "fr": ("fr/", "et")}
SETTINGS = """
PLUGINS = {plugins}
RELATIVE_URLS = {relative}
STATIC_PATHS = ["papers"]
I18N_SUBSITES = {{"de": {{"SITENAME": "Ein Blog"}}, "fr": {{"SITENAME": "Un blog"}}}}
RESEARCH = {{"cite_this_post": True}}
"""
ORDERS = ['["research", "i18n_subsites"]', '["i18n_subsites", "research"]']


def post(language: str) -> str:
    head = f"Title: Post\nDate: 2026-01-01\nSlug: post\nLang: {language}\n"
    return f"{head}\nAs [@@vae] and [@vae, p. 3] and $x_{{{language}}}$.\n"


def page(language: str) -> str:
    return f"Title: Works\nSlug: works\nLang: {language}\nBibliography: all\n\nAll."


def built(build: Build, order: str, relative: bool = False) -> Site:
    content = {f"post-{language}.md": post(language) for language in LANGUAGES}
    content |= {f"pages/works-{language}.md": page(language) for language in LANGUAGES}
    content |= {"references.bib": BIB, "papers/vae.pdf": "PDF"}
    site = build(content, SETTINGS.format(plugins=order, relative=relative), "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    return site


@pytest.mark.parametrize("order", ORDERS)
def test_each_site_cites_in_its_language(build: Build, order: str) -> None:
    site = built(build, order)
    for path, conjunction in LANGUAGES.values():
        page = site.read(f"{path}post.html")
        assert page.count(f">Kingma {conjunction} Welling (2013)</a>") == 1
        assert page.count('<section class="references"') == 1
        assert page.count('<details class="cite-this-post"') == 1
        assert page.count("<mjx-container") == 1
        assert f'<meta name="DC.identifier" content="https://blog.example/{path}post.html">' in page
        addresses = re.findall(r'(?:href|src)="https://blog.example/([^"#]*\.(?:css|js|pdf))"', page)
        assert len(addresses) >= 4
        assert [address for address in addresses if not site.exists(address)] == []
        assert "Post</a></span>" in site.read(f"{path}pages/works.html")


def test_relative_addresses(build: Build) -> None:
    site = built(build, ORDERS[0], relative=True)
    for path, _ in LANGUAGES.values():
        addresses = re.findall(r'(?:href|src)="(\.[^"#]*\.(?:css|js|pdf))"', site.read(f"{path}post.html"))
        assert len(addresses) >= 4
        assert [address for address in addresses if not site.exists(path + address)] == []
