"""An exception that nobody foresaw costs one construct, or one part's work on one post, and is reported.

A plugin of the blog makes methods of ours raise, each in a post of its own; all other posts are published
as if nothing had happened.
"""

import re
from pathlib import Path

import bundles
import pytest
from conftest import Build, Site

BIB = "@article{vae, author={Kingma, D. P. and Welling, M.}, title={T}, year={2013}, journal={J}}"
POST = r"""Title: Post {name}
Date: 2026-01-01

As [@@vae] and \[@b] show, \$5, $x_{name}$, \(u\), $`v`$ and <span class="math">\(w\)</span>, see [](#fig-a):

$$y_{name}$$

```demo
kind: samples
model: small
id: fig-a
alt: Some digits
caption: At {{{{ small.elbo }}}} nats.
```

- in a list

    ```demo
    kind: samples
    model: small
    alt: Others
    ```

!!! lemma
    Text.

!!! margin
    Text.

| a | b |
| - | - |
| 1 | 2 |

: A caption. {{#tbl-a}}

<p class="raw">Raw [@vae] and \(z\).</p>
"""
REST = """Post {name}
###########

:date: 2026-01-01

As [@vae] shows, see :eq:`a`.

.. math::
   :label: a

   x_{name}

.. demo:: samples
   :model: small
   :alt: Some digits

   A caption.

.. margin::

   Text.
"""
SETTINGS = """
PLUGINS = ["sabotage", "research"]
PLUGIN_PATHS += ["more"]
RESEARCH = {"live": False}
FEED_ALL_ATOM = "feeds/all.atom.xml"
# The extension “toc” lets postprocessors run more than once.
EXTENSIONS = ("codehilite", "extra", "meta", "toc")
MARKDOWN = {"extension_configs": {f"markdown.extensions.{name}": {} for name in EXTENSIONS}}
"""
NOTHING = "def register():\n    pass\n"
#: Makes a method of each part raise for a post of its own: that of citations for citations.md.
OF_POSTS = """
def register():
    from research.parts import PARTS
    PARTS[0].decisive = lambda self, posts: [None] * len(posts)  # an earlier build has finished them
    for part in PARTS:
        def raising(self, post, *others, old=getattr(part, {hook!r}), name=part.name):
            if post.source.stem == name:
                raise LookupError("sabotage of " + name)
            return old(self, post, *others)
        setattr(part, {hook!r}, raising)
"""
#: Makes `compute` of each part raise over what a post of its own asks for, once it has been asked for all.
OF_REQUESTS = """
def register():
    from research.parts import PARTS
    PARTS[0].decisive = lambda self, posts: [None] * len(posts)  # an earlier build has finished them
    for part in PARTS:
        wanted = {{}}
        def noting(self, post, old=part.collect, wanted=wanted, name=part.name):
            found = old(self, post)
            if post.source.stem == name:
                wanted.update(dict.fromkeys(found.requests))
            elif post.source.stem == "plain":
                for request in found.requests:
                    wanted.pop(request, None)
            return found
        def raising(self, requests, old=part.compute, wanted=wanted, name=part.name):
            for request in requests:
                if request in wanted:
                    raise LookupError("sabotage of " + name)
            yield from old(self, requests)
        part.collect, part.compute = noting, raising
"""
OF_PAGES = """
def register():
    from research.parts import PARTS
    for part in PARTS:
        if part.name == {name!r}:
            def raising(self, *others):
                raise LookupError("sabotage of " + part.name)
            part.finish_page = part.finish_excerpt = part.assets = part.close = raising
            break
"""
#: Makes a method of each part raise.
OF_BUILDS = """
def register():
    from research.parts import PARTS
    for part in PARTS:
        def raising(self, posts, *others, name=part.name):
            raise LookupError("sabotage of " + name)
        setattr(part, {hook!r}, raising)
"""
#: Makes the Nth processor or directive that is registered raise while pN is read; notes their names.
OF_READERS = """
from pathlib import Path
NOW = [""]
def register():
    from pelican import readers
    from research.core import boundary as reports
    from research.adapter.reading import markdown_reader, readers as ours
    names = []
    def sabotaged(call, name):
        if name not in names:
            names.append(name)
            Path("names").write_text("\\n".join(names))
        number = names.index(name)
        def raising(*arguments, **options):
            if NOW[0] == f"p{{number}}":
                raise LookupError("sabotage of " + name)
            return call(*arguments, **options)
        return raising
    guarded, directive, role = reports.guarded, reports.guarded_directive, reports.guarded_role
    def processor(one, part, otherwise=None):
        for hook in ("run", "handleMatch"):
            if hasattr(one, hook):
                setattr(one, hook, sabotaged(getattr(one, hook), type(one).__name__))
        return guarded(one, part, otherwise)
    def one_directive(one, part):
        made = type(one.__name__, (one,), {{"run": sabotaged(one.run, one.__name__)}})
        return directive(made, part)
    reports.guarded = processor
    ours.guarded_directive = one_directive
    ours.guarded_role = lambda one, part: role(sabotaged(one, one.__name__), part)
    for reader in (markdown_reader.Reader, readers.RstReader):
        def read(self, source, old=reader.read):
            NOW[0] = Path(source).stem
            return old(self, source)
        reader.read = read
"""
PARTS = ("demos", "citations", "formulas", "numbering", "notes", "site")


def blog(build: Build, sabotage: str, posts: dict[str, str], settings: str = "") -> Site:
    return build({"references.bib": BIB, "/more/sabotage.py": sabotage, **posts}, SETTINGS + settings)


def posts(*names: str) -> dict[str, str]:
    return {f"{name}.md": POST.format(name=name) for name in names}


