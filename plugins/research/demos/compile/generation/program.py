"""Turn a graph into WebAssembly: ONNX → C (emx-onnx-cgen) → wasm32 with SIMD (clang, from ziglang).

The module asks for no imports. It exports ``memory``; ``init()``, to be called once, which expands
the weights; ``input(i)`` and ``output(i)``, the addresses of the i-th input and output, float32 in
row-major order; and ``run()``. Everything is for a batch of one.
"""

import os
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from onnx import ModelProto, ValueInfoProto

from ....core.lazy import lazy_pattern
from ....core.processes.confine import outliving_parent
from .. import RefusedError, UnsupportedError
from ..graph import of_one, shapes_of, with_inputs
from ..quantization.weights import Packed
from . import source
from .strings import without_strings

if TYPE_CHECKING:
    from emx_onnx_cgen import Compiler

#: SIMD is in every browser since 2023. Fast maths lets sums be reordered, which SIMD needs.
FLAGS = ("-target", "wasm32-wasi", "-mexec-model=reactor", "-O3", "-msimd128", "-s", "-w")
FAST = ("-ffast-math",)
#: Bytes of stack beside what the values between operators take, all of which lie there.
STACK = 8 << 20
NAME = "graph"

#: What emx-onnx-cgen reports of an operator that it does not know, and of one that it knows in other forms.
UNKNOWN = lazy_pattern(r"Unsupported op (?:ai\.onnx\.)?([\w.]+)")
USED = lazy_pattern(r"op_type=(\w+)")
#: The innermost loop of a matrix product. Unrolled whole, the loop around it, along a row, becomes SIMD.
PRODUCT = lazy_pattern(r"^ *for \(idx_t k = 0; k < (\d+); \+\+k\) \{$", re.MULTILINE)
#: Longer ones are left alone: the code would weigh more than it saves.
MAX_UNROLLED = 32
#: A product of matrices (R, K) and (K, C), whatever axes stand before them.
MATRICES = lazy_pattern(
    r"^( *)for \(idx_t (\w+) = 0; \2 < (?P<rows>\d+); \+\+\2\) \{\n"
    r" *for \(idx_t (\w+) = 0; \4 < (?P<columns>\d+); \+\+\4\) \{\n"
    r" *float acc = 0\.0f;\n"
    r" *for \(idx_t k = 0; k < (?P<inner>\d+); \+\+k\) \{\n"
    r" *acc \+= (?P<left>input0(?:\[\w+\])*)\[\2\]\[k\] \* (?P<right>input1(?:\[\w+\])*)\[k\]\[\4\];\n"
    r" *\}\n"
    r" *(?P<to>output(?:\[\w+\])*)\[\2\]\[\4\] = acc;\n"
    r" *\}\n"
    r" *\}$",
    re.MULTILINE,
)
#: Rows and columns of which `simd_product` makes as many at once.
TILE = (4, 8)


def compile_program(
    model: ModelProto, weights: Sequence[Packed], tools: Path | None = None, is_exact: bool = False
) -> bytes:
    """Return the WebAssembly module of `model`, in which `weights` stand packed.

    `tools` is the folder in which the compiler caches its C library from one call to the next. With
    `is_exact`, sums keep their order and NaN its meaning. Raises `UnsupportedError` for an operator that
    emx-onnx-cgen does not know.
    """
    single = of_one(model)
    text = _c_source(without_strings(with_inputs(single, [weight.name for weight in weights])))
    source.check(text)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / f"{NAME}.c").write_text(text, encoding="utf-8")
        (place / "weights.bin").write_bytes(b"".join(map(_bytes, weights)))
        (place / "program.c").write_text(_wrapper(single, weights), encoding="utf-8")
        run_compiler(
            (*FLAGS, *(() if is_exact else FAST), f"-Wl,-z,stack-size={_stack(single)}"), place, tools
        )
        return (place / "program.wasm").read_bytes()


