"""Serves folders and answers on localhost, for a browser or a client."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that keeps a browser waiting that opens many connections at once, and refuses none."""

    request_queue_size = 128
    daemon_threads = True  # connections that a browser keeps open hold up nothing


@contextmanager
def served(folder: Path, handler: type[SimpleHTTPRequestHandler] = QuietHandler) -> Iterator[str]:
    """Serve `folder` by `handler`, and give its address, which ends in a slash."""
    with answering(functools.partial(handler, directory=str(folder))) as address:
        yield address


@contextmanager
def answering(handler: type[BaseHTTPRequestHandler] | functools.partial[Any]) -> Iterator[str]:
    """Answer requests by `handler`, and give the address, which ends in a slash."""
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
