"""Graphs compiled ahead of time: what is sent to readers computes what was trained."""

from pathlib import Path
from typing import Any

import brotli
import bundles
import numpy as np
import onnx
import pytest
from graphs import RNG, Array, decoder, encoder, graph, weights
from onnx import ModelProto, helper, numpy_helper
from research.core.storage.cache import Cache
from research.demos.bundles.bundle import Graph
from research.demos.bundles.tensors import Signature, Tensor
from research.demos.compile import UnsupportedError, runtime
from research.demos.compile import compiled as compiling
from research.demos.compile.build import Made, build
from research.demos.compile.checks import PARITY, bound_by_decoder, bound_by_encoder
from research.demos.compile.compiled import Request
from research.demos.compile.generation import source
from research.demos.compile.generation.program import compile_program
from research.demos.compile.quantization.weights import expand, quantize_weights
from research.demos.compile.records import (
    MAX_RELATIVE_ERROR,
    Bound,
    Compiled,
    Precision,
    TestExamples,
    Trial,
)
from research.demos.compile.rewriting.col2im import with_col2im
from research.demos.compile.runtime import run_graph, run_program
from research.demos.messages import File
from research.demos.normalize.normal import normal_form


def tensor(value: onnx.ValueInfoProto) -> Tensor:
    """Return what a manifest would say of `value`."""
    shape = tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim[1:])
    image = (shape[0], shape[1], shape[2]) if len(shape) == 3 else None
    return Tensor(value.name, shape, None, (0.0, 1.0), image)


def signature_of(model: ModelProto) -> Signature:
    """Return what a manifest would say of `model`."""
    return Signature((tensor(model.graph.input[0]),), tuple(map(tensor, model.graph.output)))


def normal(model: ModelProto) -> ModelProto:
    """Return `model` in its normal form."""
    return normal_form(File(model.SerializeToString()), signature_of(model))


def saved(model: ModelProto, folder: Path) -> Graph:
    """Save the normal form of `model` and return what a manifest would say of it."""
    path = folder / "model.onnx"
    onnx.save(normal(model), path)
    return Graph(path, signature_of(model))


def compiled(graph: Graph, inputs: Array, cache: Path) -> Compiled:
    """Return `graph` compiled as a build does it, tried on `inputs`."""
    return compiling.compiled(graph, lambda: Request(inputs), "", Cache(cache), bundles.SANDBOX)


def made(model: ModelProto, inputs: Array, bound: Bound) -> Made:
    """Return `model` compiled in this process, tried on `inputs`."""
    trial = Trial(inputs, bound, is_image=bool(signature_of(model).outputs[0].image))
    return build(normal(model), signature_of(model).outputs, trial, bundles.SANDBOX.tools)


def latents(count: int, dimensions: int) -> Array:
    return RNG.standard_normal((count, dimensions)).astype(np.float32)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    folder = tmp_path_factory.mktemp("compiled")
    return compiled(saved(decoder(), folder), latents(256, 20), folder / "cache")


class TestRewriting:
    @pytest.mark.parametrize(
        ("operator", "shape", "attributes"),
        [
            ("ConvTranspose", (3, 5, 4, 4), {"strides": [2, 2], "pads": [1, 1, 1, 1]}),
            ("ConvTranspose", (3, 5, 3, 3), {"strides": [2, 2], "pads": [1] * 4, "output_padding": [1, 1]}),
            ("ConvTranspose", (3, 5, 3, 2), {"strides": [3, 1], "pads": [0, 1, 2, 0]}),
            ("ConvTranspose", (3, 5, 3, 3), {}),
            ("Conv", (5, 3, 3, 3), {"pads": [1, 1, 1, 1]}),
            ("Conv", (5, 3, 2, 4), {"pads": [1, 0, 0, 2]}),
        ],
    )
    def test_computes_the_same_without_convolutions(
        self, operator: str, shape: tuple[int, ...], attributes: dict[str, Any]
    ) -> None:
        node = helper.make_node(operator, ["x", "w", "b"], ["y"], **attributes)
        tensors = {"w": weights(*shape), "b": weights(5)}
        given = graph([node], tensors, {"x": [3, 6, 7]}, {"y": [5, None, None]})
        rewritten = with_col2im(given)
        assert "Col2Im" in {node.op_type for node in rewritten.graph.node}
        assert operator not in {node.op_type for node in rewritten.graph.node}
        inputs = RNG.standard_normal((3, 3, 6, 7)).astype(np.float32)
        np.testing.assert_allclose(run_graph(given, inputs)[0], run_graph(rewritten, inputs)[0], atol=1e-5)

    @pytest.mark.parametrize(
        ("operator", "shape", "attributes"),
        [
            ("ConvTranspose", (4, 1, 3, 3), {"group": 4}),
            ("ConvTranspose", (4, 4, 3, 3), {"dilations": [2, 2]}),
            ("ConvTranspose", (4, 4, 3, 3), {"auto_pad": "SAME_UPPER"}),
            ("Conv", (4, 4, 3, 3), {"strides": [2, 2]}),
            ("Conv", (4, 4, 3, 3), {"pads": [3, 3, 3, 3]}),
        ],
    )
    def test_leaves_what_it_cannot_say_otherwise(
        self, operator: str, shape: tuple[int, ...], attributes: dict[str, Any]
    ) -> None:
        node = helper.make_node(operator, ["x", "w"], ["y"], **attributes)
        given = graph([node], {"w": weights(*shape)}, {"x": [4, 6, 6]}, {"y": [4, None, None]})
        assert [node.op_type for node in with_col2im(given).graph.node] == [operator]


