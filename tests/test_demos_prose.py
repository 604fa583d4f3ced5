"""Numbers and references in prose."""

from pathlib import Path
from typing import Any

import bundles
import pytest
from research.core.labels import Label, Labels
from research.core.part import Failure
from research.core.post import BODY, SUMMARY, Post, Text
from research.demos import numbers
from research.demos.bundles.models import Models
from research.demos.errors import DemoError
from research.demos.settings import Settings
from research.numbering import references
from research.numbering.kinds import Kinds
from research.numbering.settings import Settings as Numbering


@pytest.fixture
def models(tmp_path: Path) -> Models:
    bundles.write_bundle(tmp_path, "small", recipe={"epochs": 12}, data={"train": 60000, "name": "MNIST"})
    return Models(Settings(models=tmp_path))


def filled(html: str, models: Models) -> tuple[str, list[str]]:
    filled, diagnostics = numbers.fill_in(html, Path("post.md"), models_of(html, models))
    return filled, [diagnostic.message for diagnostic in diagnostics]


def models_of(html: str, models: Models) -> dict[str, Any]:
    """Return the bundles of the models that `html` names."""
    found: dict[str, Any] = {}
    for name in numbers.models(html):
        try:
            found[name] = models[name]
        except DemoError as error:
            found[name] = Failure(str(error))
    return found


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{{ small.elbo }}", "−96.5"),
        ("{{small.elbo:.2f}}", "−96.46"),
        ("{{ small.elbo:.1f&nbsp;}}", "−96.5"),
        ("{{ small.iw_bound_500 }}", "−91.74"),
        ("{{ small.elbo.standard_error }}", "0.240"),
        ("{{ small.elbo.unit }}", "nats"),
        ("{{ small.seconds.train:.0f }}", "62"),
        ("{{ small.seconds.train }}", "61.7"),
        ("{{ small.decoder.parameters }}", "12,345"),
        ("{{ small.decoder.parameters:d }}", "12345"),
        ("{{ small.data.train }}", "60,000"),
        ("{{ small.data.name }}", "MNIST"),
        ("{{ small.recipe.epochs }}", "12"),
        ("{{ small.latents }}", "2"),
    ],
)
def test_numbers_are_read_from_the_release(written: str, read: str, models: Models) -> None:
    assert filled(f"<p>It is {written}.</p>", models) == (f"<p>It is {read}.</p>", [])


def test_sizes_are_those_of_the_files(tmp_path: Path, models: Models) -> None:
    size = (tmp_path / "small" / "decoder.onnx").stat().st_size
    assert filled("{{ small.decoder.bytes }}, {{ small.decoder.kilobytes:.3f }}", models) == (
        f"{size:,}, {size / 1000:.3f}",
        [],
    )


def test_formulas_code_and_attributes_are_left_alone(models: Models) -> None:
    html = r'<code>{{ a.b }}</code> \({{ a.b }}\) <i title="{{ a.b }}">{{ small.latents }}</i>'
    assert filled(html, models)[0] == html.replace("{{ small.latents }}", "2")


def test_braces_that_name_no_number_are_left_alone(models: Models) -> None:
    html = "<p>{{ name }} {{ small. }} {{ a b.c }} { small.elbo }</p>"
    assert filled(html, models) == (html, [])


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{{ small.elb }}", "the bundle of “small” states no “elb”; did you mean “elbo”?"),
        ("{{ smal.elbo }}", "model “smal”: there is no bundle in "),
        ("{{ small.elbo:.1q }}", "“.1q” is no format for -96.456"),
    ],
)
def test_numbers_that_cannot_be_had_are_told_and_seen(written: str, message: str, models: Models) -> None:
    html, [reported] = filled(f"<p>{written}</p>", models)
    assert html == f'<p><mark class="research-demo-missing">{written}</mark></p>'
    assert reported.startswith(f"{written}: {message}")


def test_faults_in_numbers_are_located(tmp_path: Path, models: Models) -> None:
    source = tmp_path / "post.md"
    source.write_text("{{ small.elbo }}\n\n{{ small.x }}\n{{ small.x }}\n")
    html = "{{ small.elbo }} {{ small.x }} {{ small.x }}"
    _, faults = numbers.fill_in(html, source, models_of(html, models))
    assert [fault.line for fault in faults] == [3, 4]


LABELS = {"fig-plane": Label("fig-plane", "fig", "1"), "fig-samples": Label("fig-samples", "fig", "2")}


def resolved(html: str, is_summary: bool = False) -> tuple[str, list[str]]:
    text = Text(html, SUMMARY if is_summary else BODY)
    post = Post(Path("post.md"), (Text("") if is_summary else text, text))
    found, diagnostics = references.resolve(
        text, post, Labels({post.source: LABELS}), Kinds.of("en", Numbering())
    )
    return found, [diagnostic.message for diagnostic in diagnostics]


def test_an_empty_link_to_a_figure_is_given_its_number() -> None:
    html = 'see <a class="x" href="#fig-plane"></a>, <a href="#fig-plane">the plane</a>'
    assert resolved(html) == (html.replace("><", ">Figure\N{NO-BREAK SPACE}1<", 1), [])


def test_in_a_summary_the_number_is_no_link() -> None:
    assert resolved('see <a href="#fig-plane"></a>.', is_summary=True) == (
        "see Figure\N{NO-BREAK SPACE}1.",
        [],
    )


@pytest.mark.parametrize(
    "html",
    [
        '<a class="permalink" href="#section"></a><h2 id="section">S</h2>',
        '<a href="#section" aria-hidden="true"></a><h2 id="section">S</h2>',
        '<a href="#fig-plane"><img src="a.png"></a>',
        '<code><a href="#fig-plane"></a></code>',
        '<a class="icon" href="https://example.org"></a>',
    ],
)
def test_other_links_are_left_alone(html: str) -> None:
    assert resolved(html) == (html, [])


def test_a_link_to_a_figure_that_is_not_there_is_told(tmp_path: Path) -> None:
    html = '<a href="#fig-plan"></a>'
    marked = html.replace("><", '><mark class="reference-unknown">fig-plan</mark><')
    assert resolved(html) == (
        marked,
        ["[](#fig-plan): nothing in this post has the id “fig-plan”; did you mean “fig-plane”?"],
    )
