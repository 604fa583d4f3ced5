"""Demos in a blog that the real Pelican builds."""

import io
import re
import sys
from pathlib import Path

import bundles
import feedparser
import numpy as np
import pytest
from conftest import Build, Site
from PIL import Image
from research.core.storage.cache import Cache
from research.demos.drawing import gallery
from research.demos.drawing.figure import StaticImage
from research.demos.drawing.normals import normals
from research.demos.syntax.canonical import Block
from research.demos.syntax.spec import Spec, check

FRONT = "Title: A post\nDate: 2026-01-01\n\n"
PLANE = """```demo
kind: manifold
model: small
id: fig-plane
alt: A "plane" of digits
rows: 3
columns: 4
caption: The *plane*, at {{ small.elbo }} nats.
```
"""
SAMPLES = "```demo\nkind: samples\nmodel: small\nalt: Some digits\n```\n"
REST = """A post
######

:date: 2026-01-01

.. demo:: manifold
   :model: small
   :id: fig-plane
   :alt: A "plane" of digits
   :rows: 3
   :columns: 4

   The *plane*, at {{ small.elbo }} nats.
"""
HTML = """<html><head><title>A post</title><meta name="date" content="2026-01-01"></head><body>
<figure data-demo="manifold" data-model="small" id="fig-plane" data-alt='A "plane" of digits' data-rows="3"
data-columns="4"><figcaption>The <em>plane</em>, at {{ small.elbo }} nats.</figcaption></figure></body></html>
"""

#: A command that says what it is asked for, counts its calls, and fails for models named bad….
COMMAND = """
import pathlib, sys
name = sys.argv[1]
print(f"building {name} in {pathlib.Path.cwd().name}")
with open("calls", "a") as calls: calls.write(name + "\\n")
if name.startswith("bad"):
    print("first line\\nthe loss is nan", file=sys.stderr)
    sys.exit(3)
"""
BUILD_MODEL = f'RESEARCH["build_model"] = [{sys.executable!r}, "command.py", "{{name}}"]\n'
#: Still images are what these tests are about; waking them has its own.
STILL = 'RESEARCH = {"live": False, "about_figures": False}\n'


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A blog's folder of bundles, with the model “small”."""
    bundles.write_bundle(tmp_path / "build" / "models", "small")
    return tmp_path / "build" / "models"


def figure(site: Site, page: str = "a-post.html") -> str:
    found = re.search(r"<figure class=\"research-demo.*?</figure>", site.read(page), re.DOTALL)
    assert found
    return found[0]


@pytest.mark.parametrize(("name", "text"), [("a.md", FRONT + PLANE), ("a.rst", REST), ("a.html", HTML)])
def test_each_markup_gives_the_same_figure(build: Build, models: Path, name: str, text: str) -> None:
    site = build({name: text}, STILL, "--fatal", "errors")
    assert site.exit_code == 0, site.log
    [address] = re.findall(r"demos/small-manifold\.[0-9a-f]{10}\.(?:png|webp)", figure(site))
    assert figure(site) == (
        '<figure class="research-demo" id="fig-plane" data-demo="manifold" data-model="small" '
        'data-columns="4" data-rows="3">\n<div class="research-demo-stage"><div class="research-demo-sheet">'
        f'<img src="https://blog.example/{address}" alt="A &quot;plane&quot; of digits" '
        'width="672" height="504" decoding="async" class="research-demo-ink"></div></div>\n'
        '<figcaption><span class="research-number">Figure\N{NO-BREAK SPACE}1.</span> '
        "The <em>plane</em>, at −96.5 nats.</figcaption>\n</figure>"
    )
    image = Image.open(io.BytesIO((site.root / "output" / address).read_bytes()))
    assert image.size == (4 * 8, 3 * 8)
    corner = bundles.drawn(np.array([[-1.15035, 0.96742]], np.float32), (1, 8, 8))[0, 0] * 255
    assert np.abs(np.asarray(image.convert("L"))[:8, :8] - corner).max() <= 2


def test_figures_are_numbered_and_referred_to(build: Build, models: Path) -> None:
    text = f"{FRONT}Look at [](#fig-plane) and [](#figure-1).\n\n{SAMPLES}\n{PLANE}"
    site = build({"a.md": text}, STILL + "SUMMARY_MAX_LENGTH = 200\n", "--fatal", "errors")
    page = site.read("a-post.html")
    assert '<a href="#fig-plane">Figure\N{NO-BREAK SPACE}2</a>' in page
    assert '<a href="#figure-1">Figure\N{NO-BREAK SPACE}1</a>' in page
    first, second = re.findall(r"<img[^>]*>", page)
    assert "lazy" not in first
    assert 'loading="lazy"' in second


