"""The steps of training that readers run: bytes, steps a second, and against TensorFlow.js, in one run.

    python bench/step.py [two-moons mnist-lite] [--models build/models]

Steps run in Node.js, whose engine is Chromium's, on one core; the least time of five rounds that take turns
counts. TensorFlow.js with its wasm backend is installed into build/tfjs for it. Bytes are those of gzip,
description and scripts aside. GFLOP/s count the matrix products alone. Prints a table and judges nothing.
"""

import argparse
import gzip
import json
import subprocess
import sys
from itertools import pairwise
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.append(str(Path(__file__).resolve().parent.parent / "plugins"))

from research.core.storage.cache import Cache
from research.demos.bundles import bundle
from research.demos.bundles.step import read_step
from research.demos.compile.training import compiled_step
from research.demos.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "tfjs"
PACKAGES = (
    "@tensorflow/tfjs-core@4.22.0",
    "@tensorflow/tfjs-layers@4.22.0",
    "@tensorflow/tfjs-backend-wasm@4.22.0",
)


def main() -> None:
    """Compile the steps, time them, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=["two-moons", "mnist-lite"])
    parser.add_argument("--models", type=Path, default=ROOT / "build" / "models")
    given = parser.parse_args()
    install()
    with Sandbox() as sandbox, TemporaryDirectory() as folder:
        cache = Cache(Path(folder) / "cache")
        cases = [case(given.models / name, sandbox, cache) for name in given.names]
        (Path(folder) / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
        script = str(Path(__file__).with_suffix(".mjs"))
        command = ["node", script, str(Path(folder) / "cases.json"), str(FOLDER)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    table = Table("Step", "Program", "Data", "Steps a second", "GFLOP/s", "TensorFlow.js", "Times as fast")
    for each, line in zip(cases, done.stdout.splitlines(), strict=True):
        ours, *other = json.loads(line)["milliseconds"]
        rival = f"{1000 / other[0]:,.0f}" if other else "–"
        ratio = f"{other[0] / ours:.1f}" if other else "–"
        kilobytes = [f"{each[key] / 1000:.1f} kB" for key in ("program_bytes", "data_bytes")]
        speed = f"{each['flops'] / ours / 1e6:.1f}"
        table.add_row(each["name"], *kilobytes, f"{1000 / ours:,.0f}", speed, rival, ratio)
    Console().print(table)


def install() -> None:
    """Install TensorFlow.js, once."""
    if not (FOLDER / "node_modules").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        (FOLDER / "package.json").write_text("{}", encoding="utf-8")
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", *PACKAGES], cwd=FOLDER, check=True)


def case(folder: Path, sandbox: Sandbox, cache: Cache) -> dict[str, Any]:
    """Return what the script needs to know of the step of the bundle in `folder`."""
    found = bundle.read(folder, sandbox)
    step = read_step(found)
    made = compiled_step(found, cache)
    recipe = found.manifest["recipe"]
    networks = {
        name: (recipe["step"][name] or recipe["model"][name])["hidden"] for name in ("encoder", "decoder")
    }
    size, latents = prod(step.examples.shape[1:]), recipe["model"]["latents"]
    return {
        "name": found.name,
        "program": str(made.program),
        "graphs": made.graphs,
        "batch": step.batch_size,
        "size": size,
        "latents": latents,
        **networks,
        "isPoints": step.examples.ndim == 2,
        "program_bytes": len(gzip.compress(made.program.read_bytes())),
        "data_bytes": len(gzip.compress(made.examples.read_bytes())),
        "flops": flops(step.batch_size, size, latents, networks),
    }


def flops(batch: int, size: int, latents: int, networks: dict[str, list[int]]) -> int:
    """Return how many operations the products of a step take: three a weight, but two where x needs none."""
    down = [size, *networks["encoder"], 2 * latents]
    up = [latents, *networks["decoder"], size]
    pairs = [*pairwise(down), *pairwise(up)]
    return 2 * batch * (3 * sum(a * b for a, b in pairs) - down[0] * down[1])


if __name__ == "__main__":
    main()