def model(tmp_path: Path) -> None:
    bundles.write_bundle(tmp_path / "build" / "models", "small")


def reports(site: Site) -> dict[str, str]:
    """Return, for each post, the messages that blame the plugin."""
    found = re.findall(r"content/(\S+?)\.\w+(?::\d+)*: error: (?:demo: )?(.*internal error.*)", site.log)
    return dict(found)


@pytest.mark.parametrize("hook", ["collect", "resolve"])
def test_a_hook_that_raises_costs_the_work_of_its_part_on_its_post(
    hook: str, build: Build, tmp_path: Path
) -> None:
    model(tmp_path)
    texts = posts("plain", *PARTS)
    plain = {name: blog(build, NOTHING, texts).read(f"post-{name}.html") for name in ("plain", *PARTS)}
    site = blog(build, OF_POSTS.format(hook=hook), texts)
    assert site.exit_code == 0
    assert site.read("post-plain.html") == plain["plain"]
    found = reports(site)
    assert found.keys() == set(PARTS)
    for name in PARTS:
        assert f"{name}: internal error, LookupError: sabotage of {name}" in found[name]
        page = site.read(f"post-{name}.html")
        assert ("Welling (2013)" in page) == (name != "citations"), name
        assert ("<svg" in page) == (name != "formulas"), name
        assert ("<img" in page) == (name != "demos"), name
        assert ("research-placeholder" in page) is False


def test_a_request_that_raises_costs_its_post(build: Build, tmp_path: Path) -> None:
    model(tmp_path)
    texts = posts("plain", "demos", "citations", "formulas")
    texts["demos.md"] = texts["demos.md"].replace("kind: samples", "kind: samples\nrows: 2")
    plain = blog(build, NOTHING, texts).read("post-plain.html")
    site = blog(build, OF_REQUESTS.format(), texts)
    assert site.exit_code == 0
    assert site.read("post-plain.html") == plain
    assert reports(site).keys() == {"demos", "citations", "formulas"}
    assert "Welling (2013)" not in site.read("post-citations.html")
    assert "Welling (2013)" in site.read("post-formulas.html")


@pytest.mark.parametrize("hook", ["decisive", "recall", "take_note"])
def test_what_knows_finished_posts_may_raise(hook: str, build: Build) -> None:
    texts = {"a.md": "Title: A\nDate: 2026-01-01\n\nAs [@@vae] shows, $x^2$.\n"}
    before = [blog(build, NOTHING, texts).read("a.html") for _ in range(2)]
    assert "Welling (2013)" in before[0]
    assert "<svg" in before[0]
    for _ in range(2):
        site = blog(build, OF_BUILDS.format(hook=hook), texts)
        assert site.exit_code == 0
        assert site.read("a.html") == before[0] == before[1]
        for part in PARTS:
            assert f"{part}: internal error, LookupError: sabotage of {part}" in site.log


@pytest.mark.parametrize("name", ["citations", "formulas"])
def test_what_finishes_pages_may_raise(name: str, build: Build, tmp_path: Path) -> None:
    model(tmp_path)
    blog(build, NOTHING, posts("plain"))
    site = blog(build, OF_PAGES.format(name=name), posts("plain"))
    assert site.exit_code == 0
    assert f"{name}: internal error, LookupError" in site.log
    page = site.read("post-plain.html")
    assert "Welling (2013)" in page
    assert "research-placeholder" not in page
    assert ("<svg" in page) == (name != "formulas")
    assert "Welling (2013)" in site.read("feeds/all.atom.xml")


def test_a_processor_or_directive_that_raises_costs_its_construct(build: Build, tmp_path: Path) -> None:
    model(tmp_path)
    count = 31
    markdown = posts("plain", *(f"p{number}" for number in range(count)))
    texts = markdown | {"rest.rst": REST.format(name="rest")}
    texts |= {f"p{number}.rst": REST.format(name=f"p{number}") for number in range(count, count + 3)}
    before = blog(build, NOTHING, texts)
    plain = [before.read(f"post-{name}.html") for name in ("plain", "rest")]
    site = blog(build, OF_READERS.format(), texts, "RESEARCH['cache'] = 'build/other'\n")
    names = (site.root / "names").read_text().split()
    assert site.exit_code == 0
    assert [site.read(f"post-{name}.html") for name in ("plain", "rest")] == plain
    assert len(names) == len(set(names)) >= count
    found = reports(site)
    in_rest = {"Demo", "MathDirective", "equation_role", "Box", "Group", "Margin", "reference_role"}
    for number, name in enumerate(names):
        assert site.exists(f"post-p{number}.html")
        if (name in in_rest) == (number >= count):
            assert f"LookupError: sabotage of {name}" in found.get(f"p{number}", ""), name
        page = site.read(f"post-p{number}.html")
        assert "\x02" not in page
        assert "research-report" not in page


def test_every_processor_of_ours_is_guarded() -> None:
    import markdown
    from research.core.part import Part
    from research.parts import PARTS as ALL

    def names(part: type[Part]) -> list[str]:
        return list(part.readers(part.settings_type(), {}).markdown)

    md = markdown.Markdown(extensions=["extra", "meta", *(name for part in ALL for name in names(part))])
    registries = (md.preprocessors, md.inlinePatterns, md.postprocessors, md.parser.blockprocessors)
    ours = [
        one
        for registry in registries
        for one in registry
        if type(one).__module__.startswith("research.") and type(one).__name__ != "Carrier"
    ]
    assert len(ours) >= 12
    for one in ours:
        hook = one.handleMatch if hasattr(one, "handleMatch") else one.run
        assert hasattr(hook, "__wrapped__"), one
