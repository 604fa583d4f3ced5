"""Links that set a figure: what is published of them, and what is reported."""

import re

import pytest
from conftest import Site, builder
from graphs import decoder, write_bundle

FRONT = "Title: {0}\nSlug: {0}\nDate: 2026-01-01\nSummary: -\n\n"
FIGURE = """
```demo
kind: {kind}
model: plane
id: {id}
alt: Images
rows: 2
columns: 2
{more}
```
"""
POST = """
[set](#fig-plane?z=0.3,-0.5), [](#fig-plane?z=0,0) and `[code](#fig-plane?z=9)`,
[there]({filename}other.md#fig-samples?seed=3&temperature=1.5).

Wrong: [a](#fig-plain?z=1,1),
[b](#fig-plane?zz=1,1),
[c](#fig-plane?z=1),
[d](#fig-plane?z=9,0),
[e](#fig-still?seed=1),
[f]({filename}other.md#fig-samples?seed=1.5),
[g](#fig-plane?nonsense).

<h2 id="What-if?">What if? <a class="anchor-link" href="#What-if?">¶</a></h2>
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("site")
    write_bundle(root / "build" / "models" / "plane", decoder(2))
    plane = FIGURE.format(kind="manifold", id="fig-plane", more="")
    still = FIGURE.format(kind="samples", id="fig-still", more="live: no")
    other = FIGURE.format(kind="samples", id="fig-samples", more="")
    pages = {
        "post.md": FRONT.format("post") + POST + plane + still,
        "other.md": FRONT.format("other") + other,
    }
    return builder(root)(pages)


def tag(site: Site, text: str) -> str:
    [found] = re.findall(rf"<a ([^<>]*)>{text}</a>", site.read("post.html"))
    return str(found)


def test_a_link_leads_to_its_figure_and_has_the_state_beside_it(site: Site) -> None:
    assert tag(site, "set") == 'href="#fig-plane" data-demo-state="z=0.3,-0.5"'
    assert tag(site, "Figure\N{NO-BREAK SPACE}1") == 'href="#fig-plane" data-demo-state="z=0,0"'
    assert "[code](#fig-plane?z=9)" in site.read("post.html")


def test_what_leads_to_no_figure_is_published_as_typed(site: Site) -> None:
    assert tag(site, "¶") == 'class="anchor-link" href="#What-if?"'
    assert tag(site, "a") == 'href="#fig-plain?z=1,1"'
    assert "What-if?" not in site.log


def test_a_link_to_another_post_has_the_state_in_its_query(site: Site) -> None:
    assert (
        tag(site, "there") == 'href="https://blog.example/other.html?seed=3&amp;temperature=1.5#fig-samples"'
    )


def test_feeds_lead_to_the_figure(site: Site) -> None:
    assert "post.html#fig-plane" in site.read("feeds/all.atom.xml")


def test_the_script_comes_with_pages_that_have_such_links(site: Site) -> None:
    assert "/links.js" in site.read("post.html")
    assert "/links.js" not in site.read("other.html")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (10, "#fig-plain?z=1,1: there is no figure “fig-plain”; did you mean “fig-plane”?"),
        (11, "#fig-plane?zz=1,1: “zz” is no part of its state; write one of z; did you mean “z”?"),
        (12, "#fig-plane?z=1: “z=1”: write 2 numbers, separated by commas, from −0.674 to 0.674"),
        (13, "#fig-plane?z=9,0: “z=9,0”: write 2 numbers, separated by commas, from −0.674 to 0.674"),
        (14, "#fig-still?seed=1: the figure stays a static image, to which the link leads"),
        (15, "other.md#fig-samples?seed=1.5: “seed=1.5”: write a whole number from 0 to 2147483648"),
        (16, "#fig-plane?nonsense: “nonsense” is no state: write NAME=VALUE, and & between several"),
    ],
)
def test_what_sets_nothing_is_reported_where_it_stands(site: Site, line: int, message: str) -> None:
    assert f"post.md:{line}: warning: demo: the link to {message}" in site.log
