"""The cache and published files: damaged, blocked, full, old; pages come out the same, byte for byte."""

import errno
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import damages
import pytest
from conftest import ROOT, Build, builder
from research.core.storage.cache import DAY_SECONDS, MAX_AGE_SECONDS, Cache
from research.core.storage.files import publish

#: Written by Pelican with the time of the build in them.
TIMED = ("feeds/all.atom.xml",)


def published(root: Path) -> dict[str, bytes]:
    found = damages.files(root / "output")
    return {name: content for name, content in found.items() if name not in TIMED}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a blog that has been built."""
    folder = tmp_path_factory.mktemp("built")
    damages.write_models(folder)
    site = builder(folder)(damages.CONTENT, damages.SETTINGS, "--fatal", "warnings")
    assert site.exit_code == 0, site.log
    return folder


@pytest.fixture
def blog(built: Path, tmp_path: Path) -> dict[str, bytes]:
    """Copy that blog; return what was published."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    for kind in ("readings", "posts"):  # of posts in another folder
        for entry in (tmp_path / "build" / "cache" / kind).iterdir():
            entry.unlink()
    return published(tmp_path)


def test_damaged_entries_and_published_files_are_made_anew(
    build: Build, tmp_path: Path, blog: dict[str, bytes]
) -> None:
    cache, output = tmp_path / "build" / "cache", tmp_path / "output"
    assert build({}, damages.SETTINGS).exit_code == 0
    assert {path.name for path in cache.iterdir() if path.is_dir()} == damages.KINDS
    whole = damages.files(cache)
    for damage in damages.DAMAGES.values():
        draw = random.Random(0)
        for path in [path for path in sorted(cache.rglob("*")) if path.is_file()]:
            damage(path, draw)
        for folder in damages.PUBLISHED:
            for path in [path for path in sorted((output / folder).rglob("*")) if path.is_file()]:
                damage(path, draw)
        site = build({}, damages.SETTINGS, "--fatal", "warnings")
        assert site.exit_code == 0, site.log
        assert published(tmp_path) == blog, damage.__name__
        assert damages.files(cache).keys() == whole.keys(), damage.__name__


def test_a_missing_formula_changes_nothing_of_the_style_sheet(
    build: Build, tmp_path: Path, blog: dict[str, bytes]
) -> None:
    entries = sorted((tmp_path / "build" / "cache" / "formulas").iterdir())
    assert len(entries) > 2
    for path in entries:
        path.unlink()
        assert build({}, damages.SETTINGS, "--fatal", "warnings").exit_code == 0
        assert published(tmp_path) == blog, path.name


@pytest.mark.parametrize("place", ["/dev/null/cache", "/proc/cache", "blocked"])
def test_a_cache_that_cannot_be_written_costs_one_warning(
    build: Build, tmp_path: Path, blog: dict[str, bytes], place: str
) -> None:
    (tmp_path / "blocked").write_text("a file")
    settings = f"{damages.SETTINGS}RESEARCH['cache'] = {place!r}\n"
    site = build({}, settings)
    assert site.exit_code == 0, site.log
    assert site.log.count("warning:") == 1, site.log
    assert "the cache cannot be written" in site.log
    assert published(tmp_path) == blog


def test_a_folder_where_entries_should_be_is_no_obstacle_and_a_file_is_one_warning(
    build: Build, tmp_path: Path, blog: dict[str, bytes]
) -> None:
    for kind in damages.KINDS:
        shutil.rmtree(tmp_path / "build" / "cache" / kind)
        (tmp_path / "build" / "cache" / kind).write_text("a file")
    site = build({}, damages.SETTINGS)
    assert site.exit_code == 0, site.log
    assert site.log.count("warning:") == 1, site.log
    assert published(tmp_path) == blog


def test_a_full_disk_costs_one_warning(tmp_path: Path) -> None:
    # The limit makes writing fail as a full disk does, wherever the file lies.
    script = f"""
import resource
from pathlib import Path
from research.core.storage.cache import Cache
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
said = []
area = Cache(Path({str(tmp_path)!r}), said.append).area("a")
area.put("small", "x")
area.put("large", "x" * 5000)
area.put("larger", "x" * 6000)
assert (area.get("small"), area.get("large"), area.get("larger")) == ("x", None, None)
assert len(said) == 1 and "File too large" in said[0], said
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "plugins")}
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["small.json"]


def test_a_folder_for_which_there_is_no_room_is_made_elsewhere(tmp_path: Path) -> None:
    said: list[str] = []
    cache = Cache(tmp_path / "cache", said.append)

    def make(folder: Path) -> None:
        (folder / "half").write_text("of it")
        if folder.is_relative_to(tmp_path):
            raise OSError(errno.ENOSPC, "No space left on device")
        (folder / "whole").write_text("all of it")

    made = cache.area("a").folder("key", make)
    assert (made / "whole").read_text() == "all of it"
    assert not list((tmp_path / "cache" / "a").iterdir())
    assert len(said) == 1
    cache.close()
    assert not made.exists()


def test_two_builds_at_once_agree_on_an_entry(tmp_path: Path) -> None:
    one, other = Cache(tmp_path), Cache(tmp_path)
    places: list[Path] = []

    def make(folder: Path) -> None:
        (folder / "file").write_text("the same")

    def make_late(folder: Path) -> None:
        make(folder)
        places.append(other.area("a").folder("key", make))

    assert one.area("a").folder("key", make_late) == places[0]
    assert (places[0] / "file").read_text() == "the same"
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["key"]


def test_another_fault_of_what_makes_an_entry_is_its_own(tmp_path: Path) -> None:
    said: list[str] = []

    def make(folder: Path) -> None:
        raise FileNotFoundError(errno.ENOENT, "No such file", "decoder.onnx")

    with pytest.raises(FileNotFoundError):
        Cache(tmp_path, said.append).area("a").folder("key", make)
    assert not said
    assert not list((tmp_path / "a").iterdir())


def test_entries_that_no_build_has_read_for_long_are_evicted(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    area = cache.area("a")
    for name in ("old", "new"):
        area.put(name, name)
        area.folder(f"{name}-folder", lambda folder: (folder / "file").touch())
    now = (tmp_path / "a" / "old.json").stat().st_mtime + MAX_AGE_SECONDS
    for name in ("new.json", "new-folder"):
        os.utime(tmp_path / "a" / name, (now, now))
    cache.evict(now + DAY_SECONDS)
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"new.json", "new-folder"}
    # Once a day is enough.
    os.utime(tmp_path / ".evicted", (now, now))
    os.utime(tmp_path / "a" / "new.json", (0, 0))
    cache.evict(now + DAY_SECONDS / 2)
    assert area.get("new") == "new"


def test_a_folder_in_the_place_of_the_stamp_does_not_end_evictions(tmp_path: Path) -> None:
    Cache(tmp_path).area("a").put("key", 1)
    (tmp_path / ".evicted").mkdir()
    now = (tmp_path / "a" / "key.json").stat().st_mtime + 2 * MAX_AGE_SECONDS
    Cache(tmp_path).evict(now)
    assert not list((tmp_path / "a").iterdir())


def test_what_stands_in_the_place_of_a_published_file_makes_room(tmp_path: Path) -> None:
    path = tmp_path / "file"
    (path / "inside").mkdir(parents=True)
    publish(path, b"content")
    assert path.read_bytes() == b"content"
