"""Data sets that arrive by themselves: found on the machine, or downloaded once from mirrors."""

import gzip
import hashlib
import http.server
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from serving import answering

from model.data.download import Finder
from model.data.specs import IdxData
from model.errors import ModelError
from model.recipes.library import Library

CONTENT = {
    name: random.Random(name).randbytes(300_000)
    for name in ("train-images", "train-labels", "test-images", "test-labels")
}


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves the files, gzipped, from any offset; one that is `broken` breaks off in the middle."""

    broken: bool
    asked: list[tuple[str, str]]
    files: dict[str, bytes]

    def do_GET(self) -> None:
        offset = self.headers.get("Range", "")
        self.asked.append((self.path, offset))
        content = self.files.get(self.path)
        if content is None:
            self.send_error(404)
            return
        start = int(offset.removeprefix("bytes=").rstrip("-") or 0)
        self.send_response(206 if offset else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        rest = content[start:]
        self.wfile.write(rest[: len(rest) // 2] if self.broken else rest)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def mirror() -> Iterator[type[Mirror]]:
    """Return the class of a running server; its address is in `address`."""
    files = {f"/{name}.gz": gzip.compress(content) for name, content in CONTENT.items()}
    handler = type("OneMirror", (Mirror,), {"broken": False, "asked": [], "files": files})
    with answering(handler) as handler.address:  # type: ignore[attr-defined]
        yield handler


@pytest.fixture
def finder(tmp_path: Path, mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch) -> Finder:
    monkeypatch.setenv("PELICAN_RESEARCH_CACHE", str(tmp_path / "cache"))
    spec = IdxData(
        variable="LETTERS",
        folders=("node_modules/letters",),
        packages=("npm install letters",),
        mirrors=("http://127.0.0.1:9/", mirror.address),  # type: ignore[attr-defined]
        files={name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()},
        counts=(1, 1),
        size=(1, 1),
    )
    return Finder("letters", spec, tmp_path / "site")


def unpacked(paths: dict[str, Path]) -> dict[str, bytes]:
    return {
        name: gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for name, path in paths.items()
    }


def test_files_are_downloaded_once_from_a_mirror_that_has_them(finder: Finder, mirror: type[Mirror]) -> None:
    assert unpacked(finder.find()) == CONTENT
    assert mirror.asked == [(f"/{name}.gz", "") for name in CONTENT]
    assert unpacked(finder.find()) == CONTENT
    assert len(mirror.asked) == len(CONTENT)


def test_a_download_resumes_where_it_broke_off(finder: Finder, mirror: type[Mirror]) -> None:
    mirror.broken = True
    with pytest.raises(ModelError, match="cannot be downloaded"):
        finder.find()
    part = finder._cache() / ".train-images.gz.part"
    half = part.stat().st_size
    assert 0 < half < len(mirror.files["/train-images.gz"])
    mirror.broken = False
    mirror.asked.clear()
    assert unpacked(finder.find()) == CONTENT
    assert mirror.asked[0] == ("/train-images.gz", f"bytes={half}-")
    assert not part.exists()


def test_a_file_of_other_content_is_not_used(finder: Finder, mirror: type[Mirror]) -> None:
    mirror.files["/test-labels.gz"] = gzip.compress(b"other")
    with pytest.raises(ModelError, match="its content has another SHA-256"):
        finder.find()
    assert not (finder._cache() / "test-labels.gz").exists()
    assert not list(finder._cache().glob(".*.part"))


def test_offline_one_error_names_the_ways(finder: Finder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PELICAN_RESEARCH_OFFLINE", "1")
    with pytest.raises(ModelError) as raised:
        finder.find()
    for way in ("Connect to the internet", "`npm install letters`", str(finder._cache()), "LETTERS"):
        assert way in str(raised.value)


def test_no_mirror_answers(finder: Finder) -> None:
    alone = Finder("letters", replace(finder.spec, mirrors=("http://127.0.0.1:9/",)), finder.root)
    with pytest.raises(ModelError, match=r"cannot be downloaded \(http://127.0.0.1:9/: "):
        alone.find()


@pytest.mark.parametrize(
    "place", ["site/node_modules/letters", "node_modules/letters", "cache/data/letters", "chosen"]
)
def test_files_on_the_machine_are_found(
    finder: Finder, mirror: type[Mirror], tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / place).mkdir(parents=True)
    for name, content in CONTENT.items():
        (tmp_path / place / f"{name}.gz").write_bytes(gzip.compress(content))
    if place == "chosen":
        monkeypatch.setenv("LETTERS", str(tmp_path / place))
    assert {path.parent for path in finder.find().values()} == {tmp_path / place}
    assert mirror.asked == []


def test_folder_that_was_chosen_must_have_the_files(
    finder: Finder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LETTERS", str(tmp_path))
    with pytest.raises(ModelError, match=f"“letters” is not in {tmp_path}, which LETTERS names"):
        finder.find()


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_published_data_sets_state_four_files(name: str) -> None:
    spec = Library(Path("nowhere")).dataset(name)
    assert isinstance(spec, IdxData)
    assert len(spec.files) == 4
    assert spec.mirrors
    assert len(spec.classes) == 10
