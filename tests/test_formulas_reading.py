"""Markdown with formulas → HTML, and HTML → formulas."""

import re
from pathlib import Path
from typing import Any

import markdown
import pytest
from conftest import ROOT, Build
from hypothesis import example, given
from hypothesis import strategies as st
from research.core.text.segments import segments
from research.formulas.syntax.find import Formula, candidates, find_formulas
from research.formulas.syntax.pasted_scripts import removals

CASES = sorted((ROOT / "tests" / "cases" / "formulas").glob("*.md"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_markdown(case: Path) -> None:
    html = markdown.markdown(case.read_text(), extensions=["extra", "research.formulas.syntax.markdown"])
    assert html == case.with_suffix(".html").read_text().rstrip("\n")


@pytest.mark.parametrize(
    ("html", "tex", "display"),
    [
        (r'<span class="math">\(x &lt; y\)</span>', "x < y", False),
        ('<span class = "math">\n\\( a \\sim\nb \\)\n</span>', "a \\sim\nb", False),
        (r'<div class="math">\[ x \]</div>', "x", True),
        (r'<p class="formula">$$ x $$</p>', "x", True),
        (r'<span class="math inline">x^2</span>', "x^2", False),
        (r'<div class="math">x^2</div>', "x^2", True),
        (r'<span class="math display">a \begin{b}c\end{b}</span>', r"a \begin{b}c\end{b}", True),
        (r'<span class="math">a = \begin{b}c\end{b}</span>', r"a = \begin{b}c\end{b}", False),
        (r'<span class="math">\(a\)<span class="math"> is prose', "a", False),
        (r"<p>The set $ A \cap B$ is</p>", r"A \cap B", False),
        ('<script type="math/tex">x < y</script>', "x < y", False),
        ('<script type="math/tex; mode=display">% <![CDATA[\nx < y %]]></script>', "x < y", True),
        (r"<p>of \(x\)</p>", "x", False),
        (r"<p>of \(x \text{ if \(y\)}\)</p>", r"x \text{ if \(y\)}", False),
        (r'<span class="math">\(x \mbox{ if \(y\)}\)</span>', r"x \mbox{ if \(y\)}", False),
        ("<figcaption>to $2^{10}$ bits</figcaption>", "2^{10}", False),
        ("<li>at $-0.5$, then</li>", "-0.5", False),
        (r"<p>as $C = X^TX$ is</p>", "C = X^TX", False),
        (r"<p>of $D = \{10, 12, 15\}$,</p>", r"D = \{10, 12, 15\}", False),
        ("<p>by $y = ax + b$.</p>", "y = ax + b", False),
        ("<p>in $[0, 1)$</p>", "[0, 1)", False),
        (r"<p>at $50\%$</p>", r"50\%", False),
        (r"\begin{align}x &amp;= 1\end{align}", r"\begin{align}x &= 1\end{align}", True),
        (r'<a href="#">of \(x\)</a>', "x", False),
    ],
)
def test_a_formula_in_html(html: str, tex: str, display: bool) -> None:
    (place,) = find_formulas(html, segments(html), dollars=True)
    assert place.formula == Formula(tex, display)


@pytest.mark.parametrize(
    "html",
    [
        r"<code>\(x\)</code>",
        r'<img alt="\(x\)">',
        '<script>"$$ x $$"</script>',
        "It costs $5 or $10.",
        "It costs 5$-10$ here, or 3$5$.",
        '<span class="math"></span>',
        '<p class="math">Euler\'s <em>e</em></p>',
        '<p class="math">Prose about numbers</p>',
        '<script type="math/tex">x',
        "<p>In $HOME/$USER, $PATH:$HOME, https://example.org/?$a$</p>",
        r"<p>find $DIR -exec rm {} \; && ls $DIR, $src/lib:$DB, $this->get($key), $AB$</p>",
    ],
)
def test_what_is_no_formula(html: str) -> None:
    assert find_formulas(html, segments(html), dollars=True) == []


def test_prose_in_an_element_of_the_class_stays() -> None:
    html = r'<p class="math">As \(x\) and \(y\) grow</p>'
    assert [html[place.start : place.end] for place in find_formulas(html, segments(html))] == [
        r"\(x\)",
        r"\(y\)",
    ]


# Pieces that readers leave, and those that authors write, put together at random.
PIECES = r"""<p>|</p>|<a href="#">|</a>|<code>|</code>|<CODE>|</CODE>|
    <script>|</script>|<!--|-->|word |<br>|<embed>|
    <span class="math">\(x\)</span>|<div class="math">\[y\]</div>|<span class="math">z</span>|<svg/>|<title>|
    <span class='math'>\(x\)</span>|<p class=math>|<span class="math">|</span>|\(x\)|$$z$$|
    \ref{a}|mathematics"""


@given(st.lists(st.sampled_from(PIECES.replace("\n    ", "").split("|")), max_size=8).map("".join))
@example('<pre><span class="math">\\(x\\)</span></pre>')
def test_marks_alone_say_what_a_walk_says(html: str) -> None:
    assert find_formulas(html, candidates(html)) == find_formulas(html, list(segments(html)))
    assert removals(html, candidates(html)) == removals(html, list(segments(html)))


def test_marks_of_readers_spare_the_walk() -> None:
    text = 'Of $x$ and `code`.\n\n$$y$$\n\n```c\nint *p = "$$";\n```\n'
    html = markdown.markdown(text, extensions=["extra", "research.formulas.syntax.markdown"])
    assert [html[start:end] for _, start, end in candidates(html)] == [
        r'<span class="math">\(x\)</span>',
        r'<div class="math">\[y\]</div>',
    ]


@pytest.mark.parametrize(
    "script",
    [
        '<script src="https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.3/latest.js?config=TeX"></script>',
        "<script id=m async src='https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-svg.js'></script>",
        '<script type="text/x-mathjax-config">MathJax.Hub.Config({});</script>',
        "<script>window.MathJax = {tex: {}};</script>",
        "<script>if (!document.getElementById('mathjaxscript_pelican_#%@#$@#')) {}</script>",
    ],
)
def test_scripts_of_mathjax_go(script: str) -> None:
    html = f"<p>a</p>{script}<p>b</p>"
    (edit,) = removals(html, segments(html))
    assert html[edit.start : edit.end] == script


@pytest.mark.parametrize(
    "html",
    [
        '<script src="plot.js"></script>',
        "<script>// a note on MathJax\nplot();</script>",
        '<script>plot();</script><pre>&lt;script src="mathjax.js"&gt;</pre>',
        '<code><script src="https://cdn.example/mathjax/tex.js"></script></code>',
    ],
)
def test_other_scripts_stay(html: str) -> None:
    assert removals(html, segments(html)) == []


@pytest.mark.parametrize(
    ("options", "text", "html"),
    [
        ({"inline": ((r"\(", r"\)"),)}, r"As $x$, \(y\)", "As $x$, <m>y</m>"),
        ({"display": ((r"\[", r"\]"),)}, "$x$, $$z$$", "<m>x</m>, &#000036;&#000036;z&#000036;&#000036;"),
        ({"inline": (("@@", "@@"),)}, "$x$, @@y_1 a_1@@", "$x$, <m>y_1 a_1</m>"),
        ({"inline": (("$`", "`$"),)}, "$x$, $`y`$ and `z`", "$x$, <m>y</m> and <code>z</code>"),
        (
            {"inline": (), "display": ()},
            r"$x$, \(y\), $$z$$",
            "$x$, (y), &#000036;&#000036;z&#000036;&#000036;",
        ),
        ({"inline": (("$", "$"), (r"\(", r"\)"))}, r"$x$, \(p(y \mid z)\)", r"<m>x</m>, <m>p(y \mid z)</m>"),
        ({"inline": ((r"\(", r"\)"),)}, r"\(x \hbox{ if \(y\)}\)", r"<m>x \hbox{ if \(y\)}</m>"),
        ({"off": True}, "$x$", "$x$"),
    ],
)
def test_delimiters_by_setting(options: dict[str, Any], text: str, html: str) -> None:
    configs = {"research.formulas.syntax.markdown": options}
    found = markdown.markdown(
        text, extensions=["research.formulas.syntax.markdown"], extension_configs=configs
    )
    assert re.sub(r'<span class="math">\\\((.*?)\\\)</span>', r"<m>\1</m>", found) == f"<p>{html}</p>"


ESCAPED = r"""Title: A post
Date: 2026-01-01
Summary: {signs} in a summary

{signs} and &#36;5, &#92;(y\\), [a link](https://a.example "\\[z\\]"), `\\(x\\)`, $$x$$"""


@pytest.mark.parametrize(
    ("typed", "published"), [(r"\\(x\\) and \\[x^2\\]", r"\(x\) and \[x^2\]"), (r"5\$", "5$")]
)
def test_escaped_signs_are_published_as_they_are(build: Build, typed: str, published: str) -> None:
    files = {"p.md": ESCAPED.replace("{signs}", typed)}
    names = ("a-post.html", "index.html", "feeds/all.atom.xml")

    def published_with(settings: str) -> list[str]:
        site = build(files, settings)
        return [site.read(name).rpartition("</head>")[2] for name in names]

    without = [text.replace(r"5\$", "5$") for text in published_with("PLUGINS = []")]
    assert all(published in text for text in without)
    assert published_with('RESEARCH = {"display_math": []}') == without


def test_displayed_formulas_between_delimiters_of_a_blog(build: Build) -> None:
    settings = 'RESEARCH = {"inline_math": [["@@", "@@"]], "display_math": [["%%", "%%"]]}'
    text = "It costs $5$, @@y@@.\n\n%%\nz\n> u\n%%\n\n\\begin{align}a\\end{align}\n"
    site = build({"post.md": post(text)}, settings)
    assert "It costs $5$, " in site.read("post.html")
    assert site.read("post.html").count("<mjx-container") == 3


def post(text: str) -> str:
    return f"Title: Post\nDate: 2026-01-01\n\n{text}"


@pytest.mark.parametrize("plugins", ['["render_math", "research"]', '["research", "render_math"]'])
def test_render_math_beside_us_sends_no_script(build: Build, plugins: str) -> None:
    rst = "Other\n#####\n:date: 2026-01-02\n\nOf :math:`y^2`.\n\n.. math:: z\n"
    site = build({"post.md": post("It costs $5 or ($10), and $x$."), "rst.rst": rst}, f"PLUGINS = {plugins}")
    assert site.exit_code == 0, site.log
    for name in ("post.html", "other.html", "index.html", "feeds/all.atom.xml"):
        assert "cdnjs" not in site.read(name)
        assert "MathJax.Hub" not in site.read(name)
    assert site.read("post.html").count("<mjx-container") == 1
    assert site.read("other.html").count("<mjx-container") == 2


@pytest.mark.parametrize("where", ['"extensions": ["{}"]', '"extension_configs": {{"{}": {{}}}}'])
def test_other_extensions_for_formulas_are_named_and_left_out(build: Build, where: str) -> None:
    settings = f"MARKDOWN = {{{where.format('pymdownx.arithmatex')}}}"
    site = build({"post.md": post("A $x$ and\n\n$$y$$")}, settings)
    assert "MARKDOWN: warning: “pymdownx.arithmatex” is left out" in site.log
    assert site.read("post.html").count("<mjx-container") == 2
    assert "math/tex" not in site.read("post.html")


def test_code_that_an_extension_has_put_aside_stays(build: Build) -> None:
    settings = 'MARKDOWN = {"extensions": ["pymdownx.inlinehilite"]}'
    site = build({"post.md": post(r"Code `$x$` and `\(y\)`, and $z$.")}, settings, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert r"<code>$x$</code> and <code>\(y\)</code>" in site.read("post.html")
    assert site.read("post.html").count("<mjx-container") == 1


def test_pelicans_cache_takes_our_settings(build: Build) -> None:
    settings = "CACHE_CONTENT = LOAD_CONTENT_CACHE = True"
    first = build({"post.md": post("$x$")}, settings, "--fatal", "warnings").read("post.html")
    assert build({}, settings, "--fatal", "warnings").read("post.html") == first
    assert "<mjx-container" in first


def test_the_plugin_is_switched_on_with_pelicans_cache(build: Build) -> None:
    settings = "CACHE_CONTENT = LOAD_CONTENT_CACHE = True\n"
    build({"post.md": post("$x$")}, f"{settings}PLUGINS = []")
    assert "<mjx-container" in build({}, settings).read("post.html")
    assert ">$x$<" in build({}, f"{settings}PLUGINS = []").read("post.html")
    delimiters = "RESEARCH = {'inline_math': []}"
    assert ">$x$<" in build({}, settings + delimiters).read("post.html")


def test_a_theme_without_a_head_gets_style_sheets(build: Build) -> None:
    page = (
        "<!DOCTYPE html><title>{{ article.title }}</title><h1>{{ article.title }}</h1>{{ article.content }}"
    )
    site = build({"post.md": post("$x$"), "/own/article.html": page}, 'THEME_TEMPLATES_OVERRIDES = ["own"]')
    assert '<link rel="stylesheet"' in site.read("post.html").partition("<title>")[0]


@pytest.mark.parametrize(("given", "count"), [("", 1), ("RESEARCH = {'head_metadata': False}", 0)])
def test_metadata_by_setting_and_once(build: Build, given: str, count: int) -> None:
    head = '<head><script type="application/ld+json">{"of": "another"}</script></head>'
    page = f"<html>{head}<body>{{{{ article.content }}}}</body></html>"
    files = {"post.md": post("x"), "/own/article.html": page}
    html = build(files, f'THEME_TEMPLATES_OVERRIDES = ["own"]\n{given}').read("post.html")
    assert html.count("application/ld+json") == 1
    assert html.count('name="citation_title"') == count


def test_typogrify_leaves_formulas_alone(build: Build) -> None:
    text = '"Quoted" $"q" -- ABC$\n\n<p>raw \\(r"s" -- ABC\\)</p>'
    feed = build({"post.md": post(text)}, "TYPOGRIFY = True").read("feeds/all.atom.xml")
    assert r"\(\"q\" -- ABC\)".replace('\\"', '"') in feed
    assert r'\(r"s" -- ABC\)' in feed
    assert "&amp;#8220;" in feed


RENDER_MATH = {
    "auto_insert": False,
    "align": "left",
    "indent": "2em",
    "show_menu": True,
    "process_escapes": True,
    "mathjax_font": "sanserif",
    "latex_preview": "TeX",
    "color": "blue",
    "equation_numbering": "all",
    "linebreak_automatic": True,
    "tex_extensions": ["AMSmath.js", "physics.js", "mhchm.js"],
    "responsive": True,
    "responsive_break": 700,
    "process_summary": True,
    "message_style": None,
    "font_list": ["STIX"],
    "source": "'https://cdn.example/mathjax.js'",
    "colour": "blue",
}


def test_settings_of_render_math_are_honoured_or_named(build: Build) -> None:
    site = build({"post.md": post("$\\qty(x)$\n\n$$y$$")}, f"MATH_JAX = {RENDER_MATH!r}")
    assert site.exit_code == 0, site.log
    html = site.read("post.html")
    assert 'id="mjx-eqn:1"' in html
    assert html.count("<mjx-container") == 2
    named = re.findall(r"MATH_JAX\['(\w+)'\]: warning: ", site.log)
    honoured = {"auto_insert", "process_escapes", "equation_numbering"}
    assert sorted(named) == sorted(RENDER_MATH.keys() - honoured)
    assert "'mhchm' is no package; did you mean “mhchem”?" in site.log
    assert "no such key; did you mean “color”?" in site.log


def test_a_post_turns_formulas_off(build: Build) -> None:
    off = "Title: Off\nDate: 2026-01-01\nMath: off\n\nAs $x$ is.\n\n$$y$$\n"
    site = build({"off.md": off, "post.md": post("But $x$.")})
    assert "<p>As $x$ is.</p>\n<p>$$y$$</p>" in site.read("off.html")
    assert "<mjx-container" in site.read("post.html")


def test_pages_link_what_the_format_of_their_formulas_needs(build: Build) -> None:
    posts = {
        f"{name}.md": f"Title: {name}\nDate: 2026-01-01\nMath: {name}\n\nOf $x$ and $\\ce{{H2O}}$.\n"
        for name in ("chtml", "mathml", "svg")
    }
    site = build(posts | {"plain.md": "Title: Plain\nDate: 2026-01-01\n\nText\n"})
    sheets = {
        name: re.findall(r"research/([\w-]+)\.\w+\.css", site.read(f"{name}.html"))
        for name in ("chtml", "mathml", "svg", "plain", "index")
    }
    assert sheets == {
        "chtml": ["mathjax", "formulas"],
        "mathml": ["mathjax-mathml"],
        "svg": ["mathjax-svg"],
        "plain": [],
        "index": ["mathjax-svg-mathml", "formulas"],
    }


def test_style_sheet_and_fonts_are_found_from_pages_in_folders(build: Build) -> None:
    place = "SITEURL = ''\nRELATIVE_URLS = True\nARTICLE_SAVE_AS = ARTICLE_URL = 'a/b/{slug}.html'\n"
    site = build({"post.md": post("$x$")}, f"{place}RESEARCH = {{'formulas': 'chtml'}}")
    (address,) = re.findall(r'href="(\S*/formulas\.\w+\.css)"', site.read("a/b/post.html"))
    sheet = site.root / "output" / "a" / "b" / address
    fonts = re.findall(r'url\("([^"]+)"\)', sheet.read_text())
    assert len(fonts) == 2
    assert all((sheet.parent / font).is_file() for font in fonts)
    assert "<mjx-math" not in site.read("feeds/all.atom.xml")


def test_without_chtml_no_font_is_published(build: Build) -> None:
    site = build({"post.md": post("$x$")})
    assert not list((site.root / "output" / "research").rglob("*.woff2"))


def test_formulas_are_off_for_a_site_and_on_for_a_post(build: Build) -> None:
    posts = {
        f"{name}.md": f"Title: {name}\nDate: 2026-01-01\nMath: {name}\n\nOf $x$.\n"
        for name in ("on", "true", "Yes", "false")
    }
    site = build(posts | {"post.md": post("Of $x$.")}, 'RESEARCH = {"formulas": "off"}')
    assert site.exit_code == 0, site.log
    assert " is none of " not in site.log
    for name in ("post", "false"):
        assert "<p>Of $x$.</p>" in site.read(f"{name}.html")
    for name in ("on", "true", "yes"):
        assert "<mjx-container" in site.read(f"{name}.html")


TITLES = {
    "a.md": r"""Title: The $\beta$-VAE, or $p_\theta(x \mid z)$ for $5 and $6
Date: 2026-01-01
Slug: a

Text.
""",
    "b.rst": "Of :math:`\\alpha` and $5\n########################\n:date: 2026-01-02\n:slug: b\n\nText.\n",
    "c.html": r"<html><head><title>Of \(x^2\)</title><meta name=date content=2026-01-03>"
    "<meta name=slug content=c></head><body>Text.</body></html>",
}


def test_a_formula_in_a_title_is_set_where_markup_can_stand_and_text_elsewhere(build: Build) -> None:
    site = build(TITLES, f"THEME = {str(ROOT / 'theme')!r}\nRESEARCH = {{'cite_this_post': True}}")
    assert site.exit_code == 0, site.log
    page = site.read("a.html")
    assert "<title>The β-VAE, or p_θ(x ∣ z) for $5 and $6 – A blog</title>" in page
    (heading,) = re.findall("<h1>.*?</h1>", page, re.DOTALL)
    assert heading.count("<mjx-container") == 2
    assert 'property="og:title" content="The β-VAE, ' in page
    assert "title = {The β-VAE, or p\\_θ(x ∣ z) for" in page
    assert "<title>Of α and $5 – A blog</title>" in site.read("b.html")
    assert "<title>Of x² – A blog</title>" in site.read("c.html")
    assert site.read("archives.html").count("<mjx-container") == 4
    assert "<title>The β-VAE, or p_θ(x ∣ z)" in site.read("feeds/all.atom.xml")


@pytest.mark.parametrize("title", ["{{ article.title }}", "{{ article.title|e }}"])
def test_a_title_is_text_in_the_name_of_a_window_whatever_the_theme(build: Build, title: str) -> None:
    page = f"<html><head><title>{title}</title></head><body><h1>{{{{ article.title }}}}</h1></body></html>"
    text = "Title: The $\\beta$-VAE\nDate: 2026-01-01\nSlug: post\n\nText.\n"
    site = build({"post.md": text, "/own/article.html": page}, 'THEME_TEMPLATES_OVERRIDES = ["own"]')
    assert "<title>The β-VAE</title>" in site.read("post.html")
    assert "<h1>The <mjx-container><svg" in site.read("post.html")


def test_without_node_the_name_of_a_window_can_be_read(build: Build, tmp_path: Path) -> None:
    macros = r"\newcommand{\KL}[2]{D(#1, #2)} \def\half{\frac12} \newcommand\E{\mathbb{E}}"
    title = r"The $\beta$-VAE, $p_\theta(x \mid z)$, $\KL{q}{p} + \half\E$"
    text = f"Title: {title}\nDate: 2026-01-01\nSlug: post\nMacros: {macros}\n\nOf $x$.\n"
    blocked = (
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, package=None: None if 'node' in name else find(name, package)\n"
    )
    site = build({"post.md": text, "/no_node.py": blocked}, "import no_node", env={"PATH": str(tmp_path)})
    assert (
        "The β-VAE, p_θ(x | z), D(q, p) + 1/2𝔼"
        in re.findall("<title>(.*?)</title>", site.read("post.html"))[0]
    )
    assert "math-client" in site.read("post.html")


def test_a_title_knows_the_macros_of_its_post_and_bad_ones_are_named(build: Build) -> None:
    front = "Date: 2026-01-01\nMacros: \\newcommand{\\half}{\\frac12}\n\nText.\n"
    site = build({"a.md": f"Title: $\\half$\nSlug: a\n{front}", "b.md": f"Title: $\\foo$\n{front}"})
    assert "1/2</title>" in site.read("a.html")
    assert "b.md:1: error: MathJax, of the formula" in site.log


def test_typogrify_leaves_formulas_in_titles(build: Build) -> None:
    text = 'Title: "On" $f\'(x) < KL$\nDate: 2026-01-01\nSlug: post\n\nText.\n'
    site = build({"post.md": text}, "TYPOGRIFY = True")
    assert "f′(x) &lt; KL" in site.read("post.html")
    assert "error" not in site.log


REST = r"""Post
####
:date: 2026-01-01

By :eq:`a` and :eq:`b`, :math:`x`.

.. math:: y
   :label: a

.. math::
   :label: b

   u &= v \\
   &= w

.. math::

   \begin{align*}
   s &= t
   \end{align*}

.. math::
   :nowrap:

   \begin{gather} p \end{gather}

.. math::
   :label: c

   k

   l &= m

.. math::
   :class: wide

   e = f
"""


def test_restructuredtext_with_what_sphinx_added(build: Build) -> None:
    site = build({"post.rst": REST}, "", "--fatal", "errors")
    assert site.exit_code == 0, site.log
    html = site.read("post.html")
    assert re.findall('id="mjx-eqn:(.*?)"', html) == ["a", "b", "3", "c"]
    assert re.findall(r'<a href="#mjx-eqn%3A[ab]">(.*?)</a>', html) == ["(1)", "(2)"]
    assert html.count("<mjx-container display") == 6
