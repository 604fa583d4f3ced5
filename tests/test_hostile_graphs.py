"""Graphs that a stranger made: no text of theirs reaches C or a message, no file reaches the site."""

import hashlib
import json
import re
from pathlib import Path

import bundles
import hostile
import numpy as np
import onnx
import pytest
from conftest import Build
from graphs import decoder, graph, odd_decoder, write_bundle
from onnx import ModelProto, TensorProto, helper, numpy_helper
from research.cli import main
from research.demos.compile import RefusedError
from research.demos.compile.generation import source
from research.demos.compile.generation.program import _c_source
from research.demos.compile.generation.strings import without_strings
from research.demos.compile.graph import of_one
from research.demos.compile.rewriting.col2im import with_col2im
from research.demos.drawing.inference import decode
from research.demos.messages import File
from research.demos.normalize.opening import opened, simplified
from research.demos.sandbox import Sandbox

SECRET = "correct-horse-battery-staple"
POST = "Title: Post\nDate: 2026-01-01\nSummary: -\n\n"
BLOCK = "```demo\nkind: samples\nmodel: {}\nrows: 2\ncolumns: 2\nalt: Images\n```\n\n"
#: Texts that are C, and that its compiler would act upon.
CODE = [name for name, text in hostile.PAYLOADS.items() if text.startswith(("*", "x\n", '";', ";}"))]


def c_of(model: ModelProto) -> str:
    """Return the C that `model` becomes, of its bytes as a build reads them."""
    plain = simplified(opened(File(model.SerializeToString())))
    return _c_source(without_strings(of_one(with_col2im(plain))))


@pytest.mark.parametrize("place", hostile.PLACES)
def test_the_c_of_a_graph_holds_no_text_of_its_author(place: str) -> None:
    harmless = c_of(hostile.decoder())
    source.check(harmless)
    messages = []
    for payload in hostile.PAYLOADS:
        try:
            found = c_of(hostile.graph(place, payload, "/etc/passwd"))
        except RefusedError as error:
            messages.append(str(error))
        else:
            assert found == harmless
    assert all(message.isprintable() and len(message) < 300 for message in messages)


@pytest.mark.parametrize("payload", CODE)
def test_c_that_reads_a_file_is_refused_all_the_same(payload: str) -> None:
    text = hostile.PAYLOADS[payload].replace("SECRET", "/etc/passwd")
    with pytest.raises(RefusedError):
        source.check(f"#include <math.h>\n/* {text} */\n")


def release_of(model: ModelProto, folder: Path) -> Path:
    """Write a bundle of `model`, whatever it is; its manifest says what a decoder of one should."""
    folder.mkdir(parents=True)
    (folder / "decoder.onnx").write_bytes(model.SerializeToString())
    named = model.graph if model.graph.output else hostile.decoder().graph
    stated = {
        "file": "decoder.onnx",
        "inputs": [{"name": named.input[0].name, "shape": ["batch", 2]}],
        "outputs": [{"name": named.output[0].name, "shape": ["batch", 1, 4, 4]}],
    }
    bundles.write_manifest(folder, {"format": 1, "name": folder.name, "graphs": {"decoder": stated}})
    return folder


def list_files(folder: Path) -> None:
    """Write into the manifest what now lies in `folder`."""
    bundles.write_manifest(folder, json.loads((folder / "manifest.json").read_text()))


def looping(times: int) -> ModelProto:
    """Return a decoder that adds zero to its images so many times."""
    model = hostile.decoder()
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["sum"], ["next"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, None),
        ],
    )
    model.graph.initializer.append(numpy_helper.from_array(np.array(times), "times"))
    model.graph.node[3].input[0] = "looped"
    model.graph.node.insert(3, helper.make_node("Loop", ["times", "yes", "grey"], ["looped"], body=body))
    return model


def greedy() -> ModelProto:
    """Return a decoder that asks for 40 gigabytes."""
    model = hostile.decoder()
    model.graph.initializer.append(numpy_helper.from_array(np.array([100_000, 100_000]), "large"))
    model.graph.node[3].input[0] = "sum"
    model.graph.node.insert(3, helper.make_node("ConstantOfShape", ["large"], ["zeros"]))
    model.graph.node.insert(4, helper.make_node("ReduceMax", ["zeros"], ["most"], keepdims=0))
    model.graph.node.insert(5, helper.make_node("Add", ["grey", "most"], ["sum"]))
    return model


