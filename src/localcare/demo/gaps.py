"""How far the published reports lie from the figures the synthetic area aims at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.demo.parameters import conditions, parameters, registers
from localcare.population import queries as population

Row = dict[str, Any]
PINNED = 2.0  # registers and the ends of ranges
# Spend of the whole area. A mean of a share of the people strays by chance as one over the root of the share: seen are
# 1.8% on the whole area, 5.8% on a tenth and 16% on a fiftieth, each time among children, who are fewest.
SPEND = 3.0


@dataclass(frozen=True)
class Gap:
    """A figure aimed at and the one the report gives (None: suppressed there).

    `within`: by how many percent it may miss; None where the figure is only told.
    """

    figure: str
    aim: float
    found: float | None
    within: float | None = None

    @property
    def missed(self) -> bool:
        """Whether it misses by more than it may."""
        return self.within is not None and (self.percent is None or abs(self.percent) > self.within)

    @property
    def percent(self) -> float | None:
        return None if self.found is None else round(100 * (self.found / self.aim - 1), 1)


def gaps(*, practices: bool = True) -> list[Gap]:
    """All figures, from the reports of the run in use; without `practices` the area's alone. Raises NoRun."""
    ranges = _ranges() if practices else ()
    return [*_registers(), *ranges, *_groups(), *_spend(), *_prediction()]


def _registers() -> Iterator[Gap]:
    published = registers()
    for row in population.report("conditions").rows:
        if row["register"] in published:
            aim = 100 * published[row["register"]].share
            yield Gap(f"{row['label']}, percent", round(aim, 3), _percent(row), PINNED)


def _percent(row: Row) -> float | None:
    """From the share as published, which is of exact counts."""
    return None if row["prevalence"] is None else round(100 * row["prevalence"], 3)


def _ranges() -> Iterator[Gap]:
    """The ends of the stated ranges, among the larger half of the practices seen."""
    rows = population.report("conditions", level="practice").rows
    register_of = {condition.name: condition.register for condition in conditions()}
    for name, (low, high) in parameters()["practice_range"].items():
        seen = [row for row in rows if row["register"] == register_of[name] and row["prevalence"] is not None]
        seen.sort(key=lambda row: row["denominator"])
        found = [100 * row["prevalence"] for row in seen[len(seen) // 2 :]]
        yield Gap(f"{name}, lowest practice, percent", low, _shown(min, found), PINNED)
        yield Gap(f"{name}, highest practice, percent", high, _shown(max, found), PINNED)


def _shown(end: Callable[[list[float]], float], found: list[float]) -> float | None:
    return round(end(found), 3) if found else None


def _groups() -> Iterator[Gap]:
    rows = population.report("segments").rows
    share = _share(rows)
    for group in ("1_to_3", "4_plus"):
        found = sum(row["people"] or 0 for row in rows if row["group"] == f"conditions_{group}")
        aim = round(parameters()["aims"][f"people_{group}_conditions"] * share)
        yield Gap(f"people with {group.replace('_', ' ')} conditions", aim, found)


def _share(rows: Sequence[Row]) -> float:
    """The built share of the area, from its people by segment."""
    return sum(row["people"] or 0 for row in rows) / parameters()["lists"]["registered"]


def _spend() -> Iterator[Gap]:
    rows = population.report("segments", segmentation="as_printed").rows
    within = round(SPEND / min(1.0, _share(rows)) ** 0.5, 1)
    found = {(row["age_band"], row["group"]): row["spend_per_head"] for row in rows}
    for cell in parameters()["aims"]["spend_per_head"]:
        key = cell["age_band"], cell["group"]
        yield Gap(f"pounds per head, {key[0]}, {key[1].replace('_', ' ')}", cell["pounds"], found[key], within)


def _prediction() -> Iterator[Gap]:
    assessed = population.report("risk").more["model"].get("assessment")
    if assessed:
        yield Gap("c of emergency admission", parameters()["aims"]["c_statistic"], round(assessed["c"], 3))
