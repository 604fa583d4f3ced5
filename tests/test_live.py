"""What the build does for interactive figures: files, markup, and where there are none."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import ROOT, Build, Site
from graphs import decoder, odd_decoder, write_bundle
from research.cli import main
from research.demos.bundles.tensors import Signature, Tensor
from research.demos.compile.runtime import run_graph
from research.demos.live import weight
from research.demos.messages import File
from research.demos.normalize.normal import normal_form

POST = """Title: Post
Date: 2026-01-01
Summary: -

```demo
kind: samples
model: digits
rows: 2
columns: 3
alt: Images
```
"""
PLAIN = "Title: Plain\nDate: 2026-01-01\nSummary: -\n\nWords."


def element(site: Site) -> dict[str, str]:
    """Return the attributes of the interactive figure."""
    tag = re.search(r"<research-demo ([^>]*)>", site.read("post.html"))
    assert tag
    return dict(re.findall(r'([\w-]+)="([^"]*)"', tag[1]))


@pytest.fixture
def blog(build: Build, tmp_path: Path) -> Build:
    write_bundle(tmp_path / "build" / "models" / "digits", decoder(4))
    return build


def test_a_figure_names_its_files_by_their_hashes(blog: Build) -> None:
    site = blog({"post.md": POST}, "RELATIVE_URLS = True")
    found = element(site)
    assert re.fullmatch(r"\./demos/digits-samples\.\w{10}\.json", found["data-src"])
    assert re.fullmatch(r"digits-decoder\.\w{10}\.wasm", found["data-decoder"])
    program = site.root / "output" / "demos" / found["data-decoder"]
    assert program.read_bytes()[:4] == b"\0asm"
    packed = len(gzip.compress(program.read_bytes())) / 1000
    assert packed < int(found["data-kilobytes"]) < packed + 2  # the description is small
    described = json.loads(site.read(found["data-src"]))
    # Browsers run no modules of a page that is opened as a file; figures then say so in their language.
    (disk,) = re.findall(r'<script defer src="\./(research/disk\.\w{10}\.js)">', site.read("post.html"))
    assert '"de": "Ein Standbild' in site.read(disk)
    assert "SENTENCES" not in site.read(disk)
    [sheet] = described["sheets"]
    assert (sheet["rows"], sheet["columns"], sheet["latents"]) == (2, 3, 4)
    assert sheet["shape"] == [1, 28, 28]


def test_the_script_is_put_where_a_figure_is_and_nowhere_else(blog: Build) -> None:
    site = blog({"post.md": POST, "plain.md": PLAIN})
    (script,) = re.findall(
        r'<script type="module" src="https://blog.example/([^"]*)">', site.read("post.html")
    )
    folder = (site.root / "output" / script).parent
    for module in folder.rglob("*.js"):
        for imported in re.findall(r'from "(.*)"', module.read_text()):
            assert (module.parent / imported).exists()
    for page in ("plain.html", "index.html", "feeds/all.atom.xml"):
        assert "research/live." not in site.read(page)
    assert "research/disk." not in site.read("post.html")
    for page in ("plain.html", "index.html", "feeds/all.atom.xml"):
        assert '<script type="module"' not in site.read(page)


def test_feeds_say_that_the_image_is_static(blog: Build) -> None:
    assert "A static image." in blog({"post.md": POST}).read("feeds/all.atom.xml")


def test_a_second_build_makes_the_same_files(blog: Build) -> None:
    first = element(blog({"post.md": POST}))
    assert element(blog({"post.md": POST})) == first


def test_the_pictures_are_drawn_by_the_graph_that_is_sent(blog: Build) -> None:
    live, still = blog({"post.md": POST}), re.compile(r"digits-samples\.\w+\.(?:png|webp)")
    quantized = still.search(live.read("post.html"))
    full = still.search(blog({"post.md": POST}, 'RESEARCH = {"live": False}').read("post.html"))
    assert quantized
    assert full
    assert quantized[0] != full[0]


def test_a_blog_can_keep_its_figures_still(blog: Build) -> None:
    site = blog({"post.md": POST}, 'RESEARCH = {"live": False}')
    assert "<research-demo" not in site.read("post.html")
    assert '<script type="module"' not in site.read("post.html")
    assert not list((site.root / "output").rglob("*.wasm"))


def test_an_author_can_keep_one_figure_still(blog: Build) -> None:
    still = POST.partition("\n\n")[2].replace("columns: 3", "columns: 3\nlive: no")
    page = blog({"post.md": f"{POST}\n{still}"}).read("post.html")
    first, second = re.findall(r"<figure .*?</figure>", page, re.DOTALL)
    assert "<research-demo" in first
    assert "<research-demo" not in second
    assert "<img " in second
    alone = blog({"post.md": POST.partition("\n\n")[0] + f"\n\n{still}"})
    assert '<script type="module"' not in alone.read("post.html")


def test_an_operator_that_cannot_be_compiled_is_named_and_the_figure_stays(
    build: Build, tmp_path: Path
) -> None:
    write_bundle(tmp_path / "build" / "models" / "digits", odd_decoder())
    site = build({"post.md": POST})
    assert re.search(r"post\.md:5: warning: demo: the figure stays static.*GlobalLpPool", site.log)
    assert "<img " in site.read("post.html")
    assert "<research-demo" not in site.read("post.html")
    assert site.exit_code == 0


def test_onnxruntime_web_is_sent_one_file_where_weights_lie_in_another(build: Build, tmp_path: Path) -> None:
    model = odd_decoder()
    write_bundle(tmp_path / "build" / "models" / "digits", model)
    folder = tmp_path / "build" / "models" / "digits"
    z, x = Tensor("z", (2,), None, (0, 1)), Tensor("x", (1, 8, 8), None, (0, 1), (1, 8, 8))
    normal = normal_form(File(model.SerializeToString()), Signature((z,), (x,)))
    onnx.save(
        model, folder / "decoder.onnx", save_as_external_data=True, location="weights", size_threshold=0
    )
    (folder / "manifest.json").unlink()
    assert main(["manifest", str(folder)]) == 0
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    for _ in range(2):  # made, and from the cache
        found = element(build({"post.md": POST}))
        published = onnx.load(tmp_path / "output" / "demos" / found["data-decoder"], load_external_data=False)
        assert not [tensor for tensor in published.graph.initializer if tensor.external_data]
        inputs = np.random.default_rng(0).standard_normal((3, 2)).astype(np.float32)
        expected = run_graph(normal, inputs)[0]
        np.testing.assert_allclose(run_graph(published, inputs)[0], expected, atol=1e-6)


def test_onnxruntime_web_is_sent_where_it_is_needed_and_installed(build: Build, tmp_path: Path) -> None:
    write_bundle(tmp_path / "build" / "models" / "digits", odd_decoder())
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    site = build({"post.md": POST})
    assert re.search(r"post\.md:5: warning: demo: onnxruntime-web is sent with.*GlobalLpPool", site.log)
    found = element(site)
    assert found["data-decoder"].endswith(".onnx")
    assert int(found["data-kilobytes"]) > 1000
    assert site.exists(f"demos/{found['data-runtime']}ort-wasm-simd-threaded.wasm")


@pytest.mark.parametrize("settings", ["RELATIVE_URLS = True", ""])
def test_the_build_says_what_a_page_with_figures_weighs(blog: Build, settings: str) -> None:
    site = blog({"post.md": POST, "plain.md": PLAIN}, settings)
    said = re.findall(
        r"^(\S+): (\d+) kB when scrolled through, and at most 50 kB of models$", site.log, re.MULTILINE
    )
    pages = dict(said)
    assert "plain.html" not in pages
    html = site.read("post.html")
    # The image in there is for other sites.
    fetched = re.sub(
        r"<meta [^>]*>|<script type=.application/ld.json.>.*?</script>", "", html, flags=re.DOTALL
    )
    named = set(re.findall(r'"([^"]*(?:\.css|\.js|\.webp|\.png))"', fetched))
    files = [site.root / "output" / re.sub(r"^(https://blog.example/|\./)", "", name) for name in named]
    texts = [len(gzip.compress(file.read_bytes())) for file in files if file.suffix in (".css", ".js")]
    images = [file.stat().st_size for file in files if file.suffix in (".webp", ".png")]
    assert texts
    assert images
    page = len(gzip.compress(html.encode()))
    assert abs(int(pages["post.html"]) - (page + sum(texts) + sum(images)) / 1000) <= 1


def test_the_budget_that_the_build_states_is_that_of_the_script() -> None:
    script = (ROOT / "plugins/research/demos/live/script/element.js").read_text()
    assert f"const BUDGET = {weight.BUDGET};" in script