def test_a_summary_has_the_numbers_and_no_figure(build: Build, models: Path) -> None:
    text = f"{FRONT}At {{{{ small.elbo }}}} nats, see [](#fig-plane).\n\n{PLANE}\nAfter it.\n"
    site = build({"a.md": text}, STILL + 'SUMMARY_MAX_LENGTH = 500\nTHEME = "simple"\n', "--fatal", "errors")
    index = site.read("index.html")
    assert "At −96.5 nats, see Figure\N{NO-BREAK SPACE}1." in index
    assert "After it." in index
    assert "<figure" not in index
    assert "fig-plane" not in index
    feed = feedparser.parse(site.read("feeds/all.atom.xml"))
    assert "research-demo" in feed.entries[0].content[0].value


def test_typographic_filters_do_no_harm(build: Build, models: Path) -> None:
    bundles.write_bundle(models, "VAE2")
    text = (
        FRONT + "It reaches {{ VAE2.elbo }}\n\nand {{ small.iw_bound_500 }} with {{ small.elbo }}\n\n" + PLANE
    )
    site = build({"a.md": text}, STILL + "TYPOGRIFY = True\n", "--fatal", "errors")
    assert site.exit_code == 0, site.log
    page = site.read("a-post.html")
    assert "{{" not in page
    assert 'alt="A &quot;plane&quot; of digits"' in page


def test_what_is_wrong_with_a_demo_is_told_where_it_stands(build: Build, models: Path) -> None:
    bundles.write_bundle(models, "deep", latents=5)
    #: The line of the fault below the fence, and what is reported.
    blocks = {
        "kind: manifol\nmodel: small\nalt: x": (
            1,
            "“kind: manifol”: write one of .*; did you mean “manifold”?",
        ),
        "kind: samples\nmodle: small\nalt: x": (2, "“modle” is not a key .*; did you mean “model”?"),
        "kind: samples\nmodel: small": (0, "“alt” is missing"),
        "kind: samples\nmodel: smal\nalt: x": (
            2,
            "model “smal”: there is no bundle .*; did you mean “small”?",
        ),
        "kind: samples\nalt: x": (0, "“model: ”: the kind samples shows one model"),
        "kind: samples\nmodel: ../small\nalt: x": (2, "“../small” is not the name of a model"),
        f"kind: samples\nmodel: {'m' * 300}\nalt: x": (2, "“m+” is not the name of a model: write letters"),
        "kind: samples\nmodel: small\nalt: x\nid: one": (0, ""),
        "kind: samples\nmodel: small\nalt: y\nid: one": (4, "another demo of this post has the id “one”"),
        "kind: manifold\nmodel: deep\nalt: x": (0, ".*“deep” has 5 latent dimensions"),
        "kind: samples\nmodel: small\nalt: x\nlive: maybe": (4, "“live: maybe”: write no"),
        "kind samples": (1, "“kind samples” is not of the form “key: value”"),
    }
    text = FRONT + "\n".join(f"```demo\n{block}\n```\n" for block in blocks)
    site = build({"a.md": text, "b.md": FRONT.replace("A post", "Another") + "Published.\n"}, STILL)
    assert site.exit_code == 0
    assert "Published." in site.read("another.html")
    page = site.read("a-post.html")
    assert page.count("This figure could not be made.") == len(blocks) - 1
    for block, (below, message) in blocks.items():
        line = text[: text.index(f"```demo\n{block}\n")].count("\n") + 1 + below
        reported = re.search(rf"a\.md:{line}: error: demo: {message.replace('?', '[?]')}", site.log)
        assert bool(reported) == bool(message), site.log
    assert build({}, STILL, "--fatal", "errors").exit_code == 1


def test_the_command_is_run_once_for_each_model(build: Build, models: Path) -> None:
    text = FRONT + SAMPLES + "\n" + PLANE + "\n{{ small.elbo }}\n"
    site = build({"a.md": text, "/command.py": COMMAND}, STILL + BUILD_MODEL, "--fatal", "errors")
    assert site.exit_code == 0, site.log
    assert (site.root / "calls").read_text() == "small\n"
    assert f"building small in {site.root.name}" in site.log


