"""Which kinds of figure become active and answer, in Firefox and in WebKitGTK.

    python bench/engines.py PAGE.html [--firefox firefox-esr] [--webkit WebKitWebDriver]

The page's folder is served on localhost. Firefox is driven by Marionette, WebKitGTK by the WebDriver of
Debian's ``webkit2gtk-driver``, which needs a display (such as that of Xvfb). Prints a table: what each figure
says when it has become active, and when its first control has been used. Judges nothing.
"""

import argparse
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "bench"))
from page import served  # noqa: E402  (a neighbour)

Run = Callable[[str], Any]

#: Presses each button, then uses the first control or sheet; resolves with rows for the table.
TRY = """
const done = arguments[arguments.length - 1];
const until = async (holds) => {
    for (let i = 0; i < 200 && !holds(); i += 1) await new Promise(resolve => setTimeout(resolve, 50));
};
(async () => {
    const rows = [];
    for (const figure of document.querySelectorAll("research-demo")) {
        figure.scrollIntoView({block: "center"});
        const said = () => figure.querySelector(".research-demo-status")?.textContent ?? "";
        await until(() => figure.querySelector(".research-demo-panel button"));
        figure.querySelector(".research-demo-panel button").click();
        await until(() => "active" in figure.dataset);
        const first = said();
        const slider = figure.querySelector(".research-demo-panel input");
        if (slider) {
            slider.value = Number(slider.value) === Number(slider.min) ? slider.max : slider.min;
            slider.dispatchEvent(new Event("input", {bubbles: true}));
        } else figure.querySelectorAll(".research-demo-panel button")[2].click();
        await until(() => said() !== first);
        rows.push([figure.dataset.kind, first, said() === first ? "" : said()]);
    }
    done(rows);
})();
"""


@contextmanager
def firefox(program: str) -> Iterator[Run]:
    """Start Firefox; yield a function that goes to an address and tries its figures."""
    with TemporaryDirectory() as profile:
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", profile]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            link = connected(2828)
            with link, link.makefile("rb") as answers:
                received(answers)  # the greeting

                def ask(name: str, **values: Any) -> Any:
                    message = json.dumps([0, 1, f"WebDriver:{name}", values]).encode()
                    link.sendall(b"%d:%s" % (len(message), message))
                    _, _, error, result = received(answers)
                    if error:
                        raise RuntimeError(error["message"])
                    return result

                ask("NewSession", capabilities={"alwaysMatch": {"timeouts": {"script": 120_000}}})

                def run(address: str) -> Any:
                    ask("Navigate", url=address)
                    return ask("ExecuteAsyncScript", script=TRY, args=[])["value"]

                yield run
        finally:
            process.terminate()
            process.wait()


def connected(port: int) -> socket.socket:
    """Return a connection to localhost, as soon as somebody listens."""
    for _ in range(300):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=150)
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"nobody listens on port {port}")


def received(answers: Any) -> Any:
    """Return the next message of Marionette: its length, a colon, JSON."""
    length = b""
    while (byte := answers.read(1)) != b":":
        length += byte
    return json.loads(answers.read(int(length)))


@contextmanager
def webkit(program: str) -> Iterator[Run]:
    """Start WebKitGTK's MiniBrowser; yield a function that goes to an address and tries its figures."""
    process = subprocess.Popen([program, "--port=4450"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        connected(4450).close()

        def ask(path: str, **values: Any) -> Any:
            url, data = f"http://127.0.0.1:4450/session{path}", json.dumps(values).encode()
            request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=150) as answer:
                    return json.load(answer)["value"]
            except urllib.error.HTTPError as error:
                raise RuntimeError(error.read().decode()) from error

        binary = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
        options = {"binary": str(binary), "args": ["--automation"]}
        session = ask("", capabilities={"alwaysMatch": {"webkitgtk:browserOptions": options}})
        ask(f"/{session['sessionId']}/timeouts", script=120_000)

        def run(address: str) -> Any:
            ask(f"/{session['sessionId']}/url", url=address)
            return ask(f"/{session['sessionId']}/execute/async", script=TRY, args=[])

        yield run
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Try the figures of a page in the engines that are installed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("page", type=Path)
    parser.add_argument("--firefox", default="firefox-esr")
    parser.add_argument("--webkit", default="WebKitWebDriver")
    given = parser.parse_args()
    console = Console(width=140)
    with served(given.page.parent) as address:
        for engine, program in ((firefox, given.firefox), (webkit, given.webkit)):
            if not shutil.which(program):
                console.print(f"{program} is not installed")
                continue
            table = Table("kind", "active", "answers", title=engine.__name__)
            with engine(program) as run:
                for row in run(address + given.page.name):
                    table.add_row(*row)
            console.print(table)


if __name__ == "__main__":
    main()
