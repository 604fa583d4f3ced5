"""The site at an address of this machine: pages get a script that reloads them, and shows what is wrong.

The script and its events have an address of their own, and nothing of them is written to disk.
"""

import json
import secrets
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pelican.server import ComplexHTTPRequestHandler

SCRIPT = Path(__file__).with_name("client.js")
#: The folder of addresses that are of the development server.
OWN = "/.pelican-research/"
#: Seconds after which a connection without events is tried, so that closed ones end.
HEARTBEAT_SECONDS = 15


@dataclass
class State:
    """What is reported to browsers. A version is the number of the last change of a page."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    #: Tells this server from the one that ran before it.
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    version: int = 0
    #: The version of each page, and the one at which all pages changed.
    pages: dict[str, int] = field(default_factory=dict)
    of_all: int = 0
    #: Lines about the sources, and why the last build failed.
    diagnostics: list[dict[str, str]] = field(default_factory=list)
    #: The source of each page of a post, by its address.
    sources: Mapping[str, str] = field(default_factory=dict)

    def publish(self, pages: Collection[str], is_all: bool = False) -> None:
        """Report to browsers that `pages` have changed, or all of them."""
        with self.changed:
            self.version += 1
            self.pages |= dict.fromkeys(pages, self.version)
            if is_all:
                self.of_all = self.version
            self.changed.notify_all()

    def is_newer(self, page: str, seen: str) -> bool:
        """Say whether `page` has changed since the version `seen`, as `stamp` wrote it."""
        run, _, version = seen.partition(".")
        return run != self.run or max(self.pages.get(page, 0), self.of_all) > int(version or 0)

    def stamp(self) -> str:
        """Return the present version."""
        return f"{self.run}.{self.version}"

    def found_for(self, page: str) -> str:
        """Return what is wrong as JSON; what is wrong in the source of `page` comes first."""
        source = self.sources.get(page, "")
        return json.dumps(sorted(self.diagnostics, key=lambda one: one["source"] != source))


class Handler(ComplexHTTPRequestHandler):  # type: ignore[misc]
    """Answers requests for pages, and for what belongs to the development server."""

    state: State
    base_path: str

    def do_GET(self) -> None:  # noqa: N802
        """Answer with a page and the script, with events, or with a file."""
        address = urlsplit(self.path)
        if address.path == f"{OWN}client.js":
            self._answer(SCRIPT.read_bytes(), "text/javascript")
        elif address.path == f"{OWN}events":
            self._events(parse_qs(address.query))
        else:
            self._file(address.path)

    def _file(self, address: str) -> None:
        folder = Path(self.translate_path(address))
        if folder.is_dir() and not address.endswith("/"):
            super().do_GET()  # leads to the address with a slash
            return
        tried = (self.translate_path(address.rstrip("/") + suffix) for suffix in self.SUFFIXES)
        found = next((Path(path) for path in tried if Path(path).is_file()), None)
        if found is None:
            page = Path(self.base_path, "404.html")
            html = (
                page.read_bytes()
                if page.is_file()
                else b"<!DOCTYPE html><title>Not found</title><p>Not found"
            )
            self._answer(self._with_script(html, address.lstrip("/")), "text/html", HTTPStatus.NOT_FOUND)
        elif found.suffix in (".html", ".htm"):
            name = found.relative_to(self.base_path).as_posix()
            self._answer(self._with_script(found.read_bytes(), name), "text/html")
        else:
            self._answer(found.read_bytes(), self.guess_type(str(found)))

    def _with_script(self, html: bytes, page: str) -> bytes:
        values = {"src": f"{OWN}client.js", "data-page": page, "data-version": self.state.stamp()}
        attributes = " ".join(f'{name}="{value}"' for name, value in values.items() if '"' not in value)
        return html + f"<script async {attributes}></script>\n".encode()

    def _answer(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        charset = "; charset=utf-8" if kind.startswith("text/") else ""
        self.send_header("Content-Type", kind + charset)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)

    def _events(self, query: Mapping[str, list[str]]) -> None:
        page, seen = query.get("page", [""])[0], query.get("version", [""])[0]
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        try:
            for event in self._news(page, seen):
                self.wfile.write(event.encode())
                self.wfile.flush()
        except OSError:  # the page is closed
            return

    def _news(self, page: str, seen: str) -> Iterable[str]:
        state, sent = self.state, ""
        while not state.is_newer(page, seen):
            found = state.found_for(page)
            yield f"event: diagnostics\ndata: {found}\n\n" if found != sent else ": still here\n\n"
            sent = found
            with state.changed:
                if not state.is_newer(page, seen) and state.found_for(page) == sent:
                    state.changed.wait(HEARTBEAT_SECONDS)
        yield "event: reload\ndata:\n\n"


class Server(ThreadingHTTPServer):
    """Serves one folder, with a thread for each connection."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, address: tuple[str, int], state: State) -> None:
        handler: Any = type("SiteHandler", (Handler,), {"state": state, "base_path": str(folder)})
        super().__init__(address, handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()
