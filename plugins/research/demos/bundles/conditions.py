"""The further inputs of a decoder: what an author writes of them → numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...core.diagnostics import nearest
from ..errors import KeyedError
from .bundle import Bundle
from .tensors import Tensor


def conditioned(bundle: Bundle, text: str) -> Bundle:
    """Return `bundle` whose decoder is given the condition that `text` writes, or the first there is.

    Several inputs are separated by semicolons, the numbers of a vector by commas. Raises `KeyedError` for
    what is no condition of the decoder.
    """
    tensors = bundle.decoder.conditions
    parts = [part.strip() for part in text.split(";")] if text else []
    if len(parts) > len(tensors):
        what = "no input but latents" if not tensors else f"{len(tensors)} further inputs"
        raise _error(text, f"the decoder of “{bundle.name}” has {what}")
    missing = [""] * (len(tensors) - len(parts))
    values = [
        number for each, part in zip(tensors, [*parts, *missing], strict=True) for number in _of(each, part)
    ]
    return replace(bundle, condition=tuple(values))


def _of(tensor: Tensor, text: str) -> Iterator[float]:
    if tensor.control == "vector":
        yield from _numbers(tensor, text)
        return
    labels = labels_of(tensor)
    if text and text not in labels:
        raise _error(text, f"write one of {', '.join(labels)}{nearest(text, labels)}")
    chosen = labels.index(text) if text else 0
    if tensor.size == 1:
        yield float(chosen)
    else:
        yield from (float(at == chosen) for at in range(tensor.size))


def with_class(bundle: Bundle, at: int, label: int) -> tuple[float, ...]:
    """Return the condition of `bundle` with its further input `at`, a label, set to the class `label`."""
    tensors = bundle.decoder.conditions
    begin = sum(tensor.size for tensor in tensors[:at])
    size = tensors[at].size
    code = (float(label),) if size == 1 else tuple(float(each == label) for each in range(size))
    return (*bundle.condition[:begin], *code, *bundle.condition[begin + size :])


def labels_of(tensor: Tensor) -> Sequence[str]:
    """Return the names of the classes of a condition, numbers where it has none."""
    return tensor.labels or [str(number) for number in range(tensor.size)]


def _numbers(tensor: Tensor, text: str) -> Iterator[float]:
    low, high = tensor.range
    words = text.split(",") if text else [str((low + high) / 2)] * tensor.size
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        numbers = []
    if len(numbers) != tensor.size or not all(low <= number <= high for number in numbers):
        raise _error(text, f"write {tensor.size} numbers from {low:g} to {high:g}, separated by commas")
    yield from numbers


def _error(text: str, reason: str) -> KeyedError:
    return KeyedError(f"“condition: {text}”: {reason}", "condition")
