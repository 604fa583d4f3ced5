"""How articles are found and shared: an image of figure and title, JSON-LD, JSON Feed."""

import json
import re
from io import BytesIO
from typing import Any

import feedparser
from conftest import Build
from PIL import Image

FIGURE = (
    "Title: On “bounds” & <em>more</em>\nDate: 2026-01-02\nModified: 2026-03-04\nAuthor: Ada Lovelace\n"
    "Tags: elbo\nSlug: bounds\nSummary: Bounds from <b>below</b>.\n\n"
    "![A plot]({static}/images/a%20plot.png)\n\n$x$ is here.\n"
)
PLAIN = "Title: Plain\nDate: 2026-01-01\n\nText.\n"
BROKEN = "Title: Broken\nDate: 2026-01-03\n\n![A plot]({static}/images/broken.png)\n"
SETTINGS = """
STATIC_PATHS = ["images"]
FEED_ALL_ATOM = "feeds/all.atom.xml"
RESEARCH = {
    "json_feed": "feeds/all.json",
    "authors": {"Ada Lovelace": {"affiliations": ["University of London"], "orcid": "0000-0002-1825-0097"}},
}
"""


def image() -> bytes:
    packed = BytesIO()
    Image.new("RGBA", (300, 200), (255, 0, 0, 128)).save(packed, "PNG")
    return packed.getvalue()


def json_ld(html: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


def test_an_article_is_shared_with_its_figure_and_title(build: Build) -> None:
    content = {"a.md": FIGURE, "plain.md": PLAIN, "images/a plot.png": image()}
    site = build(content, SETTINGS, "--fatal", "warnings")

    assert site.exit_code == 0, site.log
    html = site.read("bounds.html")
    found = re.search(r'<meta property="og:image" content="https://blog.example/([^"]+)">', html)
    assert found
    assert '<meta name="twitter:card" content="summary_large_image">' in html
    assert '<meta property="og:image:alt" content="On “bounds” &amp; more">' in html
    card = Image.open(site.root / "output" / found[1]).convert("RGB")
    assert card.size == (1200, 630)
    red, green, _ = card.getpixel((600, 100))  # type: ignore[misc]
    assert red > 240 > 150 > green  # half-transparent red on the paper of the card
    assert min(card.crop((60, 380, 800, 480)).convert("L").getextrema()) < 60  # the title
    data = json_ld(html)
    assert data["@type"] == ["BlogPosting", "ScholarlyArticle"]
    assert data["image"] == f"https://blog.example/{found[1]}"
    assert data["dateModified"] == "2026-03-04"
    assert data["description"] == "Bounds from below."
    assert data["author"][0]["affiliation"][0]["name"] == "University of London"
    assert data["publisher"]["url"] == "https://blog.example/"
    assert "og:image" not in site.read("plain.html")
    assert "image" not in json_ld(site.read("plain.html"))

    feed = json.loads(site.read("feeds/all.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "https://blog.example/feeds/all.json"
    first, second = feed["items"]
    assert first["url"] == "https://blog.example/bounds.html"
    assert first["authors"] == [{"name": "Ada Lovelace"}]
    assert "elbo" in first["tags"]
    assert first["date_modified"].startswith("2026-03-04")
    assert 'src="https://blog.example/images/a plot.png"' in first["content_html"]
    assert second["title"] == "Plain"
    atom = feedparser.parse(site.read("feeds/all.atom.xml"))
    assert not atom.bozo
    assert [entry.link for entry in atom.entries] == [item["url"] for item in feed["items"]]
    assert atom.feed.updated


def test_what_other_plugins_do_is_left_to_them(build: Build) -> None:
    settings = "STATIC_PATHS = ['images']\nRESEARCH = {'social_cards': False, 'head_metadata': False}\n"
    site = build({"a.md": FIGURE, "images/a plot.png": image()}, settings)

    assert "og:image" not in site.read("bounds.html")
    assert "ld+json" not in site.read("bounds.html")
    assert not (site.root / "output" / "feeds" / "all.json").exists()


def test_a_figure_that_is_no_image_costs_its_card_alone(build: Build) -> None:
    content = {
        "a.md": FIGURE,
        "broken.md": BROKEN,
        "images/a plot.png": image(),
        "images/broken.png": b"no image",
    }
    site = build(content, SETTINGS)

    assert (site.root / "output" / "broken.html").exists()
    assert "broken.png" in site.log
    assert "og:image" in site.read("bounds.html")
    assert len(list((site.root / "output" / "research" / "cards").iterdir())) == 1
