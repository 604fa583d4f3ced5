"""Groups of formulas → typeset formulas, from the cache or from MathJax in Node.js."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...core.processes.node import NodeEndedError, NodeError, NodeMissingError
from ...core.storage.cache import Area, Cache
from ..settings import FORMATS, Settings
from ..syntax.find import Group, TypesetFormula, TypesettingError
from .mathjax import MODULES, Result, typeset_groups, versions

#: Characters of TeX. No formula that a reader could read is longer.
MAX_CHARACTERS = 20_000


@dataclass(frozen=True)
class TypesetGroup:
    """What MathJax made of the formulas of a group, one after another."""

    #: What a page needs to show each.
    keys: list[str]
    outcomes: list[TypesetFormula | TypesettingError]

    @classmethod
    def read(cls, group: Group, key: str, results: Iterable[Result], format: str) -> "TypesetGroup":
        """Read the `results` of typeset.mjs for the `group`, whose hash is `key`."""
        keys = [f"{format}-{key}-{index}" for index in range(len(group))]
        outcomes = [_outcome(result, format) for result in results]
        if len(outcomes) != len(group):
            raise ValueError(f"{len(outcomes)} results for {len(group)} formulas")
        return cls(keys, outcomes)

    @property
    def formulas(self) -> dict[str, TypesetFormula]:
        """Those that MathJax typesets, by their keys."""
        outcomes = zip(self.keys, self.outcomes, strict=True)
        return {key: one for key, one in outcomes if isinstance(one, TypesetFormula)}

    @property
    def has_errors(self) -> bool:
        """Whether MathJax cannot typeset one of the formulas."""
        return any(isinstance(outcome, TypesettingError) for outcome in self.outcomes)


@dataclass(frozen=True)
class NotTypeset:
    """Why a group was not typeset, when its TeX is not to blame."""

    in_browser: bool
    message: str


def typeset(
    requests: Sequence[tuple[str, Group]], settings: Settings, cache: Cache
) -> Iterator[tuple[tuple[str, Group], TypesetGroup | NotTypeset]]:
    """Set each of the `requests`, a format and a group; yield what MathJax made of it.

    Those that are not in the `cache` are typeset by one process of Node.js per format.
    """
    for format in FORMATS:
        groups = [group for name, group in requests if name == format]
        done: set[Group] = set()
        try:
            for group, typeset_group in _typeset_format(groups, format, settings, cache):
                done.add(group)
                yield (format, group), typeset_group
        except NodeError as error:
            not_typeset = NotTypeset(isinstance(error, NodeMissingError), str(error))
            yield from (((format, group), not_typeset) for group in groups if group not in done)


def recalled(keys: Iterable[str], settings: Settings, cache: Cache) -> Mapping[str, TypesetFormula]:
    """Return those of the formulas with `keys` that are in the `cache`."""
    found: dict[str, TypesetFormula] = {}
    areas: dict[str, Area] = {}
    for name in dict.fromkeys(key.rpartition("-")[0] for key in keys):
        format, _, key = name.partition("-")
        area = areas.get(format) or areas.setdefault(format, _area(_how(format, settings), cache))
        for index, result in enumerate(area.get(key) or ()):
            if isinstance(one := _outcome(result, format), TypesetFormula):
                found[f"{name}-{index}"] = one
    return found


def _how(format: str, settings: Settings) -> dict[str, Any]:
    """Return the head of the job of typeset.mjs: how to typeset."""
    return {"format": format, "tex": {"packages": settings.tex_packages, "tags": settings.equation_numbers}}


def _area(how: Mapping[str, Any], cache: Cache) -> Area:
    """Return where the `cache` has what is typeset in that way."""
    modules = (module.read_text("utf-8") for module in MODULES)
    return cache.area("formulas", json.dumps([versions(), how], sort_keys=True), *modules)


def _typeset_format(
    groups: Sequence[Group], format: str, settings: Settings, cache: Cache
) -> Iterator[tuple[Group, TypesetGroup]]:
    if not groups:
        return
    how = _how(format, settings)
    area = _area(how, cache)
    missing: dict[Group, str] = {}
    for group in groups:
        key = area.key([[formula.tex, formula.display] for formula in group])
        if any(len(formula.tex) > MAX_CHARACTERS for formula in group):
            error = {"error": f"more than {MAX_CHARACTERS:,} characters"}
            yield group, TypesetGroup.read(group, key, [error] * len(group), format)
        elif results := area.get(key):
            yield group, TypesetGroup.read(group, key, results, format)
        else:
            missing[group] = key
    if not missing:
        return
    for group, results in _with_retry(list(missing), how):
        if not any("error" in result for result in results):  # an error must not outlive its cause
            area.put(missing[group], results)
        yield group, TypesetGroup.read(group, missing[group], results, format)


def _with_retry(groups: Sequence[Group], how: dict[str, Any]) -> Iterator[tuple[Group, list[Result]]]:
    done = 0
    try:
        for group, results in zip(groups, typeset_groups(groups, how), strict=True):
            yield group, results
            done += 1
    except NodeEndedError:
        # Once more, and last what it ended over: that may be to blame.
        again = [*groups[done + 1 :], groups[done]]
        yield from zip(again, typeset_groups(again, how), strict=True)


def _outcome(result: Result, format: str) -> TypesetFormula | TypesettingError:
    if "error" in result:
        return TypesettingError(result["error"], result.get("column"))
    html, text, parts, labels = result["html"], result["text"], result["parts"], result.get("labels", {})
    if format == "chtml":
        return TypesetFormula(html, text, {}, parts, labels)
    outlines = {name: f'<path id="{name}" d="{path}"/>' for name, path in parts.items()}
    return TypesetFormula(html, text, outlines, labels=labels)
