"""Steps of training as readers run them: compiled, checked against PyTorch, the same in both languages."""

import json
import subprocess
from pathlib import Path
from typing import Any

import bundles
import numpy as np
import pytest
import steps
from onnx import helper
from research.core.storage.cache import Cache
from research.demos.bundles.step import read_step
from research.demos.compile import RefusedError
from research.demos.compile.generation.elementwise import EXPRESSIONS
from research.demos.compile.generation.training import compile_training
from research.demos.compile.runtime import instance, session
from research.demos.compile.steps import normal_step, sizes
from research.demos.compile.training import compiled_step
from research.demos.drawing.chance import Draws
from research.demos.errors import DemoError
from research.demos.kinds.train import Options, render
from research.demos.messages import File

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "plugins" / "research" / "demos" / "live" / "script"
#: Runs the page's trainer in Node.js on files of a folder, and writes there what it reaches.
IN_NODE = """
import fs from "fs";
const [, , script, folder] = process.argv;
globalThis.self = { postMessage: (data) => data.isLast && finish(data) };
const finish = (data) => {
    fs.writeFileSync(`${folder}/reached.json`, JSON.stringify({ ...data, images: [...data.images] }));
    process.exit();
};
await import(script);
const form = JSON.parse(fs.readFileSync(`${folder}/form.json`));
const read = (name) => fs.readFileSync(`${folder}/${name}`);
const [program, examples] = ["program.wasm", "examples.bin"].map(read);
const { seed, goal, settings } = form;
await self.onmessage({ data: { program, examples: new Uint8Array(examples).buffer, form, settings, seed } });
await self.onmessage({ data: { goal } });
"""


@pytest.fixture
def trained(tmp_path: Path) -> Any:
    """Return a bundle with the step that is written by hand."""
    folder = bundles.write_bundle(tmp_path, "moved")
    steps.add_step(folder)
    return bundles.read(folder)


