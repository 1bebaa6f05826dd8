"""The cube behind the reports: people and spend by practice, age band and group."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import ibis
from ibis import ir

from localcare.population.calc import estimate


@dataclass(frozen=True)
class Cell:
    """People and spend (pounds) of one group of one practice; those not observed are counted in by estimate."""

    segmentation: str
    practice: int
    age_band: str
    group: str
    people: float
    people_observed: int
    spend: float
    spend_observed: float


def strata(people: ir.Table, segments: ir.Table, cost: ir.Table) -> ir.Table:
    """Registered people and their spend by practice, age band, five years of age, sex and group.

    In: people (person, practice, sex, age), segments (segmentation, person, age_band, group), cost (person, cost).
    Out: segmentation, practice, age_band, five_years, sex, group (null: not observed), people, spend (pounds).
    """
    five = ibis.least(people.age // 5, 18).cast("int8")
    keyed = people.select("person", "practice", "sex", five_years=five).inner_join(segments, "person")
    keyed = keyed.select("segmentation", "person", "practice", "age_band", "five_years", "sex", "group")
    priced = keyed.left_join(cost.select("person", "cost"), "person").select(*keyed.columns, "cost")
    keys = ["segmentation", "practice", "age_band", "five_years", "sex", "group"]
    return priced.group_by(keys).agg(people=priced.count(), spend=priced.cost.sum().fill_null(0.0))


def cells(strata_rows: Iterable[estimate.Stratum], unpriced: Collection[int] = ()) -> tuple[Cell, ...]:
    """The cube: what was observed, plus the estimate for those who were not (`estimate.unobserved`).

    Of practices that are `unpriced`, sharing only some of what spend is made from, all spend is an estimate.
    """
    rows = list(strata_rows)
    seen: dict[estimate.Key, tuple[int, float]] = {}
    for row in rows:
        if row.group is not None:
            key = (row.segmentation, row.practice, row.age_band, row.group)
            people, spend = seen.get(key, (0, 0.0))
            seen[key] = (people + row.people, spend + (0.0 if row.practice in unpriced else row.spend))
    added = estimate.unobserved(rows, unpriced)
    return tuple(_cell(key, seen.get(key, (0, 0.0)), added.get(key, (0.0, 0.0))) for key in sorted(seen | added))


def _cell(key: estimate.Key, seen: tuple[int, float], added: tuple[float, float]) -> Cell:
    return Cell(*key, seen[0] + added[0], seen[0], seen[1] + added[1], seen[1])
