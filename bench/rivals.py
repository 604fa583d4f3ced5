"""The plugins that others have written for the same ends, in a virtual environment of their own."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parent.parent / "build" / "rivals"
#: What all builds share has the version that we build with.
SHARED = ("pelican", "markdown", "pelican-render-math")
#: pelican-cite asks for a release of pybtex that no longer installs, and runs with this one.
OWN = ("pelican-katex==1.8.9", "pybtex==0.26.1")
WITHOUT_THEIR_PINS = ("pelican-cite==1.1.1",)

#: Settings of Pelican, by name.
SETTINGS = {
    "render_math": 'PLUGINS = ["render_math"]',
    "pelican-cite": 'PLUGINS = ["pelican_cite"]\nPUBLICATIONS_SRC = "references.bib"',
    "pelican-katex": 'PLUGINS = ["pelican_katex"]',
}


def python() -> Path:
    """Return the interpreter of the environment, which is made when it is first asked for."""
    program = FOLDER / "bin" / "python"
    if not (FOLDER / "package.json").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(FOLDER)], check=True)
        pip = [str(program), "-m", "pip", "install", "--quiet"]
        shared = [f"{name}=={version(name)}" for name in SHARED]
        subprocess.run([*pip, *shared, *OWN], check=True)
        subprocess.run([*pip, "--no-deps", *WITHOUT_THEIR_PINS], check=True)
        # Below our package.json, Node.js would take the script of pelican-katex for a module.
        (FOLDER / "package.json").write_text('{"type": "commonjs"}')
    return program
