"""What operators do to one number, as C."""

from collections.abc import Mapping, Sequence

import numpy as np
from onnx import NodeProto, TensorProto, helper

#: {0}, {1}, … stand for the inputs.
EXPRESSIONS: Mapping[str, str] = {
    "Abs": "fabsf({0})",
    "Add": "({0} + {1})",
    "And": "({0} && {1})",
    "Cast": "(float){0}",
    "Div": "({0} / {1})",
    "Equal": "({0} == {1})",
    "Exp": "expf({0})",
    "Greater": "({0} > {1})",
    "GreaterOrEqual": "({0} >= {1})",
    "LeakyRelu": "({0} > 0.0f ? {0} : {alpha} * {0})",
    "Less": "({0} < {1})",
    "LessOrEqual": "({0} <= {1})",
    "Log": "simd_logf({0})",
    "Max": "fmaxf({0}, {1})",
    "Min": "fminf({0}, {1})",
    "Mul": "({0} * {1})",
    "Neg": "(-{0})",
    "Not": "(!{0})",
    "Or": "({0} || {1})",
    "Pow": "powf({0}, {1})",
    "Reciprocal": "(1.0f / {0})",
    "Relu": "fmaxf({0}, 0.0f)",
    "Sigmoid": "(1.0f / (1.0f + expf(-{0})))",
    "Sign": "(float)(({0} > 0.0f) - ({0} < 0.0f))",
    "Softplus": "(fmaxf({0}, 0.0f) + simd_logf(1.0f + expf(-fabsf({0}))))",
    "Sqrt": "sqrtf({0})",
    "Sub": "({0} - {1})",
    "Tanh": "(1.0f - 2.0f / (1.0f + expf(2.0f * {0})))",
    "Where": "({0} ? {1} : {2})",
}
#: Powers that are products.
POWERS = {0.5: "sqrtf({0})", 1.0: "{0}", 2.0: "({0} * {0})", 3.0: "({0} * {0} * {0})", -1.0: "(1.0f / {0})"}
DEFAULTS = {"alpha": 0.01}


def is_elementwise(node: NodeProto, kinds: Mapping[str, int]) -> bool:
    """Return whether `node` is in `EXPRESSIONS`, on numbers whose data types, `kinds`, are known here."""
    known = (TensorProto.FLOAT, TensorProto.BOOL)
    named = [name for name in (*node.input, *node.output) if name]
    if node.op_type == "Clip":
        return all(kinds.get(name) == TensorProto.FLOAT for name in named)
    if node.op_type in ("Max", "Min") and len(node.input) != 2:
        return False
    return node.op_type in EXPRESSIONS and all(kinds.get(name) in known for name in named)


def expression(node: NodeProto, inputs: Sequence[str], numbers: Mapping[str, float]) -> str:
    """Return what `node` makes of `inputs`, which are C; `numbers` are the constants among them."""
    if node.op_type == "Clip":
        low, high = [*inputs[1:], "", ""][:2]
        made = f"fmaxf({inputs[0]}, {low})" if low else inputs[0]
        return f"fminf({made}, {high})" if high else made
    form = EXPRESSIONS[node.op_type]
    if node.op_type == "Pow":
        form = POWERS.get(numbers.get(node.input[1], np.nan), form)
    stated = DEFAULTS | {
        each.name: helper.get_attribute_value(each) for each in node.attribute if each.name in DEFAULTS
    }
    return form.format(*inputs, **{name: literal(value) for name, value in stated.items()})


def literal(value: float) -> str:
    """Return `value` as C writes a float."""
    if not np.isfinite(value):
        return "NAN" if np.isnan(value) else "INFINITY" if value > 0 else "(-INFINITY)"
    return f"({float(value).hex()}f)"
