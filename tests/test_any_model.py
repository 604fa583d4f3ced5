"""Models from elsewhere: what docs/any-model.md says is all there is to it."""

import re
import runpy
from pathlib import Path

import bundles
import onnx
import pytest
from conftest import ROOT, Build
from graphs import decoder, encoder
from research.cli import main
from research.demos.bundles.manifest import Given, write
from research.demos.errors import DemoError

PAGE = (ROOT / "docs" / "any-model.md").read_text(encoding="utf-8")


def block(language: str, fence: str = "```") -> str:
    """Return the code of the first block of `language` in the page."""
    found = re.search(rf"^{fence}{language}\n(.*?)^{fence}$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_page_works_as_it_stands(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "make_model.py"
    script.write_text(block("python"), encoding="utf-8")
    runpy.run_path(str(script))
    command, _ = re.findall(r"^python -m pelican\.plugins\.research (.*)$", PAGE, re.MULTILINE)
    assert main(command.split()) == 0
    assert capsys.readouterr().out.strip() == "build/models/my-model/manifest.json"
    site = build({"post.md": block("markdown", "````")}, "", "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    page = site.read("what-my-model-draws.html")
    assert re.search(r'<research-demo [^>]*data-decoder="my-model-decoder\.\w{10}\.wasm"', page)
    assert re.search(r'<img [^>]*my-model-samples\.\w{10}\.\w+" alt="Squares', page)
    assert "research-demo-ink" not in page  # colours stay as they are


def test_a_manifest_says_what_the_graphs_say(tmp_path: Path) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    onnx.save(decoder(5), folder / "decoder.onnx")
    onnx.save(encoder(5), folder / "encoder.onnx")
    write(folder, Given(least=-1, most=1))
    found = bundles.read(folder)
    assert found.latents == 5
    assert found.decoder.outputs[0].shape == (1, 28, 28)
    assert found.decoder.outputs[0].range == (-1, 1)
    assert found.encoder
    assert found.encoder.input.range == (-1, 1)
    assert [output.name for output in found.encoder.outputs] == ["mean", "log_variance"]


def test_what_is_wrong_is_said_and_nothing_is_left_behind(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    with pytest.raises(DemoError, match=r"there is no decoder\.onnx in"):
        write(folder)
    (folder / "decoder.onnx").write_bytes(b"no graph")
    with pytest.raises(DemoError, match=r"decoder\.onnx: it is not an ONNX file"):
        write(folder)
    onnx.save(decoder(channels=2), folder / "decoder.onnx")
    with pytest.raises(
        DemoError, match=r"“x”: images of 2 × 28 × 28 numbers have neither(.|\n)*torch\.onnx\.export"
    ):
        write(folder)
    assert [path.name for path in folder.iterdir()] == ["decoder.onnx"]
    free = decoder()
    free.graph.output[0].type.tensor_type.shape.dim[3].dim_param = "width"
    onnx.save(free, folder / "decoder.onnx")
    assert "28 × 28 pixels and 1 channel," in write(folder).summary
    with pytest.raises(DemoError, match="delete it first"):
        write(folder)
