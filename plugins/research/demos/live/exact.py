"""What networks are tried on whose figures show the bound: test examples, and what becomes of each term."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...core.lazy import lazy
from ..bundles.bundle import Bundle, Graph
from ..bundles.exact import likelihood
from ..bundles.examples import read
from ..compile import UnsupportedError
from ..compile.compiled import Request
from ..drawing.inference import Bytes, Floats, encode, log_variances
from ..drawing.normals import normals
from ..errors import DemoError

if TYPE_CHECKING:
    import numpy as np
else:
    np = lazy("numpy")

#: On how many test examples each term of the bound is compared.
EXAMPLES = 100


def exact_decoder_request(bundle: Bundle) -> Request:
    """Return a sample of each example's posterior, and the example that it is to decode to."""
    images = _images(bundle)
    deviation = np.exp(log_variances(bundle, images) / 2)
    z = encode(bundle, images) + deviation * _noise(bundle, len(images))  # (N, Z)
    return Request(z.astype(np.float32), (_scaled(bundle, images),), likelihood=likelihood(bundle))


def exact_encoder_request(bundle: Bundle, encoder: Graph) -> Request:
    """Return examples, and the noise by which the decoder says what became of their posteriors."""
    images = _images(bundle)
    least, most = encoder.input.range
    given = (images / 255 * (most - least) + least).astype(np.float32)
    examples = (_scaled(bundle, images), _noise(bundle, len(images)))
    return Request(given, examples, bundle.decoder.read(), likelihood=likelihood(bundle))


def _images(bundle: Bundle) -> Bytes:
    try:
        return read(bundle).images[:EXAMPLES]
    except DemoError as error:
        raise UnsupportedError(f"it is tried on test examples: {error}") from error


def _scaled(bundle: Bundle, images: Bytes) -> Floats:
    """Return x as the likelihood has it: (N, C, H, W) in the range of the decoder's images."""
    least, most = (0.0, 1.0) if likelihood(bundle).kind == "bernoulli" else bundle.decoder.outputs[0].range
    scaled: Floats = (images / 255 * (most - least) + least).astype(np.float32)
    return scaled


def _noise(bundle: Bundle, count: int) -> Floats:
    return normals(0, count, bundle.latents)
