"""Decoders as other programs export them: each shows what it computes, whatever its shapes and types are."""

import json
import re
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import architectures
import bundles
import numpy as np
import numpy.typing as npt
import onnx
import pytest
import torch
from conftest import Build
from onnx import ModelProto, TensorProto, helper, numpy_helper
from research.cli import main
from research.demos.bundles.conditions import conditioned
from research.demos.bundles.manifest import Given, write
from research.demos.drawing.inference import decode
from research.demos.errors import DemoError, KeyedError

Array = npt.NDArray[Any]
SIDE, LATENTS = 8, 4
WEIGHTS = np.random.default_rng(0).standard_normal((LATENTS, 4 * SIDE**2)).astype(np.float32)
Z = np.random.default_rng(1).standard_normal((5, LATENTS)).astype(np.float32)


def sigmoid(values: Array) -> Array:
    return 1 / (1 + np.exp(-values))


def expected(channels: int) -> Array:
    """Return the bytes (N, C, H, W) that every decoder of `channels` makes of `Z`."""
    values = sigmoid(Z @ WEIGHTS[:, : channels * SIDE**2])
    return np.rint(255 * values.reshape(-1, channels, SIDE, SIDE))


def decoder(
    channels: int = 1,
    shape: Sequence[int] | None = None,
    batch: int | str = "batch",
    latents: Sequence[int] = (LATENTS,),
    kind: int = TensorProto.FLOAT,
    opset: int = 20,
    perm: Sequence[int] | None = None,
) -> ModelProto:
    """Return sigmoid(z · WEIGHTS) as images (B, C, H, W), permuted by `perm`, in the `shape` given."""
    type = helper.tensor_dtype_to_np_dtype(kind)
    first = batch if isinstance(batch, int) else -1
    image = [channels, SIDE, SIDE]
    nodes = [
        helper.make_node("Reshape", ["z", "rows"], ["flat"]),
        helper.make_node("MatMul", ["flat", "w"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["grey"]),
        helper.make_node("Reshape", ["grey", "image"], ["images"]),
        helper.make_node("Transpose", ["images"], ["moved"], perm=perm or [0, 1, 2, 3]),
        helper.make_node("Reshape", ["moved", "shape"], ["x"]),
    ]
    moved = [image[axis - 1] for axis in perm[1:]] if perm else image
    arrays = {
        "rows": np.array([first, LATENTS]),
        "w": WEIGHTS[:, : channels * SIDE**2].astype(type),
        "image": np.array([first, *image]),
        "shape": np.array([first, *(shape or moved)]),
    }
    return model(
        nodes, arrays, [("z", kind, [batch, *latents])], [("x", kind, [batch, *(shape or moved)])], opset
    )


def model(nodes: Any, arrays: dict[str, Array], inputs: Any, outputs: Any, opset: int = 20) -> ModelProto:
    tensors = [numpy_helper.from_array(array, name) for name, array in arrays.items()]
    given, made = (
        [helper.make_tensor_value_info(*value) for value in values] for values in (inputs, outputs)
    )
    graph = helper.make_graph(nodes, "decoder", given, made, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def with_weights_as_inputs() -> ModelProto:
    made = decoder()
    for tensor in made.graph.initializer:
        made.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims))
    return made


def with_integer_weights() -> ModelProto:
    """Return a decoder whose weights are int8 with a scale (QDQ), so fine that nothing is lost by it."""
    made = decoder()
    [weights] = [tensor for tensor in made.graph.initializer if tensor.name == "w"]
    scale = np.float32(np.abs(WEIGHTS).max() / 32767)
    whole = np.rint(numpy_helper.to_array(weights) / scale).astype(np.int16)
    weights.CopyFrom(numpy_helper.from_array(whole, "whole"))
    made.graph.initializer.append(numpy_helper.from_array(np.array(scale), "scale"))
    made.graph.node.insert(0, helper.make_node("DequantizeLinear", ["whole", "scale"], ["w"]))
    made.opset_import[0].version = 21
    made.ir_version = 10
    return made