class TestRounding:
    @pytest.mark.parametrize("precision", list(Precision))
    def test_graph_holds_what_is_packed(self, precision: Precision) -> None:
        quantized, packed = quantize_weights(decoder(), precision)
        tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in quantized.graph.initializer}
        assert {weight.name for weight in packed} == {"w1", "b1", "w2", "b2", "w3", "w4"}
        for weight in packed:
            np.testing.assert_array_equal(tensors[weight.name], expand(weight))

    @pytest.mark.parametrize("precision", [each for each in Precision if each is not Precision.FLOAT16])
    def test_integers_err_by_half_a_step_at_most(self, precision: Precision) -> None:
        given = decoder()
        _, packed = quantize_weights(given, precision)
        tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in given.graph.initializer}
        for weight in packed:
            if weight.scales is not None:
                assert np.abs(weight.values).max() in (precision.levels, np.iinfo(weight.values.dtype).max)
                error = np.abs(expand(weight) - tensors[weight.name])
                assert error.max() <= weight.scales.max() / 2 * 1.001

    def test_a_quiet_row_keeps_its_levels_where_each_has_a_scale(self) -> None:
        matrix = weights(64, 64)
        matrix[3] /= 1000
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        given = graph([node], {"w": matrix}, {"x": [64]}, {"y": [64]})
        coarse, fine = (
            quantize_weights(given, each)[1][0] for each in (Precision.INT8, Precision.INT8_BY_ROW)
        )
        assert not expand(coarse)[3].any()
        np.testing.assert_allclose(expand(fine)[3], matrix[3], atol=np.abs(matrix[3]).max() / 200)

    def test_large_tensors_alone_are_coarser_than_int8(self) -> None:
        _, packed = quantize_weights(decoder(), Precision.INT7)
        most = {
            weight.name: int(np.abs(weight.values).max()) for weight in packed if weight.scales is not None
        }
        assert most == {"w1": 63, "w2": 63, "w3": 63, "w4": 127}

    def test_a_row_of_zeros_stays_zero(self) -> None:
        matrix = weights(8, 40)
        matrix[3] = 0
        node = helper.make_node("MatMul", ["x", "w"], ["y"])
        quantized, _ = quantize_weights(
            graph([node], {"w": matrix}, {"x": [8]}, {"y": [40]}), Precision.INT8_BY_ROW
        )
        assert not numpy_helper.to_array(quantized.graph.initializer[0])[3].any()


