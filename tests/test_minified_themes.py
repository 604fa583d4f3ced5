"""Style sheets and scripts of a theme are published small where the blog wants it; its own files stay."""

from conftest import Build

BASE = "<!DOCTYPE html><html><head><title>{{ SITENAME }}</title></head><body></body></html>"
STYLE = "/*! A license. */\n/* Of\n  links. */\na :is(b, i) > c {\n  color: red;\n}\n"
SCRIPT = "// Counts.\nlet n = 1;\nn += `a  ${n}  b`.length;\n"
THEME = {
    "/theme/templates/article.html": BASE,
    "/theme/templates/index.html": BASE,
    "/theme/static/css/main.css": STYLE,
    "/theme/static/count.js": SCRIPT,
    "/theme/static/data.txt": "/* text */\n",
}
SETTINGS = """
THEME = "theme"
DIRECT_TEMPLATES = ["index"]
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
"""
POST = {"post.md": "Title: Post\nDate: 2026-01-01\n\nText.\n"}


def test_a_blog_may_have_its_theme_minified(build: Build) -> None:
    site = build(POST | THEME, SETTINGS)
    assert site.read("theme/css/main.css") == STYLE
    site = build({}, SETTINGS + 'RESEARCH = {"minify_theme": True}\n', "--fatal", "errors")
    assert site.exit_code == 0, site.log
    assert site.read("theme/css/main.css") == "/*! A license. */a :is(b,i)>c{color:red}"
    assert site.read("theme/count.js").strip() == "let n=1;n+=`a  ${n}  b`.length;"
    assert site.read("theme/data.txt") == "/* text */\n"
    assert (site.root / "theme" / "static" / "css" / "main.css").read_text(encoding="utf-8") == STYLE
    again = build({}, SETTINGS + 'RESEARCH = {"minify_theme": True}\n')
    assert again.read("theme/css/main.css") == "/*! A license. */a :is(b,i)>c{color:red}"
