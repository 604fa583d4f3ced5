"""Drawings of networks, made from graphs, and the curves of several trainings in one plot."""

import re
from html import unescape

import pytest
from conftest import Build, Site, builder
from graphs import conditional_decoder, decoder, encoder, odd_decoder, write_bundle
from onnx import ModelProto

FRONT = "Title: Post\nDate: 2026-01-01\nSummary: -\n"
SETTINGS = 'RESEARCH = {"about_figures": False, "model_cards": "", "live": False}\n'
NETWORKS = """
```demo
kind: networks
model: {model}
id: {model}
alt: Encoder and decoder
```
"""
TRAINING = """
```demo
kind: training
models: {models}
id: training
alt: Curves that rise
```
"""
MODELS: dict[str, ModelProto] = {
    "plain": decoder(3),
    "conditional": conditional_decoder(),
    "odd": odd_decoder(),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    root = tmp_path_factory.mktemp("site")
    for name, graph in MODELS.items():
        given = encoder(3) if name == "plain" else None
        history = f"epoch,train_elbo,validation_elbo\n1,-300,-290\n9,-{100 + len(name)},-120\n"
        write_bundle(root / "build" / "models" / name, graph, given, history)
    post = "".join(NETWORKS.format(model=name) for name in MODELS)
    post += TRAINING.format(models="plain, conditional, odd")
    built = builder(root)({"post.md": FRONT + post}, SETTINGS, "--fatal", "warnings")
    assert built.exit_code == 0, built.log
    return built


def titles(site: Site, id: str) -> list[str]:
    figure = re.search(rf'<figure [^>]*id="{id}".*?</figure>', site.read("post.html"), re.S)
    assert figure
    return [unescape(title) for title in re.findall(r"<title>(.*?)</title>", figure[0])]


def test_a_drawing_says_what_the_layers_are(site: Site) -> None:
    reads, makes = titles(site, "plain")
    dense = 784 * 48 + 48, 48 * 6 + 6
    assert reads == (
        f"Encoder: x (1 × 28 × 28) → Dense, SiLU, 48, {dense[0]:,} parameters → "
        f"Dense, 6, {dense[1]:,} parameters → mean, log variance (3)"
    )
    sizes = 3 * 1568 + 1568, 32 * 32 * 9 + 32, 32 * 16 * 16 + 16, 16 * 36
    assert makes == (
        f"Decoder: z (3) → Dense, SiLU, 32 × 7 × 7, {sizes[0]:,} parameters → "
        f"Convolution 3 × 3, SiLU, 32 × 7 × 7, {sizes[1]:,} parameters → "
        f"Transposed convolution 4 × 4, stride 2, SiLU, 16 × 14 × 14, {sizes[2]:,} parameters → "
        f"Transposed convolution 6 × 6, stride 2, sigmoid, 1 × 28 × 28, {sizes[3]:,} parameters → "
        "x (1 × 28 × 28)"
    )


def test_a_connection_that_passes_by_a_layer_is_drawn(site: Site) -> None:
    page = site.read("post.html")
    assert page.count('l7-4v8z"') >= 1  # the residual one


def test_graphs_from_elsewhere_are_drawn_as_far_as_they_are_known(site: Site) -> None:
    [odd] = titles(site, "odd")
    assert odd.startswith("Decoder: z (2) → Dense, ")
    assert "GlobalLpPool" in odd


def test_the_figure_has_the_authors_description(site: Site) -> None:
    assert 'role="group" aria-label="Encoder and decoder"' in site.read("post.html")


def test_curves_of_several_models_differ_in_their_dashes(site: Site) -> None:
    [title] = titles(site, "training")
    assert title == (
        "Evidence lower bound (nats): plain, held-out examples from −290 to −120, "
        "conditional, held-out examples from −290 to −120, odd, held-out examples from −290 to −120."
    )
    figure = re.search(r'<figure [^>]*id="training".*?</figure>', site.read("post.html"), re.S)
    assert figure
    assert 'data-model="plain conditional odd"' in figure[0]
    assert len(set(re.findall(r'stroke-dasharray="([^"]*)"', figure[0]))) == len(MODELS)
    assert "<img" not in figure[0]


@pytest.mark.parametrize(
    ("keys", "line", "message"),
    [
        (
            "models: a, b, c, d, e",
            7,
            "“models: a b c d e”: the kind training shows 1 to 4 models; write their names",
        ),
        ("model: a\nmodels: b", 8, "“models” and “model” are the same key; write one of them"),
    ],
)
def test_models_that_cannot_be_shown_are_reported(build: Build, keys: str, line: int, message: str) -> None:
    site = build({"post.md": f"{FRONT}\n```demo\nkind: training\n{keys}\nalt: x\n```\n"}, SETTINGS)
    assert f"post.md:{line}: error: demo: {message}" in site.log