def recursive() -> ModelProto:
    """Return a decoder whose function calls itself."""
    model = hostile.decoder()
    inner = model.functions[0].node[0]
    inner.op_type, inner.domain = "Twice", "own"
    inner.input[:] = ["a"]
    model.functions[0].opset_import.add(domain="own", version=1)
    return model


def with_constants() -> ModelProto:
    """Return a decoder with its weights in Constant nodes."""
    model = hostile.decoder()
    tensors = list(model.graph.initializer)
    del model.graph.initializer[:]
    for tensor in tensors:
        model.graph.node.insert(0, helper.make_node("Constant", [], [tensor.name], value=tensor))
    return model


def reading(location: str) -> ModelProto:
    """Return a decoder whose bias lies in another file."""
    model = hostile.decoder()
    hostile.PLACES["location"](model, location)
    return model


def test_strangers_graphs_cost_their_figures_and_nothing_else(build: Build, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET * 3)  # as long as the bias
    models = tmp_path / "build" / "models"
    given = {
        "embedding": (hostile.graph("graph", "comment, embed", str(secret)), None),
        "constants": (with_constants(), None),
        "greedy": (greedy(), "memory"),
        "recursive": (recursive(), "decoder.onnx: "),
        "empty": (ModelProto(), "it is not an ONNX file"),
        "absolute": (reading(str(secret)), "its weights lie in “"),
        "above": (reading("../../../secret"), "its weights lie in “../../../secret”"),
        "unlisted": (reading("bias"), "its weights lie in “bias”"),
        "linked": (hostile.decoder(), "linked/bias is a link that leads out of the bundle"),
        "terminal": (hostile.graph("operator", "terminal", str(secret)), "\\x1b]0;"),
        "harmless": (hostile.decoder(), None),
    }
    for name, (model, _) in given.items():
        release_of(model, models / name)
    (models / "unlisted" / "bias").write_bytes(b"\0" * 64)
    (models / "linked" / "bias").symlink_to(secret)
    list_files(models / "linked")
    text = POST + "".join(map(BLOCK.format, given))
    settings = 'RESEARCH = {"graph_gigabytes": 2}\n'
    site = build({"post.md": text, "other.md": POST.replace("Post", "Other")}, settings)
    assert site.exit_code == 0, site.log
    assert site.exists("other.html")
    for number, (name, (_, message)) in enumerate(given.items()):
        line = 5 + 8 * number
        reported = [each for each in site.log.splitlines() if f"post.md:{line}: error" in each]
        assert [message in each for each in reported] == ([True] if message else []), (name, site.log)
    assert site.read("post.html").count("<img ") == sum(message is None for _, message in given.values())
    assert "\x1b]0;" not in site.log
    published = [path.read_bytes() for path in (site.root / "output").rglob("*") if path.is_file()]
    assert not any(SECRET.encode() in content for content in [*published, site.log.encode()])


def test_a_loop_without_end_is_waited_for_once(build: Build, tmp_path: Path) -> None:
    models = tmp_path / "build" / "models"
    release_of(looping(2**40), models / "looping")
    release_of(hostile.decoder(), models / "harmless")
    text = POST + BLOCK.format("looping") + BLOCK.format("harmless")
    text += BLOCK.format("looping").replace("rows: 2", "rows: 3")  # another figure of the same model
    site = build({"post.md": text}, 'RESEARCH = {"live": False, "graph_seconds": 6}\n')
    assert site.exit_code == 0, site.log
    assert re.search(r"post\.md:5: error: .*decoder\.onnx: it was not done after 6 s; RESEARCH", site.log)
    assert "post.md:13" not in site.log
    assert re.search(r"post\.md:21: error: .*not done after 6 s, and was not tried again", site.log)
    assert site.read("post.html").count("<img ") == 1


