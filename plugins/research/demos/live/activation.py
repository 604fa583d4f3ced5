"""From a bundle to what an interactive figure needs in the page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...core.lazy import lazy
from ...core.post import PublishedFile
from ...core.storage.cache import Cache
from ..bundles.bundle import Bundle, Graph
from ..bundles.examples import FILE, posteriors, read
from ..bundles.tensors import Tensor
from ..compile import UnsupportedError
from ..compile.compiled import Request, compiled
from ..compile.records import MAX_LOSS_OF_ENCODERS, Compiled, Measured, TestExamples
from ..compile.training import CompiledStep, compiled_step
from ..drawing.figure import Live
from ..drawing.gallery import Gallery
from ..errors import DemoError
from ..messages import Array
from ..syntax.spec import Spec
from ..words import Words
from .exact import exact_decoder_request, exact_encoder_request
from .fallback import runtime
from .weight import compressed_size

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
#: On how many inputs a compiled network is compared with its graph.
INPUTS = 256


@dataclass(frozen=True)
class LiveModel:
    """A model whose networks readers can be sent."""

    #: With quantized networks, so that static images show what the page will compute.
    bundle: Bundle
    #: The compiled networks: ``decoder``, and ``encoder`` where it was asked for.
    programs: Mapping[str, Path]
    #: What runs them in the page where they are not compiled but ONNX.
    runtime: tuple[PublishedFile, ...] = ()
    #: The networks that are compiled.
    networks: Mapping[str, Compiled] = field(default_factory=dict)
    #: The step of training, where the kind has one.
    step: CompiledStep | None = None

    @property
    def measured(self) -> Mapping[str, Measured]:
        """What was measured of the networks that are compiled."""
        return {name: network.measured for name, network in self.networks.items()}


def live_model(spec: Spec, bundle: Bundle, cache: Cache) -> LiveModel:
    """Return `bundle` with the networks compiled that figures of the kind of `spec` need.

    Raises `UnsupportedError` for a network that cannot be.
    """
    if spec.kind.needs_step:
        return _trained_model(bundle, cache)
    digest = _files(bundle)
    sandbox = bundle.sandbox
    of_decoder, of_encoder = _decoder_request, _encoder_request
    if spec.kind.is_exact:
        digest, of_decoder, of_encoder = f"{digest} exact", exact_decoder_request, exact_encoder_request
    found = {"decoder": compiled(bundle.decoder, lambda: of_decoder(bundle), digest, cache, sandbox)}
    if spec.kind.needs_encoder:
        encoder = _encoder(spec, bundle)
        found["encoder"] = compiled(encoder, lambda: of_encoder(bundle, encoder), digest, cache, sandbox)
    quantized = {
        name: replace(getattr(bundle, name), path=network.quantized, data={})
        for name, network in found.items()
    }
    names = " ".join(network.key for network in found.values())
    digest = hashlib.sha256(f"{bundle.digest} {names}".encode()).hexdigest()
    return LiveModel(
        replace(bundle, **quantized, digest=digest),
        {name: network.program for name, network in found.items()},
        networks=found,
    )


def _trained_model(bundle: Bundle, cache: Cache) -> LiveModel:
    found = compiled_step(bundle, cache)
    return LiveModel(bundle, {"step": found.program, "examples": found.examples}, step=found)


def fallback_model(spec: Spec, bundle: Bundle, root: Path) -> LiveModel | None:
    """Return `bundle` as it is, to be run by onnxruntime-web; None where that is not installed in `root`.

    Raises `UnsupportedError` for a network that the kind needs and the bundle does not have.
    """
    files = runtime(root)
    if not files or spec.kind.needs_step:
        return None
    networks = {"decoder": bundle.decoder.path}
    if spec.kind.needs_encoder:
        networks["encoder"] = _encoder(spec, bundle).path
    return LiveModel(bundle, networks, files)


def _encoder(spec: Spec, bundle: Bundle) -> Graph:
    if bundle.encoder is None:
        raise UnsupportedError(f"kind {spec.kind.name} needs an encoder and test examples with posteriors")
    return bundle.encoder


def live(spec: Spec, models: Sequence[LiveModel], drawing: Gallery, words: Words, cache: Cache) -> Live:
    """Return what the figure `spec`, of which `drawing` was made from `models`, needs to be interactive."""
    kind = spec.kind
    needed = {
        "decoder": kind.needs_decoder,
        "encoder": kind.needs_encoder,
        "step": kind.needs_step,
        "examples": kind.needs_step,
    }
    programs = {
        network: tuple(
            _published(model.programs[network], f"{model.bundle.name}-{_role(network, model)}")
            for model in models
        )
        for network, is_needed in needed.items()
        if is_needed
    }
    step = models[0].step
    more = {"graphs": step.graphs} if step else {}
    described = _published(drawing.described(words, cache, more), "-".join((*spec.models, kind.name)))
    runtimes = [model.runtime for model in models if model.runtime and kind.needs_decoder]
    controls = _controls(models[0].bundle) if kind.needs_decoder and kind.has_condition_controls else 0
    note = _agreement(step, words) if step else ""
    found = Live(kind.name, described, programs, runtimes[0] if runtimes else (), controls, note)
    sent = [file for name, files in programs.items() if name != "encoder" for file in files]
    awaited = (described, *sent, *found.runtime)
    # An exact encoder is large, and comes when a reader draws.
    later = programs.get("encoder", ()) if kind.is_exact else ()
    first = (file for file in found.files if file not in later)
    return replace(
        found,
        kilobytes=_kilobytes(first, cache),
        kilobytes_later=_kilobytes(later, cache) if later else 0,
        bytes=sum(map(_size, awaited)),
    )


def _agreement(step: CompiledStep, words: Words) -> str:
    """Return in `words` how far the compiled step is from that of PyTorch."""
    return words["agreement"].format(steps=step.steps, difference=_power_of_ten(step.difference))


def _power_of_ten(value: float) -> str:
    """Return `value` as prose has it, with one digit: 5 × 10⁻⁶."""
    digit, exponent = f"{value:.0e}".split("e")
    return f"{digit} × 10{str(int(exponent)).translate(SUPERSCRIPTS)}" if value else "0"


def _role(network: str, model: LiveModel) -> str:
    """Return what a network is, for the name of its file."""
    return model.bundle.role if network == "decoder" else network


def _controls(bundle: Bundle) -> int:
    """Return how many controls the further inputs of the decoder have."""
    return sum(1 if tensor.control == "class" else tensor.size for tensor in bundle.decoder.conditions)


def _files(bundle: Bundle) -> str:
    """Return a hash over what the networks of `bundle` are tried on."""
    stated = bundle.manifest["files"]
    used = {"test_items.npz", "decoder.onnx", "classifier.onnx", "step.onnx"}
    return hashlib.sha256(repr([stated[name] for name in sorted(used & stated.keys())]).encode()).hexdigest()


def _decoder_request(bundle: Bundle) -> Request:
    """Return what the decoder is tried on: samples from the prior, and the means of test examples.

    A classifier is tried on test examples.
    """
    if bundle.role == "classifier":
        least, most = bundle.decoder.input.range
        return Request((read(bundle).images[:INPUTS] / 255 * (most - least) + least).astype(np.float32))
    signature = bundle.decoder.signature
    rng = np.random.default_rng(0)
    rows = [rng.standard_normal((INPUTS, signature.latents), np.float32)]
    examples = _test_examples(bundle)
    if examples is not None:
        rows.append(examples.means[: INPUTS // 4].astype(np.float32))
    latents = np.concatenate(rows)
    conditions = [_conditions(tensor, len(latents), rng) for tensor in signature.inputs[1:]]
    inputs = np.concatenate([latents, *conditions], axis=1)
    # Those from the prior and from the posterior in turn: where outputs are large, only the first are tried.
    order = rng.permutation(len(inputs))
    return Request(inputs[order], _arrays(examples) if not conditions else ())


def _conditions(tensor: Tensor, count: int, rng: Any) -> Array:
    """Return values (count, S) of a further input: each class, or numbers all over the range."""
    if tensor.kind == "noise":
        noise: Array = rng.standard_normal((count, tensor.size), np.float32)
        return noise
    if tensor.kind == "step":
        steps: Array = rng.integers(0, int(tensor.range[1]) + 1, (count, 1)).astype(np.float32)
        return steps
    if tensor.control == "vector":
        low, high = tensor.range
        drawn: Array = rng.uniform(low, high, (count, tensor.size)).astype(np.float32)
        return drawn
    if tensor.size > 1:
        classes: Array = np.eye(tensor.size, dtype=np.float32)[np.arange(count) % tensor.size]
        return classes
    numbers: Array = np.arange(count, dtype=np.float32)[:, None] % len(tensor.labels)
    return numbers


def _encoder_request(bundle: Bundle, encoder: Graph) -> Request:
    examples = _test_examples(bundle)
    if examples is None:
        raise UnsupportedError(
            "an encoder is checked on test examples, and the bundle has none with posteriors"
        )
    least, most = encoder.input.range
    images = (examples.images[:INPUTS] * (most - least) + least).astype(np.float32)
    if {output.name for output in encoder.outputs} != {"mean", "log_variance"}:
        return Request(images)
    return Request(images, _arrays(examples), bundle.decoder.read(), MAX_LOSS_OF_ENCODERS)


def _arrays(examples: TestExamples | None) -> tuple[Array, ...]:
    return (examples.images, examples.means, examples.log_variances) if examples else ()


def _published(path: Path, name: str) -> PublishedFile:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    return PublishedFile(path, f"demos/{name}.{digest}{path.suffix}")


def _size(file: PublishedFile) -> int:
    """Return the bytes of a file whose progress the page sees: not of scripts."""
    return 0 if file.path.suffix == ".mjs" else file.path.stat().st_size


def _kilobytes(files: Iterable[PublishedFile], cache: Cache) -> int:
    """Return what goes over the line, in thousands of bytes: servers compress."""
    paths = {file.path for file in files}
    return max(1, round(sum(compressed_size(path.read_bytes(), cache) for path in paths) / 1000))


def _test_examples(bundle: Bundle) -> TestExamples | None:
    """Return what the loss of the bound is measured on, None where pixels are no probabilities."""
    if bundle.decoder.outputs[0].range != (0, 1):
        return None
    try:
        if not (found := posteriors(bundle)):
            return None
        images = read(bundle).images
        if len(images) != len(found[0]):
            raise DemoError(f"{bundle.folder / FILE} has {len(images)} images and {len(found[0])} posteriors")
    except DemoError as error:
        raise UnsupportedError(f"it is tried on test examples: {error}") from error
    return TestExamples((images / 255).astype(np.float32), *found)