class TestProgram:
    def test_it_reaches_what_the_author_states(self, trained: Any, tmp_path: Path) -> None:
        found = compiled_step(trained, Cache(tmp_path / "cache"))
        assert found.difference < 1e-6
        assert found.steps == steps.STEPS

    def test_one_that_reaches_something_else_is_refused(self, trained: Any, tmp_path: Path) -> None:
        steps.add_step(trained.folder, check_parameters=np.array([0.4, 0.4], np.float32))
        other = bundles.read(trained.folder)
        with pytest.raises(RefusedError, match=r"20 steps .* differ by .* those that PyTorch reached"):
            compiled_step(other, Cache(tmp_path / "cache"))

    def test_products_of_all_sizes_and_transpositions(self) -> None:
        rng = np.random.default_rng(0)
        nodes, given, made = [], {}, {}
        cases = [
            (m, n, k) for m, n, k in ((1, 1, 1), (4, 8, 3), (5, 9, 7), (3, 17, 2), (9, 6, 12), (2, 8, 8))
        ]
        for number, (m, n, k) in enumerate(cases):
            a, b, c = f"a{number}", f"b{number}", f"c{number}"
            flips = number % 2, number // 2 % 2
            given |= {a: [k, m] if flips[0] else [m, k], b: [n, k] if flips[1] else [k, n], c: [n]}
            bias = [c] if number % 3 else []
            nodes.append(
                helper.make_node("Gemm", [a, b, *bias], [f"y{number}"], transA=flips[0], transB=flips[1])
            )
            made[f"y{number}"] = [m, n]
        model = steps.model(nodes, {}, given, made)
        values = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in given.items()}
        _check(model, values)

    def test_operators_on_numbers(self) -> None:
        rng = np.random.default_rng(0)
        nodes, made = [helper.make_node("Greater", ["x", "y"], ["c"])], {}
        kinds = {
            "Where": ["c", "x", "y"],
            "Not": ["c"],
            "And": ["c", "c"],
            "Or": ["c", "c"],
            "Pow": ["p", "q"],
        }
        for number, name in enumerate(sorted(EXPRESSIONS)):
            if name in ("Cast", "Equal", "Sign"):
                continue
            forms = kinds.get(name)
            count = 2 if "{1}" in EXPRESSIONS[name] else 1
            inputs = (
                forms or (["p", "q"] if name in ("Div", "Log", "Sqrt", "Reciprocal") else ["x", "y"])[:count]
            )
            out = f"y{number}"
            nodes.append(helper.make_node(name, inputs, [out]))
            if name in ("Not", "And", "Or", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"):
                nodes.append(helper.make_node("Where", [out, "x", "y"], [f"{out}f"]))
                out = f"{out}f"
            made[out] = [5, 7]
        nodes.append(helper.make_node("Clip", ["x", "low", "high"], ["clipped"]))
        made["clipped"] = [5, 7]
        constants = {"low": np.float32(-0.5), "high": np.float32(0.5)}
        model = steps.model(nodes, constants, {name: [5, 7] for name in "xypq"}, made)
        values = {name: rng.standard_normal((5, 7)).astype(np.float32) for name in "xy"}
        values |= {name: rng.uniform(0.1, 3, (5, 7)).astype(np.float32) for name in "pq"}
        _check(model, values)

    def test_parts_and_shapes_take_no_copies_and_stay_right(self) -> None:
        rng = np.random.default_rng(0)
        node = helper.make_node
        nodes = [
            node("Split", ["p", "sizes"], ["a", "b"], axis=0),
            node("Reshape", ["a", "square"], ["matrix"]),
            node("MatMul", ["matrix", "matrix"], ["product"]),
            node("Reshape", ["product", "flat"], ["back"]),
            node("Exp", ["b"], ["grown"]),
            node("Concat", ["back", "grown", "b", "grown"], ["joined"], axis=0),
            node("Neg", ["joined"], ["y"]),
        ]
        constants = {"sizes": np.array([9, 4]), "square": np.array([3, 3]), "flat": np.array([9])}
        model = steps.model(nodes, constants, {"p": [13]}, {"y": [21], "joined": [21]})
        _check(model, {"p": rng.standard_normal(13).astype(np.float32)})


def _check(model: Any, values: dict[str, Any]) -> None:
    """Assert that the program of `model` computes what ONNX Runtime does."""
    graph = normal_step(File(model.SerializeToString()))
    expected = session(graph.SerializeToString()).run(None, values)
    store, exports = instance(compile_training({"step": graph}, bundles.SANDBOX.tools))
    memory = exports["memory"]
    for number, name in enumerate(sizes(graph)):
        memory.write(store, values[name].tobytes(), exports["input"](store, 0, number))
    exports["run"](store, 0)
    for number, value in enumerate(graph.graph.output):
        at = exports["output"](store, 0, number)
        found = np.frombuffer(memory.read(store, at, at + expected[number].nbytes), "<f4")
        assert np.allclose(found.reshape(expected[number].shape), expected[number], rtol=1e-5, atol=1e-6), (
            value.name
        )


class TestRuns:
    def test_smaller_batches_are_repeated_with_their_noise(self) -> None:
        draws = Draws(seed=3, capacity=8, batch_size=2, shape=(8, 3), count=50)
        examples, noise = draws.examples(4), draws.noise(4)
        assert (examples == np.tile(examples[:2], 4)).all()
        assert (noise == np.tile(noise[:2], (4, 1))).all()
        assert not np.array_equal(noise, draws.noise(5))

    def test_the_page_reaches_what_the_build_does(self, trained: Any, tmp_path: Path) -> None:
        step = read_step(trained)
        options = Options(steps=30, seed=7, beta=0.5, warm_up=10, batch_size=4)
        [sheet, plot] = render(options, trained)
        made = compiled_step(trained, Cache(tmp_path / "cache"))
        form = {
            "graphs": made.graphs,
            "segments": step.segments.tolist(),
            "range": step.range,
            "count": 40,
            "size": 2,
            "capacity": steps.BATCH,
            "show": "points",
            "side": 96,
            "points": 40,
            "samples": 512,
            "latents": 2,
            "seed": 7,
            "goal": 30,
            "settings": {"batch": 4, "rate": steps.RATE, "beta": 0.5, "warmUp": 10},
        }
        (tmp_path / "form.json").write_text(json.dumps(form))
        (tmp_path / "run.mjs").write_text(IN_NODE)
        for name, path in (("program.wasm", made.program), ("examples.bin", made.examples)):
            (tmp_path / name).write_bytes(path.read_bytes())
        command = ["node", str(tmp_path / "run.mjs"), str(SCRIPT / "trainer.js"), str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        reached = json.loads((tmp_path / "reached.json").read_text())
        assert reached["step"] == 30
        drawn = np.array(reached["images"]).reshape(3, 96, 96, 4)[..., 0]
        differences = np.abs(drawn - sheet.images[0, :, 0].astype(int))
        assert differences[1].max() <= 2
        assert (differences[[0, 2]] > 0).mean() < 0.001  # a dot at the edge of a pixel
        lines = {line.name: [y for _, y in line.points] for line in plot.lines}
        terms = np.array(reached["terms"])[1:]
        assert np.allclose(lines["likelihood"], terms[:, 0], atol=2e-3)
        assert np.allclose(lines["divergence"], terms[:, 1], atol=2e-3)

    def test_a_batch_must_divide_that_of_the_step(self, trained: Any) -> None:
        with pytest.raises(DemoError, match="the step takes 8 examples; write a divisor of that"):
            render(Options(steps=3, batch_size=3), trained)

    def test_a_bundle_without_a_step_is_reported(self, tmp_path: Path) -> None:
        other = bundles.read(bundles.write_bundle(tmp_path, "other"))
        with pytest.raises(DemoError, match="has no step of training: give its recipe a table “step”"):
            render(Options(), other)

    def test_a_run_that_diverges_is_reported(self, trained: Any) -> None:
        with pytest.raises(DemoError, match="not finite; lower learning_rate"):
            render(Options(steps=400, learning_rate=1.0, beta=64.0), trained)
