"""Where this installation came from, which is where the requirements of a blog lead pip."""

import json
from importlib import metadata
from urllib.parse import unquote, urlsplit

from .. import __version__

NAME = "pelican-research"


def requirement(extras: str) -> str:
    """Return the requirement, with `extras`, by which pip finds this version again (PEP 508, PEP 610)."""
    url = _url()
    return f"{NAME}[{extras}] @ {url}" if url else f"{NAME}[{extras}]=={__version__}"


def folder() -> str:
    """Return the folder or file of this machine that `requirement` names; nothing if another can reach it."""
    url = _url()
    return unquote(urlsplit(url).path) if url.startswith("file:") else ""


def _url() -> str:
    try:
        stated = metadata.distribution(NAME).read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        return ""
    found = json.loads(stated or "{}")
    url = str(found.get("url", ""))
    vcs = found.get("vcs_info")
    return f"{vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else url
