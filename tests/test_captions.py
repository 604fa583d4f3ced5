"""Captions, theorems and groups as authors write them, and what is wrong with them."""

import re
import struct

from conftest import Build
from test_numbering import MARKDOWN, numbered, paragraph, words

FRONT = "Title: P\nDate: 2026-01-01\n\n"
POST = """See [](#fig-one), [](#fig-two), [](#fig-l), [](#tbl-one), [](#lst-one), [](#lst-two),
[](#thm-one) and [](#alg-em).

![A](a.png)

: The *first* $x$ and [](#thm-one). {#fig-one .wide}

![A](a.png)
: Touching {#fig-two}

![L](l.png "Left"){#fig-l} ![R](r.png "Right"){#fig-r}

: Two of
  them. {#fig-both}

| a | b |
|---|---|
| 1 | 2 |

: Numbers. {#tbl-one}

```{.python #lst-one caption="The *bound*" hl_lines="1"}
x = 1
```

```python {#lst-two}
y = 2
```

~~~
```{.python #lst-none}
~~~

Term
: Definition

!!! theorem "Bound $x$" {#thm-one}
    It holds.

    More.

!!! lemma {.unnumbered}
    Small.

!!! algorithm "EM" {#alg-em}
    1. E step
    2. M step

!!! proof "Proof of [](#thm-one)"
    1. Clear.
"""
WORDS = [
    "Figure 1. The first x\\(x\\) and Theorem 1.",
    "Figure 2. Touching",
    "(a) Left",
    "(b) Right",
    "Figure 3. Two of them.",
    "Table 1. Numbers.",
    "Listing 1. The bound",
    "Listing 2.",
    "Theorem 1 (Bound x\\(x\\)).",
    "Lemma.",
    "Algorithm 1 (EM).",
    "Proof of Theorem 1.",
]


def test_captions_and_boxes_in_markdown(build: Build) -> None:
    """Under Pelican's own choice of extensions, and under others."""
    superfences = MARKDOWN.replace(
        '"output_format"', '"extensions": ["pymdownx.superfences"], "output_format"'
    )
    for settings in ("", MARKDOWN, superfences):
        site = build({"p.md": FRONT + POST}, settings, "--fatal", "warnings")
        assert site.exit_code == 0, site.log
        page = site.read("p.html")
        assert paragraph(page, "See") == (
            "See Figure 1, Figure 2, Figure 3a, Table 1, Listing 1, Listing 2, Theorem 1 and Algorithm 1."
        )
        assert numbered(page) == WORDS
        assert '<figure class="wide" id="fig-one">' in page
        assert "<dt>Term</dt>" in page
        assert "#lst-none}" in page
        assert page.count("∎") == 1


REST = """P
#

:date: 2026-01-01

See :ref:`fig-both`, :numref:`Fig. %s <fig-a>`, thm-x_, :ref:`lst-x`, fig-both_.

.. subfigures:: Two *of*
   :name: fig-both

   .. image:: a.png
      :name: fig-a
      :alt: A

   .. image:: b.png
      :name: fig-b
      :alt: B

.. listing:: The bound
   :name: lst-x

   .. code-block:: python

      x = 1

.. theorem:: Bound :math:`x`
   :name: thm-x

   Holds.

.. proof::

   Clear.
"""