def test_external_data_beside_the_graph_counts(build: Build, tmp_path: Path) -> None:
    folder = tmp_path / "build" / "models" / "digits"
    model = graph(
        [
            helper.make_node("MatMul", ["z", "w"], ["flat"]),
            helper.make_node("Sigmoid", ["flat"], ["grey"]),
            helper.make_node("Reshape", ["grey", "shape"], ["x"]),
        ],
        {"w": np.ones((2, 64), np.float32), "shape": np.array([-1, 1, 8, 8])},
        {"z": [2]},
        {"x": [1, 8, 8]},
    )
    folder.mkdir(parents=True)
    data = folder / "decoder.onnx.data"
    onnx.save(
        model, folder / "decoder.onnx", save_as_external_data=True, location=data.name, size_threshold=0
    )
    assert main(["manifest", str(folder)]) == 0
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["files"]) == {"decoder.onnx", "decoder.onnx.data"}
    text = POST + BLOCK.format("digits")
    first = build({"post.md": text}, "", "--fatal", "warnings")
    assert first.exit_code == 0, first.log
    page = first.read("post.html")
    # Another training: the graph is the same, its weights are not.
    changed = data.read_bytes().replace(np.float32(1).tobytes(), np.float32(-2).tobytes())
    data.write_bytes(changed)
    assert "decoder.onnx.data is damaged" in build({"post.md": text}).log
    manifest.pop("sha256", None)  # of the manifest itself
    manifest["files"]["decoder.onnx.data"]["sha256"] = hashlib.sha256(changed).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    second = build({"post.md": text}, "", "--fatal", "warnings")
    assert second.exit_code == 0, second.log
    for name in (r"digits-samples\.\w+\.(?:png|webp)", r"digits-decoder\.\w+\.wasm"):
        assert re.findall(name, page) != re.findall(name, second.read("post.html")), name


@pytest.mark.parametrize("location", ["/etc/hostname", "../weights", "inner/weights", "missing"])
def test_manifest_refuses_external_data_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], location: str
) -> None:
    (tmp_path / "weights").write_bytes(b"\0" * 64)
    folder = tmp_path / "model"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "weights").write_bytes(b"\0" * 64)
    (folder / "decoder.onnx").write_bytes(reading(location).SerializeToString())
    assert main(["manifest", str(folder)]) == 1
    assert f"its weights lie in “{location}”" in capsys.readouterr().err
    assert not (folder / "manifest.json").exists()


def test_manifest_refuses_a_link_that_leads_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "secret").write_text(SECRET)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "decoder.onnx").write_bytes(reading("weights").SerializeToString())
    (folder / "weights").symlink_to(tmp_path / "secret")
    assert main(["manifest", str(folder)]) == 1
    assert "is a link that leads out of the bundle" in capsys.readouterr().err


def test_a_build_from_the_cache_starts_no_worker(build: Build, tmp_path: Path) -> None:
    write_bundle(tmp_path / "build" / "models" / "compiled", decoder(4))
    write_bundle(tmp_path / "build" / "models" / "refused", odd_decoder())
    text = POST + BLOCK.format("compiled") + BLOCK.format("refused")
    # Notes each worker that is started, and which libraries Pelican's process holds at its end.
    watch = (
        "import atexit, subprocess, sys\n"
        "init = subprocess.Popen.__init__\n"
        "def start(self, args, *more, **keys):\n"
        "    if 'serve.py' in str(args): open('workers', 'a').write('one ')\n"
        "    init(self, args, *more, **keys)\n"
        "subprocess.Popen.__init__ = start\n"
        "names = {'onnx', 'onnxruntime', 'wasmtime', 'emx_onnx_cgen', 'torch'}\n"
        "atexit.register(lambda: open('held', 'a').write(' '.join(names & sys.modules.keys())))\n"
    )
    build({"/site/sitecustomize.py": watch})
    env = {"PYTHONPATH": str(tmp_path / "site")}
    first = build({"post.md": text}, env=env)
    page = first.read("post.html")
    assert (tmp_path / "workers").read_text() == "one "
    second = build({"post.md": text}, env=env)
    assert (tmp_path / "workers").read_text() == "one "
    assert second.read("post.html") == page
    assert "GlobalLpPool" in first.log
    assert "GlobalLpPool" in second.log
    assert (tmp_path / "held").read_text() == ""


def test_the_next_figure_is_drawn_after_a_crash(tmp_path: Path) -> None:
    folder = bundles.write_bundle(tmp_path, "small")
    latents = np.zeros((1, 2), np.float32)
    with Sandbox() as sandbox:
        small = bundles.bundle.read(folder, sandbox)
        before = decode(small, latents)
        process = sandbox._worker._process
        assert process
        process.kill()
        process.wait()
        np.testing.assert_array_equal(decode(small, latents), before)
        assert sandbox.is_running
    assert not sandbox.is_running
