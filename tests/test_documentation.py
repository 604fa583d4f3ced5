"""What our own texts say of the code is so."""

import re
from dataclasses import fields
from pathlib import Path

import torch
from research.core.settings import SettingsBase
from research.demos.kinds import kinds
from research.parts import PARTS
from torch.nn.functional import logsigmoid

from bench import results
from model import densities
from model.recipes.library import Library

ROOT = Path(__file__).resolve().parent.parent
CONTENT = ROOT / "content"


def sample(name: str) -> list[str]:
    """Return the text of the sample post `name`; nothing in a clone whose author has deleted it."""
    return [path.read_text(encoding="utf-8") for path in CONTENT.glob(name)]


def rows(text: str, head: str) -> list[list[str]]:
    """Return the cells of the Markdown table whose first row begins with `head`."""
    lines = text[text.index(head) :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines[2:]]


def names(cell: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", cell))


def test_the_readme_lists_every_setting() -> None:
    table = rows((ROOT / "README.md").read_text(encoding="utf-8"), "| Key |")
    listed = set().union(*(names(row[0]) for row in table))
    records = [SettingsBase, *(part.settings_type for part in PARTS)]
    assert listed == {field.name for record in records for field in fields(record)} - {"root"}


def test_the_post_for_authors_lists_every_kind_with_its_keys() -> None:
    known = {name: {option.name for option in fields(kind.options)} for name, kind in kinds().items()}
    for post in sample("writing-a-post.md"):
        assert {names(row[0]).pop(): names(row[2]) for row in rows(post, "| Kind |")} == known


def test_the_reference_of_demos_lists_every_kind_with_its_defaults() -> None:
    reference = (ROOT / "docs" / "demos.md").read_text(encoding="utf-8")
    for name, kind in kinds().items():
        [keys] = (row[2] for row in rows(reference, "| Kind |") if row[0] == f"`{name}`")
        listed = dict(pair.split(": ") for pair in names(keys) if ": " in pair)
        assert listed.keys() == {option.name for option in fields(kind.options)}
        for option in fields(kind.options):
            if isinstance(option.default, int | float):
                assert float(listed[option.name]) == option.default, f"{name}: {option.name}"


def test_the_results_list_every_recipe_as_it_was_measured() -> None:
    page = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    recipes = results.with_bounds(Library(Path("nowhere")))
    assert [names(row[0]).pop() for row in rows(page, "| Recipe |")] == recipes
    assert results.with_table(page, results.table(results.saved(recipes))) == page


def test_the_code_in_the_article_is_the_objective_that_trains() -> None:
    torch.manual_seed(0)
    mean, log_variance, logits = torch.randn(3, 7), torch.randn(3, 7), torch.randn(3, 784)
    x = torch.bernoulli(torch.rand(3, 784))
    divergence = densities.kl_divergence(mean, log_variance).sum(dim=1)
    expected = densities.log_bernoulli(x, logits).sum(dim=1) - divergence
    for article in sample("variational-autoencoders.md"):
        printed: dict[str, object] = {"torch": torch, "logsigmoid": logsigmoid}
        exec(re.findall(r"```python\n(.*?)```", article, re.DOTALL)[0], printed)
        found = printed["elbo"](x, lambda _: (mean, log_variance), lambda _: logits)  # type: ignore[operator]
        torch.testing.assert_close(found, expected)


def test_every_figure_that_a_text_refers_to_is_there() -> None:
    for post in CONTENT.glob("*.md"):
        text = post.read_text(encoding="utf-8")
        meant = set(re.findall(r"\[\]\(#([\w-]+)\)", text))
        assert meant <= set(re.findall(r"(?:^id: |\{[^{}\n]*#|id=\")([\w-]+)", text, re.MULTILINE)), post


def test_the_files_and_sections_that_our_texts_link_to_are_there() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", _without_code(page)):
            file, _, section = target.partition("#")
            linked = (page.parent / file) if file else page
            assert linked.exists() or linked.resolve().parent == CONTENT, f"{page.name}: {target}"
            assert not section or section in _anchors(linked), f"{page.name}: {target}"


def _anchors(page: Path) -> set[str]:
    """Return the anchors of the headings in `page`, as forges derive them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _without_code(page: Path) -> str:
    fences = r"^ *(`{3,})[^`].*?^ *\1$"
    text = re.sub(fences, "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]+`", "", text)
