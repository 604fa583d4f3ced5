"""Settings of this blog for reading it at home: addresses are relative, so a page opens from any folder."""

import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).parent

AUTHOR = "The pelican-research authors"
SITENAME = "Pelican Research"
SITESUBTITLE = "Models explained, by pages that train them"
#: Where the blog is published. Feeds name it even here, since a feed reader knows no other address.
SITEURL = "https://blog.example"
RELATIVE_URLS = True

PATH = "content"
OUTPUT_PATH = "output"
CACHE_PATH = "build/pelican"
STATIC_PATHS = ["images"]
DEFAULT_CATEGORY = "Notes"
USE_FOLDER_AS_CATEGORY = False

TIMEZONE = "UTC"
DEFAULT_LANG = "en"
# The names of months must not depend on the machine that builds.
LOCALE = ["C"]
DEFAULT_DATE_FORMAT = "%-d %B %Y"

PLUGIN_PATHS = ["plugins"]
PLUGINS = ["research"]
FONTS = "node_modules/@fontsource/stix-two-text/files/stix-two-text-latin"
RESEARCH = {
    "build_model": [sys.executable, "-m", "model", "build", "{names}"],
    "cite_this_post": True,
    "json_feed": "feeds/all.json",
    "minify_theme": True,
    "text_faces": [
        f"{FONTS}{more}-{face}.woff2"
        for more in ("", "-ext")
        for face in ("400-normal", "400-italic", "700-normal")
    ],
}

MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.admonition": {},
        "markdown.extensions.codehilite": {"css_class": "highlight", "guess_lang": False},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}

THEME = "theme"
#: Follows the addresses of style sheet and scripts, so that no browser shows a new page with old ones.
STYLE_VERSION = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted((HERE / "theme/static").glob("*.*s")))
).hexdigest()[:8]
DIRECT_TEMPLATES = ["index", "archives", "authors", "categories", "tags", "404"]
DISPLAY_CATEGORIES_ON_MENU = False
DEFAULT_PAGINATION = 10

FEED_ALL_ATOM = "feeds/all.atom.xml"
CATEGORY_FEED_ATOM = None
TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
