"""The command ``import``: articles from elsewhere become posts that are built without an error."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Build
from research import cli

ARTICLES = ROOT / "campaigns" / "articles"
SETTINGS = """
MARKDOWN = {"extension_configs": {
    "markdown.extensions.extra": {}, "markdown.extensions.meta": {}, "markdown.extensions.admonition": {},
    "markdown.extensions.codehilite": {"css_class": "highlight"},
}}
"""
NUMBER = re.compile(r'<span class="research-number">(.*?)</span>')


def numbers(html: str) -> list[str]:
    return [found.replace("\N{NO-BREAK SPACE}", " ") for found in NUMBER.findall(html)]


def test_ten_articles_keep_their_constructs() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "campaigns" / "importing.py"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    of_all = rows[10]
    assert [int(row[-1]) for row in rows[:10]] == [0] * 10, done.stdout
    assert float(of_all[3]) >= 95, done.stdout


def test_posts_have_the_numbers_and_references_of_their_articles(
    build: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(ARTICLES / name) for name in ("bayes.tex", "diffusion.qmd", "tutorial.md")]
    assert cli.main(["import", *files, "--to", str(tmp_path / "content")]) == 0
    said = capsys.readouterr()
    assert "diffusion.qmd:7: warning: of the author Ada Lovelace, left out: email" in said.out
    assert "'orcid': '0000-0002-1825-0097'" in said.out
    site = build({}, SETTINGS)
    assert not re.findall(r"content/\S*(?:bayes|diffusion|tutorial)\S*: (?:error|warning)", site.log), (
        site.log
    )
    bayes = site.read("bounds-on-the-evidence.html")
    assert numbers(bayes) == ["Definition 1", "Lemma 2", "Theorem 3", "Proof.", "Figure 1."]
    text = re.sub("<[^<>]*>", "", bayes).replace("\N{NO-BREAK SPACE}", " ")
    assert "Lemma 2 and Theorem 3 are its parts" in text
    diffusion = site.read("diffusion-models.html")
    assert numbers(diffusion)[:4] == ["Figure 1.", "(a)", "(b)", "Figure 2."]
    assert 'popover role="note"' in diffusion
    assert (tmp_path / "output" / "images" / "diffusion" / "left.svg").is_file()
    assert 'width="300"' in site.read("a-tutorial.html")


def test_images_of_one_name_are_kept_apart(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").write_text(folder)
    (tmp_path / "p.md").write_text("![](a/x.png) ![](b/x.png) ![](a/x.png)\n")
    assert cli.main(["import", str(tmp_path / "p.md"), "--to", str(tmp_path / "posts")]) == 0
    post = (tmp_path / "posts" / "p.md").read_text()
    assert re.findall(r"images/p/(.*?)\)", post) == ["x.png", "x-2.png", "x.png"]
    assert (tmp_path / "posts" / "images" / "p" / "x-2.png").read_text() == "b"


def test_nothing_is_replaced_unasked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("mine")
    shutil.copy(ARTICLES / "proofs.md", tmp_path / "a.qmd")
    assert cli.main(["import", str(tmp_path / "a.qmd"), "--to", str(tmp_path)]) == 1
    assert "is there already: name another by --name, or say --force" in capsys.readouterr().err
    assert (tmp_path / "a.md").read_text() == "mine"
    (tmp_path / "b.doc").write_text("x")
    assert (
        cli.main(["import", str(tmp_path / "b.doc"), str(tmp_path / "none.tex"), "--to", str(tmp_path)]) == 1
    )
    err = capsys.readouterr().err
    assert "b.doc is none of .tex, .ipynb" in err
    assert "none.tex cannot be read" in err


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("a.tex", r"\newtheorem{satz}{Satz}\newtheorem*{h}{Lemma}\begin{document}\begin{satz}[T]\label{x}"
         r"A $y$.\end{satz}\begin{h}B.\end{h}\ref{x}\end{document}",
         '!!! theorem "T" {#x}\n    A $y$.\n\n!!! lemma\n    B.\n\n\\ref{x}'),
        ("a.qmd", "# T\n\n``` {.r}\n1\n```\n\n[a b]{.x}\n\n$$\nx\n$$ {#eq-q}\n\n- @eq-q *a_b* 1*2\n",
         'Title: T\n.*```r\n1\n```\n\n<span class="x">a b</span>\n\n\\$\\$\n.*eq-q.*'
         "- [](#eq-q) *a\\_b* 1\\*2"),
        ("a.qmd", "1\\. x\n\n| a | b |\n|---|---|\n| $a|b$ | `x|y` c\\|d |\n",
         "1\\. x\n\n| a | b |\n| --- | --- |\n| $a\\vert b$ | `x|y` c\\|d |"),
        ("a.md", "# T\n\n:::{prf:axiom} X\n:label: ax\nIt is.\n:::\n\n{prf:ref}`ax`\n",
         "It is.\n\n[](#ax)"),
    ],
)  # fmt: skip
def test_neighbours(name: str, text: str, wanted: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert cli.main(["import", str(tmp_path / name), "--to", str(tmp_path / "posts")]) == 0
    post = (tmp_path / "posts" / "a.md").read_text(encoding="utf-8")
    assert re.search(".*".join(map(re.escape, wanted.replace("\\$", "$").split(".*"))), post, re.DOTALL), post
