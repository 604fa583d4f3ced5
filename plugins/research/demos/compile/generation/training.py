"""Turn a step of training, and graphs that use its parameters, into one WebAssembly module.

The module asks for no imports. It exports ``memory``; ``input(g, i)`` and ``output(g, i)``, the addresses of
the i-th input and output of the g-th graph, float32 in row-major order; and ``run(g)``. The first graph is
the step. Each of its inputs NAME for which it has an output next_NAME is state: after ``run(0)`` the output
is the input, so the addresses of both change. Inputs of other graphs with the name of a state are that state.
"""

import re
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory

from onnx import ModelProto, ValueInfoProto

from .. import RefusedError
from ..rewriting.compatible import compatible
from ..rewriting.products import with_plain_products
from . import kernels, source
from .program import FAST, FLAGS, plain_source, run_compiler
from .schedule import longest, scheduled
from .strings import without_strings

#: What an output is called that is the next value of an input.
NEXT = "next_"
#: Bytes of stack: what operators hand each other lies elsewhere.
STACK = 1 << 20
#: Names that emx-onnx-cgen gives to what each of several graphs has.
OWN = re.compile(r"\b(?=(?:node\d+_|weight\d+_|ref_scalar_|graph_load\b))")


def compile_training(
    graphs: Mapping[str, ModelProto], tools: Path | None = None, is_exact: bool = False
) -> bytes:
    """Return the WebAssembly module of `graphs`, by name, the step of training first.

    `tools` and `is_exact` are as ``program.compile_program`` has them. Raises `UnsupportedError` for an
    operator that emx-onnx-cgen does not know.
    """
    texts = {name: _text(f"graph_{name}", model) for name, model in graphs.items()}
    wrapper = WRAPPER.format(
        maths=kernels.EXP + kernels.LOG,
        longest=max(map(longest, texts.values())),
        product=kernels.PRODUCT,
        graphs="\n".join(texts.values()),
        **_interface(list(graphs.items())),
    )
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "program.c").write_text(wrapper, encoding="utf-8")
        run_compiler((*FLAGS, *(() if is_exact else FAST), f"-Wl,-z,stack-size={STACK}"), place, tools)
        return (place / "program.wasm").read_bytes()


def states(step: ModelProto) -> list[tuple[int, int]]:
    """Return the numbers of the inputs of `step` that are state, each with that of its next value."""
    inputs = {value.name: number for number, value in enumerate(step.graph.input)}
    found = []
    for number, value in enumerate(step.graph.output):
        name = value.name.removeprefix(NEXT)
        if value.name.startswith(NEXT) and name in inputs:
            if _count(value) != _count(step.graph.input[inputs[name]]):
                raise RefusedError(f"the step makes a state of another size than it takes ({name[:60]!r})")
            found.append((inputs[name], number))
    return found


def _text(name: str, model: ModelProto) -> str:
    """Return the C of a graph in its normal form."""
    plain = without_strings(with_plain_products(compatible(model)))
    text = plain_source(plain)
    source.check(text)
    return OWN.sub(
        f"{name}_",
        scheduled(text, plain, "graph")
        .replace("graph_loop", f"{name}_loop")
        .replace("static void graph(", f"static void {name}("),
    )


def _interface(graphs: Sequence[tuple[str, ModelProto]]) -> dict[str, str]:
    """Return the C of buffers, and of the calls of `graphs`."""
    [(_, step), *_] = graphs
    pairs = states(step)
    slots = {step.graph.input[i].name: n for n, (i, _) in enumerate(pairs)}
    following = {step.graph.output[o].name: n for n, (_, o) in enumerate(pairs)}
    buffers, inputs, outputs, cases = [], [], [], []
    for slot, (at, _) in enumerate(pairs):
        size = _count(step.graph.input[at])
        buffers.append(f"static float even{slot}[{size}], odd{slot}[{size}];")
    for g, (name, model) in enumerate(graphs):
        given, made = [], []
        for i, value in enumerate(model.graph.input):
            if value.name in slots:
                given.append(f"now[{slots[value.name]}]")
            else:
                buffers.append(f"static float given{g}_{i}[{_count(value)}];")
                given.append(f"given{g}_{i}")
        for i, value in enumerate(model.graph.output):
            if g == 0 and value.name in following:
                made.append(f"next[{following[value.name]}]")
            else:
                buffers.append(f"static float made{g}_{i}[{_count(value)}];")
                made.append(f"made{g}_{i}")
        inputs.append(f"{{{', '.join(given)}}}")
        outputs.append(f"{{{', '.join(made)}}}")
        cases.append(f"        case {g}: graph_{name}({', '.join((*given, *made))}); break;")
    width = max(len(side) for _, model in graphs for side in (model.graph.input, model.graph.output))
    return {
        "buffers": "\n".join(buffers),
        "states": str(max(1, len(pairs))),
        "even": ", ".join(f"even{n}" for n in range(len(pairs))),
        "odd": ", ".join(f"odd{n}" for n in range(len(pairs))),
        "inputs": ", ".join(inputs),
        "outputs": ", ".join(outputs),
        "width": str(width),
        "cases": "\n".join(cases),
    }


def _count(value: ValueInfoProto) -> int:
    return prod(axis.dim_value for axis in value.type.tensor_type.shape.dim)


WRAPPER = """\
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

{maths}
#define LONGEST {longest}
{product}
{graphs}

{buffers}
static float *now[{states}] = {{{even}}}, *next[{states}] = {{{odd}}};

__attribute__((export_name("input"))) float *input(int g, int i) {{
    float *const inputs[][{width}] = {{{inputs}}};
    return inputs[g][i];
}}

__attribute__((export_name("output"))) float *output(int g, int i) {{
    float *const outputs[][{width}] = {{{outputs}}};
    return outputs[g][i];
}}

__attribute__((export_name("run"))) void run(int g) {{
    switch (g) {{
{cases}
    }}
    for (int i = 0; g == 0 && i < {states}; ++i) {{
        float *const before = now[i];
        now[i] = next[i];
        next[i] = before;
    }}
}}
"""
