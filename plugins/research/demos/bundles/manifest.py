"""Write the manifest of an external model, from its ONNX files."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.processes.worker import printable
from ..errors import DemoError
from . import bundle
from .models import require_extra

if TYPE_CHECKING:
    from ..sandbox import Sandbox

Range = tuple[float, float]


def write(folder: Path, range: Range = (0.0, 1.0)) -> Path:
    """Write ``manifest.json`` for the model in `folder`; return its path.

    The values of images lie in `range`. All files of the folder become part of the bundle. Raises
    `DemoError` where there is a manifest, where there is no ``decoder.onnx``, or where the graphs are
    not such as figures need.
    """
    require_extra()
    path = folder / "manifest.json"
    if path.exists():
        raise DemoError(f"{path} is there; delete it first if it is to be written anew")
    if not (folder / "decoder.onnx").is_file():
        raise DemoError(f"there is no decoder.onnx in {folder}")
    names = [name for name in ("decoder", "encoder") if (folder / f"{name}.onnx").is_file()]
    files = [each for each in sorted(folder.iterdir()) if each.is_file()]
    for each in files:
        bundle.check_place(each)
    # Imported here: only blogs that show models have installed what it needs.
    from ..sandbox import Sandbox

    with Sandbox() as sandbox:
        stated: dict[str, Any] = {
            "format": 1,
            "name": folder.resolve().name,
            "graphs": {name: _graph(folder / f"{name}.onnx", range, sandbox) for name in names},
            "files": {each.name: _file(each) for each in files},
        }
        stated["sha256"] = bundle.digest_of(stated)
        path.write_text(json.dumps(stated, indent=2), encoding="utf-8")
        try:
            bundle.read(folder, sandbox)
        except DemoError:
            path.unlink()
            raise
    return path


def _graph(path: Path, range: Range, sandbox: "Sandbox") -> dict[str, Any]:
    from ..messages import File

    described = sandbox.describe(path, File(path.read_bytes()))
    for name in described["data"]:
        _check_data(path, name)
    return {
        "file": path.name,
        "inputs": [_tensor(path, value, range) for value in described["inputs"]],
        "outputs": [_tensor(path, value, range) for value in described["outputs"]],
    }


def _check_data(graph: Path, name: str) -> None:
    """Raise `DemoError` if `name`, a file of external data, does not lie beside the `graph`."""
    shown = printable(name)
    if Path(name).name != name or name in ("", "..", graph.name):
        raise DemoError(
            f"{graph}: its weights lie in “{shown}”; external data must lie in the folder of the graph itself"
        )
    if not (graph.parent / name).is_file():
        raise DemoError(f"{graph}: its weights lie in “{shown}”, and there is no such file beside it")


def _tensor(path: Path, value: Mapping[str, Any], range: Range) -> dict[str, Any]:
    if not value["shape"] or not all(value["shape"][1:]):
        raise DemoError(
            f"{path}: “{printable(value['name'])}” must have a shape of numbers but for the batch; "
            "export it so"
        )
    first, *others = value["shape"]
    shape = [first or "batch", *others]
    is_image = len(shape) == 4
    return {"name": value["name"], "shape": shape, "range": list(range) if is_image else None}


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
