"""The theme of this blog, in blogs that are not like it: empty, translated, paged, in another script."""

import gettext
import re
from xml.etree import ElementTree

from babel.messages.pofile import read_po
from conftest import ROOT, Build

THEME = f"""
THEME = {str(ROOT / "theme")!r}
DIRECT_TEMPLATES = ["index", "archives", "categories", "tags", "authors", "404"]
DEFAULT_DATE_FORMAT = "%-d %B %Y"
LOCALE = ["C"]
MARKDOWN = {{"extension_configs": {{
    "markdown.extensions.codehilite": {{"css_class": "highlight"}},
    "markdown.extensions.extra": {{}},
    "markdown.extensions.meta": {{}},
    "markdown.extensions.toc": {{}},
}}}}
"""
RELATIVE = THEME + "RELATIVE_URLS = True\n"


def post(title: str = "A post", date: str = "2026-01-02", text: str = "Text.", **more: str) -> str:
    head = {"Title": title, "Date": date, **more}
    return "".join(f"{key}: {value}\n" for key, value in head.items()) + f"\n{text}\n"


def test_a_blog_without_posts_says_so(build: Build) -> None:
    site = build({}, THEME, "--fatal", "errors")

    assert site.exit_code == 0, site.log
    for page in ("index.html", "archives.html", "tags.html", "categories.html", "authors.html"):
        assert "Nothing is published here yet" in site.read(page)


def test_a_post_without_tags_summary_or_author(build: Build) -> None:
    site = build({"post.md": post()}, THEME + "AUTHOR = None\n", "--fatal", "warnings")

    html = site.read("a-post.html")
    assert site.exit_code == 0, site.log
    assert "<h1>A post</h1>" in html
    assert "Tagged" not in html
    assert '<time datetime="2026-01-02T00:00:00+00:00">2 January 2026</time>' in html
    assert '<meta name="description" content="Text.">' in html


def test_every_kind_of_page_can_be_written(build: Build) -> None:
    content = {
        "post.md": post(Tags="one, two", Category="Models", Author="Ada", Modified="2026-03-04"),
        "pages/about.md": "Title: About\n\nWho we are.\n",
    }
    periods = 'YEAR_ARCHIVE_SAVE_AS = "{date:%Y}/index.html"\nAUTHOR_SAVE_AS = "author/{slug}.html"\n'
    site = build(content, THEME + periods, "--fatal", "warnings")

    assert site.exit_code == 0, site.log
    assert "<h1>About</h1>" in site.read("pages/about.html")
    assert "<h1>Models</h1>" in site.read("category/models.html")
    assert "<h1>one</h1>" in site.read("tag/one.html")
    assert "<h1>Ada</h1>" in site.read("author/ada.html")
    assert "<h1>Archives: 2026</h1>" in site.read("2026/index.html")
    assert "1 post<" in site.read("tags.html")
    assert 'href="https://blog.example/pages/about.html">About</a>' in site.read("404.html")
    assert "Revised <time" in site.read("a-post.html")


def test_drafts_are_marked_and_kept_from_search_engines(build: Build) -> None:
    content = {
        "draft.md": post(Status="draft"),
        "hidden.md": post("Hidden", Status="hidden"),
        "b.md": post("B"),
    }
    site = build(content, THEME)

    assert '<p class="draft">Draft</p>' in site.read("drafts/a-post.html")
    assert 'content="noindex"' in site.read("drafts/a-post.html")
    assert 'content="noindex"' in site.read("hidden.html")
    assert "noindex" not in site.read("b.html")
    assert "A post" not in site.read("index.html") + site.read("archives.html")


def test_translations_name_each_other_and_their_language(build: Build) -> None:
    content = {
        "post.md": post(Slug="post", Lang="en"),
        "post-ar.md": post("تجربة", text="نص", Slug="post", Lang="ar"),
    }
    site = build(content, THEME)

    english, arabic = site.read("post.html"), site.read("post-ar.html")
    assert '<html lang="en">' in english
    assert '<link rel="alternate" hreflang="ar" href="https://blog.example/post-ar.html">' in english
    assert '<a href="https://blog.example/post-ar.html" hreflang="ar" lang="ar">ar</a>' in english
    assert '<html lang="ar" dir="rtl">' in arabic


