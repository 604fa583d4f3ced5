"""What figures and pages of models say of where they come from, read from bundles alone."""

import hashlib
import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Site, builder
from graphs import RNG, decoder, encoder, write_bundle
from research.citations.sources.library import Library

FRONT = "Title: Post\nDate: 2026-01-01\nSummary: -\n"
FIGURE = """
```demo
kind: {kind}
model: {model}
id: {id}
alt: Images
caption: Digits of $x$.
rows: 1
columns: 2
{more}
```
"""
SAID = {
    "data": {"name": "digits of [@nobody], $5 and {{ x.y }}", "train": 60000, "test": 10000},
    "date": "2026-01-31",
    "seconds": {"train": 754.2},
    "device": "cpu, AVX2",
    "seed": 7,
    "card": {"intended_use": "reads digits of one hand <b>", "caveats": "None $x$."},
    "recipe": {"model": {"family": "vae"}, "epochs": 2},
}
METRICS = {
    "elbo": {"value": -93.123, "standard_error": 0.24, "unit": "nats", "meaning": "a bound"},
    "iw_bound_5000": {"value": -88.5, "standard_error": 0.2, "unit": "nats", "meaning": "a closer one"},
    "sharpness": {"value": float("nan"), "meaning": "not a number"},
}
SETTINGS = 'FEED_ALL_ATOM = "feeds/all.atom.xml"\nFORMATTED_FIELDS = ["summary"]\n'


def write_models(folder: Path) -> None:
    """Write a model that says much of itself, and one that says nothing."""
    codes = {name: RNG.standard_normal((20, 3)).astype("float32") for name in ("means", "log_variances")}
    images = RNG.integers(0, 255, (20, 1, 28, 28), dtype="uint8")
    examples = {"images": images, "labels": RNG.integers(0, 2, 20).astype("uint8"), **codes}
    write_bundle(
        folder / "digits", decoder(3), encoder(3), "epoch,train_elbo\n1,-200\n5,-100\n", test_items=examples
    )
    (folder / "digits" / "evaluation.json").write_text(json.dumps({"key": "k", "metrics": METRICS}))
    change(folder / "digits", key="k", **SAID)
    write_bundle(folder / "silent", decoder(3))


def change(bundle: Path, **more: Any) -> None:
    path = bundle / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | more))


def figure(**given: str) -> str:
    return FIGURE.format(**{"kind": "samples", "model": "digits", "more": "", "id": "a", **given})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("site")
    write_models(root / "build" / "models")
    post = figure(more="seed: 3") + figure(id="b", model="silent", more="live: no")
    post += figure(id="c", kind="compare", model="digits silent")
    german = figure().replace("Digits", "Ziffern")
    pages = {"post.md": FRONT + post, "de.md": FRONT.replace("Post", "Beitrag") + "Lang: de\n" + german}
    built = builder(root)(pages, SETTINGS, "--fatal", "warnings")
    assert built.exit_code == 0, built.log
    return built


def said(site: Site, id: str, page: str = "post.html") -> dict[str, str]:
    """Return what is said about the figure with the `id`, by its label."""
    note = re.search(rf'<figure [^>]*id="{id}".*?<div class="research-about".*?</div>', site.read(page), re.S)
    assert note
    rows = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", note[0])
    return {label: unescape(re.sub(r"<[^>]*>", "|", text)) for label, text in rows}


def test_a_figure_says_where_it_comes_from(site: Site) -> None:
    found = said(site, "a")
    assert (
        found["Data"]
        == "digits of [@nobody], $5 and {{ x.y }}, 60,000 training examples, 10,000 test examples"
    )
    assert found["Training"] == "2026-01-31, 13 min, cpu, AVX2"
    assert found["Bounds"].startswith("−93.1 ± 0.2 nats (evidence lower bound, mean over test examples)|")
    assert "−88.5 ± 0.2 nats (importance-weighted bound with 5,000 samples" in found["Bounds"]
    assert re.match(
        r"int\d+(\.5)?\S*\. Quantized weights: .* by \S+ of 255 on average", found["Weights in the page"]
    )
    assert re.search(r"but for \d × 10\|−\d+\| of the largest", found["Page and ONNX Runtime"])
    assert found["Seeds"] == "training 7, figure 3"


def test_what_a_bundle_does_not_say_is_left_out(site: Site) -> None:
    assert said(site, "b").keys() == {"Model", "Seeds"}


def test_its_graphs_can_be_taken_away(site: Site) -> None:
    links = re.findall(r'href="https://blog.example/(models/\w+/\w+\.onnx)"', site.read("post.html"))
    assert set(links) == {
        "models/digits/decoder.onnx",
        "models/digits/encoder.onnx",
        "models/silent/decoder.onnx",
    }
    for link in links:
        kept = site.root / "build" / link
        assert (site.root / "output" / link).read_bytes() == kept.read_bytes()


def test_two_models_are_both_described(site: Site) -> None:
    text = re.search(r'id="c".*?</figure>', site.read("post.html"), re.S)
    assert text
    assert text[0].count("<dt>Model</dt>") == 2


def test_a_note_speaks_the_language_of_its_post(site: Site) -> None:
    assert "<summary>Über diese Abbildung</summary>" in site.read("beitrag-de.html")
    assert said(site, "a", "beitrag-de.html")["Startwerte"] == "Training 7, Abbildung 1"


