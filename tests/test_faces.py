"""Fonts of the text: cut down to what the blog needs, linked by all pages, and missing without harm."""

import re
from io import BytesIO

from conftest import ROOT, Build
from fontTools.ttLib import TTFont

FILES = ROOT / "node_modules" / "@fontsource" / "stix-two-text" / "files"
POST = "Title: Post\nDate: 2026-01-01\n\nIf *this* costs ÷ł, it is no Ж.\n"
OTHER = "Title: Other\nDate: 2026-01-02\n\nText.\n"


def faces(*names: str) -> str:
    paths = [str(FILES / f"stix-two-text-{name}.woff2") for name in names]
    return f"RESEARCH = {{'text_faces': {paths!r}}}"


def test_fonts_have_the_characters_of_the_blog(build: Build) -> None:
    names = ("latin-400-normal", "latin-400-italic", "latin-ext-400-normal", "cyrillic-700-normal")
    theme = f"THEME = {str(ROOT / 'theme')!r}\nDIRECT_TEMPLATES = ['index', 'robots']\n"
    settings = f"{faces(*names)}\n{theme}ROBOTS_SAVE_AS = 'robots.txt'\n"
    site = build({"post.md": POST, "other.md": OTHER}, settings, "--fatal", "warnings")

    assert site.exit_code == 0, site.log
    other, index = site.read("other.html"), site.read("index.html")
    sheet = re.search(
        r'<link rel="stylesheet" href="https://blog.example/(research/faces\.\w+\.css)">', other
    )
    assert sheet
    assert sheet[0] in index
    assert site.read("robots.txt").startswith("User-agent: *")
    preloaded = re.findall(r'<link rel="preload" href="https://blog.example/([^"]+)" as="font"', other)
    rules = site.read(sheet[1]).splitlines()
    traits = r'family:"STIX Two Text";font-style:(\w+);font-weight:(\d+);.*src:url\(([^)]+)\).*range:([^}]+)}'
    found = [re.search(traits, rule) for rule in rules]
    assert [match and match.group(1, 2) for match in found] == [
        ("normal", "400"), ("italic", "400"), ("normal", "400"), ("normal", "700"),
    ]  # fmt: skip
    addresses = [f"research/{match[3]}" for match in found if match]
    assert preloaded == addresses[:2]
    characters = []
    for address in addresses:
        content = (site.root / "output" / address).read_bytes()
        assert len(content) < 14000
        characters.append(set(map(chr, TTFont(BytesIO(content)).getBestCmap())))
    assert {"÷", "“", "z"} <= characters[0]
    assert not {"é", "Ж"} & characters[0]
    assert characters[2] == {"ł"}  # the first file has all else of this face
    assert "Ж" in characters[3]


def test_a_missing_font_costs_the_font_alone(build: Build) -> None:
    site = build({"post.md": POST}, faces("no-such"))

    assert "RESEARCH['text_faces'] names no file" in site.log
    assert "faces." not in site.read("post.html")
