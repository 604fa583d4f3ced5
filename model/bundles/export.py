"""Exports a trained model to two self-contained ONNX files for any batch size."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy
import onnx
import torch
from torch import Tensor, nn

from ..models import Model

OPSET = 20


class _Mean(nn.Module):
    """The decoder with the mean of p(x | z): of pixels, intensities in [0, 1] instead of logits."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.decoder, self.mean_of = model.decoder, model.mean_of

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.mean_of(self.decoder(z) if y is None else self.decoder(z, y))


def mean_decoder(model: Model) -> nn.Module:
    """Return the decoder as it is exported: z (B, Z) → mean of p(x | z), (B, C, H, W) or (B, D).

    That of a model with classes takes a one-hot code (B, classes) too.
    """
    return _Mean(model)


def graphs(model: Model, about: Mapping[str, str]) -> dict[str, bytes]:
    """Return the graphs “decoder”, z → x, and “encoder”, x → mean, log_variance, where there is one.

    Where the prior is learnt, “recognition” is x → mean, log_variance of z itself, and “joint” is z → logits,
    log_prior: by them the bound can be computed.

    `about` goes into their metadata; its “name” is the model's.
    """
    z, x = torch.zeros(2, model.latents), torch.zeros(2, *model.shape)
    given = {"z": z, "y": torch.zeros(2, model.classes)} if model.classes else {"z": z}
    found = {"decoder": graph(mean_decoder(model), given, ("x",), about)}
    if model.exported_encoder is not None:
        found["encoder"] = graph(model.exported_encoder, {"x": x}, ("mean", "log_variance"), about)
    if model.joint:
        recognition, joint = model.joint
        found["recognition"] = graph(recognition, {"x": x}, ("mean", "log_variance"), about)
        found["joint"] = graph(joint, {"z": z}, ("logits", "log_prior"), about)
    return found


def graph(
    module: nn.Module, examples: Mapping[str, Tensor], results: Sequence[str], about: Mapping[str, str]
) -> bytes:
    """Return `module`, a function of `examples`, by name, as ONNX for any batch size."""
    batch = torch.export.Dim("batch")
    return exported(module, examples, results, about, tuple({0: batch} for _ in examples))


def exported(
    module: nn.Module,
    examples: Mapping[str, Tensor],
    results: Sequence[str],
    about: Mapping[str, str],
    dynamic: tuple[Any, ...] | None = None,
) -> bytes:
    """Return `module` as ONNX, with inputs like `examples`, by name, and outputs `results`.

    `dynamic` says which axes are of any size, as ``torch.onnx.export`` has it.
    """
    # The exporter warns of packages that are not used here, and of changes in its next version.
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            module,
            tuple(examples.values()),
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(examples),
            output_names=list(results),
            dynamic_shapes=dynamic,
        )
    assert program is not None
    made = _with_fp16_initializers(_without_traces(program.model_proto))
    made.producer_name, made.producer_version = "pelican-research", "1"
    made.graph.name = f"{about['name']}: {', '.join(examples)} → {', '.join(results)}"
    onnx.helper.set_model_props(made, dict(about))
    onnx.checker.check_model(made, full_check=True)
    content: bytes = made.SerializeToString(deterministic=True)
    return content


def _with_fp16_initializers(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Store weights that float16 represents exactly as float16, with a cast to float32."""
    casts = []
    for weight in graph.graph.initializer:
        values = onnx.numpy_helper.to_array(weight)
        with numpy.errstate(over="ignore"):  # then they are not equal
            narrowed = values.astype(numpy.float16)
        if values.dtype != numpy.float32 or values.ndim < 2 or not numpy.array_equal(narrowed, values):
            continue
        stored = f"{weight.name}.float16"
        casts.append(onnx.helper.make_node("Cast", [stored], [weight.name], to=onnx.TensorProto.FLOAT))
        weight.CopyFrom(onnx.numpy_helper.from_array(narrowed, stored))
    nodes = [*casts, *graph.graph.node]
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)
    return graph


def _without_traces(graph: onnx.ModelProto) -> onnx.ModelProto:
    """Remove what the exporter adds for debugging: stack traces with paths of this machine."""
    del graph.metadata_props[:], graph.graph.metadata_props[:], graph.graph.value_info[:]
    for part in (*graph.graph.node, *graph.graph.initializer, *graph.graph.input, *graph.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    return graph
