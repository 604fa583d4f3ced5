"""Graphs by which a stranger tries to read a file of the author's: one text in one place of a decoder."""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from onnx import ModelProto, TensorProto, helper, numpy_helper

#: Ends a comment and exports a function that returns what is in a file; SECRET stands for its path.
EMBED = (
    '*/\n__attribute__((export_name("leak"))) const void *leak(void) {\n'
    'static const unsigned char data[] = {\n#embed "SECRET"\n};\nreturn data;\n}\n/*'
)
#: What a text tries.
PAYLOADS = {
    "comment, embed": EMBED,
    "comment, include": '*/\n#include "SECRET"\n/*',
    "comment, include with a macro": '*/\n#define F "SECRET"\n#include F\n/*',
    "comment, directive behind a comment": '*/\n/**/ # /**/ embed "SECRET"\n/*',
    "comment, trigraphs": '*/\n??=include "SECRET"\n/*',
    "comment, digraph": '*/\n%:include "SECRET"\n/*',
    "comment, lines joined": '*\\\n/\n#em\\\nbed "SECRET"\n/*',
    "comment, pragma": '*/\n_Pragma("GCC dependency \\"SECRET\\"")\n#pragma GCC dependency "SECRET"\n/*',
    "comment, assembly": '*/\n__asm__(".incbin \\"SECRET\\"");\n/*',
    "comment, line": '*/\n#line 1 "SECRET"\n#error leak\n/*',
    "comment, attribute": '*/\n__attribute__((import_module("env"))) void leak(void);\n/*',
    "comment, carriage returns": EMBED.replace("\n", "\r"),
    "comment, form feeds": EMBED.replace("\n", "\f"),
    "newline, embed": 'x\n#embed "SECRET"\n',
    "newline, include": 'x\n#include "SECRET"\n',
    "line separators": '*/\u2028#embed "SECRET"\u2028/*\x0b#include "SECRET"\x0c',
    "string": '";\n#include "SECRET"\n"',
    "bracket": ';}\n#include "SECRET"\nvoid f(void){',
    "path": "SECRET",
    "path from here": "../../../../../../../../../../../..SECRET",
    "address": "file://SECRET",
    "template": "{{ ''.__class__ }}{% include 'SECRET' %}{{ SECRET }}",
    "format": "%s%n{0.__class__}{SECRET}",
    "terminal": "\x1b]0;SECRET\x07\x1b[31m\x9b2J\u202e",
    "long": '*/\n#embed "SECRET"\n/*' * 2000,
}

Place = Callable[[ModelProto, str], None]


