"""Entries are fetched by their DOI or arXiv number into the bibliography; here from a server of ours."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, SETTINGS
from research.citations.adding.entry import entry, key_of
from research.citations.adding.registry import RegistryError, doi_of
from research.citations.sources.library import Library
from serving import answering

#: As Crossref and DataCite answer, less what is of no use here.
WAKE_SLEEP = {
    "type": "article-journal",
    "title": "The &quot;Wake-Sleep&quot; Algorithm for Unsupervised Neural Networks",
    "author": [
        {"given": "Geoffrey E.", "family": "Hinton", "sequence": "first", "affiliation": []},
        {"given": "Peter", "family": "Dayan", "sequence": "additional", "affiliation": []},
    ],
    "container-title": "Science",
    "volume": "268",
    "issue": "5214",
    "page": "1158-1161",
    "issued": {"date-parts": [[1995, 5, 26]]},
    "publisher": "American Association for the Advancement of Science (AAAS)",
    "DOI": "10.1126/science.7761831",
    "ISSN": ["0036-8075", "1095-9203"],
    "abstract": "<jats:p>An unsupervised learning algorithm …</jats:p>",
}
VAE = {
    "type": "article",
    "title": "Auto-Encoding Variational Bayes",
    "author": [{"family": "Kingma", "given": "Diederik P"}, {"family": "Welling", "given": "Max"}],
    "issued": {"date-parts": [[2013]]},
    "DOI": "10.48550/ARXIV.1312.6114",
    "publisher": "arXiv",
}
ANSWERS: dict[str, Any] = {
    "/10.1126/science.7761831": WAKE_SLEEP,
    "/10.48550/arXiv.1312.6114": VAE,
    "/10.1000/page": "<!DOCTYPE html><title>A page</title>",
    "/10.1000/no-title": {"DOI": "10.1000/no-title"},
}


class Registry(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/moved/"):  # as a resolver hands on to a registry
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/moved"))
            self.end_headers()
            return
        answer = ANSWERS.get(self.path)
        asked = self.headers["Accept"] == "application/vnd.citationstyles.csl+json"
        self.send_response(200 if answer and asked else 404)
        self.end_headers()
        if answer and asked:
            self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def registry() -> Iterator[str]:
    with answering(Registry) as address:
        yield address.rstrip("/")


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path, registry: str) -> Run:
    """Return a function that runs a command in a blog."""
    (tmp_path / "content").mkdir()
    (tmp_path / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")

    def run(*arguments: str, resolver: str = registry) -> subprocess.CompletedProcess[str]:
        options = ("--resolver", resolver) if arguments[0] == "add" else ()
        return subprocess.run(
            [sys.executable, "-m", "research", *arguments, *options],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT / "plugins"), "no_proxy": "*"},
            capture_output=True,
            text=True,
            timeout=300,
        )

    return run


def test_two_entries_are_added_and_cited(run: Run, tmp_path: Path, registry: str) -> None:
    bibliography = tmp_path / "content" / "references.bib"
    bibliography.write_text("% Mine.\n@book{old, author={O}, title={Old}, year=1900}", encoding="utf-8")
    done = run(
        "add", "https://doi.org/10.1126/science.7761831", "arXiv:1312.6114v11", resolver=registry + "/moved"
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        f"{bibliography}:4: added “hinton1995wake”, to be cited by [@@hinton1995wake]",
        f"{bibliography}:17: added “kingma2013auto”, to be cited by [@@kingma2013auto]",
    ]
    assert done.returncode == 0
    assert (
        bibliography.read_text(encoding="utf-8")
        == r"""% Mine.
@book{old, author={O}, title={Old}, year=1900}

@article{hinton1995wake,
  author     = {Hinton, Geoffrey E. and Dayan, Peter},
  title      = {The "Wake-Sleep" Algorithm for Unsupervised Neural Networks},
  journal    = {Science},
  volume     = {268},
  number     = {5214},
  pages      = {1158--1161},
  publisher  = {American Association for the Advancement of Science (AAAS)},
  year       = {1995},
  doi        = {10.1126/science.7761831},
  month      = may,
}

