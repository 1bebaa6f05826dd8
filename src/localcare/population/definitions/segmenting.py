"""Segmentations as definitions: age bands, groups in order of precedence, the rules of each, their test cases."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcare.population.definitions.files import BadDefinition, read, within

if TYPE_CHECKING:
    from localcare.population.definitions import Conditions


@dataclass(frozen=True)
class AgeBand:
    key: str
    label: str
    first: int
    last: int | None

    def holds(self, age: int) -> bool:
        return self.first <= age and (self.last is None or age <= self.last)


@dataclass(frozen=True)
class Rule:
    """All that is given must hold: the ages, any and all of some conditions, so many long-term ones, frailty points.

    `deprived_tenths` counts from the most deprived tenth of the nation; `home_area_known` tells whether it is known.
    """

    from_age: int = 0
    to_age: int | None = None
    any_of: int = 0
    all_of: int = 0
    at_least: int = 0
    hospital_frailty_from: float | None = None
    deprived_tenths: int | None = None
    home_area_known: bool | None = None


@dataclass(frozen=True)
class Group:
    """A group of a segmentation: any of its rules. With `no_data` it holds nobody, and says why."""

    key: str
    label: str
    rules: tuple[Rule, ...]
    no_data: str = ""
    left_out: str = ""

    def possible(self, band: AgeBand) -> bool:
        """Whether anybody of the age band can be in the group at all."""
        last = band.last if band.last is not None else 10**3
        return any(r.from_age <= last and (r.to_age is None or band.first <= r.to_age) for r in self.rules)


@dataclass(frozen=True)
class Segmentation:
    """`shape` is the same for two files that place everybody alike, whatever words they say it in."""

    key: str
    label: str
    assumed: bool
    source: str
    age_bands: tuple[AgeBand, ...]
    groups: tuple[Group, ...]
    cases: tuple[Mapping[str, Any], ...] = ()
    shape: str = ""

    def possible(self) -> frozenset[tuple[str, str]]:
        """The cells, (age band, group), that can hold anybody."""
        return frozenset((b.key, g.key) for b in self.age_bands for g in self.groups if g.possible(b))


def load(path: Path, conditions: "Conditions") -> Segmentation:
    """A segmentation that places everybody once. Raises BadDefinition."""
    content = read(path, "segmentation")
    bands = tuple(AgeBand(b["key"], b.get("label", b["key"]), b["from"], b.get("to")) for b in content["age_band"])
    with within(path):
        _follow(bands)
        groups = tuple(_group(row, conditions) for row in content["group"])
    if Rule() not in groups[-1].rules:
        raise BadDefinition(f"{path}: the last group must take everyone left (at_least = 0)")
    if len({b.key for b in bands}) < len(bands) or len({g.key for g in groups}) < len(groups):
        raise BadDefinition(f"{path}: each age band and each group needs a key of its own")
    cases = tuple(content.get("case", ()))
    for case in cases:
        with within(f"{path}, case {case['says']!r}"):
            conditions.mask(case.get("conditions", ()))
    said = {name: content[name] for name in ("key", "label", "assumed", "source")}
    return Segmentation(**said, age_bands=bands, groups=groups, cases=cases, shape=_shape(content))


def _shape(content: Mapping[str, Any]) -> str:
    placing = [[{k: v for k, v in row.items() if k != "label"} for row in content[of]] for of in ("age_band", "group")]
    return hashlib.sha256(json.dumps(placing, sort_keys=True).encode()).hexdigest()[:16]


def _follow(bands: tuple[AgeBand, ...]) -> None:
    """Raises BadDefinition where an age is in no band or in two."""
    start: int | None = 0
    for band in bands:
        if start is None:
            raise BadDefinition(f"age band {band.key} stands after one without `to`; only the last may be without it")
        if band.last is not None and band.last < band.first:
            raise BadDefinition(
                f"age band {band.key} ends at {band.last}, before it begins at {band.first}; mend its `to`"
            )
        if band.first != start:
            raise BadDefinition(
                f"age band {band.key} begins at {band.first} and must begin at {start}, without gap or overlap; "
                f"mend its `from` or the `to` of the band before"
            )
        start = None if band.last is None else band.last + 1
    if start is not None:
        raise BadDefinition(f"age band {bands[-1].key} is the last and holds everybody older; take its `to` away")


def _group(row: Mapping[str, Any], conditions: "Conditions") -> Group:
    named = {name: row[name] for name in ("key", "label", "no_data", "left_out") if name in row}
    flat = {name: value for name, value in row.items() if name not in (*named, "rule")}
    if ("no_data" in row) + ("rule" in row) + bool(flat) != 1:
        raise BadDefinition(
            f"group {row['key']}: give its rule, or several as [[group.rule]], or `no_data`, and only one"
        )
    rules = [] if "no_data" in row else row.get("rule", [flat])
    with within(f"group {row['key']}"):
        return Group(**named, rules=tuple(read_rule(rule, conditions) for rule in rules))


def read_rule(row: Mapping[str, Any], conditions: "Conditions") -> Rule:
    """A rule from its table in a file. Raises BadDefinition for an unknown condition."""
    masks = {name: conditions.mask(row[name]) for name in ("any_of", "all_of") if name in row}
    return Rule(**{**row, **masks})