def test_groups_and_boxes_in_rest(build: Build) -> None:
    site = build({"p.rst": REST}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = site.read("p.html")
    assert paragraph(page, "See") == "See Figure 1, Fig. 1a, Theorem 1, Listing 1, Figure 1."
    assert numbered(page) == [
        "(a)",
        "(b)",
        "Figure 1. Two of",
        "Listing 1. The bound",
        "Theorem 1 (Bound x\\(x\\)).",
        "Proof.",
    ]


INCLUDES = """```{.python #lst-a include="code/a.py" lines="2-3" caption="Of a file"}
replaced
```

```{.python include="code/a.py"}
```

```{.python include="code/b.py"}
```

```{.python include="code/a.py" lines="3-9"}
```

~~~
```{.python include="code/a.py" lines="x"}
~~~
"""


def test_code_is_taken_from_files(build: Build) -> None:
    file = "first = 1\nsecond = 2\nthird = 3\n"
    site = build({"p.md": FRONT + INCLUDES, "/code/a.py": file})
    page = words(site.read("p.html"))
    assert "second = 2 third = 3 Listing 1. Of a file first = 1 second = 2 third = 3" in page
    assert "replaced" not in page
    assert re.findall(r"p\.md:(\d+:\d+: error: .*)", site.log) == [
        f'11:1: error: include="code/b.py": there is no file code/b.py in {site.root}; did you mean “a.py”?',
        '14:1: error: include="code/a.py": code/a.py has 3 lines, and no lines 3-9',
    ]


STRAYS = """| a | b |
|---|---|
| 1 | 2 |
{#tbl-a}

Text {#thm-a} in text, `{#fig-code}` and {#other}.

$$x \\tag{3}$$ {#eq-a}
"""


def test_ids_that_readers_would_see_are_reported(build: Build) -> None:
    site = build({"p.md": FRONT + STRAYS})
    found = re.findall(r"p\.md:(\d+:\d+): warning: (\{#[^}]*\}) ", site.log)
    assert found == [("9:6", "{#thm-a}"), ("11:15", "{#eq-a}")]
    assert r"{#eq-a} is shown to readers and gives no id: write \label{eq-a} in an environment" in site.log
    assert '<table id="tbl-a">' in site.read("p.html")


def test_an_id_behind_a_displayed_formula_labels_it(build: Build) -> None:
    text = "$$x$$ {#eq-x}\n\n$$\ny = \\begin{aligned} a \\end{aligned}\n$$ {#eq-y}\n\n"
    text += "See [](#eq-y) and \\eqref{eq-x}.\n"
    site = build({"p.md": FRONT + text}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = re.sub("<svg.*?</svg>|<[^>]*>", "", site.read("p.html"), flags=re.DOTALL)
    assert "See (2) and (1)." in " ".join(page.split())
    assert "{#eq" not in page


def png(width: int, height: int) -> bytes:
    """Return the beginning of a PNG file of that size."""
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBB", 13, b"IHDR", width, height, 8, 0, 0, 0, 0)
        + b"\0" * 16
    )


IMAGES = """![A](a.png)

![B]({static}/images/b.svg){.wide} ![C]({attach}a.png){width=10} ![D](none.png) ![E](https://example.org/a.png)

<div><!-- <img src="a.png"> --> <img src='a.png' loading="eager"/></div>

![F](odd.png)
"""


def test_images_have_the_size_of_their_files(build: Build) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"></svg>'
    files = {"a.png": png(640, 480), "images/b.svg": svg, "odd.png": b"no image"}
    site = build({"p.md": FRONT + IMAGES, **files}, "STATIC_PATHS = ['images', 'a.png', 'odd.png']")
    tags = re.findall(r"<img[^>]*>", site.read("p.html"))
    tags = [tag for tag in tags if "alt" in tag or "eager" in tag]
    assert tags[0] == '<img alt="A" src="a.png" class="research-image" width="640" height="480">'.replace(
        "a.png", re.findall(r'src="([^"]*)"', tags[0])[0]
    )
    assert 'class="research-image wide"' in tags[1]
    assert 'width="30" height="20" loading="lazy"' in tags[1]
    assert [("research-image" in tag) for tag in tags[2:]] == [False, False, False, True, False]
    assert tags[5].endswith('loading="eager" class="research-image" width="640" height="480" />')
    assert "images." in site.read("p.html").split("</head>")[0]


def test_a_title_that_is_a_caption_is_markdown(build: Build) -> None:
    text = (
        '![A](a.png "The *one*, $q(z)$ [@vae]."){#fig-a .wide}\n\n'
        "- ![B](<b c.png> 'Of \"two\", `x`'){: #fig-b width=30}\n\n"
        '![C](c.png "Plain, 5 < 6"){#fig-c}\n\n'
        '![L](l.png "For $x$"){#fig-l} ![R](r.png "Right"){#fig-r}\n\n: Both. {#fig-d}\n'
    )
    bib = "@misc{vae, author={Kingma, D. P.}, title={Bayes}, year=2013}"
    site = build({"p.md": FRONT + text, "references.bib": bib}, MARKDOWN)
    assert site.exit_code == 0, site.log
    html = site.read("p.html")
    first, second, third, *_ = re.findall(r"(?s)<figcaption>(.*?)</figcaption>", html)
    assert "<em>one</em>, <mjx-container" in first
    assert 'href="#ref-vae"' in first
    assert second.endswith('</span> Of "two", <code>x</code>')
    assert third.endswith("</span> Plain, 5 &lt; 6")
    assert '<img alt="A" class="wide" src="a.png">' in html
    assert '<img alt="B" src="b c.png" width="30">' in html
    assert not re.search("<img[^>]*title=", html)
    assert [line.partition("warning: ")[2] for line in site.log.splitlines() if "p.md:" in line] == [
        "the title of an image is its caption here, and shows $x$ as it is typed: "
        "write “: Caption {#fig-l}” below the image, or a figcaption"
    ]