def run_compiler(flags: Sequence[str], place: Path, tools: Path | None) -> None:
    """Turn program.c in the folder `place` into program.wasm, by a compiler that knows nothing else.

    While it runs, this process is not killed as soon as its parent has died: it has the compiler to kill
    first, as ``core.serve`` does.
    """
    import ziglang

    command = [str(Path(ziglang.__file__).with_name("zig")), "cc", *flags, "-o", "program.wasm", "program.c"]
    environment = {name: os.environ[name] for name in ("SYSTEMROOT",) if name in os.environ}
    for name in ("ZIG_GLOBAL_CACHE_DIR", "ZIG_LOCAL_CACHE_DIR"):
        environment[name] = str(tools or place)
    with outliving_parent():
        done = subprocess.run(
            command, cwd=place, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    if done.returncode:
        # Its message may repeat what it read.
        raise UnsupportedError(
            f"the C that was generated from it does not compile (exit code {done.returncode}); an operator "
            "may have an empty input or one of an unusual shape"
        )


def _stack(model: ModelProto) -> int:
    values = sum(4 * prod(max(1, axis) for axis in shape) for shape in shapes_of(model).values())
    return STACK + values // STACK * STACK


def _c_source(model: ModelProto) -> str:
    return PRODUCT.sub(_unrolled, MATRICES.sub(_tiled, plain_source(model)))


def plain_source(model: ModelProto) -> str:
    """Return `model`, which has names of ours, as C; raise `RefusedError` for what cannot be written so."""
    try:
        return str(_compiler().compile(model))
    except MemoryError:
        raise
    # It raises, besides classes of its own, whatever its passes stumble over.
    except Exception as error:
        raise RefusedError(_explained(str(error))) from error


def _explained(message: str) -> str:
    """Return what `message`, of emx-onnx-cgen, means for the author of the model."""
    if found := UNKNOWN.search(message):
        return f"the operator {found[1]} cannot be compiled to WebAssembly; export the model without it"
    if found := USED.search(message):
        return f"the operator {found[1]} is used in a way that cannot be compiled to WebAssembly"
    if "dynamic" in message:
        return "the size of a value depends on other values, which cannot be compiled to WebAssembly"
    return f"it cannot be compiled to WebAssembly ({message[:200]})"


@cache
def _compiler() -> "Compiler":
    """Return what writes C: one for all graphs, since it takes seconds to read its templates."""
    from emx_onnx_cgen import Compiler
    from emx_onnx_cgen.compiler import CompilerOptions

    # Thresholds of 0: temporaries on the stack and weights in the source, nothing to allocate or load.
    return Compiler(CompilerOptions(model_name=NAME, large_temp_threshold_bytes=0, large_weight_threshold=0))


def _unrolled(loop: "re.Match[str]") -> str:
    return f"#pragma clang loop unroll(full)\n{loop[0]}" if int(loop[1]) <= MAX_UNROLLED else loop[0]


def _tiled(loops: "re.Match[str]") -> str:
    rows, inner, columns = (int(loops[name]) for name in ("rows", "inner", "columns"))
    if rows < TILE[0] or columns < TILE[1]:
        return loops[0]
    matrices = ", ".join(f"(float *){loops[name]}" for name in ("left", "right", "to"))
    return f"{loops[1]}simd_product({matrices}, {rows}, {inner}, {columns});"


def _wrapper(model: ModelProto, weights: Sequence[Packed]) -> str:
    """Return the C that surrounds the generated function: its buffers, its exports."""
    inputs = [value for value in model.graph.input if value.name not in _initializers(model)]
    outputs = list(model.graph.output)
    buffers = [
        *(f"static float input{n}{_dimensions(_shape(value))};" for n, value in enumerate(inputs)),
        *(f"static float output{n}{_dimensions(_shape(value))};" for n, value in enumerate(outputs)),
        *(f"static float weight{n}{_dimensions(weight.shape)};" for n, weight in enumerate(weights)),
    ]
    arguments = [
        *(f"input{n}" for n in range(len(inputs))),
        *(f"weight{n}" for n in range(len(weights))),
        *(f"output{n}" for n in range(len(outputs))),
    ]
    return WRAPPER.format(
        name=NAME,
        buffers="\n".join(buffers),
        expansions="\n    ".join(_expansions(weights)),
        inputs=", ".join(f"(float *)input{n}" for n in range(len(inputs))),
        outputs=", ".join(f"(float *)output{n}" for n in range(len(outputs))),
        arguments=", ".join(arguments),
    )


def _expansions(weights: Sequence[Packed]) -> list[str]:
    """Return the calls that expand each of the `weights` from where it stands in weights.bin."""
    calls, at = [], 0
    for n, weight in enumerate(weights):
        target = f"packed + {at}, (float *)weight{n}"
        if weight.values.dtype == np.float32:
            calls.append(f"memcpy((float *)weight{n}, packed + {at}, {weight.values.nbytes});")
        elif weight.scales is None:
            calls.append(f"expand_float16({target}, {weight.values.size});")
        else:
            fewer = len(weight.scales)
            more = weight.values.size // fewer
            rows, columns = (more, fewer) if weight.by_column else (fewer, more)
            kind = weight.values.dtype.name  # int8 or int16
            calls.append(f"expand_{kind}({target}, {rows}, {columns}, {int(weight.by_column)});")
        at += len(_bytes(weight))
    return calls


def _bytes(weight: Packed) -> bytes:
    scales = b"" if weight.scales is None else weight.scales.astype("<f4").tobytes()
    values = weight.values.astype(weight.values.dtype.newbyteorder("<"))
    if values.dtype.itemsize == 2 and weight.scales is not None:
        # First all low bytes, then all high ones, which compress.
        return scales + values.view(np.uint8).reshape(-1, 2).T.tobytes()
    return scales + values.tobytes()


def _shape(value: ValueInfoProto) -> tuple[int, ...]:
    return tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)


