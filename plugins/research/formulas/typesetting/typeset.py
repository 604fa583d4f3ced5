"""Groups of formulas → what MathJax makes of them: what the cache has is looked up, Node.js sets the rest."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.processes.node import NodeEndedError, NodeError, NodeMissingError
from ...core.storage.cache import Cache
from ..settings import FORMATS, Settings
from ..syntax.find import Group, Refusal, SetFormula
from .mathjax import MODULES, Result, typeset_groups, versions

#: Characters of TeX. No formula that a reader could read is longer.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class SetGroup:
    """What MathJax made of the formulas of a group, one after another."""

    #: What a page needs to show each.
    keys: list[str]
    outcomes: list[SetFormula | Refusal]

    @classmethod
    def read(cls, group: Group, key: str, results: Iterable[Result], format: str) -> "SetGroup":
        """Read the `results` of typeset.mjs for the `group`, whose hash is `key`."""
        keys = [f"{format}-{key}-{index}" for index in range(len(group))]
        outcomes = [_outcome(result, format) for result in results]
        if len(outcomes) != len(group):
            raise ValueError(f"{len(outcomes)} results for {len(group)} formulas")
        return cls(keys, outcomes)

    @property
    def refuses(self) -> bool:
        """Whether there is a formula that MathJax does not set."""
        return any(isinstance(outcome, Refusal) for outcome in self.outcomes)


@dataclass(frozen=True)
class Unset:
    """What a group is that could not be set, through no fault of its own."""

    in_browser: bool
    message: str


def typeset(
    requests: Sequence[tuple[str, Group]], settings: Settings, cache: Cache
) -> Iterator[tuple[tuple[str, Group], SetGroup | Unset]]:
    """Set each of the `requests`, a format and a group; yield what MathJax made of it.

    What the `cache` has is looked up, and the rest is set by one process of Node.js a format.
    """
    for format in FORMATS:
        groups = [group for name, group in requests if name == format]
        done: set[Group] = set()
        try:
            for group, set_group in _set(groups, format, settings, cache):
                done.add(group)
                yield (format, group), set_group
        except NodeError as error:
            unset = Unset(isinstance(error, NodeMissingError), str(error))
            yield from (((format, group), unset) for group in groups if group not in done)


def _set(
    groups: Sequence[Group], format: str, settings: Settings, cache: Cache
) -> Iterator[tuple[Group, SetGroup]]:
    if not groups:
        return
    tex = {"packages": settings.tex_packages, "tags": settings.equation_numbers}
    how = {"format": format, "tex": tex}
    area = cache.area(
        "formulas",
        json.dumps([versions(), how], sort_keys=True),
        *(module.read_text("utf-8") for module in MODULES),
    )
    missing: dict[Group, str] = {}
    for group in groups:
        key = area.key([[formula.tex, formula.display] for formula in group])
        if any(len(formula.tex) > MAX_CHARACTERS for formula in group):
            refusal = {"error": f"more than {MAX_CHARACTERS:,} characters"}
            yield group, SetGroup.read(group, key, [refusal] * len(group), format)
        elif results := area.get(key):
            yield group, SetGroup.read(group, key, results, format)
        else:
            missing[group] = key
    if not missing:
        return
    for group, results in _typeset(list(missing), how):
        area.put(missing[group], results)
        yield group, SetGroup.read(group, missing[group], results, format)


def _typeset(groups: Sequence[Group], how: dict[str, Any]) -> Iterator[tuple[Group, list[Result]]]:
    done = 0
    try:
        for group, results in zip(groups, typeset_groups(groups, how), strict=True):
            yield group, results
            done += 1
    except NodeEndedError:
        # Once more, and last what it ended over: that may be to blame.
        again = [*groups[done + 1 :], groups[done]]
        yield from zip(again, typeset_groups(again, how), strict=True)


def _outcome(result: Result, format: str) -> SetFormula | Refusal:
    if "error" in result:
        return Refusal(result["error"], result.get("column"))
    html, text, parts = result["html"], result["text"], result["parts"]
    if format == "chtml":
        return SetFormula(html, text, {}, parts)
    return SetFormula(html, text, {name: f'<path id="{name}" d="{path}"/>' for name, path in parts.items()})
