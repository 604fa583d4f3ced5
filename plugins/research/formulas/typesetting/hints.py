"""What to write instead of commands that MathJax does not know or is not let use."""

from ...core.lazy import lazy_pattern

UNDEFINED = lazy_pattern(r"Undefined control sequence \\(\w+)")
OUTSIDE = "a formula cannot reach into the page"
PHYSICS = 'it is of the package physics: RESEARCH = {"packages": ["physics"]}'
#: Of ``align`` in ``cases`` and the like, which LaTeX refuses, too.
NESTED = r"write \begin{aligned} inside of another environment, \begin{gathered} for gather"
HINTS = {
    **dict.fromkeys("class cssId href style unicode data".split(), OUTSIDE),
    **dict.fromkeys(
        "qty pqty bqty vqty abs norm eval order comm acomm vb va vu grad curl laplacian dd dv pdv fdv "
        "ev mel mqty pmqty dmat ketbra dyad expval tr Tr rank".split(),
        PHYSICS,
    ),
    **dict.fromkeys("unit SI si qtyrange".split(), r"write \units[5]{m}"),
    "bbm": r"write \mathbbm{1}",
    "require": 'packages are named in the settings: RESEARCH = {"packages": […]}',
    "scr": r"write \mathscr",
    "vcentcolon": "write :",
}


def hint(reason: str) -> str:
    """Return ``; `` and what to write, if MathJax's `reason` is a command of `HINTS` or nested alignments."""
    undefined = UNDEFINED.search(reason)
    found = (
        HINTS.get(undefined[1]) if undefined else NESTED if reason.startswith("Erroneous nesting") else None
    )
    return f"; {found}" if found else ""
