"""Where the bundles of a site lie, whether each is whole and fresh, and how a new one takes its place.

Read before each build of the blog, so nothing here imports torch, NumPy or Pillow.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import ModelError
from . import replacing
from .headers import metadata_of
from .keys import KeyInputs, changes, key

FORMAT = 1
#: The file in a bundle that the command evaluate adds; the manifest does not list it.
EVALUATION = "evaluation.json"
#: Bundles that come with the package, of models that not every machine can train.
PRETRAINED = Path(__file__).parent.parent / "pretrained"
#: The folder of drafts among the bundles.
DRAFTS = ".drafts"


class DamagedError(Exception):
    """A bundle is missing or not whole; says why."""


@dataclass(frozen=True)
class BundleStore:
    """The folder in which a site's bundles lie, and what is on its way there."""

    folder: Path

    @property
    def drafts(self) -> "BundleStore":
        """The store of drafts, apart from the real bundles."""
        return BundleStore(self.folder / DRAFTS)

    def bundle(self, name: str) -> Path:
        """Return the folder of the bundle `name`, whether there is one or not."""
        return replacing.current(self.folder / name)

    def unfinished(self, name: str) -> Path:
        """Return the folder in which a bundle is put together."""
        return self.folder / f".{name}.new"

    def lock(self, name: str) -> Path:
        """Return the file that the build of `name` that is at work has locked."""
        return self.folder / f".{name}.lock"

    def checkpoint(self, name: str) -> Path:
        """Return the file of the last complete epoch of training."""
        return self.folder / f".{name}.checkpoint"

    def pin(self, name: str) -> Path:
        """Return the file that pins the bundle `name`; it holds the hash of its manifest."""
        return self.folder / f".{name}.pin"

    @property
    def classifiers(self) -> Path:
        """The folder of trained classifiers, which judge samples."""
        return self.folder.parent / "cache" / "classifiers"

    def manifest(self, name: str) -> dict[str, Any]:
        """Return the manifest of a whole bundle; raise `DamagedError` if there is none."""
        return whole(self.bundle(name))

    def leftovers(self, name: str) -> list[Path]:
        """Return what a killed build left here and no other will use."""
        found = [
            self.unfinished(name),
            replacing.aside(self.folder / name),
            self.checkpoint(name).with_name(f"{self.checkpoint(name).name}.new"),
        ]
        if self._is_finished(name):
            found.append(self.checkpoint(name))
        return [path for path in found if os.path.lexists(path)]

    def _is_finished(self, name: str) -> bool:
        """Say whether the bundle is the one that the checkpoint leads to."""
        saved = metadata_of(self.checkpoint(name)).get("key")
        try:
            manifest = json.loads((self.bundle(name) / "manifest.json").read_text(encoding="utf-8"))
            return saved is not None and bool(manifest["key"] == saved)
        except (OSError, ValueError, KeyError, TypeError):
            return False


def whole(folder: Path) -> dict[str, Any]:
    """Return the manifest of the bundle in `folder`; raise `DamagedError` unless it is whole."""
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if manifest["sha256"] != with_digest(manifest)["sha256"]:
            raise DamagedError("its manifest is damaged")
        damaged = [
            file for file, stated in manifest["files"].items() if _sha256(folder / file) != stated["sha256"]
        ]
    except FileNotFoundError as error:
        missing = f"{Path(error.filename).name} is missing"
        raise DamagedError(missing if folder.exists() else "there is no bundle yet") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedError("its manifest is damaged") from error
    if damaged:
        raise DamagedError(f"{', '.join(damaged)} is not the file that the manifest describes")
    return manifest


def why_stale(name: str, inputs: KeyInputs, store: BundleStore) -> str | None:
    """Return in a few words why the bundle `name` must be built; None if it is fresh."""
    try:
        manifest = store.manifest(name)
    except DamagedError as error:
        return str(error)
    if manifest.get("format") == FORMAT and manifest.get("key") == key(inputs):
        return None
    return "; ".join(changes(manifest, inputs)) or "its key was computed in another way"


def is_pinned(name: str, store: BundleStore) -> bool:
    """Say whether the bundle `name` is pinned.

    Raises `ModelError` if it is, and is not the whole bundle that was pinned: it is never trained anew.
    """
    path = store.pin(name)
    if not path.is_file():
        return False
    try:
        if store.manifest(name)["sha256"] == path.read_text(encoding="ascii").strip():
            return True
        reason = "it is another bundle than the one that was pinned"
    except DamagedError as error:
        reason = str(error)
    raise ModelError(
        f"{name}: {reason}. It is pinned, so it is not trained anew; restore {store.bundle(name)}, or unpin "
        "it"
    )


