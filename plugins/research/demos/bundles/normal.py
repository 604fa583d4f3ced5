"""A bundle with its graphs in their normal form, from the cache if they have been brought into it before."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.storage.cache import Cache
from ..errors import DemoError
from .arrays import load
from .bundle import Bundle, Graph
from .tensors import Prior

if TYPE_CHECKING:
    from ..messages import Array, File

HERE = Path(__file__).parent
#: What the normal form depends on besides the graph.
PACKAGES = ("onnx", "onnxruntime")


def normalized(bundle: Bundle, cache: Cache) -> Bundle:
    """Return `bundle` with graphs that take one example at a time, latents (1, Z) or images (1, C, H, W).

    Raises `DemoError` for a graph that cannot be run.
    """
    encoder = bundle.encoder and normal(bundle, "encoder", bundle.encoder, cache)
    return replace(bundle, decoder=normal(bundle, bundle.role, bundle.decoder, cache), encoder=encoder)


def logits(bundle: Bundle, cache: Cache) -> Graph:
    """Return the decoder of `bundle`, in its normal form, with logits where it gives probabilities.

    Raises `DemoError` for one that cannot be read.
    """
    graph, name = bundle.decoder, f"{bundle.name}-logits.onnx"
    area = cache.area("graphs", *_program())
    key = area.key(["logits", hashlib.sha256(graph.path.read_bytes()).hexdigest()])

    def write(folder: Path) -> None:
        (folder / name).write_bytes(bundle.sandbox.logits(graph.path, graph.read()))

    return replace(graph, path=area.folder(key, write) / name)


def normal(bundle: Bundle, role: str, graph: Graph, cache: Cache) -> Graph:
    """Return `graph` in its normal form; raise `DemoError` if it cannot be run."""
    # Messages name the file.
    name = f"{bundle.name}-{role}.onnx"
    prior = graph.signature.prior
    files = sorted((name, digest) for name, digest in graph.data.items())
    content = hashlib.sha256(graph.path.read_bytes()).hexdigest()
    stated = bundle.manifest["files"]
    area = cache.area("graphs", *_program())
    key = area.key([name, content, files, graph.signature.stated(), stated.get(prior.file, {}).get("sha256")])

    def write(folder: Path) -> None:
        more, codes = _prior(bundle, prior)
        made = bundle.sandbox.normalized(graph.path, [graph.read(), *more], graph.signature, codes)
        (folder / name).write_bytes(made)

    return replace(graph, path=area.folder(key, write) / name, data={})


def _prior(bundle: Bundle, prior: Prior) -> tuple[Sequence[File], Sequence[Array]]:
    """Return the graph, or the codes, that latents come from; raise `DemoError` if they are not there."""
    if not prior.file:
        return [], []
    path = bundle.file(prior.file, "its prior")
    if prior.kind == "graph":
        from ..messages import File

        return [File(path.read_bytes())], []
    arrays = load(path, ("codes",))
    if "codes" not in arrays or arrays["codes"].ndim < 2 or arrays["codes"].dtype.kind not in "iuf":
        raise DemoError(f"{path} must have an array “codes” of numbers, a row for each code")
    return [], [arrays["codes"]]


@lru_cache
def _program() -> list[str]:
    """Return what stands for the program that normalizes: versions of packages, and our code."""
    sources = sorted((HERE.parent / "normalize").glob("*.py"))
    code = [source.read_text(encoding="utf-8") for source in sources]
    return [*(f"{name} {version(name)}" for name in PACKAGES), *code]
