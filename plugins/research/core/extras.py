"""The extras of this project, which bring what only some blogs need, and the command that installs one."""

import json
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

NAME = "pelican-research"


def installing(extra: str) -> str:
    """Return the command that installs `extra` from where the plugin came: an index, a wheel, or a clone."""
    from importlib.metadata import PackageNotFoundError, distribution  # slow to import

    try:
        origin = json.loads(distribution(NAME).read_text("direct_url.json") or "{}")
    except PackageNotFoundError:  # a clone whose folder of plugins a blog names
        return _of_clone(Path(__file__).resolve().parents[3], extra)
    url = origin.get("url", "")
    if not url:
        return f'pip install "{NAME}[{extra}]"'
    if "vcs_info" in origin:
        control, commit = origin["vcs_info"]["vcs"], origin["vcs_info"]["commit_id"]
        return f'pip install "{NAME}[{extra}] @ {control}+{url}@{commit}"'
    if origin.get("dir_info", {}).get("editable"):
        return _of_clone(Path(url2pathname(urlsplit(url).path)), extra)
    return f'pip install "{NAME}[{extra}] @ {url}"'


def _of_clone(folder: Path, extra: str) -> str:
    return f'pip install -e "{folder}[{extra}]"'
