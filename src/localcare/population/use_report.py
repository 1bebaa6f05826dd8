"""The report of use: what was used in 12 months, of the people of practices that share it; small numbers suppressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from localcare.dataset import differencing
from localcare.dataset.runs import RunFolder
from localcare.dataset.suppression import Line, Rule
from localcare.population import sharing
from localcare.population.calc.use import ACTIVITIES

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

LABELS = {name: activity.label for name, activity in ACTIVITIES.items()} | {"social_care": "Adult social care"}
HOW = "Observed people only, of the practices that share the activity's source for planning."
FIGURES = ("people", "amount", "per_1000_observed")
SHARED, NOT_SHARED = "shared", "not shared"


@dataclass(frozen=True)
class _Asked:
    """A run; two with the same results and the same rule are the same."""

    folder: RunFolder
    rule: Rule
    of: Made = field(compare=False)


def rows(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """One row a unit and activity; None where suppressed, and where none of the unit's practices share it."""
    found, people, seen = _protected(_Asked(of.folder, of.rule, of))
    lost = {name: sharing.lost(of.run, sharing.sources()[name]) for name in LABELS}
    return [
        {"unit": unit[1], "activity": name, "label": label, "measure": "pounds" if name == "social_care" else "number"}
        | _row(found.get((unit, name), [0.0, 0.0])[0], people[unit, name], seen[unit, name], of.rule)
        | sharing.told(sharing.shared(of, unit, lost[name]), FIGURES)
        for unit in units
        for name, label in LABELS.items()
    ]


def _row(amount: float, people: int | None, seen: int | None, rule: Rule) -> Row:
    shown = None if people is None else rule.rounded(amount)
    per_1000 = None if shown is None or not seen else round(1000 * shown / seen, 1)
    return dict(zip(FIGURES, (people, shown, per_1000), strict=True))


@lru_cache(maxsize=4)
def _protected(asked: _Asked) -> tuple[Mapping, Mapping, Mapping]:
    """Amounts by unit and activity, and as published: how many people used it, of how many it is seen.

    Where one or two account for most of an amount, both are suppressed.
    """
    of = asked.of
    found = of.sums("practice_use", "activity", "amount", "people")
    sharing_it = _sharing(of)
    used = {key: (found.get(key, (0.0, 0.0))[1], sharing_it[key]) for key in sharing_it}
    few = of.dominated("practice_use", "activity", "amount")
    return found, of.parted(used, LABELS, few)[0], _seen(of)


def _sharing(of: Made) -> dict[tuple[Unit, str], float]:
    """Observed people of the practices that share each activity, exactly."""
    lost = {name: sharing.lost(of.run, sharing.sources()[name]) for name in LABELS}
    found = {(unit, name): 0.0 for unit in of.units for name in LABELS}
    for row in of.folder.rows("coverage"):
        for unit in of.above(row["practice"]):
            for name in LABELS:
                found[unit, name] += 0 if row["ods_code"] in lost[name] else row["observed"]
    return found


def _seen(of: Made) -> Mapping[tuple[Unit, str], int | None]:
    """Observed people of the practices that share each activity, as they may be published.

    With those of the practices that do not they make up all observed people, who are published too.
    """
    source_of = {name: next(iter(sharing.sources()[name])) for name in LABELS}
    parted = {source: lost for source in set(source_of.values()) if (lost := sharing.without(of.run, source))}
    shown = differencing.published(_parted(of, parted), list(_lines(of, parted)), of.rule)
    return {
        (unit, name): shown[unit, source if source in parted else "", SHARED]
        for unit in of.units
        for name, source in source_of.items()
    }


def _parted(of: Made, parted: Mapping[str, frozenset[str]]) -> dict[tuple, float]:
    """Observed people by (unit, source, whether their practice shares it); without a source, all."""
    kinds = [(source, kind) for source in ("", *parted) for kind in (SHARED, NOT_SHARED)]
    counts: dict[tuple, float] = {(unit, *kind): 0.0 for unit in of.units for kind in kinds}
    for row in of.folder.rows("coverage"):
        for source in ("", *parted):
            kind = NOT_SHARED if row["ods_code"] in parted.get(source, ()) else SHARED
            for unit in of.above(row["practice"]):
                counts[unit, source, kind] += row["observed"]
    return counts


def _lines(of: Made, parted: Iterable[str]) -> Iterable[Line]:
    yield from of.tree("", SHARED)
    for source in parted:
        for kind in (SHARED, NOT_SHARED):
            yield from of.tree(source, kind)
        for unit in of.units:
            yield Line((unit, "", SHARED), tuple((unit, source, kind) for kind in (SHARED, NOT_SHARED)))
