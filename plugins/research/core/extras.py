"""Where the plugin was installed from (PEP 610), and the command that installs an extra from there."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "pelican-research"


def origin() -> dict[str, Any] | None:
    """Return what pip wrote of where it found the plugin; None where it was not installed.

    It is empty if that was an index.
    """
    from importlib.metadata import PackageNotFoundError, distribution  # slow to import

    try:
        found: dict[str, Any] = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return None
    return found


def address(stated: dict[str, Any]) -> str:
    """Return the address of an `origin` as requirements name it (PEP 508); nothing for an index."""
    url = str(stated.get("url", ""))
    vcs = stated.get("vcs_info")
    return f"{vcs['vcs']}+{url}@{vcs['commit_id']}" if vcs else url


def folder(stated: dict[str, Any]) -> str:
    """Return the file or folder of this machine that an `origin` is; nothing if another can reach it."""
    url = urlsplit(address(stated))
    return url2pathname(url.path) if url.scheme == "file" else ""


def installing(extra: str) -> str:
    """Return the command that installs `extra` from where the plugin came: an index, a wheel, or a clone."""
    stated = origin()
    if stated is None:  # a clone whose folder of plugins a blog names
        return f'pip install -e "{Path(__file__).resolve().parents[3]}[{extra}]"'
    if stated.get("dir_info", {}).get("editable"):
        return f'pip install -e "{folder(stated)}[{extra}]"'
    at = address(stated)
    return f'pip install "{NAME}[{extra}]{f" @ {at}" if at else ""}"'
