import re
from pathlib import Path

from conftest import Build
from research.core.storage.assets import Script, StyleSheetFile, linked

POST = "Title: Post\nDate: 2026-01-01\n\nA formula: $x$."


def asset_in(folder: Path) -> StyleSheetFile:
    style = folder / "part.css"
    style.write_text("p { color: red }")
    return StyleSheetFile(style, marker="needs-part")


def test_a_page_with_the_marker_gets_the_link_and_the_file(tmp_path: Path) -> None:
    asset = asset_in(tmp_path)
    html, needed = linked("<head></head><p class='needs-part'>", "../", [asset])
    assert f'<link rel="stylesheet" href="../{asset.address}">\n</head>' in html
    assert [file for asset in needed for file in asset.files()] == [(asset.address, b"p{color:red}")]


def test_a_page_without_the_marker_is_left_alone(tmp_path: Path) -> None:
    assert linked("<head></head><p>", "", [asset_in(tmp_path)]) == ("<head></head><p>", [])


def test_the_style_sheets_of_a_page_are_one_file(tmp_path: Path) -> None:
    other = StyleSheetFile(tmp_path / "other.css", marker="<p")
    other.path.write_text("i { color: blue }")
    script = Script(tmp_path / "a.js", (), marker="<p")
    script.path.write_text("addEventListener('load', () => {})")
    assets = [asset_in(tmp_path), other, script]
    html, (sheet, last) = linked("<head></head><p class='needs-part'>", "", assets)
    assert last is script
    ((address, content),) = sheet.files()
    assert re.fullmatch(r"research/part-other\.\w{10}\.css", address)
    assert content == b"p{color:red}\ni{color:blue}"
    assert re.findall('(?:href|src)="([^"]*)"', html) == [address, f"{script.address}/a.js"]


def test_the_name_changes_with_the_content(tmp_path: Path) -> None:
    asset = asset_in(tmp_path)
    before = asset.address
    asset.path.write_text("p { color: blue }")
    assert StyleSheetFile(asset.path, asset.marker).address != before


def test_comments_are_for_us_and_not_for_readers(tmp_path: Path) -> None:
    asset = asset_in(tmp_path)
    asset.path.write_text("/* Of\np. */\np { color: red } /* of p */\n")
    assert asset.content == b"p{color:red}"


def test_only_pages_with_formulas_link_their_style(build: Build) -> None:
    site = build({"post.md": POST, "plain.md": "Title: Plain\nDate: 2026-01-01\nSummary: -\n\nNo formula."})
    page = site.read("post.html")
    (link,) = re.findall(r'href="https://blog.example/(research/mathjax-svg\.\w+\.css)"', page)
    assert site.exists(link)
    assert "research/" not in site.read("plain.html")
    assert "stylesheet" not in site.read("feeds/all.atom.xml")


def test_relative_urls(build: Build) -> None:
    settings = 'RELATIVE_URLS = True\nARTICLE_SAVE_AS = ARTICLE_URL = "a/b/{slug}.html"'
    assert 'href="../../research/mathjax-svg.' in build({"post.md": POST}, settings).read("a/b/post.html")


OTHER = """
from pathlib import Path
from pelican import signals

class Bare:
    "A generator that is no child of Pelican's, as that of pelican-sitemap."

    def __init__(self, context, settings, **others):
        self.context, self.settings = context, settings

    def generate_output(self, writer):
        pass

def render_a_piece(generator, content):
    piece = generator.env.from_string("<head></head>{{ word }}").render(word="a piece")
    Path("piece.html").write_text(piece)

def look(path, context):
    if path.endswith("post.html"):
        Path("seen.html").write_bytes(Path(path).read_bytes())

def register():
    signals.get_generators.connect(lambda pelican: Bare, weak=False)
    signals.content_written.connect(look)
    signals.article_generator_write_article.connect(render_a_piece)
"""


def test_other_plugins_see_pages_that_are_finished(build: Build) -> None:
    post = "Title: Post\nDate: 2026-01-01\n\nOf $x$.\n"
    settings = 'PLUGIN_PATHS += ["more"]\nPLUGINS = ["other", "research"]\n'
    site = build({"post.md": post, "/more/other.py": OTHER}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    seen = (site.root / "seen.html").read_text(encoding="utf-8")
    assert seen == site.read("post.html")
    assert "<svg" in seen
    assert (site.root / "piece.html").read_text() == "<head></head>a piece"
    assert "research/mathjax-svg." in seen
