"""Texts of a model's card that readers take away: how to run the model, how to show it, how to cite it."""

import re
from html import escape

from ...core.post import Site
from ..bundles.bundle import Bundle, Graph
from ..bundles.tensors import Prior, Tensor
from . import facts

#: How many latents the program for Python draws.
COUNT = 4


def code(text: str) -> str:
    """Return `text` as a block of code."""
    return f'<div class="highlight"><pre><code>{escape(text, quote=False)}</code></pre></div>'


def python(bundle: Bundle) -> str:
    """Return a program that runs the model by ONNX Runtime, in the folder of its files."""
    decoder = bundle.decoder
    latents, *conditions = decoder.signature.inputs
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
        f"images, *_ = decoder.run(None, {{{given}}})  # {_shape(decoder.outputs[0])}",
        *(_encode(bundle.encoder) if bundle.encoder else ()),
    ]
    return "\n".join(lines) + "\n"


def _encode(encoder: Graph) -> list[str]:
    """Return lines that let the encoder read the images of the decoder."""
    names = ", ".join(re.sub(r"\W", "_", output.name) for output in encoder.outputs)
    shape = _shape(encoder.outputs[0])
    return [
        "",
        f'encoder = onnxruntime.InferenceSession("{encoder.path.name}")',
        f'[{names}] = encoder.run(None, {{"{encoder.input.name}": images}})  # {shape} each',
    ]


def block(bundle: Bundle) -> str:
    """Return a demo block that shows samples of the model."""
    return (
        f"```demo\nkind: samples\nmodel: {bundle.name}\nid: fig-{bundle.name}\n"
        f"alt: Images that the model {bundle.name} generated\ncaption: Samples from the prior.\n```\n"
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
