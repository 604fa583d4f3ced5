"""Bundles that travel: packed by `save`, and restored instead of being trained, by name, key and hashes."""

import shutil
from pathlib import Path

import pytest
import tiny_model
from serving import QuietHandler, served

from model.__main__ import main
from model.bundles import archives, keys, store
from model.bundles.store import BundleStore
from model.recipes.library import Library


class Guarded(QuietHandler):
    """Serves files to who sends the header X-Token."""

    def do_GET(self) -> None:  # noqa: N802  (the name that the library calls)
        if self.headers["X-Token"] == "secret":
            super().do_GET()
        else:
            self.send_error(401)


@pytest.fixture
def site(bars: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a site with the recipe `tiny` and a bundle that is fresh, as if trained."""
    shutil.copy(tiny_model.site(bars) / "recipes.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    bundles = BundleStore(Path("build/models"))
    library = Library(tmp_path)
    inputs = keys.key_inputs(library.recipe("tiny"), library)
    folder = bundles.unfinished("tiny")
    folder.mkdir(parents=True)
    (folder / "decoder.onnx").write_bytes(b"decoder")
    store.publish(folder, {"name": "tiny", "format": store.FORMAT, "key": keys.key(inputs)}, bundles)
    return tmp_path


def test_a_bundle_is_restored_from_a_folder_and_from_an_address(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["save", "released"]) == 0
    [archive] = Path("released").iterdir()
    assert capsys.readouterr().out.strip() == str(archive)
    assert main(["save", "released"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["restore", "released", "tiny"]) == 0
    assert capsys.readouterr().out == "tiny: fresh\n"

    shutil.rmtree("build")
    assert main(["restore", "released"]) == 0
    said = capsys.readouterr().out
    assert f"tiny: restored from {archive}" in said
    assert "not in released: " in said
    assert Path("build/models/tiny/decoder.onnx").read_bytes() == b"decoder"
    assert main(["build", "tiny"]) == 0
    assert capsys.readouterr().out == "tiny: fresh\n"

    Path("build/models/tiny/decoder.onnx").write_bytes(b"damaged")
    with served(site / "released", Guarded) as address:
        assert main(["restore", address, "tiny"]) == 0
        assert capsys.readouterr().out == f"not in {address}: tiny\n"
        assert main(["restore", address, "tiny", "--header", "X-Token:secret"]) == 0
    assert capsys.readouterr().out == f"tiny: restored from {address}{archive.name}\n"
    assert Path("build/models/tiny/decoder.onnx").read_bytes() == b"decoder"
    assert not [path for path in Path("build/models").iterdir() if path.name.endswith(".new")]


def test_what_is_not_the_bundle_is_not_restored(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["save", "released"])
    [archive] = Path("released").iterdir()
    whole = archive.read_bytes()
    Path("build/models/tiny/decoder.onnx").write_bytes(b"another")
    inputs = keys.key_inputs(Library(site).recipe("tiny"), Library(site))
    archive.unlink()
    archives.save("tiny", inputs, BundleStore(Path("build/models")), Path("released"))
    changed = archive.read_bytes()
    shutil.rmtree("build")
    for content, reason in (
        (whole[:200], "ended before"),
        (b"no archive", "not a gzip file"),
        (changed, "decoder.onnx is not the file"),
    ):
        archive.write_bytes(content)
        assert main(["restore", "released", "tiny"]) == 1
        assert reason in capsys.readouterr().err
        assert not Path("build/models/tiny").exists()
    archive.write_bytes(whole)
    assert main(["restore", "released", "tiny"]) == 0
