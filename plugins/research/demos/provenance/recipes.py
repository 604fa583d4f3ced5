"""Texts of a model's card that readers take away: how to run the model, how to show it, how to cite it."""

import re
from html import escape

from ...core.post import Site
from ..bundles.bundle import Bundle, Graph
from ..bundles.tensors import Prior, Tensor
from . import facts

#: Steps of a graph that does not say how many there are.
STEPS = 50
#: Of a model by what it does: the kind of figure, the alternative text, the caption.
SHOWN = {
    "decoder": ("samples", "Images that the model {name} generated", "Samples from the prior."),
    "points": ("points", "Points of the data, and samples of the model {name}", "Data, samples and density."),
    "classifier": ("classify", "An image, and what {name} makes of it", "The probability of each class."),
    "step": ("steps", "States of {name}, from the first to the last", "A graph, applied step by step."),
}
#: How many latents the program for Python draws.
COUNT = 4


def code(text: str) -> str:
    """Return `text` as a block of code."""
    return f'<div class="highlight"><pre><code>{escape(text, quote=False)}</code></pre></div>'


def python(bundle: Bundle) -> str:
    """Return a program that runs the model by ONNX Runtime, in the folder of its files."""
    if bundle.role != "decoder":
        return _other_python(bundle)
    decoder = bundle.decoder
    latents, *conditions = decoder.signature.inputs
    made = "points" if decoder.outputs[0].is_points else "images"
    variables = {"z": latents} | {f"y{number}": tensor for number, tensor in enumerate(conditions, 1)}
    given = ", ".join(f'"{tensor.name}": {variable}' for variable, tensor in variables.items())
    lines = [
        "import numpy as np",
        "import onnxruntime",
        "",
        "random = np.random.default_rng(0)",
        f'decoder = onnxruntime.InferenceSession("{decoder.path.name}")',
        *_sample(latents, decoder.signature.prior),
        *(line for variable in list(variables)[1:] for line in _condition(variables[variable], variable)),
        f"{made}, *_ = decoder.run(None, {{{given}}})  # {_shape(decoder.outputs[0])}",
        *(_encode(bundle.encoder, made) if bundle.encoder else ()),
    ]
    return "\n".join(lines) + "\n"


def _other_python(bundle: Bundle) -> str:
    """Return the program of a classifier, which is given images of chance, or of steps from noise."""
    graph = bundle.decoder
    first, *others = graph.signature.inputs
    lines = [
        "import numpy as np",
        "import onnxruntime",
        "",
        "random = np.random.default_rng(0)",
        f'graph = onnxruntime.InferenceSession("{graph.path.name}")',
    ]
    if bundle.role == "classifier":
        least, most = first.range
        kind = f"{graph.outputs[0].kind} {_shape(graph.outputs[0])}"
        lines += [
            f"x = random.uniform({least}, {most}, {_shape(first)}).astype(np.float32)",
            f'found, *_ = graph.run(None, {{"{first.name}": x}})  # {kind}',
        ]
        return "\n".join(lines) + "\n"
    numbers = [tensor for tensor in others if tensor.kind == "step"]
    steps = int(numbers[0].range[1]) + 1 if numbers else STEPS
    values = {first.name: "x"}
    for tensor in others:
        drawn = f"random.standard_normal({_shape(tensor)}, dtype=np.float32)"
        values[tensor.name] = f"np.full({_shape(tensor)}, n, np.float32)" if tensor.kind == "step" else drawn
    given = ", ".join(f'"{name}": {value}' for name, value in values.items())
    lines += [
        f"x = random.standard_normal({_shape(first)}, dtype=np.float32)",
        f"for n in range({steps}):",
        f"    x, *_ = graph.run(None, {{{given}}})",
    ]
    return "\n".join(lines) + "\n"


def _encode(encoder: Graph, made: str) -> list[str]:
    """Return lines that let the encoder read what the decoder has `made`."""
    names = ", ".join(re.sub(r"\W", "_", output.name) for output in encoder.outputs)
    shape = _shape(encoder.outputs[0])
    return [
        "",
        f'encoder = onnxruntime.InferenceSession("{encoder.path.name}")',
        f'[{names}] = encoder.run(None, {{"{encoder.input.name}": {made}}})  # {shape} each',
    ]


def block(bundle: Bundle) -> str:
    """Return a demo block that shows the model."""
    is_decoder = bundle.role == "decoder"
    kind = "points" if is_decoder and bundle.decoder.outputs[0].is_points else bundle.role
    shown, alt, caption = SHOWN[kind]
    return (
        f"```demo\nkind: {shown}\nmodel: {bundle.name}\nid: fig-{bundle.name}\n"
        f"alt: {alt.format(name=bundle.name)}\ncaption: {caption}\n```\n"
    )


def bibtex(bundle: Bundle, site: Site, url: str) -> str:
    """Return the entry of the model in BibTeX, of what is known."""
    manifest = bundle.manifest
    date, key = facts.text(manifest.get("date")), facts.text(manifest.get("key"))
    fields = {
        "author": f"{{{site.author}}}" if site.author else "",
        "title": f"{{{bundle.name}}}: a trained model",
        "howpublished": site.name,
        "date": date,
        "year": date[:4],
        "url": url,
        "note": f"Version {key[:12]}" if key else "",
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@misc{{{bundle.name},\n{lines}}}\n"


def _sample(tensor: Tensor, prior: Prior) -> list[str]:
    """Return lines that draw latents z from the prior."""
    count, shape = tensor.batch or COUNT, _shape(tensor)
    match prior.kind:
        case "uniform":
            return [f"z = random.uniform({prior.low}, {prior.high}, {shape}).astype(np.float32)"]
        case "categorical":
            return [f"z = random.integers(0, {prior.size}, {shape})"]
        case "codes":
            return [
                f'codes = np.load("{prior.file}")["codes"]',
                f"z = codes[random.integers(0, len(codes), {count})]",
            ]
        case "graph":
            return [
                f'prior = onnxruntime.InferenceSession("{prior.file}")',
                f"noise = random.standard_normal(({count}, {prior.size}), dtype=np.float32)",
                "z, *_ = prior.run(None, {prior.get_inputs()[0].name: noise})",
            ]
    return [f"z = random.standard_normal({shape}, dtype=np.float32)"]


def _condition(tensor: Tensor, variable: str) -> list[str]:
    """Return lines that set a further input: the first class, or the middle of a range."""
    least, most = tensor.range
    is_class = tensor.control == "class"
    lines = [f"{variable} = np.full({_shape(tensor)}, {0 if is_class else (least + most) / 2}, np.float32)"]
    if is_class and tensor.size > 1:
        label = tensor.labels[0] if tensor.labels else "the first class"
        lines.append(f"{variable}[..., 0] = 1  # {label}")
    return lines


def _shape(tensor: Tensor) -> str:
    """Return the shape of several examples, as Python writes it."""
    return repr((tensor.batch or COUNT, *tensor.shape))
