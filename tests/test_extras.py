"""The command that installs an extra names what the plugin was installed from."""

import json
from pathlib import Path

import pytest
from research.core.extras import NAME, installing

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize(
    ("origin", "named"),
    [
        (None, f"{NAME}[node]"),
        ({"url": ROOT.as_uri(), "dir_info": {"editable": True}}, f"{ROOT}[node]"),
        ({"url": "file:///w/x.whl", "archive_info": {}}, f"{NAME}[node] @ file:///w/x.whl"),
        (
            {"url": "https://forge.example/x.git", "vcs_info": {"vcs": "git", "commit_id": "1a"}},
            f"{NAME}[node] @ git+https://forge.example/x.git@1a",
        ),
    ],
)
def test_an_installed_plugin_names_where_it_came_from(
    origin: object, named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "pelican_research-1.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}\nVersion: 1\n")
    if origin:
        (folder / "direct_url.json").write_text(json.dumps(origin))
    monkeypatch.syspath_prepend(tmp_path)
    assert installing("node") in (f'pip install "{named}"', f'pip install -e "{named}"')


def test_a_clone_names_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("research.core.extras.NAME", "not-installed")
    assert installing("node") == f'pip install -e "{ROOT}[node]"'
    assert (ROOT / "pyproject.toml").is_file()
