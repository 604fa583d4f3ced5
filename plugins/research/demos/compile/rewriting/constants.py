"""Constants of a graph that is being rewritten."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from onnx import TensorProto, numpy_helper

#: The initializers of a graph by name.
Weights: TypeAlias = dict[str, TensorProto]


def constant(name: str, values: Sequence[int], weights: Weights) -> str:
    """Put whole numbers among the `weights`; return their name."""
    weights[name] = numpy_helper.from_array(np.array(values, np.int64), name)
    return name
