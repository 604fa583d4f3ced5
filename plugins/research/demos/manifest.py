"""Write the manifest of a model that came from elsewhere: what a release must say is in its ONNX files."""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import release
from .errors import DemoError
from .models import require_extra

if TYPE_CHECKING:
    from onnx import ValueInfoProto

Range = tuple[float, float]


def write(folder: Path, range: Range = (0.0, 1.0)) -> Path:
    """Write ``manifest.json`` for the model in `folder`; return its path.

    The values of pictures lie in `range`. All files of the folder become part of the release. Raises
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
    stated = {
        "format": 1,
        "name": folder.resolve().name,
        "graphs": {name: _graph(folder / f"{name}.onnx", range) for name in names},
        "files": {each.name: _file(each) for each in sorted(folder.iterdir()) if each.is_file()},
    }
    path.write_text(json.dumps(stated, indent=2), encoding="utf-8")
    try:
        release.read(folder)
    except DemoError:
        path.unlink()
        raise
    return path


def _graph(path: Path, range: Range) -> dict[str, Any]:
    import onnx
    from google.protobuf.message import DecodeError

    try:
        graph = onnx.load(path).graph
    except DecodeError as error:
        raise DemoError(f"{path} is not an ONNX file") from error
    weights = {tensor.name for tensor in graph.initializer}
    return {
        "file": path.name,
        "inputs": [_tensor(path, value, range) for value in graph.input if value.name not in weights],
        "outputs": [_tensor(path, value, range) for value in graph.output],
    }


def _tensor(path: Path, value: "ValueInfoProto", range: Range) -> dict[str, Any]:
    first, *others = value.type.tensor_type.shape.dim
    if not all(axis.dim_value for axis in others):
        raise DemoError(
            f"{path}: “{value.name}” must have a shape of numbers but for the batch; export it so"
        )
    shape = [first.dim_value or "batch", *(axis.dim_value for axis in others)]
    is_picture = len(shape) == 4
    return {"name": value.name, "shape": shape, "range": list(range) if is_picture else None}


def _file(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
