"""`check --adopt` lists what the plugin would change in a blog without it, and changes nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

SETTINGS = """
SITENAME, AUTHOR, PATH, TIMEZONE, SITEURL = "s", "a", "content", "UTC", "https://blog.example"
PLUGINS = []
"""
POST = r"""Title: The $\beta$-VAE
Date: 2026-01-01

Of $a + b$ and $5 and \$6, then [@vae, p. 3], \(sic\) and \[1\].

<p>Raw \(q\) here</p>

<script src="https://cdn.example/mathjax/MathJax.js"></script>

| a | b |
|--:|---|
| 1 | `$x$` |
"""
UNTOUCHED = r"""Title: Prices
Date: 2026-01-01

<img src="a.png" alt="The $x$-axis">, <kbd>$HOME/$USER</kbd>, `$x$`, [a](https://example.org/?$f=$a$&$top=5),
<https://example.org/?$f$&$t$>, US$5–US$10, $$$ or $$, \(sic\), \[x\], ![a $x$](b.png "t $y$"), <!-- $z$ -->,
$HOME/$USER, https://example.org/$a$/, $ 5 and $ 10, and me@example.org.
"""


@pytest.fixture
def adopt(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Return a function that runs the command in a blog with these posts."""

    def run(**posts: str) -> str:
        (tmp_path / "content").mkdir()
        (tmp_path / "pelicanconf.py").write_text(SETTINGS)
        for name, text in posts.items():
            (tmp_path / "content" / f"{name}.md").write_text(text)
        done = subprocess.run(
            [sys.executable, "-m", "research", "check", "--adopt"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "COLUMNS": "1000"},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert done.returncode == 0, done.stderr
        names = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}  # of Pelican's settings
        assert names == {"content", "pelicanconf.py"}
        return done.stdout.replace(f"{tmp_path}/content/", "")

    return run


def test_each_change_is_listed_by_kind_with_its_line(adopt) -> None:  # type: ignore[no-untyped-def]
    listed = adopt(post=POST).splitlines()
    assert "formula: 3" in listed
    assert r"  post.md:1: $\beta$-VAE → \(\beta\)-VAE" in listed
    assert r"  post.md:4: $a + b$ → \(a + b\)" in listed
    assert r"  post.md:6: \(q\) → \(q\)" in listed
    assert "escape: 1" in listed
    assert r"  post.md:4: \$6, → $6," in listed
    assert "citation: 1" in listed
    assert "table: 2" in listed
    assert "MathJax script: 1" in listed
    assert not any("sic" in line or "$5" in line for line in listed)


def test_what_is_not_meant_is_not_changed(adopt) -> None:  # type: ignore[no-untyped-def]
    assert adopt(post=UNTOUCHED) == ""
