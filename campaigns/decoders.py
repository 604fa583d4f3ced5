"""Export decoders of many architectures to ONNX, and count what of them a blog can show.

    python campaigns/decoders.py {classic,new} [NAME…] [--opsets 9 11 …]

“classic” exports the twelve architectures of `CLASSIC` in tests/architectures.py by the exporter that most
files on the web were made by (dynamo=False), at several opsets, with a free batch and with fixed ones of 1
and 4; “new” exports all architectures by the present one. Each file goes the way of a model in a blog: its
manifest is written, images are rendered, the decoder is compiled. The table tells how many files became
interactive, got images, were refused with a message, or ended by another exception; how many exceed the
limits of docs/live.md when compared with the exported file on fresh latents; and the mean size of programs.
"""

import argparse
import contextlib
import io
import logging
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "plugins")]

import architectures  # noqa: E402
from research.core.storage.cache import Cache  # noqa: E402
from research.demos.bundles import bundle, manifest  # noqa: E402
from research.demos.bundles.bundle import Bundle  # noqa: E402
from research.demos.bundles.normal import normalized  # noqa: E402
from research.demos.compile import UnsupportedError  # noqa: E402
from research.demos.compile.compiled import Request, compiled  # noqa: E402
from research.demos.compile.records import (  # noqa: E402
    MAX_ERROR,
    MAX_RELATIVE_ERROR,
    MAX_VISIBLE_SHARE,
    VISIBLE,
    Compiled,
)
from research.demos.drawing.inference import decode  # noqa: E402
from research.demos.errors import DemoError  # noqa: E402
from research.demos.sandbox import Sandbox  # noqa: E402

OPSETS = (9, 11, 13, 17, 20)
BATCHES = {"free": 1, "1": 1, "4": 4}
#: On how many latents a model is checked that the build has not seen.
FRESH = 64
COLUMNS = ("files", "interactive", "images", "refused", "crashed", "beyond", "bytes")


def module(name: str) -> torch.nn.Module:
    """Return the decoder `name` with weights of a fixed seed and normalizations that have seen data."""
    torch.manual_seed(0)
    made = architectures.ARCHITECTURES[name]().eval()
    for layer in made.modules():
        if isinstance(layer, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d):
            assert layer.running_mean is not None
            assert layer.running_var is not None
            layer.running_mean.normal_(0, 0.1)
            layer.running_var.uniform_(0.5, 1.5)
    return made


def exported(folder: Path, name: str, opset: int | None, batch: str) -> bool:
    """Write decoder.onnx into `folder`; return False where PyTorch cannot export the module."""
    folder.mkdir(parents=True)
    size = BATCHES[batch] if opset else 2
    latents = torch.randn(size, *architectures.INPUTS.get(name, (architectures.LATENTS,)))
    names = {"input_names": ["z"], "output_names": ["x"]}
    try:
        if opset is None:
            shapes = ({0: torch.export.Dim("batch")},)
            more = {"dynamo": True, "verbose": False, "dynamic_shapes": shapes}
        else:
            axes = {"z": {0: "batch"}, "x": {0: "batch"}} if batch == "free" else None
            more = {"dynamo": False, "opset_version": opset, "dynamic_axes": axes}
        with contextlib.redirect_stdout(io.StringIO()):  # where it fails, it prints the whole graph
            torch.onnx.export(module(name), (latents,), folder / "decoder.onnx", **names, **more)
    # The exporters raise dozens of classes for what an opset does not have.
    except Exception:
        return False
    return True


