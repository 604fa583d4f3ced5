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
OPENING = {"onnx", "onnxruntime", "wasmtime", "emx_onnx_cgen", "ziglang", "google"}

PACKAGE = ROOT / "plugins" / "research"
#: What belongs to no part.
SHARED = set(
    "core adapter embedding exporting importing start parts.py cli.py __init__.py __main__.py".split()
)
#: What uses parts by their names.
KNOW_PARTS = {"parts.py", "cli.py", "embedding", "importing", "start"}
#: Readers of formulas, which may name pelican-render-math.
KNOW_RENDER_MATH = {"formulas/syntax/markdown.py", "formulas/syntax/reading.py"}


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
COMPILE = """
    build checks graph requests runtime steps terms
    rewriting.col2im rewriting.compatible rewriting.constants rewriting.einsum rewriting.products
    quantization.roles quantization.weights
    generation.elementwise generation.program generation.schedule generation.source generation.strings
    generation.training
"""
OF_WORKER = {
    f"research.demos.{name}"
    for name in (
        *(f"compile.{each}" for each in COMPILE.split()),
        *(
            f"normalize.{each}"
            for each in "adapters layers logits normal opening optimize plain probe types".split()
        ),
    )
}

#: What answers for a fresh release, without torch.
LIGHT = {"model", "model.__main__", "model.errors", "model.bundles.keys", "model.bundles.store"}
LIGHT |= {module for module in modules() if module.startswith(("model.data", "model.recipes"))}
LIGHT -= {"model.data.examples", "model.data.labelled"}


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


def test_nothing_outside_the_adapter_names_pelican() -> None:
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE).as_posix()
        found = {name for name in imported(path) if name.partition(".")[0] == "pelican"}
        if place in KNOW_RENDER_MATH:
            found = {name for name in found if not name.startswith("pelican.plugins.render_math")}
        assert place.startswith("adapter/") or not found, (place, found)


def test_parts_know_neither_each_other_nor_the_adapter() -> None:
    parts = {path.parent.name for path in PACKAGE.glob("*/__init__.py")} - SHARED
    assert parts == {"citations", "demos", "formulas", "images", "notes", "numbering", "site"}
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE).parts
        known = {name.split(".")[1] for name in imported(path) if name.startswith("research.")}
        if place[0] in parts:
            assert known <= {place[0], "core"}, (path, known)
        elif place[0] == "core":
            assert known <= {"core"}, (path, known)
        elif place[0] not in KNOW_PARTS:
            assert known <= {"core", "adapter", "parts", "cli", place[0]}, (path, known)


def test_modules_import_each_other_one_way() -> None:
    arrows = {module: {name for name in imported(file) if name in FILES} for module, file in FILES.items()}
    while leaves := [module for module, names in arrows.items() if not names & arrows.keys()]:
        for module in leaves:
            del arrows[module]
    assert arrows == {}  # what is left has a circle


def test_only_the_worker_names_what_opens_graphs() -> None:
    naming = {
        f"research.{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}"
        for path in PACKAGE.rglob("*.py")
        if OPENING & {name.partition(".")[0] for name in imported(path)}
    }
    # For the type of a graph alone.
    assert naming - {"research.demos.compile.records"} <= OF_WORKER


def test_plugin_and_model_know_nothing_of_each_other() -> None:
    for folder, other in ((ROOT / "plugins", "model"), (ROOT / "model", "research")):
        names = (name for path in folder.rglob("*.py") for name in imported(path))
        assert not any(name.partition(".")[0] == other for name in names)


def imported(path: Path) -> set[str]:
    """Return the modules that the file at `path` imports, inside functions too, with names in them.

    Those that only types are taken from do not count.
    """
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in typing:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = _package(path).rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def _package(path: Path) -> str:
    base = ROOT / "plugins" if path.is_relative_to(ROOT / "plugins") else ROOT
    return ".".join(path.relative_to(base).parent.parts)


FILES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
}
