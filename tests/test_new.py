"""A blog from nothing, built for an address with a path; and the plugin in a blog that exists."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT, SETTINGS, Build
from research import cli
from research.start import new

PLUGIN = SETTINGS[SETTINGS.index("PLUGIN_PATHS") : SETTINGS.index("FEED_ALL_ATOM")]
TRAINER = f"""
RESEARCH["build_model"] = [{sys.executable!r}, "-m", "model", "build", "--draft", "{{names}}"]
"""
ANSWERS = ["--title", "Ada’s “notes”", "--author", "Ada", "--siteurl", "https://ada.example/notes/"]


def test_a_new_blog_is_built_for_an_address_with_a_path(tmp_path: Path) -> None:
    blog = tmp_path / "blog"
    assert cli.main(["new", str(blog), "--yes", *ANSWERS]) == 0
    with (blog / "pelicanconf.py").open("a", encoding="utf-8") as settings:
        settings.write(PLUGIN + TRAINER)
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", "publishconf.py", "--fatal", "warnings"],
        cwd=blog,
        env={**os.environ, "PELICAN_RESEARCH_DRAFT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (blog / "constraints.txt").read_bytes() == (ROOT / "requirements.txt").read_bytes()
    page = (blog / "output" / "first-post.html").read_text(encoding="utf-8")
    assert "Kingma and Welling (2014)" in page
    assert page.count("<mjx-container") > 10
    assert "Figure 1" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(r"reaches −\d+\.\d.*? nats", page)
    addresses = re.findall(r'(?:href|src)="([^"#]+)"', page)
    assert {address for address in addresses if "ada.example" in address} > {
        "https://ada.example/notes/tags.html"
    }
    assert not [address for address in addresses if not address.startswith(("https://", "data:"))]
    assert "https://ada.example/notes/first-post.html" in (blog / "output" / "sitemap.xml").read_text()


def test_what_new_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert cli.main(["new", str(tmp_path), "--yes"]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert cli.main(["new", str(tmp_path / "blog"), "--yes", "--siteurl", "ada.example"]) == 1
    assert "ada.example is no address" in capsys.readouterr().err
    assert not (tmp_path / "blog").exists()


def test_each_forge_gets_its_own_workflow(tmp_path: Path) -> None:
    found = {}
    for forge in ("github", "gitlab", "none"):
        paths = {str(path) for path, _ in new.files(new.Answers(forge=forge))}
        found[forge] = {path for path in paths if path.startswith((".github", ".gitlab"))}
    assert found == {
        "github": {".github/workflows/pages.yml"},
        "gitlab": {".gitlab-ci.yml"},
        "none": set(),
    }


def test_the_makefile_has_the_targets_of_quickstart_and_only_commands_that_exist() -> None:
    makefile = (new.SKELETON / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split())
    assert phony >= {"html", "clean", "regenerate", "serve", "devserver", "publish"}
    for target in phony - {"help"}:
        with pytest.raises(SystemExit) as ended:
            cli.main([target, "--help"])
        assert ended.value.code == 0


def test_init_changes_a_blog_that_exists(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    site = build({"post.md": "Title: A\nDate: 2026-01-01\n\n[@@vae]\n"}, 'PLUGINS = ["sitemap"]')
    settings = str(site.root / "pelicanconf.py")
    assert cli.main(["init", "--settings", settings]) == 0
    shown = capsys.readouterr().out
    assert '  + PLUGINS = [*PLUGINS, "research"]' in shown
    assert not (site.root / "content" / "references.bib").exists()
    assert cli.main(["init", "--settings", settings, "--write"]) == 0
    assert "nothing to change" not in capsys.readouterr().out
    assert cli.main(["init", "--settings", settings]) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert (site.root / ".gitignore").read_text() == "/build/\n"
    text = (site.root / "pelicanconf.py").read_text().replace('["sitemap"]', "[]")
    again = build({}, text[len(SETTINGS) :])
    assert "Kingma and Welling (2014)" in again.read("a.html")


def test_commands_build_and_clean(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    site = build({"post.md": "Title: A\nDate: 2026-01-01\n\nText\n"})
    monkeypatch.chdir(site.root)
    command = [sys.executable, "-m", "research", "html"]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(ROOT / "plugins")}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Open output/index.html" in done.stdout
    assert cli.main(["clean"]) == 0
    assert not (site.root / "output").exists()
    (site.root / "pelicanconf.py").write_text(SETTINGS + 'OUTPUT_PATH = "."\n')
    assert cli.main(["clean"]) == 1
    assert (site.root / "content" / "post.md").exists()


def test_recipes_of_the_skeleton_are_toml() -> None:
    assert tomllib.loads((new.SKELETON / "recipes.toml").read_text())["recipes"].keys() == {"shapes"}