def pin(name: str, store: BundleStore) -> None:
    """Keep the bundle `name` as it is, whatever becomes of recipe, data and code."""
    try:
        manifest = store.manifest(name)
    except DamagedError as error:
        raise ModelError(f"{name}: {error}; only a whole bundle can be pinned") from error
    store.pin(name).write_text(manifest["sha256"] + "\n", encoding="ascii")


def unpin(name: str, store: BundleStore) -> bool:
    """Let the bundle `name` be trained anew when it is stale; say whether it was pinned."""
    was = store.pin(name).is_file()
    store.pin(name).unlink(missing_ok=True)
    return was


def is_pretrained(name: str, inputs: KeyInputs) -> bool:
    """Say whether the package comes with the bundle of these `inputs`."""
    path = PRETRAINED / name / "manifest.json"
    return path.is_file() and bool(json.loads(path.read_text(encoding="utf-8"))["key"] == key(inputs))


def install_pretrained(name: str, inputs: KeyInputs, store: BundleStore) -> bool:
    """Install the bundle that comes with the package if it is one of these `inputs`; say whether it is."""
    if not is_pretrained(name, inputs):
        return False
    store.folder.mkdir(parents=True, exist_ok=True)
    with locked(name, store):
        folder = store.unfinished(name)
        folder.mkdir()
        for file in (PRETRAINED / name).iterdir():
            shutil.copyfile(file, folder / file.name)
        replacing.replace(folder, store.folder / name)
    return True


@contextmanager
def locked(name: str, store: BundleStore, wait: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Keep other builds of `name` waiting in this block, after clearing away what a killed one left.

    If another build is at work, `wait` is called first.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(store.lock(name))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        wait()
        lock.acquire()
    try:
        _clean(name, store)
        yield
    finally:
        lock.release()


def tidy(name: str, store: BundleStore) -> None:
    """Remove what a killed build of `name` left, unless another is at work."""
    if not store.leftovers(name):
        return
    from filelock import FileLock, Timeout

    try:
        with FileLock(store.lock(name), timeout=0):
            _clean(name, store)
    except Timeout:
        return  # the files belong to the process that holds the lock


def _clean(name: str, store: BundleStore) -> None:
    replacing.recover(store.folder / name)
    for path in store.leftovers(name):
        replacing.remove(path)


def summary(name: str, store: BundleStore) -> str:
    """Return the size of the bundle `name` and its bounds, to follow a remark on it."""
    folder = store.bundle(name)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        metrics |= _evaluated(folder, manifest)
        role, graph = next(iter(manifest["graphs"].items()))
        parameters = graph["parameters"]
        bounds = ["elbo", *sorted((each for each in metrics if each.startswith("iw_bound_")), key=len)]
        names = bounds if "elbo" in metrics else list(metrics)[:1]
        digits = 2 if "elbo" in metrics else 4
        reached = ", ".join(f"{each} {metrics[each]['value']:.{digits}f}" for each in names)
        unit = metrics[names[0]]["unit"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    megabytes = sum(file["bytes"] for file in manifest["files"].values()) / 1e6
    return f"; {role} {parameters} parameters, {megabytes:.1f} MB in all, {reached} {unit}"


def _evaluated(folder: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metrics of a full evaluation of this bundle; none if there was none."""
    path = folder / EVALUATION
    if not path.is_file():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    metrics: dict[str, Any] = found["metrics"] if found["key"] == manifest["key"] else {}
    return metrics


def publish(folder: Path, manifest: Mapping[str, Any], store: BundleStore) -> None:
    """Move the finished `folder` to its place, with a manifest that lists its files.

    At every moment readers find the old bundle or the new one, whole.
    """
    files = {
        path.name: {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in sorted(folder.iterdir())
    }
    text = json.dumps(with_digest({**manifest, "files": files}), indent=2, ensure_ascii=False) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    replacing.replace(folder, store.folder / manifest["name"])


def with_digest(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return `stated`, a JSON object, with a hash of all else that it states."""
    content = {name: value for name, value in stated.items() if name != "sha256"}
    text = json.dumps(content, sort_keys=True)
    return {**content, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