def of_scikit_learn() -> ModelProto:
    """Return a decoder as skl2onnx writes regressions of several outputs, whose axes it joins to one."""
    weights = WEIGHTS[:, : SIDE**2].T.ravel().tolist()
    nodes = [
        helper.make_node("Scaler", ["z"], ["halved"], "", "", "ai.onnx.ml", offset=[1.0], scale=[0.5]),
        helper.make_node("Mul", ["halved", "two"], ["doubled"]),
        helper.make_node("Add", ["doubled", "one"], ["same"]),
        helper.make_node(
            "LinearRegressor", ["same"], ["raised"], "", "", "ai.onnx.ml",
            coefficients=weights, intercepts=[3.0] * SIDE**2, targets=SIDE**2,
        ),
        helper.make_node("Sub", ["raised", "three"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["grey"]),
        helper.make_node("Reshape", ["grey", "shape"], ["x"]),
    ]  # fmt: skip
    numbers = {"one": np.float32(1), "two": np.float32(2), "three": np.float32(3)}
    arrays = {**{name: np.array(value) for name, value in numbers.items()}, "shape": np.array([-1, 1])}
    given, made = ("z", TensorProto.FLOAT, ["n", LATENTS]), ("x", TensorProto.FLOAT, ["n", 1])
    found = model(nodes, arrays, [given], [made])
    found.opset_import.add(domain="ai.onnx.ml", version=1)
    return found


def of_keras() -> ModelProto:
    """Return a decoder without a batch, with an operator that tf2onnx writes and ONNX lacks."""
    nodes = [
        helper.make_node("MatMul", ["z", "w"], ["sums"]),
        helper.make_node("Erfc", ["sums"], ["outside"]),
        helper.make_node("Erf", ["sums"], ["inside"]),
        helper.make_node("Add", ["outside", "inside"], ["one"]),
        helper.make_node("Mul", ["sums", "one"], ["logits"]),
        helper.make_node("Sigmoid", ["logits"], ["grey"]),
        helper.make_node("Reshape", ["grey", "shape"], ["x"]),
    ]
    arrays = {"w": WEIGHTS[:, : SIDE**2], "shape": np.array([SIDE, SIDE])}
    return model(
        nodes, arrays, [("z", TensorProto.FLOAT, [1, LATENTS])], [("x", TensorProto.FLOAT, [SIDE, SIDE])]
    )


DECODERS: dict[str, tuple[int, Callable[[], ModelProto]]] = {
    "images": (1, decoder),
    "rgb": (3, lambda: decoder(3)),
    "rgba": (4, lambda: decoder(4)),
    "flat": (1, lambda: decoder(shape=[SIDE**2])),
    "flat-rgb": (3, lambda: decoder(3, shape=[3 * SIDE**2])),
    "rows": (1, lambda: decoder(shape=[SIDE, SIDE])),
    "channels-last": (3, lambda: decoder(3, perm=[0, 2, 3, 1])),
    "grey-last": (1, lambda: decoder(1, perm=[0, 2, 3, 1])),
    "rgba-last": (4, lambda: decoder(4, perm=[0, 2, 3, 1])),
    "maps": (1, lambda: decoder(latents=[LATENTS, 1, 1])),
    "grid-of-latents": (1, lambda: decoder(latents=[1, 2, 2])),
    "batch-of-1": (1, lambda: decoder(batch=1)),
    "batch-of-3": (3, lambda: decoder(3, batch=3)),
    "float64": (1, lambda: decoder(kind=TensorProto.DOUBLE)),
    "float16": (1, lambda: decoder(kind=TensorProto.FLOAT16)),
    "opset-7": (1, lambda: decoder(opset=7)),
    "opset-23": (1, lambda: decoder(opset=23)),
    "weights-as-inputs": (1, with_weights_as_inputs),
    "integer-weights": (1, with_integer_weights),
    "scikit-learn": (1, of_scikit_learn),
    "keras": (1, of_keras),
}


def written(models: Path, name: str, made: ModelProto, given: Given | None = None) -> Path:
    folder = models / name
    folder.mkdir(parents=True)
    onnx.save(made, folder / "decoder.onnx")
    write(folder, given)
    return folder


@pytest.mark.parametrize("name", DECODERS)
def test_images_are_those_of_the_exported_file(tmp_path: Path, name: str) -> None:
    channels, make = DECODERS[name]
    found = bundles.read(written(tmp_path, name, make()))
    assert found.image == (channels, SIDE, SIDE)
    assert found.latents == LATENTS
    tolerance = 2 if name == "float16" else 1
    assert np.abs(decode(found, Z).astype(int) - expected(channels)).max() <= tolerance


def test_all_of_them_become_interactive(build: Build, tmp_path: Path) -> None:
    post = "Title: Post\nDate: 2026-01-01\nSummary: -\n\n"
    for name, (_, make) in DECODERS.items():
        written(tmp_path / "build" / "models", name, make())
        post += f"```demo\nkind: samples\nmodel: {name}\nrows: 1\ncolumns: 2\nalt: Noise\n```\n\n"
    site = build({"post.md": post}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    programs = re.findall(r'data-decoder="([\w-]+)-decoder\.\w{10}\.wasm"', site.read("post.html"))
    assert programs == list(DECODERS)
    errors = re.findall(r"Quantized weights[^<]*? by ([\d.e-]+) of 255", site.read("post.html"))
    assert len(errors) == len(DECODERS)
    assert all(0 < float(number) < 4 for number in errors)


@pytest.mark.parametrize("exporter", ["classic", "new"])
def test_what_pytorch_exports_becomes_interactive(build: Build, tmp_path: Path, exporter: str) -> None:
    """Both exporters, with batch normalization, upsampling, a recurrent network and latents as maps."""
    names = ["mlp-batch-norm", "upsample-nearest", "gru-both-ways", "dcgan-maps", "flow", "mixture"]
    post = "Title: Post\nDate: 2026-01-01\nSummary: -\n\n"
    for name in names:
        folder = tmp_path / "build" / "models" / name
        folder.mkdir(parents=True)
        torch.manual_seed(0)
        latents = torch.randn(2, *architectures.INPUTS.get(name, (architectures.LATENTS,)))
        module = architectures.ARCHITECTURES[name]().eval()
        export(module, latents, folder / "decoder.onnx", exporter)
        assert main(["manifest", str(folder)]) == 0
        post += f"```demo\nkind: samples\nmodel: {name}\nrows: 1\ncolumns: 2\nalt: Noise\n```\n\n"
    site = build({"post.md": post}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    assert re.findall(r'data-decoder="([\w-]+)-decoder\.\w{10}\.wasm"', site.read("post.html")) == names


def export(module: torch.nn.Module, latents: torch.Tensor, path: Path, exporter: str) -> None:
    names = {"input_names": ["z"], "output_names": ["x"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both exporters warn of themselves
        if exporter == "new":
            torch.onnx.export(module, (latents,), path, dynamo=True, verbose=False, **names)
        else:
            torch.onnx.export(module, (latents,), path, dynamo=False, opset_version=17, **names)


class TestConditions:
    def conditional(self, is_one_hot: bool) -> ModelProto:
        """Return a decoder of latents and a class, which shifts the logits by its own row of a table."""
        rows = np.array([[0.0], [4], [-4]], np.float32)
        kind, size = (TensorProto.FLOAT, ["batch", 3]) if is_one_hot else (TensorProto.INT64, ["batch"])
        label = ("y", kind, size)
        shift = ["MatMul", ["y", "rows"]] if is_one_hot else ["Gather", ["rows", "y"]]
        nodes = [
            helper.make_node(*shift, ["shift"]),
            helper.make_node("MatMul", ["z", "w"], ["logits"]),
            helper.make_node("Add", ["logits", "shift"], ["shifted"]),
            helper.make_node("Sigmoid", ["shifted"], ["grey"]),
            helper.make_node("Reshape", ["grey", "shape"], ["x"]),
        ]
        arrays = {"rows": rows, "w": WEIGHTS[:, : SIDE**2], "shape": np.array([-1, 1, SIDE, SIDE])}
        z = ("z", TensorProto.FLOAT, ["batch", LATENTS])
        return model(nodes, arrays, [label, z], [("x", TensorProto.FLOAT, ["batch", 1, SIDE, SIDE])])

    @pytest.mark.parametrize("is_one_hot", [True, False])
    def test_a_class_shifts_what_the_decoder_makes(self, tmp_path: Path, is_one_hot: bool) -> None:
        given = Given(labels=("zero", "light", "dark"))
        folder = written(tmp_path, "conditional", self.conditional(is_one_hot), given)
        stated = json.loads((folder / "manifest.json").read_text())["graphs"]["decoder"]["inputs"]
        assert [value["name"] for value in stated] == ["z", "y"]
        found = bundles.read(folder)
        for name, shift in {"": 0, "light": 4, "dark": -4}.items():
            images = decode(conditioned(found, name), Z)
            values = np.rint(255 * sigmoid(Z @ WEIGHTS[:, : SIDE**2] + shift)).reshape(images.shape)
            assert np.abs(images.astype(int) - values).max() <= 1
        with pytest.raises(KeyedError, match=r"write one of zero, light, dark.*dark"):
            conditioned(found, "drak")

    def test_numbers_of_classes_are_counted(self, tmp_path: Path) -> None:
        folder = written(tmp_path, "conditional", self.conditional(False))
        stated = json.loads((folder / "manifest.json").read_text())["graphs"]["decoder"]["inputs"]
        assert stated[1]["labels"] == ["0", "1", "2"]

    def test_a_block_chooses_a_class_and_readers_another(self, build: Build, tmp_path: Path) -> None:
        written(tmp_path / "build" / "models", "conditional", self.conditional(True))
        keys = "kind: samples\nmodel: conditional\nrows: 1\ncolumns: 2\nalt: Noise\ncondition: {}"
        block = f"```demo\n{keys}\n```\n\n"
        post = "Title: Post\nDate: 2026-01-01\nSummary: -\n\n" + "".join(map(block.format, "129"))
        site = build({"post.md": post})
        assert re.search(r"post\.md:\d+: error: demo: “condition: 9”: write one of 0, 1, 2", site.log)
        page = site.read("post.html")
        assert page.count('data-controls="1"') == 2
        images = re.findall(r"conditional-samples\.\w+\.(?:webp|png)", page)
        assert len(set(images)) == 2
        [description, *_] = re.findall(r"conditional-samples\.\w+\.json", page)
        [sheet] = json.loads(site.read(f"demos/{description}"))["sheets"]
        assert sheet["condition"] == [0, 1, 0]
        assert sheet["conditions"] == [{"name": "y", "size": 3, "labels": ["0", "1", "2"]}]


class TestPriors:
    def test_a_uniform_prior(self, tmp_path: Path) -> None:
        given = Given(prior={"kind": "uniform", "low": -2.0, "high": 2.0})
        found = bundles.read(written(tmp_path, "uniform", decoder(), given))
        assert (
            np.abs(
                decode(found, normal_of((Z.clip(-1.9, 1.9) + 2) / 4)).astype(int) - of(Z.clip(-1.9, 1.9))
            ).max()
            <= 1
        )

    def test_codes_from_a_file(self, tmp_path: Path) -> None:
        folder = tmp_path / "codes"
        folder.mkdir()
        np.savez(folder / "codes.npz", codes=Z)
        onnx.save(decoder(), folder / "decoder.onnx")
        write(folder, Given(prior={"kind": "codes", "file": "codes.npz"}))
        found = bundles.read(folder)
        assert found.latents == 1
        middles = normal_of((np.arange(5) + 0.5)[:, None] / 5)
        assert np.abs(decode(found, middles).astype(int) - expected(1)).max() <= 1

    def test_a_graph_that_makes_latents(self, tmp_path: Path) -> None:
        folder = tmp_path / "graph"
        folder.mkdir()
        nodes = [helper.make_node("Gemm", ["z", "w", "b"], ["x"])]
        matrix = np.arange(8, dtype=np.float32).reshape(2, LATENTS) / 8
        values = [[("z", TensorProto.FLOAT, ["n", 2])], [("x", TensorProto.FLOAT, ["n", LATENTS])]]
        onnx.save(model(nodes, {"w": matrix, "b": Z[0]}, *values), folder / "prior.onnx")
        onnx.save(decoder(), folder / "decoder.onnx")
        write(folder, Given(prior={"kind": "graph", "file": "prior.onnx", "size": 2}))
        found = bundles.read(folder)
        assert found.latents == 2
        assert np.abs(decode(found, Z[:, :2]).astype(int) - of(Z[:, :2] @ matrix + Z[0])).max() <= 1


def of(latents: Array) -> Array:
    """Return the bytes of the grey decoder for `latents`."""
    return np.rint(255 * sigmoid(latents @ WEIGHTS[:, : SIDE**2])).reshape(-1, 1, SIDE, SIDE)


def normal_of(uniform: Array) -> Array:
    """Return normal numbers with the distribution function `uniform`."""
    numbers = torch.special.ndtri(torch.tensor(uniform, dtype=torch.float64))
    return numbers.numpy().astype(np.float32)


class TestManifest:
    def shifted(self, factor: float, offset: float) -> ModelProto:
        made = decoder()
        made.graph.node[-1].output[0] = "unit"
        made.graph.node.append(helper.make_node("Mul", ["unit", "factor"], ["scaled"]))
        made.graph.node.append(helper.make_node("Add", ["scaled", "offset"], ["x"]))
        for name, value in {"factor": factor, "offset": offset}.items():
            made.graph.initializer.append(numpy_helper.from_array(np.array(value, np.float32), name))
        return made

    @pytest.mark.parametrize(
        ("factor", "offset", "shown", "warning"),
        [
            (1, 0, "from 0 to 1", None),
            (2, -1, "from -1 to 1", None),
            (255, 0, "from 0 to 255", None),
            (8, -4, "from -", "no usual range of images.*torch.sigmoid"),
            (1e-4, 0.5, "from 0 to 1", "next to nothing"),
            (float("nan"), 0, "from 0 to 1", "100% of the values are NaN"),
        ],
    )
    def test_range(
        self, tmp_path: Path, factor: float, offset: float, shown: str, warning: str | None
    ) -> None:
        folder = tmp_path / "model"
        folder.mkdir()
        onnx.save(self.shifted(factor, offset), folder / "decoder.onnx")
        found = write(folder)
        assert shown in found.summary
        assert bool(found.warnings) == (warning is not None)
        assert warning is None or re.search(warning, " ".join(found.warnings))

    def test_a_stated_range_that_clips_is_reported(self, tmp_path: Path) -> None:
        folder = tmp_path / "model"
        folder.mkdir()
        onnx.save(self.shifted(2, -1), folder / "decoder.onnx")
        [warning] = write(folder, Given(least=0, most=1)).warnings
        assert "are clipped" in warning

    def test_an_oblong_image_needs_its_size(self, tmp_path: Path) -> None:
        folder = tmp_path / "model"
        folder.mkdir()
        oblong = decoder(3, shape=[3 * SIDE**2])
        nodes = oblong.graph.node
        nodes.append(helper.make_node("Slice", ["x", "zero", "end", "one"], ["cut"]))
        for name, value in {"zero": 0, "end": 120, "one": 1}.items():
            oblong.graph.initializer.append(numpy_helper.from_array(np.array([value]), name))
        oblong.graph.output[0].CopyFrom(
            helper.make_tensor_value_info("cut", TensorProto.FLOAT, ["batch", 120])
        )
        onnx.save(oblong, folder / "decoder.onnx")
        with pytest.raises(DemoError, match=r"\(batch, 120\) are no square images.*--image 28x20"):
            write(folder)
        assert "10 × 12 pixels" in write(folder, Given(image=(10, 12))).summary
        assert bundles.read(folder).image == (1, 10, 12)

    def test_what_no_message_should_hold(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        folder = tmp_path / "model"
        folder.mkdir()
        unknown = decoder()
        unknown.graph.node[2].op_type = "Glow"
        onnx.save(unknown, folder / "decoder.onnx")
        assert main(["manifest", str(folder)]) == 1
        said = capsys.readouterr().err
        assert "Glow" in said
        assert "torch.onnx.export(" in said
        assert not re.search(r"ONNXRuntimeError|Traceback|\.cc:\d|Expected `", said)


class TestPolarity:
    @pytest.mark.parametrize(
        ("offset", "key", "is_ink"),
        [
            (-6.0, "", True),
            (0.0, "", False),
            (0.0, "polarity: ink\n", True),
            (-6.0, "polarity: photograph\n", False),
        ],
    )
    def test_is_guessed_and_can_be_stated(
        self, build: Build, tmp_path: Path, offset: float, key: str, is_ink: bool
    ) -> None:
        """A face in grey fills its image to the edges, strokes of ink lie on black."""
        made = decoder()
        made.graph.node[1].output[0] = "products"
        made.graph.node.insert(2, helper.make_node("Add", ["products", "offset"], ["logits"]))
        made.graph.initializer.append(numpy_helper.from_array(np.array(offset, np.float32), "offset"))
        written(tmp_path / "build" / "models", "grey", made, Given(least=0, most=1))
        block = f"```demo\nkind: samples\nmodel: grey\nalt: Images\n{key}live: no\n```\n"
        page = build({"post.md": f"Title: Post\nDate: 2026-01-01\nSummary: -\n\n{block}"}).read("post.html")
        assert ("research-demo-ink" in page) == is_ink