def test_many_posts_are_paged(build: Build) -> None:
    content = {f"{number}.md": post(f"Post {number}", f"2026-01-0{number}") for number in range(1, 6)}
    site = build(content, RELATIVE + "DEFAULT_PAGINATION = 2\n")

    second = site.read("index2.html")
    assert re.findall(r'<h2><a href="([^"]+)"', second) == ["./post-3.html", "./post-2.html"]
    assert '<a rel="next" href="./index3.html"><span>Older</span> Page 3 of 3</a>' in second
    assert '<a rel="prev" href="./index.html"><span>Newer</span> Page 1 of 3</a>' in second
    assert "<title>A blog, page 2 – A blog</title>" in second
    assert "Older" not in site.read("index3.html")


def test_a_long_post_lists_its_sections_three_levels_deep(build: Build) -> None:
    heads = [
        "# One",
        "## A *part*",
        "### A detail",
        "#### Less",
        "# Two & more",
        "### Deep",
        "## Last",
        "# Three",
    ]
    text = "".join(f"#{head}\n\n" for head in heads)
    table = "\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n## A [link](b.html)\n"
    content = {"post.md": post(text=text + table), "short.md": post("Short", text="## One\n\n## Two\n")}
    site = build(content, THEME)

    html = site.read("a-post.html")
    listed = html.partition('<nav class="contents"')[2].partition("</nav>")[0]
    names = {"one": "One", "a-part": "A part", "a-detail": "A detail", "two-more": "Two &amp; more"}
    link = {id: f'<li><a href="#{id}">{name}</a>' for id, name in names.items()}
    inner = f"<ol>{link['a-part']}<ol>{link['a-detail']}</li></ol></li></ol>"
    nested = f"<ol>{link['one']}{inner}</li>{link['two-more']}<ol>"
    assert nested in listed.replace("\n", "")
    assert listed.count("<ol>") == listed.count("</ol>")
    assert listed.count("<li>") == listed.count("</li>") == 8
    assert 'class="contents"' not in site.read("short.html")
    # Headings are links to themselves, unless they have links in them.
    assert '<h3 id="a-part"><a class="anchor" href="#a-part">A <em>part</em></a></h3>' in html
    assert re.search(r'<h2 id="a-link">A <a href="[^"]*">link</a></h2>', html)
    # What is wide can be reached by keyboard.
    assert '<div class="scroll" tabindex="0" role="group" aria-label="Table"><table>' in html
    assert '<div class="highlight"><pre tabindex="0">' in html


def test_posts_know_their_place_among_others(build: Build) -> None:
    content = {
        "1.md": post("First", "2026-01-01", Series="Bounds", Tags="elbo, vae"),
        "2.md": post("Second", "2026-01-02", Series="Bounds", Tags="elbo"),
        "3.md": post("Third", "2026-01-03", Tags="vae", text="word " * 500),
        "4.md": post("Alone", "2026-01-04", Tags="rare", text="字" * 900),
        "5.md": post("Draft", "2026-01-05", Series="Bounds", Status="draft"),
        "6.md": post("Hidden", "2026-01-06", Series="Bounds", Status="hidden"),
        "1-de.md": post("Erstens", "2026-01-01", Series="Bounds", Slug="first", Lang="de"),
    }
    settings = (
        RELATIVE
        + 'TAG_DESCRIPTIONS = {"elbo": "Lower bounds."}\n'
        + (
            'RESEARCH = {"authors": {"Ada": '
            '{"affiliations": ["University of London"], "url": "https://ada.example"}}}\n'
            'AUTHOR = "Ada"\n'
        )
    )
    site = build(content, settings, "--fatal", "warnings")

    assert site.exit_code == 0, site.log
    second = site.read("second.html")
    assert "Part 2 of the series “Bounds”" in second
    assert (
        '<li><a href="./first.html">First</a></li>\n<li><span aria-current="page">Second</span></li>'
        in second
    )
    # A post that is not published sees its place, and is not seen; a translation has a series of its own.
    draft, hidden, german = (site.read(f"{name}.html") for name in ("drafts/draft", "hidden", "first-de"))
    assert "Part 3 of the series “Bounds”" in draft
    assert "Part 3 of the series “Bounds”" in hidden
    assert "Teil 1 der Reihe „Bounds“" in german
    assert not re.search("Draft|Hidden|Erstens", second)
    assert '<a rel="prev" href="./first.html"><span>Older</span> First</a>' in second
    assert '<a rel="next" href="./third.html"><span>Newer</span> Third</a>' in second
    related = site.read("first.html").partition('class="related"')[2]
    assert re.findall(r"<li><a [^>]*>(\w+)</a>", related) == ["Third", "Second"]
    assert 'class="related"' not in site.read("alone.html")
    assert 'rel="next"' not in site.read("alone.html")
    assert "2 minutes to read" in site.read("third.html")
    assert "2 minutes to read" in site.read("alone.html")
    assert "1 minute to read" in second
    assert '<p class="lead">Lower bounds.</p>' in site.read("tag/elbo.html")
    assert "<p>Lower bounds.</p>" in site.read("tags.html")
    author = site.read("author/ada.html")
    assert "<span>University of London</span>" in author
    assert '<a rel="me" href="https://ada.example">ada.example</a>' in author


