"""What the worker does with untrusted graphs: the only way to ONNX, ONNX Runtime, compiler and wasmtime."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..bundles.tensors import Likelihood, signature
from ..messages import Array, pack, unpack
from ..normalize.layers import layers as layers_of
from ..normalize.logits import with_logits
from ..normalize.normal import normal_form
from ..normalize.opening import opened
from ..normalize.probe import files_of, probed
from . import checks, steps, terms
from .build import build
from .records import MAX_RELATIVE_ERROR, MAX_RELATIVE_ERROR_OF_POINTS, Bound, Terms, TestExamples, Trial
from .runtime import run_session, session

if TYPE_CHECKING:
    from onnx import ModelProto
    from onnxruntime import InferenceSession

Answer = tuple[Any, list[bytes]]


def normalize(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the normal form of a graph with a ``signature``; a file or codes after it are its prior."""
    [file, *priors], codes = unpack(given, blobs)
    prior = priors[0] if priors else None
    model = normal_form(file, signature(given["signature"]), codes[0] if codes else None, prior)
    return None, [model.SerializeToString()]


def logits(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return a decoder in its normal form with logits in the place of probabilities."""
    [file], _ = unpack(given, blobs)
    return None, [with_logits(opened(file)).SerializeToString()]


def run(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the ``outputs``, named, of a graph in its normal form for the inputs (N, …)."""
    [file], [inputs] = unpack(given, blobs)
    opened_session = _session(file.content)
    names = [output.name for output in opened_session.get_outputs()]
    wanted = [names.index(name) for name in given["outputs"]]
    rows = [[row[at] for at in wanted] for row in run_session(opened_session, inputs)]
    return pack([], [np.concatenate(each) for each in zip(*rows, strict=True)])


def decode(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the images, bytes (N, C, H, W), that a decoder in its normal form makes of inputs (N, S)."""
    [file], [inputs] = unpack(given, blobs)
    least, most = given["range"]
    images = [
        np.rint(np.clip((values - least) / (most - least), 0, 1) * 255).astype(np.uint8)
        for [values] in run_session(_session(file.content), inputs)
    ]
    return pack([], [np.concatenate(images)])


def compile(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the report on the program of a graph in its normal form, the program, the quantized graph."""
    files, arrays = unpack(given, blobs)
    full, *others = map(opened, files)
    stated = signature(given["signature"])
    image = stated.inputs[0] if stated.inputs[0].image else stated.outputs[0]
    trial = Trial(
        arrays[0],
        None if given["likelihood"] else _bound(arrays[1:], others, image.range),
        image.range,
        bool(stated.outputs[0].image) and not given["likelihood"],
        given["max_loss"],
        _terms(arrays[1:], others, given["likelihood"]),
        MAX_RELATIVE_ERROR_OF_POINTS if stated.outputs[0].is_points else MAX_RELATIVE_ERROR,
    )
    made = build(full, stated.outputs, trial, Path(given["tools"]))
    return made.measured.stated(), [made.program, made.quantized.SerializeToString()]


def compile_step(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the report on the program of the graphs ``names``, the first of which is the step, and the
    program.

    The arrays are initial parameters, batches, noise, the learning rate and β, and what PyTorch reached.
    """
    files, arrays = unpack(given, blobs)
    graphs = dict(zip(given["names"], map(steps.normal_step, files), strict=True))
    check = dict(zip(("initial", "x", "noise", "rates", "parameters"), arrays, strict=True))
    made = steps.build(graphs, check, Path(given["tools"]))
    interface = {
        name: {
            side: [
                [value.name, [axis.dim_value for axis in value.type.tensor_type.shape.dim]]
                for value in values
            ]
            for side, values in (("inputs", graph.graph.input), ("outputs", graph.graph.output))
        }
        for name, graph in graphs.items()
    }
    return {"difference": made.difference, "steps": made.steps, "graphs": interface}, [made.program]


def train(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return what a step reaches from the parameters of the first array on the examples of the second."""
    [file], [initial, data] = unpack(given, blobs)
    parameters, terms = steps.train(steps.normal_step(file), initial, data, steps.Training(**given["chosen"]))
    return pack([], [parameters, terms])


def apply(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return what a graph makes of parameters, the first array, and of inputs (N, …), the second."""
    [file], [parameters, inputs] = unpack(given, blobs)
    return pack([], steps.apply(steps.normal_step(file), parameters, inputs))


def probe(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the inputs of a graph, and shapes and values of its outputs."""
    [file], _ = unpack(given, blobs)
    return probed(file, given["sizes"]), []


def files(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the names of the files in which the weights of a graph lie beside it."""
    [file], _ = unpack(given, blobs)
    return files_of(file), []


def layers(given: Mapping[str, Any], blobs: Sequence[bytes]) -> Answer:
    """Return the layers of a graph in its normal form."""
    [file], _ = unpack(given, blobs)
    return layers_of(opened(file)), []


HANDLERS: Mapping[str, Callable[[Mapping[str, Any], Sequence[bytes]], Answer]] = {
    "normalize": normalize,
    "logits": logits,
    "run": run,
    "decode": decode,
    "compile": compile,
    "compile_step": compile_step,
    "train": train,
    "apply": apply,
    "probe": probe,
    "files": files,
    "layers": layers,
}


# A figure asks for several things of one graph, one after the other.
@lru_cache(1)
def _session(content: bytes) -> "InferenceSession":
    return session(content)


def _terms(
    arrays: Sequence[Array], others: Sequence["ModelProto"], likelihood: Mapping[str, Any] | None
) -> Terms | None:
    """Return the terms of the bound by which a graph is judged; None where they need not be exact.

    `arrays` are images, and of an encoder the noise by which its decoder, the one of `others`, is judged.
    """
    if not likelihood:
        return None
    stated = Likelihood(**likelihood)
    if not others:
        return terms.by_decoder(arrays[0], stated)
    return terms.by_encoder(arrays[0], arrays[1], others[0], stated)


def _bound(
    examples: Sequence[Array], others: Sequence["ModelProto"], range: tuple[float, float]
) -> Bound | None:
    """Return the bound that an encoder decides with its decoder, or a decoder alone; None for no examples."""
    if not examples:
        return None
    images, means, log_variances = examples
    tried = TestExamples(images, means, log_variances)
    if not others:
        return checks.bound_by_decoder(tried)
    return checks.bound_by_encoder(tried, others[0], range)
