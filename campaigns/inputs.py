"""The kinds of input that `fuzz` mutates: a sound one of each, and where in a blog it goes."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bundles
from research.demos.bundles import bundle

from .mutations import VALUES, mutated_bytes, mutated_graph, mutated_json, mutated_text

CASES = Path(__file__).resolve().parent.parent / "tests" / "cases"

TOKENS = [
    *"[@vae] [@@vae] [@ [-@vae ] ;@ $ $$ { } %".split(),
    *r"\( \) \[ \] \begin{align} \end{align} \label{a} \eqref{a} \ ".split(),
    *'& < > </p> <div> <!-- --> &amp; <figure <research- " {#a} ![](x) [](#a) [^1] * _ ` {{ }}'.split(),
    *(
        "```demo\n",
        "```\n",
        "~~~\n",
        "[^1]: x\n",
        "\n\n",
        "\n    ",
        "> ",
        "- ",
        "1. ",
        ", pp. ",
        "{{ sound.elbo }}",
    ),
    *("| a | b |\n|---|---|\n", "<figure data-demo="),
]
BLOCK_TOKENS = [
    "kind: ",
    "model: ",
    "rows: ",
    "columns: -1\n",
    "seed: 1e9\n",
    ": ",
    "caption:\n  ",
    "live: no\n",
]
BIB_TOKENS = [
    *r"@ @string{ @comment{ @article{ { } # , = \ \' $ and % ~ crossref={".split(),
    '"',
    " and ",
    "\n",
]
JSON_TOKENS = ["[", "]", "{", "}", ",", ":", '"', "\\ud800", "null", "NaN"]
CSV_TOKENS = (",", "\n", "\r\n", "nan", "inf", "-1e400", '"', "epoch", ";", "1e9", "0x1")

BLOCK = "```demo\nkind: {}\nmodel: sound\nid: fig-{}\nalt: An image\ncaption: What it shows, $x$.\n{}```\n"
BLOCKS = [
    BLOCK.format(kind, kind, options)
    for kind, options in {
        "samples": "rows: 2\ncolumns: 3\nseed: 1\n",
        "reconstructions": "count: 3\n",
        "interpolation": "steps: 4\n",
        "manifold": "rows: 3\ncolumns: 3\n",
        "traversals": "steps: 3\n",
        "draw": "",
        "training": "",
    }.items()
]
CITING = r"""As [@@vae] say, see [see @vae, pp. 3--5; @vae], *[-@vae]*, $x^2$ and \(y\).

$$\sum_i x_i$$

- a
- b[^1]

[^1]: Note.
"""
FORMULAS = r"""\begin{align}
a &= \frac{1}{2} \label{eq:a} \\
b &= \text{word $z$}
\end{align}

By \eqref{eq:a}.

| a | $b$ |
|---|---|
| 1 | [@vae] |
"""
DEMO = f"""Words {{{{ sound.elbo }}}} and `code $x$`.