def decoder() -> ModelProto:
    """Return a decoder of latents (B, 2) to images (B, 1, 4, 4) with a function and a subgraph."""
    inner = helper.make_graph(
        [helper.make_node("Sigmoid", ["flat"], ["inner"])],
        "branch",
        [],
        [helper.make_tensor_value_info("inner", TensorProto.FLOAT, ["batch", 16])],
    )
    nodes = [
        helper.make_node("Gemm", ["z", "w", "b"], ["dense"], name="first"),
        helper.make_node("Twice", ["dense"], ["flat"], domain="own"),
        helper.make_node("If", ["yes"], ["grey"], then_branch=inner, else_branch=inner),
        helper.make_node("Reshape", ["grey", "shape"], ["x"]),
    ]
    tensors = {
        "w": np.linspace(-2, 2, 32, dtype=np.float32).reshape(2, 16),
        "b": np.linspace(1, -1, 16, dtype=np.float32),
        "shape": np.array([-1, 1, 4, 4]),
        "yes": np.array(True),
    }
    graph = helper.make_graph(
        nodes,
        "decoder",
        [helper.make_tensor_value_info("z", TensorProto.FLOAT, ["batch", 2])],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 1, 4, 4])],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
        value_info=[helper.make_tensor_value_info("dense", TensorProto.FLOAT, ["batch", 16])],
    )
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("own", 1)]
    twice = helper.make_function(
        "own", "Twice", ["a"], ["c"], [helper.make_node("Add", ["a", "a"], ["c"])], opsets[:1]
    )
    model = helper.make_model(graph, functions=[twice], opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(model)
    return model


def _rename(old: str) -> Place:
    """Return what renames the value `old` wherever it is named."""

    def rename(model: ModelProto, text: str) -> None:
        graph = model.graph
        for value in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
            value.name = text if value.name == old else value.name
        for node in graph.node:
            for names in (node.input, node.output):
                names[:] = [text if name == old else name for name in names]
            for attribute in node.attribute:
                for inner in attribute.g.node:
                    inner.input[:] = [text if name == old else name for name in inner.input]

    return rename


def _function(model: ModelProto, text: str) -> None:
    model.functions[0].name = model.graph.node[1].op_type = text


def _domain(model: ModelProto, text: str) -> None:
    model.functions[0].domain = model.graph.node[1].domain = model.opset_import[1].domain = text


def _in_function(model: ModelProto, text: str) -> None:
    function = model.functions[0]
    function.input[0] = function.node[0].name = function.doc_string = text
    function.node[0].input[:] = [text, text]


def _subgraph(model: ModelProto, text: str) -> None:
    for attribute in model.graph.node[2].attribute:
        attribute.g.name = attribute.g.doc_string = attribute.g.node[0].name = text
        attribute.g.node[0].output[0] = attribute.g.output[0].name = text


def _documentation(model: ModelProto, text: str) -> None:
    model.doc_string = model.graph.doc_string = text
    for each in (*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        each.doc_string = text


def _metadata(model: ModelProto, text: str) -> None:
    graph = model.graph
    for each in (model, graph, *graph.node, *graph.initializer, *graph.input, *model.functions):
        each.metadata_props.add(key=text, value=text)


def _producer(model: ModelProto, text: str) -> None:
    model.producer_name = model.producer_version = model.domain = text


def _axis(model: ModelProto, text: str) -> None:
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        value.type.tensor_type.shape.dim[0].dim_param = text
        value.type.tensor_type.shape.dim[0].denotation = value.type.denotation = text


def _attribute(model: ModelProto, text: str) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("mode", text))


def _attribute_name(model: ModelProto, text: str) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute(text, 1))


def _quantization(model: ModelProto, text: str) -> None:
    note = model.graph.quantization_annotation.add(tensor_name=text)
    note.quant_parameter_tensor_names.add(key=text, value=text)


def _constant(model: ModelProto, text: str) -> None:
    tensor = model.graph.initializer.add(name="text", data_type=TensorProto.STRING, dims=[1])
    tensor.string_data.append(text.encode())


def _location(model: ModelProto, text: str) -> None:
    tensor = model.graph.initializer[1]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=text)


def _operator(model: ModelProto, text: str) -> None:
    model.graph.node[3].op_type = text


def _node(model: ModelProto, text: str) -> None:
    for number, node in enumerate(model.graph.node):  # ONNX Runtime takes no two of one name
        node.name = f"{text}{number}"


def _everywhere(model: ModelProto, text: str) -> None:
    for name in ("node", "value", "tensor", "input", "output", "graph", "documentation", "metadata"):
        PLACES[name](model, f"{text}{name}")


#: Where a graph holds text.
PLACES: Mapping[str, Place] = {
    "node": _node,
    "value": _rename("dense"),
    "tensor": _rename("w"),
    "input": _rename("z"),
    "output": _rename("x"),
    "graph": lambda model, text: setattr(model.graph, "name", text),
    "function": _function,
    "domain": _domain,
    "inside a function": _in_function,
    "subgraph": _subgraph,
    "documentation": _documentation,
    "metadata": _metadata,
    "producer": _producer,
    "axis": _axis,
    "attribute": _attribute,
    "attribute's name": _attribute_name,
    "quantization": _quantization,
    "constant": _constant,
    "location": _location,
    "operator": _operator,
    "everywhere": _everywhere,
}


def graph(place: str, payload: str, secret: str) -> ModelProto:
    """Return a decoder with a text of `PAYLOADS` in one of `PLACES`, after the file `secret`."""
    model = decoder()
    PLACES[place](model, PAYLOADS[payload].replace("SECRET", secret))
    return model