def tried(folder: Path, sandbox: Sandbox) -> Counter[str]:
    """Return what became of the model in `folder`: a number for each column."""
    found: Counter[str] = Counter(files=1)
    try:
        manifest.write(folder)
        model = normalized(bundle.read(folder, sandbox), Cache(folder / "cache"))
        decode(model, np.zeros((2, model.latents), np.float32))
        found["images"] += 1
        rng = np.random.default_rng(0)
        inputs = rng.standard_normal((256, model.latents)).astype(np.float32)
        network = compiled(model.decoder, lambda: Request(inputs), "", Cache(folder / "cache"), sandbox)
    except (DemoError, UnsupportedError) as error:
        found["refused"] += 1
        print(f"{folder.name}: {error}".partition("\n")[0][:300])
    except Exception as error:
        found["crashed"] += 1
        print(f"{folder.name}: {type(error).__name__}: {error}"[:300])
    else:
        found["interactive"] += 1
        found["bytes"] = network.program.stat().st_size
        found["beyond"] = int(is_beyond(folder / "decoder.onnx", network, model))
    return found


def is_beyond(path: Path, network: Compiled, model: Bundle) -> bool:
    """Return whether the quantized graph exceeds a limit against the exported file, on fresh latents."""
    latents = np.random.default_rng(99).standard_normal((FRESH, model.latents)).astype(np.float32)
    expected = np.concatenate(list(originals(path, latents))).reshape(FRESH, -1)
    if model.decoder.outputs[0].layout == "HWC":
        channels, height, width = model.image
        moved = expected.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        expected = moved.reshape(FRESH, -1)
    session = onnxruntime.InferenceSession(network.quantized, providers=["CPUExecutionProvider"])
    [given] = session.get_inputs()
    found = np.concatenate([session.run(None, {given.name: z[None]})[0].reshape(1, -1) for z in latents])
    least, most = model.decoder.outputs[0].range
    errors = np.abs(np.clip(found, least, most) - np.clip(expected, least, most)) / (most - least)
    relative = np.sqrt(np.square(errors).mean()) / (expected.std() / (most - least))
    visible = (errors > VISIBLE).mean()
    # A tenth more: the build has measured on other latents.
    return bool(
        relative > 1.1 * MAX_RELATIVE_ERROR
        or visible > 1.1 * MAX_VISIBLE_SHARE
        or errors.max() > 1.1 * MAX_ERROR
    )


def originals(path: Path, latents: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield what the exported file makes of each of `latents`."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    [given] = session.get_inputs()
    batch, *shape = given.shape
    size = batch if isinstance(batch, int) else 1
    for z in latents:
        inputs = np.repeat(z.reshape(1, *shape), size, axis=0)
        yield session.run(None, {given.name: inputs})[0][:1]


def variants(
    exporter: str, names: Sequence[str], opsets: Sequence[int]
) -> Iterator[tuple[str, int | None, str]]:
    """Yield name, opset (None: that of the exporter) and batch of each file."""
    if exporter == "new":
        yield from ((name, None, "free") for name in names or architectures.ARCHITECTURES)
        return
    for name in names or architectures.CLASSIC:
        yield from ((name, opset, batch) for opset in opsets for batch in BATCHES)


def main() -> None:
    """Print a line for each architecture, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("exporter", choices=("classic", "new"))
    parser.add_argument("names", nargs="*", metavar="NAME", help="architectures; else all")
    parser.add_argument("--opsets", nargs="+", type=int, default=OPSETS, help="of the classic exporter")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    rows: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as place, Sandbox() as sandbox:
        for name, opset, batch in variants(given.exporter, given.names, given.opsets):
            folder = Path(place) / f"{name}-{opset or 'new'}-{batch}"
            if exported(folder, name, opset, batch):
                rows[name] = rows.get(name, Counter()) + tried(folder, sandbox)
    print(f"{'architecture':28}", *(f"{column:>11}" for column in COLUMNS))
    for name, row in {**rows, "sum": sum(rows.values(), Counter())}.items():
        shown = {**row, "bytes": row["bytes"] // max(1, row["interactive"])}
        print(f"{name:28}", *(f"{shown.get(column, 0):11}" for column in COLUMNS))


if __name__ == "__main__":
    main()