{BLOCKS[0]}
See [](#fig-samples).

<p class='body'>Raw [@@vae] \\(x\\)</p>
"""
CASE_POSTS = [path.read_text(encoding="utf-8") for path in sorted(CASES.rglob("*.md"))]
BODIES = [CITING, FORMULAS, DEMO, *(text.partition("\n\n")[2] for text in CASE_POSTS)]
BIB = r"""@string{J = {Journal}}
@article{vae, author={Kingma, D. P. and {Others Inc.}}, title={{A} T{\'i}tle of $x^2$}, journal=J,
  year={2013}, volume=3, pages={1--20}, doi={10.1/x}}
@inproceedings{b, author={L\'opez, A. and others}, title={B}, crossref={c}, month=jan}
@proceedings{c, title={Proc.}, year={2020}, editor={Ed, I.}}
"""
BIBS = [BIB, *(path.read_text(encoding="utf-8") for path in sorted(CASES.rglob("*.bib")))]
CSL_JSON: list[dict[str, Any]] = [
    {
        "id": "vae",
        "type": "article-journal",
        "title": "A <i>title</i>",
        "author": [{"family": "Kingma", "given": "D. P."}, {"literal": "Inc."}],
        "issued": {"date-parts": [[2013, 1, 2]]},
        "container-title": "J",
        "volume": 3,
        "page": "1-20",
        "DOI": "10.1/x",
    },
    {
        "id": "b",
        "type": "book",
        "title": "B",
        "editor": [{"family": "Ed", "non-dropping-particle": "van"}],
        "issued": {"raw": "circa 1900"},
        "URL": "https://example.org",
        "custom": {"x": 1},
    },
]
SETTINGS: Mapping[str, Any] = {
    "references": "references.bib",
    "citation_style": "author-date",
    "citations_swapped": False,
    "cite_this_post": True,
    "formulas": "svg",
    "inline_math": [["$", "$"]],
    "display_math": [["$$", "$$"]],
    "macros": "\\def\\x{y}",
    "macros_file": "macros.tex",
    "packages": ["physics"],
    "equation_numbers": "ams",
    "models": "build/models",
    "graph_seconds": 5,
    "graph_gigabytes": 4,
    "live": False,
    "cache": "build/cache",
    "no_such_key": 1,
}
OF_MODEL = "It reaches {{ NAME.elbo }} nats after {{ NAME.seconds.train }} s.\n\n" + "\n".join(
    block.replace("model: sound", "model: NAME") for block in (BLOCKS[0], BLOCKS[1], BLOCKS[-1])
)


@dataclass(frozen=True)
class Input:
    """A mutated input: the files that it consists of, and the post that uses it."""

    kind: str
    name: str
    post: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    #: Bibliographies among the files.
    references: Sequence[str] = ()
    #: Keys of RESEARCH.
    settings: Mapping[str, Any] = field(default_factory=dict)

    def write(self, root: Path) -> None:
        """Write the files into the blog in `root`; those of a bundle come with the rest of it."""
        if any(name.startswith("build/models/") for name in self.files):
            _write_bundle(root, self.name, self.files)
            return
        for name, content in self.files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)


def _write_bundle(root: Path, name: str, files: Mapping[str, bytes]) -> None:
    """Write a bundle with `files` in the place of its own. Its manifest states their hashes."""
    folder = bundles.write_bundle(root / "build" / "models", name)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for path, content in files.items():
        (root / path).write_bytes(content)
    if f"build/models/{name}/manifest.json" not in files:
        bundles.write_manifest(folder, {key: value for key, value in manifest.items() if key != "sha256"})


def _post(name: str, draw: random.Random) -> Input:
    body = draw.choice(BODIES)
    return Input("posts", name, mutated_text(body, TOKENS, draw))


def _block(name: str, draw: random.Random) -> Input:
    text = mutated_text(draw.choice(BLOCKS), TOKENS + BLOCK_TOKENS, draw)
    return Input("blocks", name, f"Before.\n\n{text}\nAfter.\n")


def _bib(name: str, draw: random.Random) -> Input:
    content = mutated_text(draw.choice(BIBS).replace("{vae,", f"{{{name}-vae,"), BIB_TOKENS, draw)
    encoded = content.encode(errors="replace")
    if draw.random() < 0.1:
        encoded = mutated_bytes(encoded, draw)
    return Input("bib", name, f"As [@@{name}-vae] say.\n", {f"{name}.bib": encoded}, [f"{name}.bib"])


def _csl(name: str, draw: random.Random) -> Input:
    items = [item | {"id": f"{name}-{item['id']}"} for item in CSL_JSON]
    content = mutated_json(items, draw)
    if draw.random() < 0.2:
        content = mutated_text(content, JSON_TOKENS, draw)
    files = {f"{name}.json": content.encode(errors="replace")}
    return Input("csl-json", name, f"As [@@{name}-vae] and [@{name}-b] say.\n", files, [f"{name}.json"])


def _manifest(name: str, draw: random.Random) -> Input:
    content = mutated_json(_sound_manifest(name), draw)
    stated = json.loads(content)
    if isinstance(stated, dict) and draw.random() < 0.8:
        content = json.dumps(stated | {"sha256": bundle.digest_of(stated)})
    return _of_bundle("manifests", name, "manifest.json", content.encode(errors="replace"))


def _metrics(name: str, draw: random.Random) -> Input:
    content = mutated_json(bundles.METRICS, draw)
    if draw.random() < 0.2:
        content = mutated_text(content, JSON_TOKENS, draw)
    return _of_bundle("metrics", name, "metrics.json", content.encode(errors="replace"))


def _history(name: str, draw: random.Random) -> Input:
    content = mutated_text(bundles.HISTORY, CSV_TOKENS, draw)
    return _of_bundle("histories", name, "history.csv", content.encode(errors="replace"))


def _graph(name: str, draw: random.Random) -> Input:
    file, make = draw.choice((("decoder", bundles.decoder), ("encoder", bundles.encoder)))
    content = mutated_graph(make(2, (1, 8, 8), "batch"), draw)
    return _of_bundle("graphs", name, f"{file}.onnx", content)


def _settings(name: str, draw: random.Random) -> Input:
    keys = draw.sample(sorted(SETTINGS), draw.randint(1, 3))
    settings = {key: draw.choice((*VALUES, SETTINGS[key], [SETTINGS[key]])) for key in keys}
    return Input("settings", name, BODIES[0], settings=settings)


def _sound_manifest(name: str) -> Any:
    tensor = {"z": {"name": "z", "shape": ["batch", 2]}, "x": {"name": "x", "shape": ["batch", 1, 8, 8]}}
    decoder = {
        "file": "decoder.onnx",
        "parameters": 1,
        "inputs": [tensor["z"]],
        "outputs": [tensor["x"]],
    }
    seconds = {"train": 61.7}
    return {"format": 1, "name": name, "graphs": {"decoder": decoder}, "seconds": seconds, "files": {}}


def _of_bundle(kind: str, name: str, file: str, content: bytes) -> Input:
    return Input(kind, name, OF_MODEL.replace("NAME", name), {f"build/models/{name}/{file}": content})


@dataclass(frozen=True)
class Kind:
    """How inputs of a kind are made, and how many go into one build."""

    make: Callable[[str, random.Random], Input]
    batch: int


KINDS: Mapping[str, Kind] = {
    "posts": Kind(_post, 60),
    "blocks": Kind(_block, 60),
    "bib": Kind(_bib, 30),
    "csl-json": Kind(_csl, 30),
    "manifests": Kind(_manifest, 20),
    "metrics": Kind(_metrics, 20),
    "histories": Kind(_history, 20),
    "graphs": Kind(_graph, 8),
    "settings": Kind(_settings, 1),
}


def mutated(kind: str, number: int, draw: random.Random) -> Input:
    """Return an input of `kind`; its name has the `number`."""
    return KINDS[kind].make(f"in{number}", draw)
