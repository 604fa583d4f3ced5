"""Compile ONNX's own tests of operators to WebAssembly, and count what computes what they expect.

    python campaigns/operators.py [--every N] [--jobs N] [PREFIX…]

Of the tests that the onnx package brings, those are run that have a float input and nothing but float
outputs. Inputs in floats become one input, others are constants. Each graph goes the way of a decoder:
normal form, rewriting, C, WebAssembly, without quantization. The table tells how many are right, how many
compute something else, how many are refused with a message, and how many end by another exception.
"""

import argparse
import sys
import warnings
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "plugins")]

from research.demos.bundles.tensors import Signature, Tensor  # noqa: E402
from research.demos.compile import UnsupportedError  # noqa: E402
from research.demos.compile.build import rewritten  # noqa: E402
from research.demos.compile.generation.program import compile_program  # noqa: E402
from research.demos.compile.quantization.weights import quantize_weights  # noqa: E402
from research.demos.compile.records import Precision  # noqa: E402
from research.demos.compile.runtime import run_program  # noqa: E402
from research.demos.messages import File  # noqa: E402
from research.demos.normalize.normal import normal_form  # noqa: E402
from research.demos.sandbox import Sandbox  # noqa: E402

#: Float inputs that are no data, but choose what is computed.
PARAMETERS = ("scales", "roi")
#: How far results may be from those expected: the tests' own tolerance, but for fast sums.
RELATIVE, ABSOLUTE = 1e-3, 1e-4


def cases() -> list[Any]:
    """Return the tests that have a float input and nothing but float outputs."""
    from onnx.backend.test.loader import load_model_tests

    def is_float(value: Any) -> bool:
        return (
            value.type.WhichOneof("value") == "tensor_type"
            and value.type.tensor_type.elem_type == TensorProto.FLOAT
        )

    found = load_model_tests(kind="node")
    return [
        case
        for case in found
        if case.model is not None
        and any(map(is_float, case.model.graph.input))
        and all(map(is_float, case.model.graph.output))
        and all(isinstance(array, np.ndarray) for side in case.data_sets[0] for array in side)
        and len(case.model.graph.input) == len(case.data_sets[0][0])
    ]


def single(model: ModelProto, arrays: Sequence[Any]) -> tuple[ModelProto, Any]:
    """Return `model` with one input (1, S), of the float inputs, and the numbers for it."""
    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    nodes, numbers, at = [], [], 0
    for value, array in zip(model.graph.input, arrays, strict=True):
        if array.dtype != np.float32 or value.name in PARAMETERS:
            graph.initializer.append(numpy_helper.from_array(array, value.name))
            continue
        constants = np.arange(at, at + array.size), np.array(array.shape, np.int64)
        names = [f"of_test/{value.name}/{n}" for n in range(2)]
        graph.initializer.extend(map(numpy_helper.from_array, constants, names))
        part = f"of_test/{value.name}"
        nodes.append(helper.make_node("Gather", ["of_test/all", names[0]], [part], axis=1))
        nodes.append(helper.make_node("Reshape", [part, names[1]], [value.name]))
        numbers.append(array.ravel())
        at += array.size
    inner = list(graph.node)
    del graph.node[:], graph.input[:], graph.value_info[:]
    graph.node.extend([*nodes, *inner])
    graph.input.append(helper.make_tensor_value_info("of_test/all", TensorProto.FLOAT, [1, at]))
    return changed, np.concatenate(numbers)[None]


def outcome(case: Any, tools: Path) -> tuple[str, str]:
    """Return what became of a test, and the message if it is not right."""
    inputs, expected = case.data_sets[0]
    try:
        model, values = single(case.model, inputs)
        names = [value.name for value in model.graph.output]
        shapes = [(prod(array.shape),) for array in expected]
        given = Tensor("of_test/all", values.shape[1:], 1, (0, 1))
        outputs = tuple(Tensor(name, shape, 1, (0, 1)) for name, shape in zip(names, shapes, strict=True))
        normal = normal_form(File(model.SerializeToString()), Signature((given,), outputs))
        quantized, weights = quantize_weights(rewritten(normal), Precision.FLOAT32)
        for is_exact in (False, True):
            found = run_program(compile_program(quantized, weights, tools, is_exact), values, shapes)
            pairs = zip(found, expected, strict=True)
            if all(np.allclose(a.ravel(), b.ravel(), RELATIVE, ABSOLUTE, equal_nan=True) for a, b in pairs):
                return "right", ""
    except UnsupportedError as error:
        return "refused", str(error)
    except Exception as error:
        return "crashed", f"{type(error).__name__}: {error}"
    return "wrong", ""


def main() -> None:
    """Print each test that is not right, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("prefixes", nargs="*", metavar="PREFIX", help="of names of tests; else all")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="run each N-th test")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="tests at a time")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    names = tuple(f"test_{prefix.removeprefix('test_')}" for prefix in given.prefixes)
    chosen = [case for case in cases() if not names or case.name.startswith(names)][:: given.every]
    with Sandbox() as sandbox:
        tools = sandbox.tools
    sums: Counter[str] = Counter()
    with ProcessPoolExecutor(given.jobs) as pool:
        results = pool.map(outcome, chosen, [tools] * len(chosen), chunksize=8)
        for case, (kind, message) in zip(chosen, results, strict=True):
            sums[kind] += 1
            if kind != "right":
                print(f"{kind:8} {case.name}: {message}".rstrip(": ")[:200], flush=True)
    print(f"{len(chosen)} tests:", ", ".join(f"{count} {kind}" for kind, count in sums.most_common()))


if __name__ == "__main__":
    main()