def test_a_command_that_fails_is_told_with_its_last_lines(build: Build, models: Path) -> None:
    text = FRONT + SAMPLES.replace("small", "bad-small") + "\n" + SAMPLES + "\n{{ bad-small.elbo }}\n"
    site = build({"a.md": text, "/command.py": COMMAND}, STILL + BUILD_MODEL)
    assert re.search(
        r"a\.md:6: error: demo: model “bad-small”: `.* bad-small` ended with exit code 3:"
        r" .*first line .*loss is nan",
        site.log,
    ), site.log
    assert "a.md:16: error: {{ bad-small.elbo }}: model “bad-small”" in site.log
    # A model that could not be built is not a name that is written wrong.
    assert "did you mean" not in site.log
    assert (site.root / "calls").read_text() == "bad-small\nsmall\n"
    assert site.read("a-post.html").count("<img") == 1


#: A command that builds all models that it is given, and says of the bad ones which they are.
ALL = """
import sys
with open("calls", "a") as calls: calls.write(" ".join(sys.argv[1:]) + "\\n")
bad = [name for name in sys.argv[1:] if name.startswith("bad")]
for name in bad: print(f"{name}: the loss is nan", file=sys.stderr)
sys.exit(len(bad))
"""
BUILD_ALL = f'RESEARCH["build_model"] = [{sys.executable!r}, "command.py", "{{names}}"]\n'


def test_the_command_is_run_once_for_all_models(build: Build, models: Path) -> None:
    bundles.write_bundle(models, "other")
    text = f"{FRONT}{PLANE}\n{SAMPLES}\n{{{{ other.elbo }}}}\n"
    second = FRONT.replace("A post", "Another") + SAMPLES.replace("small", "other")
    site = build({"a.md": text, "b.md": second, "/command.py": ALL}, STILL + BUILD_ALL, "--fatal", "errors")
    assert site.exit_code == 0, site.log
    [names] = (site.root / "calls").read_text().splitlines()
    assert sorted(names.split()) == ["other", "small"]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("kind: samples", "kind: sampels"), ("model: small", "model: ../small"), ("alt:", "title:")],
)
def test_the_command_is_not_run_for_blocks_that_are_wrong(
    right: str, wrong: str, build: Build, models: Path
) -> None:
    bundles.write_bundle(models, "other")
    text = f"{FRONT}{SAMPLES.replace('small', 'other')}\n{SAMPLES.replace(right, wrong)}\n"
    assert wrong in text
    for _ in range(2):
        site = build({"a.md": text, "/command.py": ALL}, STILL + BUILD_ALL)
        assert "a.md:" in site.log
    assert (site.root / "calls").read_text() == "other\nother\n"


def test_one_model_that_fails_does_not_cost_the_others(build: Build, models: Path) -> None:
    # The bundle that is there may be one that was to be replaced.
    bundles.write_bundle(models, "bad")
    text = f"{FRONT}{SAMPLES}\n{SAMPLES.replace('small', 'bad')}\n"
    site = build({"a.md": text, "/command.py": ALL}, STILL + BUILD_ALL)
    assert (site.root / "calls").read_text() == "small bad\nsmall\nbad\n"
    assert site.read("a-post.html").count("<img") == 1
    [error] = [line for line in site.log.splitlines() if " error: " in line]
    assert "model “bad”" in error
    assert "bad: the loss is nan" in error


def test_a_command_for_all_that_is_not_there_is_tried_once(build: Build, models: Path) -> None:
    bundles.write_bundle(models, "other")
    settings = 'RESEARCH["build_model"] = ["no-such-program", "{names}"]\n'
    site = build({"a.md": f"{FRONT}{SAMPLES}\n{SAMPLES.replace('small', 'other')}\n"}, STILL + settings)
    assert site.log.count("`no-such-program small other` cannot be run: No such file") == 2


def test_a_command_has_one_name_or_all(build: Build) -> None:
    site = build({}, STILL + 'RESEARCH["build_model"] = ["make", "{name}", "{names}"]\n')
    assert site.exit_code == 1
    assert "has {name} and {names}: write one of them" in site.log


def test_a_command_that_is_not_there_is_told(build: Build, models: Path) -> None:
    settings = 'RESEARCH["build_model"] = ["no-such-program", "{name}"]\n'
    site = build({"a.md": FRONT + SAMPLES}, STILL + settings)
    assert (
        "a.md:4: error: demo: model “small”: `no-such-program small` cannot be run: No such file" in site.log
    )


def test_a_damaged_graph_is_told(build: Build, models: Path) -> None:
    path = models / "small" / "decoder.onnx"
    path.write_bytes(path.read_bytes()[:-7])
    site = build({"a.md": FRONT + SAMPLES}, STILL)
    assert re.search(r"a\.md:4: error: demo: model “small”: .*decoder\.onnx is damaged", site.log)