def test_the_theme_speaks_the_language_of_the_page(build: Build) -> None:
    words = {
        match
        for path in (ROOT / "theme" / "templates").glob("*.html")
        for match in re.findall(r'\b(?:_|ngettext)\("([^"]+)"', path.read_text(encoding="utf-8"))
    }
    for language in ("de", "es", "fr", "it", "nl", "pt"):
        folder = ROOT / "theme" / "translations" / language / "LC_MESSAGES"
        with (folder / "messages.po").open("rb") as file:
            written = {message.id: message for message in read_po(file) if message.id}
        compiled = gettext.translation("messages", ROOT / "theme" / "translations", [language])
        assert {id if isinstance(id, str) else id[0] for id in written} == words, language
        for message in written.values():
            if isinstance(message.id, str):
                assert compiled.gettext(message.id) == message.string, language
            else:
                assert compiled.ngettext(*message.id, 2) == message.string[1], language

    content = {"a.md": post(Slug="post", Lang="en"), "b.md": post("Ein Beitrag", Slug="post", Lang="de")}
    site = build(content, THEME)
    assert "1 minute to read" in site.read("post.html")
    assert "1 Minute Lesezeit" in site.read("post-de.html")
    assert "Zum Text springen" in site.read("post-de.html")


def test_text_in_the_head_is_plain(build: Build) -> None:
    title, summary = 'What <em>is</em> a "bound" & why', 'It is <b>below</b> & "tight" <a href="x">x</a>.'
    site = build({"post.md": post(title, Slug="post", Summary=summary)}, THEME)

    head = site.read("post.html").partition("</head>")[0]
    plain = "What is a &#34;bound&#34; &amp; why"
    assert f"<title>{plain} – A blog</title>" in head
    assert f'<meta property="og:title" content="{plain}">' in head
    assert '<meta name="description" content="It is below &amp; &#34;tight&#34; x.">' in head


def test_only_full_addresses_are_canonical(build: Build) -> None:
    content = {"post.md": post(Category="Models")}
    published = build(content, THEME)

    canonical = '<link rel="canonical" href="https://blog.example/{}">'
    assert canonical.format("a-post.html") in published.read("a-post.html")
    assert canonical.format("") in published.read("index.html")
    assert canonical.format("category/models.html") in published.read("category/models.html")

    at_home = build(content, RELATIVE)
    assert "canonical" not in at_home.read("a-post.html")
    assert 'href="../theme/style.css' in at_home.read("category/models.html")
    assert '<a class="site" href="../index.html">' in at_home.read("category/models.html")


def test_search_engines_find_all_that_is_published_and_nothing_else(build: Build) -> None:
    settings = THEME + (
        'DIRECT_TEMPLATES = ["index", "sitemap", "robots"]\n'
        'SITEMAP_SAVE_AS, ROBOTS_SAVE_AS = "sitemap.xml", "robots.txt"\n'
    )
    content = {
        "post.md": post(Modified="2026-03-04", Slug="post"),
        "de.md": post("Ein Beitrag", Slug="post", Lang="de"),
        "draft.md": post("Draft", Status="draft"),
        "hidden.md": post("Hidden", Status="hidden"),
        "pages/about.md": "Title: About\n\nWho we are.\n",
    }
    site = build(content, settings, "--fatal", "errors")

    assert site.exit_code == 0, site.log
    urls = ElementTree.fromstring(site.read("sitemap.xml"))
    found = ["".join(url.itertext()) for url in urls]
    assert found == [
        "https://blog.example/",
        "https://blog.example/post.html2026-03-04",
        "https://blog.example/post-de.html2026-01-02",
        "https://blog.example/pages/about.html",
    ]
    assert "Sitemap: https://blog.example/sitemap.xml" in site.read("robots.txt")
