"""The index of the whole site that readers search in, made by Pagefind when all is written.

Pages load it in pieces from the site itself. What is hidden beside formulas and what a reference list repeats
is left out; where a theme marks texts by ``data-pagefind-body``, all pages without one are.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from ..core.extras import installing
from ..core.processes.children import supervised

FOLDER = "pagefind"
FORMULAS, LISTS = "mjx-tex, mjx-assistive-mml", ".references, .citation-notes, .cite-this-post, .contents"
IGNORED = f"{FORMULAS}, {LISTS}, .research-demo-panel, .research-about"
#: User interfaces of Pagefind's own, and a worker whose address no strict policy trusts.
UNUSED = "pagefind-*"


class SearchError(Exception):
    """The site has no index; the message says why."""


def index(output: Path) -> None:
    """Write the index of the pages below `output` into a folder of it."""
    if not find_spec("pagefind"):
        raise SearchError(f"RESEARCH['search'] needs Pagefind: {installing('search')}")
    shutil.rmtree(output / FOLDER, ignore_errors=True)
    command = [sys.executable, "-m", "pagefind", "--site", str(output), "--exclude-selectors", IGNORED]
    with supervised(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        said = process.stdout.read() if process.stdout else b""
        code = process.wait()
    if code:
        message = said.decode(errors="replace").strip()[-500:]
        raise SearchError(f"Pagefind ended with {code}: {message}")
    for path in (output / FOLDER).glob(UNUSED):
        if not path.name.endswith(".json"):
            path.unlink()
