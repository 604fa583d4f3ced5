"""Build blogs whose models a stranger made to read a file of the author's disk, and count what comes out.

    python campaigns/graphs.py [PLACE…]

Each model is a decoder with one of the texts of tests/hostile.py in one of its places; a blog shows the
models of one place. A secret lies in a file that the texts name. The table tells, for each place, how many
graphs were built, how many figures got images, how many programs were published, how many graphs brought
an error or a warning, in how many files of ``output/`` or lines of the log a piece of the secret stands,
and how many control characters the log holds.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "plugins")]

import bundles  # noqa: E402
import hostile  # noqa: E402
from conftest import SETTINGS  # noqa: E402

SECRET = "correct-horse-battery-staple-1f6b2c9d"
#: A piece of this length counts as a leak.
PIECE = 12
BLOCK = "```demo\nkind: samples\nmodel: {}\nrows: 1\ncolumns: 2\nalt: Images\n```\n\n"


def write_models(folder: Path, place: str, secret: Path) -> list[str]:
    """Write a bundle for each text at `place`; return their names."""
    names = []
    for number, payload in enumerate(hostile.PAYLOADS):
        model = hostile.graph(place, payload, str(secret))
        names.append(f"model-{number}")
        bundle = folder / names[-1]
        bundle.mkdir(parents=True)
        (bundle / "decoder.onnx").write_bytes(model.SerializeToString())
        stated = {
            "file": "decoder.onnx",
            "inputs": [{"name": model.graph.input[0].name, "shape": ["batch", 2]}],
            "outputs": [{"name": model.graph.output[0].name, "shape": ["batch", 1, 4, 4]}],
        }
        manifest = {"format": 1, "name": bundle.name, "graphs": {"decoder": stated}}
        bundles.write_manifest(bundle, manifest)
    return names


def build(folder: Path, place: str) -> dict[str, int]:
    """Build a blog in `folder` with the models of `place`; return what the table tells of it."""
    secret = folder / "secret.txt"
    secret.write_text(SECRET * 8, encoding="utf-8")
    names = write_models(folder / "build" / "models", place, secret)
    (folder / "content").mkdir()
    post = "Title: Post\nDate: 2026-01-01\nSummary: -\n\n" + "".join(map(BLOCK.format, names))
    (folder / "content" / "post.md").write_text(post, encoding="utf-8")
    (folder / "pelicanconf.py").write_text(SETTINGS, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "-s", "pelicanconf.py"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "1000"},
        capture_output=True,
        check=False,
    )
    log = done.stdout + done.stderr
    published = [path for path in (folder / "output").rglob("*") if path.is_file()]
    page = (folder / "output" / "post.html").read_text(encoding="utf-8")
    pieces = {SECRET[at : at + PIECE].encode() for at in range(len(SECRET) - PIECE)}
    texts = [*(path.read_bytes() for path in published), *log.splitlines()]
    return {
        "graphs": len(names),
        "images": page.count("<img "),
        "programs": page.count(".wasm"),
        "reported": sum(b"post.md:" in line for line in log.splitlines()),
        "leaks": sum(any(piece in text for piece in pieces) for text in texts),
        "control": sum(byte < 32 and byte not in b"\n\r\t" for byte in log),
    }


def main() -> None:
    """Print a line a place, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("places", nargs="*", metavar="PLACE", help=f"else all of {', '.join(hostile.PLACES)}")
    given = parser.parse_args()
    if unknown := [place for place in given.places if place not in hostile.PLACES]:
        parser.error(f"“{unknown[0]}” is no place: choose from {', '.join(hostile.PLACES)}")
    rows = []
    for place in given.places or hostile.PLACES:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(build(Path(folder), place))
        if len(rows) == 1:
            print(f"{'place':20}", *(f"{name:>9}" for name in rows[0]))
        print(f"{place:20}", *(f"{value:9}" for value in rows[-1].values()), flush=True)
    print(f"{'sum':20}", *(f"{sum(row[name] for row in rows):9}" for name in rows[0]))


if __name__ == "__main__":
    main()
