"""A built page → the same in one file: style sheets, scripts, images, fonts and models inside."""

import json
import re
from html import escape, unescape
from pathlib import Path
from urllib.parse import urljoin

from .site import BuiltSite, as_data, encoded

#: What is left alone: comments, and code that may name anything.
TAG = re.compile(
    r"<!--.*?-->|<script\b(?P<script>[^<>]*)>(?P<code>.*?)</script>"
    r"|<(?P<name>link|img|source|video|audio|a|use|image|research-demo|meta|form|iframe)\b"
    r"(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = r"""(?<![\w-]){}\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'<>]+))"""
CSS_ADDRESS = re.compile(r"""url\(\s*(?P<quote>["']?)(?P<address>[^"')]+)(?P=quote)\s*\)""")
CSS_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?(?P<address>[^"')\s;]+)["']?\)?(?P<media>[^;]*);""")
ABSOLUTE = re.compile(r"[a-zA-Z][\w+.-]*:|//")
#: Where a page says what its address is.
PUBLISHED = re.compile(
    r'<(?:link\b[^<>]*rel="canonical"|meta\b[^<>]*(?:property="og:url"|name="citation_public_url"))[^<>]*>',
    re.IGNORECASE,
)
#: Links in the head to what a file alone has no use for.
DROPPED = frozenset("alternate prev next preload modulepreload prefetch search manifest".split())
LAZY = re.compile(r"""\sloading\s*=\s*["']?lazy["']?""", re.IGNORECASE)
#: Modules that the script of figures asks for when they are needed, and how often it asks again.
LATE = ("kinds/*.js", "conditions.js", "state.js")
ATTEMPTS = 4
#: Scripts of workers: of programs, and of training.
WORKERS = ("worker.js", "trainer.js")
BOOT = Path(__file__).with_name("boot.js")


class OneFile:
    """Puts what one page needs into it."""

    def __init__(self, page: Path) -> None:
        self.page = page.resolve()
        self.site = BuiltSite.around(page)
        #: What scripts ask for, by name, in base64.
        self.files: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        #: What could not be put into the file.
        self.warnings: list[str] = []

    def html(self) -> str:
        """Return the page."""
        html = self.page.read_text(encoding="utf-8")
        named = (_value(tag, "href|content") for tag in PUBLISHED.findall(html))
        self.url = next((address for address in named if ABSOLUTE.match(address)), "")
        html = TAG.sub(self._tag, html)
        if not self.files:
            return html
        modules = {
            f"./{name}?{attempt}": data for name, data in self.modules.items() for attempt in range(ATTEMPTS)
        }
        head = f'<script type="importmap">{json.dumps({"imports": modules})}</script>\n' if modules else ""
        head += f'<script type="application/json" id="research-files">{json.dumps(self.files)}</script>\n'
        head += f"<script>{BOOT.read_text(encoding='utf-8')}</script>\n"
        return re.sub(
            r"<head\b[^<>]*>\s*(?:<meta charset[^<>]*>)?", lambda tag: f"{tag[0]}\n{head}", html, count=1
        )

    def _tag(self, found: re.Match[str]) -> str:
        if found["script"] is not None:
            return self._script(found)
        name = (found["name"] or "").lower()
        method = getattr(self, f"_{name.replace('-', '_')}", None)
        return method(found[0]) if method else found[0]

    def _script(self, found: re.Match[str]) -> str:
        address = _value(found["script"], "src")
        file = self.site.find(address, self.page.parent) if address else None
        if not file:
            if address:
                self.warnings.append(f"the script {address} is of another site, and stays a link")
            return found[0]
        code = file.read_text(encoding="utf-8").replace("</script", r"<\/script")
        self._keep_workers(file, code)
        is_module = "module" in _value(found["script"], "type")
        return f"<script{' type=module' if is_module else ''}>{code}</script>"

    def _keep_workers(self, file: Path, code: str) -> None:
        """Keep what the script in `file` asks for when it needs it."""
        if "worker.js" in code:
            for name in WORKERS:
                self.files[name] = encoded(file.with_name(name))
        for late in (found for pattern in LATE for found in file.parent.glob(pattern)):
            self.modules[late.relative_to(file.parent).as_posix()] = as_data(late)

    def _link(self, tag: str) -> str:
        kinds = set(_value(tag, "rel").lower().split())
        if kinds & DROPPED:
            return ""
        file = self.site.find(_value(tag, "href"), self.page.parent)
        if not file:
            return tag
        if "stylesheet" in kinds:
            media = _value(tag, "media")
            given = f' media="{escape(media)}"' if media else ""
            return f"<style{given}>{self._css(file)}</style>"
        return _with(tag, "href", as_data(file)) if "icon" in " ".join(kinds) else tag

    def _css(self, file: Path) -> str:
        """Return the style sheet in `file` with its fonts, images and further style sheets inside."""
        text = file.read_text(encoding="utf-8")

        def imported(found: re.Match[str]) -> str:
            other = self.site.find(found["address"], file.parent)
            media = found["media"].strip()
            return found[0] if not other else f"@media {media or 'all'} {{{self._css(other)}}}"

        def address(found: re.Match[str]) -> str:
            other = self.site.find(found["address"], file.parent)
            return f'url("{as_data(other)}")' if other else found[0]

        text = CSS_ADDRESS.sub(address, CSS_IMPORT.sub(imported, text))
        return text.replace("</style", r"<\/style")

    def _img(self, tag: str) -> str:
        tag = LAZY.sub("", tag)
        address = _value(tag, "src")
        if file := self.site.find(address, self.page.parent):
            tag = _with(_without(tag, "srcset"), "src", as_data(file))
        elif not ABSOLUTE.match(address) and address:
            self.warnings.append(f"there is no file {address}")
        return tag

    _video = _audio = _img

    def _source(self, tag: str) -> str:
        for name in ("src", "srcset"):
            first = _value(tag, name).split(" ")[0].strip(",")
            if first and (file := self.site.find(first, self.page.parent)):
                tag = _with(tag, name, as_data(file))
        return tag

    def _a(self, tag: str) -> str:
        """Let a link to another page of the site lead to where that is published."""
        address = _value(tag, "href")
        if not address or address.startswith("#") or ABSOLUTE.match(address):
            return tag
        return _with(tag, "href", urljoin(self.url, address)) if self.url else tag

    def _research_demo(self, tag: str) -> str:
        """Keep the files of an interactive figure; one that needs ONNX Runtime stays static."""
        named = _value(tag, "data-decoder").split()
        named += [_value(tag, f"data-{name}") for name in ("encoder", "step", "examples")]
        if any(name.endswith(".onnx") for name in named):
            label = _value(tag, "data-src").rpartition("/")[2].partition(".")[0]
            self.warnings.append(f"the figure {label} is run by ONNX Runtime, of 11 MB, and stays static")
            return _without(tag, "data-kind")
        source = _value(tag, "data-src")
        for address in (source, *(urljoin(source, name) for name in named if name)):
            if file := self.site.find(address, self.page.parent):
                self.files[file.name] = encoded(file)
            elif address:
                self.warnings.append(f"there is no file {address}")
        return tag


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(ATTRIBUTE.format(f"(?:{name})"), re.IGNORECASE)


def _value(tag: str, name: str) -> str:
    """Return the value of an attribute; empty where `tag` has none."""
    found = _pattern(name).search(tag)
    return unescape(found["double"] or found["single"] or found["bare"] or "") if found else ""


def _with(tag: str, name: str, value: str) -> str:
    return _pattern(name).sub(lambda found: f'{name}="{escape(value)}"', tag, count=1)


def _without(tag: str, name: str) -> str:
    return _pattern(name).sub("", tag, count=1)
