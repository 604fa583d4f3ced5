"""What weighs is brought in by those who need it, and by nobody else.

Every module is imported as if it were the first, and what came along with it is noted.
"""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "onnx", "onnxruntime", "wasmtime", "pelican"}
#: What opens strangers' graphs: it is named where the worker runs alone.
OPENING = ("onnx", "onnxruntime", "wasmtime", "emx_onnx_cgen", "ziglang", "google")

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
    if module in OF_WORKER:
        return {"pelican", "onnx"}
    if module.startswith("research"):
        return {"pelican"}
    return set() if module in LIGHT else {"torch", "onnx", "onnxruntime"}


#: Modules that only the worker imports: the other side of ``demos.sandbox``.
OF_WORKER = {
    f"research.demos.compile.{name}"
    for name in "build checks graph opening program requests rounding runtime source strings".split()
}

#: What answers for a fresh release, without torch.
LIGHT = {"model", "model.__main__", "model.datasets", "model.errors", "model.recipes", "model.releases"}
LIGHT |= {module for module in modules() if module.startswith("model.sources")}


#: Imports modules, each with none of ours there before it, and prints which heavy ones are new after it.
IMPORTS = f"""
import importlib, sys
for module in sys.argv[1:]:
    for name in [name for name in sys.modules if name.partition(".")[0] == module.partition(".")[0]]:
        del sys.modules[name]
    before = set(sys.modules)
    importlib.import_module(module)
    print(module, *({HEAVY!r} & sys.modules.keys() - before))
"""


@pytest.mark.parametrize("package", ["research", "model"])
def test_what_an_import_brings_in(package: str) -> None:
    # Others' modules stay once they are there: those of ours that may bring in the most come last.
    ours = [module for module in modules() if module.partition(".")[0] == package]
    names = sorted(ours, key=lambda module: (len(may_bring_in(module)), module))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORTS, *names],
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    brought = {module: set(new) for module, *new in map(str.split, done.stdout.splitlines())}
    assert list(brought) == names
    too_much = {module: new - may_bring_in(module) for module, new in brought.items()}
    assert {module: new for module, new in too_much.items() if new} == {}


def test_only_files_at_the_edge_name_pelican() -> None:
    package = ROOT / "plugins" / "research"
    naming = {path.name for path in package.rglob("*.py") if imports(path, "pelican")}
    assert naming <= KNOW_PELICAN


def test_plugin_and_model_know_nothing_of_each_other() -> None:
    assert not any(imports(path, "model") for path in (ROOT / "plugins").rglob("*.py"))
    assert not any(imports(path, "research") for path in (ROOT / "model").rglob("*.py"))


def test_only_the_worker_names_what_opens_graphs() -> None:
    package = ROOT / "plugins" / "research"
    naming = {
        f"research.{'.'.join(path.relative_to(package).with_suffix('').parts)}"
        for path in package.rglob("*.py")
        if any(imports(path, name) for name in OPENING)
    }
    # For the type of a graph alone.
    assert naming - {"research.demos.compile.records"} <= OF_WORKER


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
