"""What weighs is brought in by those who need it, and by nobody else.

Every module is imported in a fresh process that then says which of the heavy ones came along.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "onnxruntime", "pelican"}

#: Files of the plugin that may name Pelican. The parts work on plain records.
KNOW_PELICAN = {"__main__.py", "plugin.py", "posts.py", "published.py", "reader.py", "summaries.py"}


def modules() -> list[str]:
    found = []
    for base, package in ((ROOT / "plugins", "research"), (ROOT, "model")):
        for path in sorted((base / package).rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__init__"))
    return found


def may_bring_in(module: str) -> set[str]:
    """Return the heavy modules that the import of `module` may bring in."""
    if module.startswith("research"):
        return {"pelican"}
    return set() if module in LIGHT else {"torch", "onnxruntime"}


#: What answers for a fresh release, without torch.
LIGHT = {"model", "model.__main__", "model.datasets", "model.errors", "model.recipes", "model.releases"}
LIGHT |= {module for module in modules() if module.startswith("model.sources")}


@pytest.mark.parametrize("module", modules())
def test_what_an_import_brings_in(module: str) -> None:
    code = f"import sys, {module}; print(*({HEAVY!r} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) <= may_bring_in(module)


def test_only_files_at_the_edge_name_pelican() -> None:
    package = ROOT / "plugins" / "research"
    naming = {path.name for path in package.rglob("*.py") if imports(path, "pelican")}
    assert naming <= KNOW_PELICAN


def test_plugin_and_model_know_nothing_of_each_other() -> None:
    assert not any(imports(path, "model") for path in (ROOT / "plugins").rglob("*.py"))
    assert not any(imports(path, "research") for path in (ROOT / "model").rglob("*.py"))


def imports(path: Path, package: str) -> bool:
    """Say whether the file at `path` imports `package` anywhere, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        if any(name.split(".")[0] == package for name in names):
            return True
    return False
