"""A bundle, and what was measured when it was prepared for the page → what is said of the model.

A bundle may come from anyone and say little: what it does not say, or says in another form, is left out.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core.lazy import lazy_pattern
from ...core.post import PublishedFile
from ..bundles.bundle import Bundle, Graph
from ..compile.records import Measured
from ..errors import DemoError
from ..numbers import rounded
from ..words import Words

#: Names of bounds whose meaning we know: the evidence lower bound, and the importance-weighted one.
WEIGHTED = lazy_pattern(r"iw_bound_(\d+)")
#: Seconds of a minute and of an hour, and how many of them are said in the next larger unit.
MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class ShownModel:
    """A model that a figure shows."""

    #: As it was left by the program that trained, before its graphs were changed for the page.
    bundle: Bundle
    #: What was measured of its networks, where they are compiled: ``decoder``, ``encoder``.
    networks: Mapping[str, Measured] = field(default_factory=dict)

    def with_networks(self, others: Mapping[str, Measured]) -> "ShownModel":
        """Return the model with `others` too: of a network that comes twice, the one with coarser weights."""
        both = sorted((*self.networks.items(), *others.items()), key=lambda each: each[1].fineness)
        return replace(self, networks=dict(reversed(both)))


@dataclass(frozen=True)
class Measure:
    """Something that was measured of a model."""

    name: str
    value: str
    unit: str
    meaning: str


def graphs(bundle: Bundle) -> dict[str, Graph]:
    """Return the graphs of `bundle` by name, the encoder first."""
    main = {bundle.role: bundle.decoder}
    return {"encoder": bundle.encoder, **main} if bundle.encoder else main


def published(bundle: Bundle) -> dict[str, tuple[PublishedFile, ...]]:
    """Return the ONNX files of `bundle` where readers get them, by graph; behind each its external data."""
    return {
        name: tuple(
            PublishedFile(graph.path.parent / file, f"models/{bundle.name}/{file}")
            for file in (graph.path.name, *graph.data)
        )
        for name, graph in graphs(bundle).items()
    }


def data(bundle: Bundle, words: Words) -> str:
    """Return in `words` what the model was trained and tested on."""
    stated = object_of(bundle.manifest, "data")
    counts = {part: stated.get(part) for part in ("train", "test")}
    numbers = [
        words.of("about", part).format(n=f"{count:,}") for part, count in counts.items() if is_count(count)
    ]
    return ", ".join(filter(None, [text(stated.get("name")), *numbers]))


def training(bundle: Bundle, words: Words) -> str:
    """Return in `words` when the model was trained, how long, and on what."""
    manifest = bundle.manifest
    seconds = object_of(manifest, "seconds").get("train")
    return ", ".join(
        filter(None, [text(manifest.get("date")), duration(seconds), text(manifest.get("device"))])
    )


def duration(seconds: Any) -> str:
    """Return `seconds` in the largest unit that is no larger; nothing if they are no number."""
    if not _is_number(seconds) or seconds < 0:
        return ""
    for size, unit in ((HOUR, "h"), (MINUTE, "min")):
        if seconds >= 2 * size:
            return (
                f"{seconds / size:.2g}".removesuffix(".0") + f" {unit}"
                if seconds < 10 * size
                else (f"{seconds / size:.0f} {unit}")
            )
    return f"{seconds:.0f} s"


def measures(bundle: Bundle) -> list[Measure]:
    """Return all that was measured of the model, in the order of the bundle."""
    try:
        metrics = bundle.metrics
    except DemoError:  # reported where a number of it is cited
        return []
    return [found for name, stated in metrics.items() if (found := _measure(name, stated))]


def bounds(bundle: Bundle, words: Words) -> Iterator[Measure]:
    """Yield the bounds of the likelihood, each with its meaning in `words`."""
    for measure in measures(bundle):
        weighted = WEIGHTED.fullmatch(measure.name)
        if measure.name == "elbo" or weighted:
            known = words.of("about", "iw_bound" if weighted else "elbo")
            meaning = known.format(n=f"{int(weighted[1]):,}") if weighted else known
            yield Measure(measure.name, measure.value, measure.unit, meaning)


def parameters(bundle: Bundle, words: Words) -> str:
    """Return in `words` how many parameters each network has."""
    stated = {name: bundle.manifest["graphs"][name].get("parameters") for name in graphs(bundle)}
    return ", ".join(
        f"{words.of('about', name)} {count:,}" for name, count in stated.items() if is_count(count)
    )


def quantization(models: Sequence[ShownModel], words: Words) -> str:
    """Return in `words` how the decoder's weights are sent, and what that costs."""
    found = [model for model in models if "decoder" in model.networks]
    networks = [model.networks["decoder"] for model in found]
    precision = "/".join(dict.fromkeys(network.precision.value for network in networks))
    costs = [network.quantization for network in networks]
    if nats := [network.nats for network in networks if network.nats is not None]:
        said = words.of("about", "exactness").format(value=f"{max(nats):.1g}")
        return f"{precision}, {said}"
    are_images = all(model.bundle.decoder.outputs[0].image for model in found)
    largest = max((cost.largest_error for cost in costs), default=0)
    if not largest or not are_images:
        return precision
    mean = max(cost.mean_error for cost in costs)
    said = words["accuracy"].format(mean=f"{255 * mean:.2g}", largest=f"{255 * largest:.2g}")
    return f"{precision}. {said}"


def parity(models: Sequence[ShownModel], words: Words) -> str:
    """Return in `words` the largest difference between the page and ONNX Runtime."""
    found = [network.parity for model in models for network in model.networks.values()]
    if not found:
        return ""
    mantissa, _, exponent = f"{max(found):.0e}".partition("e")
    # No build publishes a program that is farther from its graph than 10⁻⁴.
    value = f"{mantissa} × 10<sup>−{-int(exponent)}</sup>" if max(found) else "0"
    return words.of("about", "difference").format(value=value)


def _measure(name: str, stated: Any) -> Measure | None:
    if not isinstance(stated, Mapping) or not _is_number(stated.get("value")):
        return None
    error: Any = stated.get("standard_error")
    if not _is_number(error) or error < 0:
        error = None
    value = rounded(stated["value"], error)
    if error:
        digits = len(value.partition(".")[2])
        value += f" ± {error:.{digits}f}"
    return Measure(name, value.replace("-", "−"), text(stated.get("unit")), text(stated.get("meaning")))


def object_of(stated: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the object `name` of `stated`, an empty one where there is none."""
    found = stated.get(name)
    return found if isinstance(found, Mapping) else {}


def text(value: Any) -> str:
    """Return a text on one line; nothing for a value that is none."""
    return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else ""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_count(value: Any) -> bool:
    """Return whether `value` is a whole number that is not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