def test_feeds_go_without_notes(site: Site) -> None:
    feed = site.read("feeds/all.atom.xml")
    assert "Digits of" in feed
    assert "research-about" not in feed


def test_a_blog_can_do_without_notes(site: Site) -> None:
    bare = builder(site.root)(
        {}, SETTINGS + 'RESEARCH = {"about_figures": False, "model_cards": ""}\n', "-o", "bare"
    )
    page = (bare.root / "bare" / "post.html").read_text()
    assert "About this figure" not in page
    # Of those that are interactive there is room for the button that copies a link.
    assert page.count('<div class="research-about" lang="en" dir="ltr"></div>') == 2
    assert not (bare.root / "bare" / "models").exists()


def text_of(site: Site, page: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", site.read(page)))


def sections(html: str) -> dict[str, str]:
    """Return the sections of a page by the id of their headings."""
    found = re.split(r'<h2 id="([\w-]+)">', html)
    return dict(zip(found[1::2], found[2::2], strict=True))


def test_each_model_has_a_card(site: Site) -> None:
    assert 'href="https://blog.example/models/digits.html">digits</a>' in site.read("post.html")
    found = sections(site.read("models/digits.html"))
    assert list(found) == [
        *("details", "intended-use", "training-data", "evaluation-data", "recipe", "evaluation"),
        *("caveats", "files", "use", "cite"),
    ]
    assert "<title>Model card: digits" in site.read("models/digits.html")
    assert "reads digits of one hand &lt;b&gt;" in found["intended-use"]
    assert "<dt>Examples</dt><dd>60,000</dd>" in found["training-data"]
    assert '<svg class="research-demo-plot"' in found["recipe"]
    assert "<td>−93.1 ± 0.2 nats</td><td>a bound</td>" in found["evaluation"]
    assert "sharpness" not in found["evaluation"]
    for name in ("decoder.onnx", "test_items.npz"):
        data = (site.root / "build" / "models" / "digits" / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() in found["files"]
    assert "research/demos." in site.read("models/digits.html")


def test_the_card_of_a_silent_bundle_says_what_can_be_known(site: Site) -> None:
    assert list(sections(site.read("models/silent.html"))) == ["details", "files", "use", "cite"]


@pytest.mark.parametrize("model", ["digits", "silent"])
def test_the_program_of_a_card_runs(site: Site, model: str) -> None:
    card = sections(site.read(f"models/{model}.html"))
    program, block = (unescape(code) for code in re.findall(r"<code>(.*?)</code></pre>", card["use"], re.S))
    folder = site.root / "output" / "models" / model
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nprint(images.shape)"], cwd=folder, capture_output=True, text=True
    )
    assert done.stdout == "(4, 1, 28, 28)\n", done.stderr
    assert block.startswith(f"```demo\nkind: samples\nmodel: {model}\n")


def test_a_card_says_how_to_cite_the_model(site: Site, tmp_path: Path) -> None:
    cited = sections(site.read("models/digits.html"))["cite"]
    (tmp_path / "card.bib").write_text(unescape(re.findall(r"<code>(.*?)</code>", cited, re.S)[0]))
    library = Library([tmp_path / "card.bib"])
    item = library["digits"].item
    assert library.diagnostics == []
    assert item["URL"] == "https://blog.example/models/digits.html"
    assert item["issued"] == {"date-parts": [[2026, 1, 31]]}


def test_cards_are_in_no_menu_and_in_the_sitemap(site: Site) -> None:
    theme = ROOT / "theme"
    settings = (
        f'THEME = {str(theme)!r}\nDIRECT_TEMPLATES = ["index", "sitemap"]\nSITEMAP_SAVE_AS = "sitemap.xml"\n'
    )
    again = builder(site.root)({}, SETTINGS + settings, "--fatal", "warnings", "-o", "themed")
    assert again.exit_code == 0, again.log
    assert (
        "<loc>https://blog.example/models/digits.html</loc>" in (site.root / "themed/sitemap.xml").read_text()
    )
    assert "Model card" not in (site.root / "themed/index.html").read_text()
    assert 'class="prose"' in (site.root / "themed/models/digits.html").read_text()


def test_a_theme_may_have_a_template_for_cards(site: Site) -> None:
    template = (
        "{% extends 'page.html' %}{% block content %}<main>OURS {{ page.content }}</main>{% endblock %}"
    )
    settings = 'THEME_TEMPLATES_OVERRIDES = ["ours"]\nRESEARCH = {"model_cards": "m/{name}/index.html"}\n'
    again = builder(site.root)({"/ours/model.html": template}, SETTINGS + settings, "-o", "ours-made")
    page = (site.root / "ours-made/m/digits/index.html").read_text()
    assert "<main>OURS <h2" in page
    assert "research/demos." in page
    assert (
        'href="https://blog.example/m/digits/index.html"' in (site.root / "ours-made/post.html").read_text()
    ), again.log


def test_an_address_of_cards_has_a_place_for_the_name(site: Site) -> None:
    failed = builder(site.root)({}, 'RESEARCH = {"model_cards": "models.html"}\n', "-o", "none")
    assert failed.exit_code == 1
    assert "RESEARCH[\"model_cards\"] is 'models.html': write an address with {name}" in failed.log
