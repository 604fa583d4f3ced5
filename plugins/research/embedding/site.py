"""A figure → a folder that any site can publish: a fragment to include, a page to frame, and files."""

from pathlib import Path

from ..core.storage import files
from .make import MadeFigure

FRAGMENT, PAGE = "figure.html", "index.html"
#: Gives a frame the height of what it shows, where the page around it is of the same origin.
FIT = """<script>
const fit = () => (frameElement.style.height = `${document.body.scrollHeight + 32}px`);
if (window.frameElement) new ResizeObserver(fit).observe(document.body);
</script>
"""


def write(figure: MadeFigure, folder: Path, base: str, language: str = "en") -> None:
    """Write `figure` into `folder`, which pages that include the fragment find at `base`."""
    for address, content in figure.files.items():
        files.publish(folder / address, content)
    files.publish(folder / FRAGMENT, figure.fragment(base).encode())
    files.publish(folder / PAGE, page(figure, language).encode())


def page(figure: MadeFigure, language: str) -> str:
    """Return a page that shows the figure alone."""
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<title>Figure</title>\n'
        "<style>body { margin: 1rem auto; max-width: 44rem; padding: 0 1rem; "
        "font: 1rem/1.5 system-ui, sans-serif; background: canvas; color: canvastext } "
        "figure { margin: 0 }</style>\n"
        f"</head>\n<body>\n{figure.fragment('')}{FIT}</body>\n</html>\n"
    )