def test_a_package_that_is_not_installed_is_told_by_its_extra(build: Build, models: Path) -> None:
    hide = "import sys\nsys.modules['onnxruntime'] = sys.modules['numpy'] = None\n"
    build({"/site/sitecustomize.py": hide})
    site = build({"a.md": FRONT + SAMPLES}, STILL, env={"PYTHONPATH": str(models.parent.parent / "site")})
    assert site.exit_code == 0
    assert re.search(
        r'a\.md:4: error: demo: .*\(numpy, onnxruntime\): run pip install .*\[demos\]"',
        site.log,
    )
    assert "This figure could not be made." in site.read("a-post.html")


def test_a_blog_without_demos_needs_no_extra(build: Build) -> None:
    hide = "import sys\nfor name in ('onnxruntime', 'numpy', 'PIL'): sys.modules[name] = None\n"
    build({"/site/sitecustomize.py": hide})
    site = build(
        {"a.md": FRONT + "Text with {{ braces }}.\n"},
        STILL,
        "--fatal",
        "warnings",
        env={"PYTHONPATH": "site"},
    )
    assert site.exit_code == 0, site.log
    assert "{{ braces }}" in site.read("a-post.html")


def spec(**keys: str) -> Spec:
    return check(Block(0, 0, {"kind": "samples", "model": "small", "alt": "x", **keys}, "", {}, None))


def test_what_is_drawn_is_kept_until_something_changes(models: Path, tmp_path: Path) -> None:
    small = bundles.read(models / "small")
    cache = Cache(tmp_path / "cache")
    [first] = gallery.drawn(spec(), [small], cache).parts
    assert isinstance(first, StaticImage)
    written = first.path.stat()
    [again] = gallery.drawn(spec(), [small], cache).parts
    assert again == first
    assert first.path.stat() == written
    [other] = gallery.drawn(spec(seed="2"), [small], cache).parts
    assert isinstance(other, StaticImage)
    assert other.path.name != first.path.name
    assert [path for path in (tmp_path / "cache" / "demos").iterdir() if path.name.startswith(".")] == []


def test_two_builds_at_once_agree_on_an_entry_of_the_cache(tmp_path: Path) -> None:
    area = Cache(tmp_path).area("entries")

    def early(folder: Path) -> None:
        (folder / "result").write_text("early")

    def late(folder: Path) -> None:
        (folder / "result").write_text("late")
        area.folder("key", early)  # the other build, which is faster

    assert (area.folder("key", late) / "result").read_text() == "early"
    assert [path.name for path in (tmp_path / "entries").iterdir()] == ["key"]


def test_rgb_pictures_keep_their_colours(build: Build, models: Path) -> None:
    bundles.write_bundle(models, "colour", latents=3, shape=(3, 32, 32))
    site = build({"a.md": FRONT + SAMPLES.replace("small", "colour")}, STILL, "--fatal", "errors")
    assert "research-demo-ink" not in figure(site)
    [address] = re.findall(r"demos/colour-samples[^\"]*", figure(site))
    image = Image.open(site.root / "output" / address).convert("RGB")
    assert image.size == (12 * 32, 6 * 32)
    latents = normals(1, 72, 3)
    expected = bundles.drawn(latents, (3, 32, 32))[0].transpose(1, 2, 0) * 255
    assert np.abs(np.asarray(image)[:32, :32] - expected).max() <= 2


def test_every_kind_stands_in_a_page(build: Build, models: Path) -> None:
    kinds = ("samples", "reconstructions", "manifold", "interpolation", "training")
    block = "```demo\nkind: {}\nmodel: small\nalt: Some digits\nrows: 2\ncolumns: 4\n```\n"
    text = FRONT + "\n".join(map(block.format, kinds))
    site = build({"a.md": text}, STILL, "--fatal", "errors")
    assert site.exit_code == 0, site.log
    page = site.read("a-post.html")
    assert page.count("<img") == 5
    assert page.count('<svg class="research-demo-plot"') == 1
    assert '<p class="research-demo-heading">Epoch</p><ol><li>0</li><li>2</li></ol>' in page
    assert "research/demos" in page


def test_drafts_are_shown_where_they_are_wanted_and_marked(build: Build, models: Path) -> None:
    bundles.write_bundle(models / ".drafts", "small", draft=True)
    text = FRONT + "It reaches {{ small.elbo }}.\n\n" + PLANE
    for settings, marked in ((STILL, False), (STILL + 'RESEARCH["draft"] = True\n', True)):
        site = build({"a.md": text}, settings, "--fatal", "errors")
        assert site.exit_code == 0, site.log
        for page in (site.read("a-post.html"), site.read("feeds/all.atom.xml")):
            assert ("this model was trained for seconds only" in page) == marked
            assert ("(draft)" in page) == marked
