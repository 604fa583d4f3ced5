"""onnxruntime-web, from npm: what runs a graph in the page that cannot be compiled ahead of time."""

import hashlib
import json
from pathlib import Path

from ...core.post import PublishedFile

PACKAGE = "onnxruntime-web"
#: The build without anything that a strict Content Security Policy forbids.
FILES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")


def runtime(root: Path) -> tuple[PublishedFile, ...]:
    """Return the files of the package in a folder node_modules of `root` or above; none if it is not there.

    They import each other by name, so their folder carries the hash.
    """
    for folder in (root, *root.parents):
        package = folder / "node_modules" / PACKAGE
        if (package / "package.json").is_file():
            version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
            digest = hashlib.sha256(
                b"".join((package / "dist" / name).read_bytes() for name in FILES)
            ).hexdigest()
            place = f"demos/{PACKAGE}-{version}.{digest[:10]}"
            return tuple(PublishedFile(package / "dist" / name, f"{place}/{name}") for name in FILES)
    return ()