def _dimensions(shape: tuple[int, ...]) -> str:
    return "".join(f"[{length}]" for length in shape)


def _initializers(model: ModelProto) -> set[str]:
    return {tensor.name for tensor in model.graph.initializer}


#: exp(x) = 2ⁿ exp(r), with r so small that a polynomial gives exp(r) to some 10⁻⁷ of it.
#: wasm32 has no type for float16, so its bits are moved into place and its exponent is mended by a
#: product with 2¹¹², which is exact.
WRAPPER = """\
#include <math.h>
#include <stdint.h>
#include <string.h>

/* A call of the library's own would prevent vectorization. The range is reduced as in Moshier's Cephes, the
   polynomial has the least largest error, and adding 1.5 * 2^23 leaves n in the last bits of a float. */
static inline float simd_expf(float x) {{
    x = fminf(fmaxf(x, -87.0f), 88.0f);
    const float n = rintf(x * 1.44269504f);
    const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float p = 8.3124777e-3f;
    p = p * r + 4.18905504e-2f;
    p = p * r + 1.66671157e-1f;
    p = p * r + 4.99992281e-1f;
    p = p * r * r + r + 1.0f;
    const float shifted = n + 0x1.8p23f;
    uint32_t bits;
    memcpy(&bits, &shifted, 4);
    bits = (bits + 127) << 23;
    float power;
    memcpy(&power, &bits, 4);
    return p * power;
}}
#define expf simd_expf

typedef float four __attribute__((vector_size(16), aligned(4)));

/* A product of matrices, 4 rows by 8 columns at a time, whose sums stay in registers; the last tiles overlap.
   Inlined into a function that holds the whole graph, it gets worse code from browsers. */
static __attribute__((noinline)) void simd_product(
    const float *a, const float *b, float *restrict to, int rows, int inner, int columns) {{
    for (int row = 0; row < rows; row += 4) {{
        const int r = row < rows - 4 ? row : rows - 4;
        for (int column = 0; column < columns; column += 8) {{
            const int c = column < columns - 8 ? column : columns - 8;
            const float *left = a + r * inner, *right = b + c;
            four sums[4][2] = {{0}};
            for (int k = 0; k < inner; ++k, ++left, right += columns) {{
                const four first = *(const four *)right, second = *(const four *)(right + 4);
                for (int i = 0; i < 4; ++i) {{
                    sums[i][0] += first * left[i * inner];
                    sums[i][1] += second * left[i * inner];
                }}
            }}
            for (int i = 0; i < 4; ++i) {{
                *(four *)(to + (r + i) * columns + c) = sums[i][0];
                *(four *)(to + (r + i) * columns + c + 4) = sums[i][1];
            }}
        }}
    }}
}}

#include "{name}.c"

static const unsigned char packed[] = {{
#embed "weights.bin"
}};

{buffers}

static void expand_int8(const unsigned char *from, float *to, int rows, int columns, int by_column) {{
    const signed char *values = (const signed char *)from + 4 * (by_column ? columns : rows);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {{
            float scale;
            memcpy(&scale, from + 4 * (by_column ? column : row), 4);
            *to++ = (float)*values++ * scale;
        }}
}}

static void expand_int16(const unsigned char *from, float *to, int rows, int columns, int by_column) {{
    const unsigned char *low = from + 4 * (by_column ? columns : rows), *high = low + rows * columns;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {{
            float scale;
            memcpy(&scale, from + 4 * (by_column ? column : row), 4);
            *to++ = (float)(int16_t)(*low++ | *high++ << 8) * scale;
        }}
}}

static void expand_float16(const unsigned char *from, float *to, int count) {{
    for (int i = 0; i < count; ++i) {{
        const uint32_t half = from[2 * i] | (uint32_t)from[2 * i + 1] << 8;
        const uint32_t magnitude = (half & 0x7fff) << 13;
        float value;
        memcpy(&value, &magnitude, 4);
        value *= 0x1p112f;
        to[i] = half & 0x8000 ? -value : value;
    }}
}}

__attribute__((export_name("init"))) void init(void) {{
    {expansions}
}}

__attribute__((export_name("input"))) float *input(int i) {{
    float *const inputs[] = {{{inputs}}};
    return inputs[i];
}}

__attribute__((export_name("output"))) float *output(int i) {{
    float *const outputs[] = {{{outputs}}};
    return outputs[i];
}}

__attribute__((export_name("run"))) void run(void) {{
    {name}({arguments});
}}
"""
