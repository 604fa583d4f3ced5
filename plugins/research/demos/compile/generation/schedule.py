"""The order in which the operators of a training step run, and what is saved on the way.

emx-onnx-cgen writes a C function for each operator, and one that calls them in turn. A step has a hundred
small operators on all parameters or a whole batch, which would go through memory a hundred times. So the
function that calls them is written here: it runs operators on single numbers in one loop as long as they are
of one length, lets matrix products go through ``kernels``, and copies nothing to split, join or reshape it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper, shape_inference

from ....core.lazy import lazy_pattern
from .. import RefusedError
from .elementwise import expression, is_elementwise, literal

CALL = lazy_pattern(r"^    (node\d+_n(\d+))\((.*)\);$", re.MULTILINE)
ARGUMENT = lazy_pattern(r"^(?:tmp\d+_|weight\d+_)?(v\d+)$")
#: Operators whose output holds the same numbers in the same order as their first input.
SAME = frozenset({"Reshape", "Squeeze", "Unsqueeze", "Flatten", "Identity"})
TYPES: Mapping[int, str] = {
    TensorProto.FLOAT: "float",
    TensorProto.BOOL: "bool",
    TensorProto.INT64: "int64_t",
}


@dataclass(frozen=True)
class Call:
    """A call of a function that emx-onnx-cgen wrote: its name, and the C and the values that it is given."""

    function: str
    arguments: tuple[tuple[str, str], ...]


@dataclass
class Graph:
    """A graph whose names are ours, with what is known of its values."""

    model: ModelProto
    calls: Mapping[int, Call]
    shapes: Mapping[str, tuple[int, ...]]
    kinds: Mapping[str, int]
    #: The C of constants, and the numbers that some of them are.
    constants: Mapping[str, str]
    numbers: Mapping[str, float]
    #: Where a value lies that is a part of another, or the same: the other, and at which element it begins.
    parts: dict[str, tuple[str, int]] = field(default_factory=dict)

    def count(self, name: str) -> int:
        """Return how many numbers a value has."""
        return prod(self.shapes[name])

    def root(self, name: str) -> tuple[str, int]:
        """Return the value in whose memory another lies, and at which element."""
        at = 0
        while name in self.parts:
            name, more = self.parts[name]
            at += more
        return name, at

    def c(self, name: str) -> str:
        """Return a pointer to a value."""
        root, at = self.root(name)
        if root in self.constants:
            root = self.constants[root]
        return f"({root} + {at})" if at else root


def scheduled(text: str, model: ModelProto, name: str) -> str:
    """Return the C `text` that emx-onnx-cgen made of `model` with another function `name`.

    `model` has names of ours, and `name` takes a pointer to each input, then to each output. Raises
    `RefusedError` for C that is not as this module knows it.
    """
    main = re.search(rf"^void {name}\(.*\) \{{\n", text, re.MULTILINE)
    if not main:
        raise RefusedError("the C of the graph has another form than expected")
    graph = _read(text[main.end() :], model)
    live = _live(model)
    _place(graph, live)
    groups = list(_groups(graph, live))
    functions, calls = [], []
    for number, nodes in enumerate(groups):
        function, call = _emit(graph, nodes, f"{name}_loop{number}")
        functions.append(function)
        calls.append(call)
    return text[: main.start()] + "\n".join([*filter(None, functions), _main(graph, groups, calls, name), ""])


def _read(body: str, model: ModelProto) -> Graph:
    """Return `model` with what `body`, the function that emx-onnx-cgen wrote, tells of it."""
    calls, constants = {}, {}
    for function, number, listed in CALL.findall(body):
        arguments = []
        for argument in filter(None, listed.split(", ")):
            found = ARGUMENT.match(argument)
            if not found:
                raise RefusedError("the C of the graph has another form than expected")
            arguments.append((argument, found[1]))
            if argument.startswith("weight"):
                constants[found[1]] = f"((void *){argument})"
        calls[int(number)] = Call(function, tuple(arguments))
    if len(calls) != len(model.graph.node):
        raise RefusedError("the C of the graph has another number of operators than the graph")
    graph = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes, kinds = {}, {}
    for value in (*graph.input, *graph.value_info, *graph.output):
        tensor = value.type.tensor_type
        shapes[value.name] = tuple(axis.dim_value for axis in tensor.shape.dim)
        kinds[value.name] = tensor.elem_type
    numbers, weights = {}, {weight.name for weight in graph.initializer}
    for weight in graph.initializer:
        shapes[weight.name], kinds[weight.name] = tuple(weight.dims), weight.data_type
        values = numpy_helper.to_array(weight)
        if values.size == 1 and values.dtype == np.float32:
            numbers[weight.name] = float(values.flat[0])
    missing = [name for node in model.graph.node for name in node.output if name and name not in shapes]
    computed = (shape for name, shape in shapes.items() if name not in weights)
    if missing or not all(map(all, computed)):
        raise RefusedError("the sizes of its values are not all known")
    return Graph(model, calls, shapes, kinds, constants, numbers)


def _live(model: ModelProto) -> list[int]:
    """Return the numbers of the operators that outputs depend on, in an order in which they can run."""
    wanted = {value.name for value in model.graph.output}
    live = []
    for number in reversed(range(len(model.graph.node))):
        node = model.graph.node[number]
        if wanted & set(node.output):
            wanted.update(name for name in node.input if name)
            live.append(number)
    return live[::-1]


def _place(graph: Graph, live: Sequence[int]) -> None:
    """Find the values that are a part of another, or the same numbers under another name."""
    nodes = graph.model.graph.node
    fixed = {value.name for value in (*graph.model.graph.input, *graph.model.graph.output)}
    made = {name for number in live for name in nodes[number].output}
    for node in (nodes[number] for number in live):
        first = node.input[0] if node.input else ""
        if node.op_type in SAME and node.output[0] not in fixed and graph.kinds[first] in TYPES:
            graph.parts[node.output[0]] = (first, 0)
        elif node.op_type == "Split" and _leads(graph, node, first) and not fixed & set(node.output):
            at = 0
            for name in node.output:
                graph.parts[name] = (first, at)
                at += graph.count(name)
    for node in (nodes[number] for number in live):
        if node.op_type != "Concat" or not _leads(graph, node, node.output[0]):
            continue
        at = 0
        for name in node.input:
            root, begin = graph.root(name)
            if begin == 0 and root in made and root not in fixed and graph.count(root) == graph.count(name):
                graph.parts[root] = (node.output[0], at)
            at += graph.count(name)


def _leads(graph: Graph, node: NodeProto, name: str) -> bool:
    """Return whether the axis of `node` is the first of `name` that is longer than 1."""
    axis = next((each.i for each in node.attribute if each.name == "axis"), 0)
    return prod(graph.shapes[name][: axis % max(1, len(graph.shapes[name]))]) == 1


def _needs(graph: Graph, node: NodeProto) -> bool:
    """Return whether anything has to be done for `node`, whose outputs may lie where they belong."""
    if node.op_type in SAME or node.op_type == "Split":
        return node.output[0] not in graph.parts
    return True


def _groups(graph: Graph, live: Sequence[int]) -> Iterator[list[int]]:
    """Yield the operators that run together, in an order in which they can run.

    Those on single numbers wait until nothing else can run, so that as many as possible run in one loop.
    """
    nodes = graph.model.graph.node
    made_by = {name: number for number in live for name in nodes[number].output}
    waits = {number: {made_by[name] for name in nodes[number].input if name in made_by} for number in live}
    done: set[int] = set()
    left = list(live)

    def ready() -> list[int]:
        return [number for number in left if waits[number] <= done]

    def take(number: int) -> None:
        left.remove(number)
        done.add(number)

    while left:
        able = ready()
        plain = [number for number in able if not _joins(graph, nodes[number])]
        if plain:
            take(plain[0])
            yield plain[:1]
            continue
        length = graph.count(nodes[able[0]].output[0])
        group: list[int] = []
        while more := [n for n in ready() if _continues(graph, nodes[n], length)]:
            for number in more:
                take(number)
                if _joins(graph, nodes[number]):
                    group.append(number)
        yield group


def _joins(graph: Graph, node: NodeProto) -> bool:
    """Return whether `node` can run in one loop with others."""
    if not is_elementwise(node, graph.kinds):
        return False
    size = graph.count(node.output[0])
    return all(graph.count(name) in (1, size) for name in node.input if name)


def _continues(graph: Graph, node: NodeProto, length: int) -> bool:
    """Return whether `node` can be in a loop of `length`, or only gives its numbers another shape there."""
    if node.op_type in SAME and node.output[0] in graph.parts:
        return True
    return _joins(graph, node) and graph.count(node.output[0]) == length


def _emit(graph: Graph, numbers: Sequence[int], name: str) -> tuple[str, str]:
    """Return the function that runs the operators `numbers`, “” where it is there already, and its call."""
    nodes = [graph.model.graph.node[number] for number in numbers]
    [node, *_] = nodes
    if len(nodes) > 1 or _joins(graph, node):
        return _loop(graph, nodes, name)
    if node.op_type == "Concat" and _leads(graph, node, node.output[0]):
        return "", _joined(graph, node)
    if not _needs(graph, node):
        return "", ""
    if node.op_type in SAME and graph.kinds[node.output[0]] == TensorProto.FLOAT:
        return "", _copy(graph, node.input[0], node.output[0], 0)
    if product := _product(graph, node):
        return "", product
    call = graph.calls[numbers[0]]
    arguments = (f"(void *){graph.c(value)}" for _, value in call.arguments)
    return "", f"{call.function}({', '.join(arguments)});"


def _joined(graph: Graph, node: NodeProto) -> str:
    """Return what copies the inputs of a Concat to their places that are not made there."""
    copies, at = [], 0
    root, begin = graph.root(node.output[0])
    for name in node.input:
        if graph.root(name) != (root, begin + at):
            copies.append(_copy(graph, name, node.output[0], at))
        at += graph.count(name)
    return " ".join(copies)


def _copy(graph: Graph, source: str, target: str, at: int) -> str:
    kind = TYPES[graph.kinds[source]]
    size = f"{graph.count(source)} * sizeof({kind})"
    return f"memcpy(({kind} *){graph.c(target)} + {at}, {graph.c(source)}, {size});"


def _product(graph: Graph, node: NodeProto) -> str:
    """Return the call of the kernel for a Gemm; “” where it is none, or one that the kernel does not know."""
    if node.op_type != "Gemm":
        return ""
    stated = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    bias = node.input[2] if len(node.input) > 2 else ""
    rows, columns = graph.shapes[node.output[0]]
    if stated.get("alpha", 1.0) != 1 or (bias and stated.get("beta", 1.0) != 1):
        return ""
    if bias and (graph.count(bias) != columns or graph.shapes[bias][-1] != columns):
        return ""
    a, b = node.input[:2]
    height, width = graph.shapes[a]
    inner = height if stated.get("transA") else width
    strides = ((1, width) if stated.get("transA") else (width, 1)) + (
        (1, graph.shapes[b][1]) if stated.get("transB") else (graph.shapes[b][1], 1)
    )
    shift = graph.c(bias) if bias else "0"
    return (
        f"product({rows}, {columns}, {inner}, {graph.c(a)}, {strides[0]}, {strides[1]}, "
        f"{graph.c(b)}, {strides[2]}, {strides[3]}, {shift}, {graph.c(node.output[0])});"
    )


def longest(text: str) -> int:
    """Return the length of the longest sum in the products of C that `scheduled` returned."""
    return max((int(each) for each in re.findall(r"\bproduct\(\d+, \d+, (\d+),", text)), default=1)


def _loop(graph: Graph, nodes: Sequence[NodeProto], name: str) -> tuple[str, str]:
    """Return a function of one loop that runs `nodes`, operators on single numbers, and its call."""
    length = graph.count(nodes[0].output[0])
    inner = {value for node in nodes for value in node.output}
    given: dict[tuple[str, int], str] = {}
    local: dict[str, str] = {}
    lines, parameters, arguments = [], [], []

    def read(value: str) -> str:
        """Return the C of an input in the loop."""
        source = value
        while source not in inner and source in graph.parts and graph.parts[source][1] == 0:
            above = graph.parts[source][0]
            if graph.count(above) != graph.count(value):
                break
            source = above
        if source in local:
            return local[source]
        if value in graph.numbers:
            return literal(graph.numbers[value])
        at = graph.root(value)
        if at not in given:
            given[at] = f"x{len(given)}"
            parameters.append(f"const {TYPES[graph.kinds[value]]} *restrict {given[at]}")
            arguments.append(graph.c(value))
        return f"{given[at]}[{'i' if graph.count(value) > 1 else '0'}]"

    used = _read_elsewhere(graph, nodes)
    for node in nodes:
        made = expression(node, [read(value) if value else "" for value in node.input], graph.numbers)
        [value] = node.output
        kind = TYPES[graph.kinds[value]]
        local[value] = f"t{len(local)}"
        lines.append(f"        const {kind} {local[value]} = {made};")
        if value in used:
            parameters.append(f"{kind} *restrict y{len(parameters)}")
            lines.append(f"        y{len(parameters) - 1}[i] = {local[value]};")
            arguments.append(graph.c(value))
    head = f"static __attribute__((noinline)) void {name}({', '.join(parameters)}) {{"
    loop = f"    for (int i = 0; i < {length}; ++i) {{"
    text = "\n".join([head, loop, *lines, "    }", "}"])
    return text, f"{name}({', '.join(f'(void *){argument}' for argument in arguments)});"


def _read_elsewhere(graph: Graph, nodes: Sequence[NodeProto]) -> set[str]:
    """Return which outputs of `nodes` are read by others, or are outputs of the graph."""
    outputs = {value.name for value in graph.model.graph.output}
    made = [value for node in nodes for value in node.output]
    numbers = {id(node) for node in nodes}
    readers: dict[str, list[NodeProto]] = {}
    for node in graph.model.graph.node:
        for value in node.input:
            readers.setdefault(value, []).append(node)

    def is_read(value: str) -> bool:
        if value in outputs:
            return True
        for node in readers.get(value, ()):
            if node.op_type in SAME and node.output[0] in graph.parts:
                if is_read(node.output[0]):
                    return True
            elif id(node) not in numbers:
                return True
        return False

    return {value for value in made if is_read(value)}


def _main(graph: Graph, groups: Iterable[Sequence[int]], calls: Sequence[str], name: str) -> str:
    """Return the function that calls all others, with memory for what they hand each other."""
    given = [value.name for value in (*graph.model.graph.input, *graph.model.graph.output)]
    text = "\n".join(f"    {call}" for call in calls if call)
    named = dict.fromkeys(re.findall(r"\bv\d+\b", text))
    own = [value for value in named if value not in given and value not in graph.constants]
    memory = (f"    static {TYPES[graph.kinds[value]]} {value}[{graph.count(value)}];" for value in own)
    parameters = ", ".join(f"{TYPES[graph.kinds[value]]} *{value}" for value in given)
    return "\n".join([f"static void {name}({parameters}) {{", *memory, text, "}"])
