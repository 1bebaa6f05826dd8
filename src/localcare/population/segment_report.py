"""The report of segments: people and spend by age and group, suppressed as the explorer suppresses them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from localcare.dataset import suppression
from localcare.dataset.runs import RunFolder
from localcare.dataset.suppression import Rule
from localcare.population import bounds, family
from localcare.population.explorer_protect import Tables

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

MONEY = ("spend", "spend_per_head", "spend_low", "spend_high")
FIGURES = ("people", "people_observed", "people_low", "people_high", *MONEY)
Cell = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Asked:
    """A run and a segmentation; two with the same results and the same rule are the same."""

    folder: RunFolder
    segmentation: str
    rule: Rule
    of: Made = field(compare=False)


def rows(of: Made, segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """One row a unit, age band and group; None where suppressed, and where a group has no data."""
    grid = of.segmentation(segmentation)
    held = _protected_cells(_Asked(of.folder, segmentation, of.rule, of))
    unfilled = {group.key for group in grid.groups if group.no_data}
    keys = [(unit, band.key, group.key) for unit in units for band in grid.age_bands for group in grid.groups]
    missing, most = bounds.missing(of, segmentation), dearest(of, segmentation)
    answer = []
    for unit, band, group in keys:
        shown = _row(held.cells[unit, band, group], of.rule)
        shown |= missing.bounded(
            unit, {band: most[band]}, shown["people_observed"], shown["spend_low"], shown["spend_low"]
        )
        lost = held.without(unit, band, group) if group not in unfilled else FIGURES
        answer.append({"unit": unit[1], "age_band": band, "group": group} | shown | dict.fromkeys(lost))
    return answer


def _row(cell: Cell, rule: Rule) -> Row:
    people, observed, pounds, seen = cell
    spend, a_head = suppression.money(pounds, people, rule)
    shown = {"people": rule.rounded(people), "people_observed": rule.rounded(observed)}
    money = {"spend": spend, "spend_per_head": a_head if people else None}
    return shown | money | bounds.NONE | {"spend_low": suppression.money(seen, observed, rule)[0]}


def dearest(of: Made, segmentation: str) -> dict[str, int | None]:
    """By age band, the greatest spend a head of the area's groups that may be published; None where none may."""
    held = _protected_cells(_Asked(of.folder, segmentation, of.rule, of))
    most: dict[str, int | None] = {band.key: None for band in of.segmentation(segmentation).age_bands}
    for (unit, band, group), cell in held.cells.items():
        if unit[0] == "area" and cell[0] and "spend" not in held.without(unit, band, group):
            most[band] = max(most[band] or 0, suppression.money(cell[2], cell[0], of.rule)[1])
    return most


@dataclass(frozen=True)
class _Cells:
    """People, seen people, spend and seen spend of each (unit, age band, group), and what of them is suppressed."""

    cells: Mapping[tuple[Unit, str, str], Cell]
    hidden: frozenset
    money_hidden: frozenset

    def without(self, *key: Any) -> tuple[str, ...]:
        """The figures of a cell that are not shown."""
        if key in self.hidden:
            return FIGURES
        return MONEY if key in self.money_hidden else ()


@lru_cache(maxsize=16)
def _protected_cells(asked: _Asked) -> _Cells:
    """The cells of a segmentation: of observed people suppressed as the explorer has them, so that the two agree.

    Those not observed are an estimate, added to what is observed; an estimate of few is not shown either.
    """
    of, segmentation = asked.of, asked.segmentation
    grid = of.segmentation(segmentation)
    bands, groups = [b.key for b in grid.age_bands], [g.key for g in grid.groups]
    cells = {(u, b, g): (0.0, 0.0, 0.0, 0.0) for u in of.units for b in bands for g in groups}
    for row in of.folder.rows("cell", "segmentation = $s", {"s": segmentation}):
        for unit in of.above(row["practice"]):
            key = (unit, row["age_band"], row["group"])
            people, observed, pounds, seen = cells[key]
            people, observed = people + row["people"], observed + row["people_observed"]
            cells[key] = people, observed, pounds + row["spend"], seen + row["spend_observed"]
    protected = family.of_groups(of, segmentation)
    few = {key for key, cell in cells.items() if of.rule.small(cell[0])}

    def hidden(tables: Tables) -> frozenset:
        return frozenset(key for key in cells if tables.hidden(key[0], (("age", key[1]), ("group", key[2]))))

    return _Cells(cells, hidden(protected.counts) | few, hidden(protected.money))
