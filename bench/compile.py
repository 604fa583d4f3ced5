"""Measure what it costs to compile and check decoders: CPU seconds and peak memory of the worker.

    python bench/compile.py

One decoder is of 256 × 256 RGB images and has some 80,000 parameters, one of 512 × 512, and one has 1 MB of
weights in convolutions. Each is compiled without a cache, in a process of its own.
"""

import argparse
import itertools
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins")]

#: Channels of the layers, from 4 × 4 or 8 × 8 pixels to twice as many in each.
DECODERS = {
    "256 × 256 RGB, 80k parameters": (4, [48, 40, 28, 20, 16, 12, 3]),
    "512 × 512 RGB": (4, [32, 24, 20, 16, 12, 12, 8, 3]),
    "28 × 28, 1 MB of convolutions": (7, [104, 104, 1]),
}


def write(folder: Path, side: int, channels: list[int]) -> int:
    """Export a decoder of transposed convolutions into `folder`; return its number of parameters."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    start = nn.Linear(16, channels[0] * side**2)
    layers: list[nn.Module] = [start, nn.Unflatten(1, (channels[0], side, side))]
    for before, after in itertools.pairwise(channels):
        layers += [nn.ReLU(), nn.ConvTranspose2d(before, after, 4, 2, 1)]
    model = nn.Sequential(*layers, nn.Sigmoid()).eval()
    folder.mkdir()
    torch.onnx.export(
        model, (torch.randn(2, 16),), folder / "decoder.onnx", input_names=["z"], output_names=["x"],
        dynamic_shapes=({0: torch.export.Dim("batch")},), dynamo=True, verbose=False,
    )  # fmt: skip
    return sum(parameter.numel() for parameter in model.parameters())


def compile_in(folder: Path) -> None:
    """Compile the decoder in `folder`, and print what its worker took."""
    import numpy as np
    from research.core.storage.cache import Cache
    from research.demos.bundles import bundle, manifest
    from research.demos.bundles.normal import normalized
    from research.demos.compile.compiled import Request, compiled
    from research.demos.sandbox import Sandbox

    manifest.write(folder)
    cache = Cache(folder / "cache")
    with Sandbox() as sandbox:
        model = normalized(bundle.read(folder, sandbox), cache)
        inputs = np.random.default_rng(0).standard_normal((256, model.latents)).astype(np.float32)
        network = compiled(model.decoder, lambda: Request(inputs), "", cache, sandbox)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(
        json.dumps(
            {
                "seconds": used.ru_utime + used.ru_stime,
                "megabytes": used.ru_maxrss / 1000,
                "bytes": network.program.stat().st_size,
                "precision": network.measured.precision,
            }
        )
    )


def main() -> None:
    """Print a line for each decoder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.folder:
        compile_in(given.folder)
        return
    print(f"{'decoder':32}{'parameters':>12}{'CPU s':>8}{'peak MB':>9}{'program kB':>12}  weights")
    for number, (name, (side, channels)) in enumerate(DECODERS.items()):
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / f"model-{number}"
            parameters = write(folder, side, channels)
            done = subprocess.run([sys.executable, __file__, str(folder)], capture_output=True, check=True)
            found = json.loads(done.stdout.splitlines()[-1])
            print(
                f"{name:32}{parameters:12,}{found['seconds']:8.1f}{found['megabytes']:9.0f}"
                f"{found['bytes'] / 1000:12.0f}  {found['precision']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
