"""Measures as definitions: who counts, who is left out, what is counted, which way is better, their test cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from localcare.population.definitions.files import BadDefinition, read, within
from localcare.population.definitions.segmenting import Rule, read_rule

if TYPE_CHECKING:
    from localcare.population.definitions import Conditions


@dataclass(frozen=True)
class Measure:
    """`people` whose `denominator` holds and none of `exclusions`; counted are uses of `events` or people by a rule.

    Exactly one of `events` (columns of the table of use) and `holds` is given. `better` is lower, higher or neither.
    """

    key: str
    label: str
    source: str
    licence: str
    assumed: str
    better: str
    per: int
    denominator: Rule
    exclusions: tuple[Rule, ...]
    events: tuple[str, ...]
    holds: Rule | None
    cases: tuple[Mapping[str, Any], ...]


def load(path: Path, conditions: "Conditions", activities: tuple[str, ...]) -> Measure:
    """A measure; `activities` are the uses that can be counted. Raises BadDefinition."""
    content = read(path, "measure")
    events = tuple(content["numerator"].get("events", ()))
    used = [name for case in content["case"] for name in case.get("use", ())]
    if unknown := [name for name in dict.fromkeys((*events, *used)) if name not in activities]:
        raise BadDefinition(f"{path}: no activity {', '.join(unknown)}; there are: {', '.join(activities)}")
    for case in content["case"]:
        with within(f"{path}, case {case['says']!r}"):
            conditions.mask(case.get("conditions", ()))
    with within(path):
        return _measure(content, events, conditions)


def _measure(content: Mapping[str, Any], events: tuple[str, ...], conditions: "Conditions") -> Measure:
    counted = content["numerator"]
    same = ("key", "label", "source", "licence", "assumed", "better", "per")
    return Measure(
        **{name: content[name] for name in same},
        denominator=read_rule(content.get("denominator", {}), conditions),
        exclusions=tuple(read_rule(row, conditions) for row in content.get("exclusion", ())),
        events=events,
        holds=None if events else read_rule(counted, conditions),
        cases=tuple(content["case"]),
    )