@misc{kingma2013auto,
  author     = {Kingma, Diederik P and Welling, Max},
  title      = {Auto-Encoding Variational Bayes},
  year       = {2013},
  eprint     = {1312.6114},
  eprinttype = {arxiv},
  doi        = {10.48550/arXiv.1312.6114},
}
"""
    )
    (tmp_path / "content" / "post.md").write_text(
        "Title: P\nDate: 2026-01-01\n\n[@@hinton1995wake; @kingma2013auto; @old]\n"
    )
    assert run("check").stdout == ""


@pytest.mark.parametrize(
    ("there", "number"),
    [
        ("@misc{mine, title={T}, doi={10.1126/SCIENCE.7761831}}", "10.1126/science.7761831"),
        ("@misc{mine, title={T}, eprint={1312.6114}, eprinttype={arxiv}}", "1312.6114"),
        ("@misc{mine, title={Auto-encoding {V}ariational {Bayes}}, year=2013}", "1312.6114"),
    ],
    ids=["doi", "arxiv", "title and year"],
)
def test_what_is_there_is_not_added_again(run: Run, tmp_path: Path, there: str, number: str) -> None:
    bibliography = tmp_path / "content" / "references.bib"
    bibliography.write_text("\n" + there + "\n")
    done = run("add", number)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{bibliography}:2: 10.")
    assert "is there already; cite it by [@@mine]" in done.stderr
    assert bibliography.read_text() == "\n" + there + "\n"


def test_a_key_that_is_taken_gets_a_letter(run: Run, tmp_path: Path) -> None:
    bibliography = tmp_path / "content" / "references.bib"
    taken = "@misc{kingma2013auto, title={Another}}\n@misc{bad, author={A, B, C, D}}\n"
    bibliography.write_text(f"{taken}@misc{{broken, title={{\n")
    assert "“kingma2013autoa”" in run("add", "1312.6114", "--to", "content/references.bib").stdout
    done = run("add", "10.1126/science.7761831", "--key", "broken")
    assert done.returncode == 1
    assert "the key “broken” is taken" in done.stderr
    assert "“mine”" in run("add", "10.1126/science.7761831", "--key", "mine").stdout


def test_a_bibliography_of_its_own_with_ends_of_lines_of_its_own(run: Run, tmp_path: Path) -> None:
    (tmp_path / "my.bib").write_bytes(b"@misc{a, title={A}}\r\n")
    assert run("add", "1312.6114", "--to", "my.bib").returncode == 0
    written = (tmp_path / "my.bib").read_bytes()
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"@misc{kingma2013auto,\r\n" in written
    assert not (tmp_path / "content" / "references.bib").exists()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("hinton", "“hinton” is neither a DOI such as"),
        ("10.1000/none", "10.1000/none: http://127.0.0.1:.* does not know this number"),
        ("10.1000/page", "is not a reference in CSL-JSON"),
        ("10.1000/no-title", "is not a reference in CSL-JSON"),
    ],
)
def test_what_cannot_be_fetched_is_said(run: Run, tmp_path: Path, number: str, message: str) -> None:
    done = run("add", number)
    assert done.returncode == 1
    assert re.search(message, done.stderr)
    assert done.stdout == ""
    assert not (tmp_path / "content" / "references.bib").exists()


def test_without_a_network(run: Run, tmp_path: Path) -> None:
    done = run("add", "1312.6114", resolver="http://127.0.0.1:1")
    assert done.returncode == 1
    assert "http://127.0.0.1:1 cannot be reached" in done.stderr
    assert "is there a network?" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "content" / "references.bib").exists()


def test_outside_of_a_blog(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pelicanconf.py").unlink()
    for command in (("check",), ("add", "1312.6114")):
        done = run(*command)
        assert done.returncode == 2
        assert "there is no pelicanconf.py here" in done.stderr


def test_json_is_not_appended_to(run: Run, tmp_path: Path) -> None:
    (tmp_path / "content" / "a.json").write_text("[]")
    done = run("add", "1312.6114", "--to", "content/a.json")
    assert done.returncode == 1
    assert "name a .bib file by --to" in done.stderr


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1126/science.7761831", "10.1126/science.7761831"),
        ("doi:10.1126/science.7761831.", "10.1126/science.7761831"),
        ("https://dx.doi.org/10.1016/0004-3702%2889%2990049-0", "10.1016/0004-3702(89)90049-0"),
        ("1312.6114", "10.48550/arXiv.1312.6114"),
        ("https://arxiv.org/pdf/1312.6114v3.pdf", "10.48550/arXiv.1312.6114"),
        ("https://arxiv.org/abs/hep-th/9901001", "10.48550/arXiv.hep-th/9901001"),
    ],
)
def test_forms_of_numbers(text: str, doi: str) -> None:
    assert doi_of(text) == doi


def test_what_is_no_number() -> None:
    with pytest.raises(RegistryError):
        doi_of("12.34")


HOSTILE = {
    "type": ["x"],
    "title": [
        "<i>A</i> }{ \\input{x} % <script>alert(1)</script> &lt;b&gt; ~^ GPT-4 in sentence case for Bayes\x00"
    ],
    "subtitle": ["An $idea"],
    "author": [
        {"literal": "The {Body}, and others"},
        {"family": "and", "given": "X"},
        "nobody",
        {"name": "N"},
        {},
    ],
    "container-title": [],
    "issued": {"date-parts": [["x"]]},
    "published": {"date-parts": [[2001, 13]]},
    "page": None,
}


def test_an_entry_of_whatever_a_registry_says_can_be_read(tmp_path: Path) -> None:
    text = entry(HOSTILE, key_of(HOSTILE, ()), "10.1000/1")
    (tmp_path / "a.bib").write_text(text, encoding="utf-8")
    library = Library([tmp_path / "a.bib"])
    (added,) = library.values()
    assert not library.diagnostics
    assert added.key == "thebodyandothers2001input"
    assert added.item["title"] == (
        "<i>A</i> inputx % alert(1) &lt;b&gt; ~^ "
        '<span class="nocase">GPT-4</span> in sentence case for <span class="nocase">Bayes</span>: An $idea'
    )
    assert [name.get("literal") or name["family"] for name in added.item["author"]] == [
        "The Body, and others",
        "and",
        "N",
    ]
    assert added.item["issued"] == {"date-parts": [[2001]]}


@pytest.mark.parametrize(
    ("title", "latex"),
    [
        ("Deep learning in Python: A guide", "Deep learning in {Python}: A guide"),
        ("Auto-Encoding VAE Models of DNA", "Auto-Encoding {VAE} Models of {DNA}"),
        ("On <sup>13</sup>C &amp; H<sub>2</sub>O", r"On \textsuperscript{13}{C} \& {H}\textsubscript{2}{O}"),
    ],
)
def test_names_in_titles_are_in_braces(title: str, latex: str) -> None:
    assert f"title      = {{{latex}}}" in entry({"title": title}, "a", "10.1000/1")


@pytest.mark.parametrize(
    ("names", "key"),
    [
        ([{"family": "Müller-Lüdenscheidt"}], "mullerludenscheidt2001work"),
        ([{"family": "Жуков"}], "жуков2001work"),
        ([{"literal": "OpenAI"}], "openai2001work"),
        ([], "2001work"),
    ],
)
def test_keys(names: list[dict[str, str]], key: str) -> None:
    assert key_of({"title": "The Work", "author": names, "issued": {"date-parts": [[2001]]}}, ()) == key
