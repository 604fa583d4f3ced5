"""Numbers in prose, read from bundles: ``{{ mnist-vae.elbo }}``, ``{{ mnist-vae.elbo:.2f }}``.

The name of the model, a dot, the name of the number; then, if wanted, a colon and a format
specification as of Python's `format`.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from html import escape, unescape
from pathlib import Path
from typing import Any

from ..core.diagnostics import Diagnostic, line_of, nearest
from ..core.lazy import lazy_pattern
from ..core.part import Failure
from ..core.text.segments import Edit, Kind, apply_edits, segments
from .bundles.bundle import Bundle
from .errors import DemoError

# Typographic filters may have put a no-break space before the last word of a paragraph.
SPACE = r"(?:\s|&nbsp;|&\#160;)*"
NUMBER = lazy_pattern(
    rf"\{{\{{{SPACE}(?P<model>[A-Za-z0-9][A-Za-z0-9_-]*)\.(?P<name>[A-Za-z0-9_.-]+)"
    rf"(?::(?P<format>[^{{}}\s]*?))?{SPACE}\}}\}}",
    re.VERBOSE,
)

#: How many names a dotted name has, at most.
MAX_DEPTH = 20

# Nor do they spare capitals: “VAE” becomes <span class="caps">VAE</span>.
BRACES = lazy_pattern(r"\{\{[^{}]*\}\}")
CAPITALS = lazy_pattern(r'<span class="caps">([^<]*)</span>')


def models(html: str) -> list[str]:
    """Return the names of the models whose numbers stand in the prose of `html`."""
    return [found["model"] for found in _in_prose(_bare(html))] if "{{" in html else []


def fill_in(html: str, source: Path, bundles: Mapping[str, Any]) -> tuple[str, list[Diagnostic]]:
    """Return `html` with numbers in the place of their names in its prose; formulas and code stay.

    `bundles` has the `Bundle` of each model of the post at `source`, or a `Failure`.
    """
    if "{{" not in html:
        return html, []
    html = _bare(html)
    edits: list[Edit] = []
    diagnostics: list[Diagnostic] = []
    seen: dict[str, int] = {}
    known: dict[str, dict[str, Any]] = {}
    for found in _in_prose(html):
        text = found[0]
        try:
            if found["model"] not in known:
                known[found["model"]] = _known(bundles[found["model"]])
            written = _written(found, known[found["model"]])
        except DemoError as error:
            line = line_of(source, text, seen.get(text, 0)) or line_of(source, found["model"])
            diagnostics.append(Diagnostic(source, line, f"{text}: {error}"))
            written = f'<mark class="research-demo-missing">{text}</mark>'
        seen[text] = seen.get(text, 0) + 1
        edits.append(Edit(found.start(), found.end(), written))
    return apply_edits(html, edits), diagnostics


def _bare(html: str) -> str:
    return BRACES.sub(lambda found: CAPITALS.sub(r"\1", found[0]), html)


def facts(bundle: Bundle) -> dict[str, Any]:
    """Return all that a bundle states about itself, by dotted name.

    What was measured stands under its own name, with its standard error under
    ``NAME.standard_error``; values of the manifest under their path.
    """
    manifest = bundle.manifest
    said: dict[str, Any] = {"latents": bundle.latents} if bundle.role == "decoder" else {}
    for name, graph in manifest["graphs"].items():
        size = manifest["files"][graph["file"]]["bytes"]
        said[name] = {"parameters": graph.get("parameters"), "bytes": size, "kilobytes": size / 1000}
    said |= {key: value for key, value in manifest.items() if key not in ("files", "graphs", "format")}
    said |= bundle.metrics
    found = dict(_leaves("", said))
    return found | {name: found[f"{name}.value"] for name in bundle.metrics if f"{name}.value" in found}


def _in_prose(html: str) -> Iterator["re.Match[str]"]:
    for kind, start, end in segments(html):
        if kind in (Kind.PROSE, Kind.LINK):
            yield from NUMBER.finditer(html, start, end)


def _leaves(path: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items() if depth < MAX_DEPTH else ():
            yield from _leaves(f"{path}.{key}" if path else key, inner, depth + 1)
    elif isinstance(value, str | int | float):
        yield path, value


def _known(bundle: Any) -> dict[str, Any]:
    if isinstance(bundle, Failure):
        raise DemoError(bundle.message)
    return facts(bundle)


def _written(found: "re.Match[str]", known: Mapping[str, Any]) -> str:
    name = found["name"]
    if name not in known:
        raise DemoError(f"the bundle of “{found['model']}” states no “{name}”{nearest(name, known)}")
    value = known[name]
    if isinstance(value, float) and not math.isfinite(value):
        raise DemoError(f"the bundle of “{found['model']}” states {value} as “{name}”")
    if found["format"] is None:
        text = rounded(value, known.get(f"{name}.standard_error"))
    else:
        try:
            text = format(value, unescape(found["format"]))
        except (ValueError, OverflowError) as error:
            raise DemoError(f"“{found['format']}” is no format for {value!r}: {error}") from error
    if any(unicodedata.category(character) == "Cc" or character == "\ufffd" for character in text):
        raise DemoError(f"“{name}” holds characters that no page can show: {text!r}")
    shown = escape(text) if isinstance(value, str) else escape(text.replace("-", "\N{MINUS SIGN}"))
    return f"{shown} (draft)" if known.get("draft") is True else shown


def rounded(value: Any, standard_error: Any) -> str:
    """Return `value` to the first digit that its standard error touches, else to three digits or more.

    Raises `DemoError` for a standard error that is none.
    """
    if isinstance(value, str | bool):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if not isinstance(standard_error, int | float | None) or not 0 <= (standard_error or 0) < math.inf:
        raise DemoError(
            f"its standard error is {standard_error!r}: write a format, such as :.2f, to do without"
        )
    scale = standard_error or abs(value) / 100
    places = max(0, -math.floor(math.log10(scale))) if scale else 0
    return f"{value:,.{places}f}"