class TestProgram:
    def test_computes_what_the_graph_computes(self, program: Compiled) -> None:
        inputs = latents(256, 20)
        expected = run_graph(onnx.load(program.quantized), inputs)[0]
        found = run_program(program.program.read_bytes(), inputs, [(1, 28, 28)])[0]
        assert np.abs(found - expected).max() < 1e-5
        assert expected.std() > 0.1

    def test_is_stopped_where_it_takes_too_many_instructions(
        self, program: Compiled, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(runtime, "FUEL", 10_000)
        with pytest.raises(UnsupportedError, match="breaks off"):
            run_program(program.program.read_bytes(), latents(1, 20), [(1, 28, 28)])

    def test_is_small(self, program: Compiled) -> None:
        assert len(brotli.compress(program.program.read_bytes())) < 64 * 1024

    def test_is_coarse_where_that_costs_little(self, program: Compiled) -> None:
        assert program.measured.precision in (Precision.INT7, Precision.INT7_5, Precision.INT8)
        assert 0 < program.measured.quantization.largest_error < 0.05
        assert program.measured.quantization.relative_error < MAX_RELATIVE_ERROR
        assert program.measured.parity < PARITY

    @pytest.mark.parametrize("precision", list(Precision))
    def test_carries_weights_of_every_precision(self, precision: Precision) -> None:
        quantized, packed = quantize_weights(with_col2im(decoder()), precision)
        program, inputs = compile_program(quantized, packed, bundles.SANDBOX.tools), latents(8, 20)
        found = run_program(program, inputs, [(1, 28, 28)])[0]
        np.testing.assert_allclose(found, run_graph(quantized, inputs)[0], atol=1e-5)

    def test_multiplies_matrices_of_any_size_by_tiles(self, monkeypatch: pytest.MonkeyPatch) -> None:
        texts: list[str] = []
        monkeypatch.setattr(source, "check", texts.append)
        left = {f"w{rows}": weights(rows, 7) for rows in (3, 4, 6, 11)}
        left |= {"few": weights(5, 17), "stack": weights(2, 5, 7)}
        nodes = [helper.make_node("Reshape", ["x", "narrow"], ["thin"])]
        for name in left:
            given = "thin" if name == "few" else "x"
            nodes.append(helper.make_node("MatMul", [name, given], [f"{name}/product"]))
            nodes.append(helper.make_node("Reshape", [f"{name}/product", "line"], [f"{name}/flat"]))
        nodes.append(helper.make_node("Concat", [f"{name}/flat" for name in left], ["y"], axis=1))
        numbers = {"narrow": np.array([1, 17, 7]), "line": np.array([1, -1])}
        count = (3 + 4 + 6 + 11 + 10) * 17 + 5 * 7
        model = graph(nodes, left | numbers, {"x": [7, 17]}, {"y": [count]})
        inputs = RNG.standard_normal((2, 7, 17)).astype(np.float32)
        expected = run_graph(model, inputs)[0]
        found = run_program(compile_program(model, [], bundles.SANDBOX.tools), inputs, [(count,)])[0]
        np.testing.assert_allclose(found, expected, atol=1e-5)
        # Of few rows or columns there are no tiles; two products stand in one stack.
        assert texts[0].count("simd_product(") == len(left) - 2

    def test_exponentials_and_sigmoids_are_right_to_a_millionth(self) -> None:
        nodes = [helper.make_node("Exp", ["x"], ["y"]), helper.make_node("Sigmoid", ["x"], ["s"])]
        model = graph(nodes, {}, {"x": [1024]}, {"y": [1024], "s": [1024]})
        x = np.linspace(-86, 87, 1024, dtype=np.float32)[None]
        program = compile_program(model, [], bundles.SANDBOX.tools)
        exponential, sigmoid = run_program(program, x, [(1024,), (1024,)])
        exact = np.exp(x.astype(np.float64))
        assert np.abs(exponential / exact - 1).max() < 5e-6
        assert np.abs(exponential / exact - 1)[np.abs(x) < 10].max() < 1e-6
        assert np.abs(sigmoid - exact / (1 + exact)).max() < 1e-6

    def test_an_encoder_is_finer_where_its_bound_asks_for_it(self, tmp_path: Path) -> None:
        model, drawing = encoder(), decoder(4)
        images = RNG.random((64, 1, 28, 28)).astype(np.float32)
        examples = TestExamples(images, latents(64, 4), latents(64, 4))
        bound = bound_by_encoder(examples, drawing, (0, 1))
        free = compiled(saved(model, tmp_path), images, tmp_path / "free")
        exact = bound(model)
        strict = made(model, images, lambda graph: -1e4 * abs(bound(graph) - exact))
        assert strict.measured.quantization.loss is not None
        assert list(Precision).index(strict.measured.precision) > list(Precision).index(
            free.measured.precision
        )

    def test_is_float16_where_int8_would_cost_the_bound(self) -> None:
        model = decoder(latents=2)
        for tensor in model.graph.initializer:
            if tensor.name == "w4":  # steep: a small error of a weight turns a pixel from white to black
                steep = numpy_helper.to_array(tensor) * np.float32(300)
                tensor.CopyFrom(numpy_helper.from_array(steep, tensor.name))
        inputs = latents(64, 2)
        images = (run_graph(model, inputs)[0] > 0.5).astype(np.float32)
        examples = TestExamples(images, inputs, np.full_like(inputs, -20))
        found = made(model, inputs, bound_by_decoder(examples))
        assert found.measured.precision is Precision.FLOAT16
        assert found.measured.quantization.loss is not None
        assert found.measured.parity < PARITY

    def test_reads_weights_that_are_kept_as_float16(self, tmp_path: Path) -> None:
        full, half = decoder(), decoder()
        full.CopyFrom(half)
        for stored, cast in zip(half.graph.initializer, full.graph.initializer, strict=True):
            if stored.data_type == onnx.TensorProto.FLOAT:
                name, values = stored.name, numpy_helper.to_array(stored).astype(np.float16)
                cast.CopyFrom(numpy_helper.from_array(values.astype(np.float32), name))
                stored.CopyFrom(numpy_helper.from_array(values, f"{name}/half"))
                node = helper.make_node("Cast", [stored.name], [name], to=onnx.TensorProto.FLOAT)
                half.graph.node.insert(0, node)
        inputs = latents(64, 20)
        both = [compiled(saved(model, tmp_path), inputs, tmp_path / "cache") for model in (full, half)]
        assert both[0].program != both[1].program
        found = [run_program(one.program.read_bytes(), inputs, [(1, 28, 28)])[0] for one in both]
        np.testing.assert_array_equal(*found)

    def test_has_room_for_large_values_between_operators(self, tmp_path: Path) -> None:
        nodes = [
            helper.make_node("Reshape", ["z", "shape"], ["places"]),
            helper.make_node("Mul", ["places", "w"], ["wide"]),  # 14 MB
            helper.make_node("Sigmoid", ["wide"], ["bounded"]),
            helper.make_node("GlobalAveragePool", ["bounded"], ["x"]),
        ]
        tensors = {"shape": np.array([-1, 4, 1, 1]), "w": weights(1, 1, 940, 940)}
        model = graph(nodes, tensors, {"z": [4]}, {"x": [4, 1, 1]})
        found = compiled(saved(model, tmp_path), latents(8, 4), tmp_path / "cache")
        assert found.measured.parity < PARITY

    def test_is_the_same_bytes_when_made_again(self, program: Compiled, tmp_path: Path) -> None:
        model, inputs = onnx.load(program.quantized), latents(8, 20)
        first, second = (
            compiled(saved(model, tmp_path), inputs, tmp_path / name).program for name in ("a", "b")
        )
        assert first.read_bytes() == second.read_bytes()

    def test_is_taken_from_the_cache_until_the_compiler_changes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        inputs = latents(8, 20)
        given = saved(decoder(), tmp_path)
        once = compiled(given, inputs, tmp_path / "cache")
        before = once.program.stat()
        assert compiled(given, inputs, tmp_path / "cache") == once
        assert once.program.stat().st_mtime_ns == before.st_mtime_ns
        assert [place.name for place in (tmp_path / "cache" / "programs").iterdir()] == [
            once.program.parent.name
        ]
        monkeypatch.setattr(compiling, "program_versions", lambda: ["another version"])
        assert compiled(given, inputs, tmp_path / "cache").program.parent != once.program.parent

    def test_colour_pictures_of_another_size(self, tmp_path: Path) -> None:
        inputs = latents(16, 6)
        found = compiled(saved(decoder(6, channels=3, side=8), tmp_path), inputs, tmp_path / "cache")
        drawn = run_program(found.program.read_bytes(), inputs, [(3, 32, 32)])[0]
        np.testing.assert_allclose(drawn, run_graph(onnx.load(found.quantized), inputs)[0], atol=1e-5)

    def test_encoder_has_two_outputs(self, tmp_path: Path) -> None:
        images = RNG.random((32, 1, 28, 28)).astype(np.float32)
        found = compiled(saved(encoder(), tmp_path), images, tmp_path / "cache")
        outputs = run_program(found.program.read_bytes(), images, [(4,), (4,)])
        for output, expected in zip(outputs, run_graph(onnx.load(found.quantized), images), strict=True):
            np.testing.assert_allclose(output, expected, atol=1e-4)

    def test_names_the_operator_that_cannot_be_compiled(self, tmp_path: Path) -> None:
        nodes = [
            helper.make_node("MatMul", ["z", "w"], ["hidden"]),
            helper.make_node("Reshape", ["hidden", "shape"], ["maps"]),
            helper.make_node("GlobalLpPool", ["maps"], ["x"]),
        ]
        tensors = {"w": weights(2, 64), "shape": np.array([-1, 4, 4, 4])}
        model = graph(nodes, tensors, {"z": [2]}, {"x": [4, 1, 1]})
        with pytest.raises(UnsupportedError, match="GlobalLpPool"):
            compiled(saved(model, tmp_path), latents(8, 2), tmp_path / "cache")
        # What it is refused for is not found out anew.
        [stored] = (tmp_path / "cache").iterdir()
        before = stored.stat().st_mtime_ns
        with pytest.raises(UnsupportedError, match="GlobalLpPool"):
            compiled(saved(model, tmp_path), latents(8, 2), tmp_path / "cache")
        assert [place.stat().st_mtime_ns for place in (tmp_path / "cache").iterdir()] == [before]
