"""What a practice's list would have used had its people used as people like them do: indirect standardisation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pandas as pd
from ibis import ir
from numpy.typing import NDArray

from localcare.population.calc.people import in_months_before
from localcare.population.definitions import Prices

Column = NDArray[Any]
MONTHS = 12
# Each takes in those before it; nothing is the crude rate.
STEPS: Mapping[str, tuple[str, ...]] = {
    "nothing": (),
    "age_sex": ("five_years", "sex"),
    "deprivation": ("five_years", "sex", "fifth"),
    "conditions": ("five_years", "sex", "fifth", "conditions"),
}
MOST_CONDITIONS = 4  # this many recorded long-term conditions and more are one stratum


@dataclass(frozen=True)
class Indicator:
    """An amount a person: its words, the sources without which a practice has no figure, counts or pounds."""

    label: str
    sources: tuple[str, ...]
    whole: bool = True


INDICATORS: Mapping[str, Indicator] = {
    "emergency_admissions": Indicator("Emergency admissions", ("acute",)),
    "emergency_attendances": Indicator("A&E attendances", ("acute",)),
    "emergency_bed_days": Indicator("Emergency bed days", ("acute",)),
    "outpatient_first": Indicator("First outpatient attendances", ("acute",)),
    "conditions": Indicator("Recorded long-term conditions", ("gp",)),
    "spend": Indicator(
        "Spend", ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care"), False
    ),
    "spend_elsewhere": Indicator(
        "Spend outside A&E and emergency admissions",
        ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care"),
        False,
    ),
}


def amounts(
    tables: Mapping[str, ir.Table],
    people: ir.Table,
    used: ir.Table,
    prices: Prices,
    fifths: Mapping[int, int],
    at: date,
) -> ir.Table:
    """One row an observed person: strata and the amount of each indicator.

    In: tables `person`, `admission`, `outpatient` of an edition; people (person, practice, sex, age, observed,
    conditions: how many are recorded); use of 12 months (`use.use`); the deprivation fifth of each area's number.
    Out: person, practice, sex, five_years, fifth (0: not known), conditions_from (0 to `MOST_CONDITIONS`), a column an
    indicator.
    """
    seen = people.filter(people.observed)
    homes = ibis.memtable([(a, f) for a, f in fifths.items()], schema={"area": "int16", "fifth": "int8"})
    placed = tables["person"].select("person", "area").left_join(homes, "area").select("person", "fifth")
    emergency = in_months_before(tables["admission"], at, MONTHS)
    emergency = emergency.filter(emergency.kind == "emergency")
    nights = ibis.least(emergency.discharged_on.fill_null(ibis.literal(at)), ibis.literal(at)).delta(
        emergency.on, unit="day"
    )
    beds = emergency.group_by("person").agg(emergency_bed_days=nights.sum())
    first = in_months_before(tables["outpatient"], at, MONTHS)
    first = first.filter(first.first & first.attended).group_by("person").agg(outpatient_first=lambda t: t.count())
    joined = seen.left_join(placed, "person").select(*seen.columns, "fifth")
    joined = joined.left_join(beds, "person").select(*joined.columns, "emergency_bed_days")
    joined = joined.left_join(first, "person").select(*joined.columns, "outpatient_first")
    joined = joined.inner_join(used, "person").select(*joined.columns, *(c for c in used.columns if c != "person"))
    urgent = ("emergency_attendance", "emergency_short", "emergency_long")
    return joined.select(
        "person",
        "practice",
        "sex",
        five_years=ibis.least(joined.age // 5, 18),
        fifth=joined.fifth.fill_null(0),
        conditions_from=ibis.least(joined.conditions, MOST_CONDITIONS),
        emergency_admissions=joined.emergency_short + joined.emergency_long,
        emergency_attendances=joined.emergency_attendance,
        emergency_bed_days=joined.emergency_bed_days.fill_null(0),
        outpatient_first=joined.outpatient_first.fill_null(0),
        conditions=joined.conditions,
        spend=joined.cost,
        spend_elsewhere=joined.cost - sum(joined[name] * prices[name] for name in urgent),
    )


@dataclass(frozen=True)
class Standardised:
    """One indicator of one practice against what its list would have at the rates of all.

    `users`: people with more than nothing; `largest` and `second`: the two largest amounts of a person; `variance`: of
    the amount by chance, were the practice's people drawn from all people of their strata.
    """

    practice: int
    indicator: str
    adjusted_for: str
    people: int
    users: int
    amount: float
    largest: float
    second: float
    expected: float
    variance: float


def standardise(columns: Mapping[str, Column], lost: Mapping[str, frozenset[int]]) -> list[Standardised]:
    """Every indicator of every practice, at each of `STEPS`.

    In: the columns of `amounts`; practices lost by source: they have no figure where an indicator needs it, and give
    no rate. The stratum's mean and variance are those of all practices that have a figure, the practice's own included.
    `conditions` are not adjusted for themselves.
    """
    answer: list[Standardised] = []
    people = len(columns["practice"])
    strata_by = {
        step: _numbered([columns["conditions_from" if key == "conditions" else key] for key in by], people)
        for step, by in STEPS.items()
    }
    for name, indicator in INDICATORS.items():
        barred = sorted(frozenset().union(*(lost.get(source, frozenset()) for source in indicator.sources)))
        kept = ~np.isin(columns["practice"], barred)
        practice, amount = columns["practice"][kept].astype(np.int64), columns[name][kept].astype(float)
        if not len(practice):
            continue
        held = _held(practice, amount)
        for step, strata in strata_by.items():
            if name == "conditions" and step == "conditions":
                continue
            expected, variance = _expected(practice, amount, strata[kept])
            answer += [
                Standardised(p, name, step, *own, expected=float(expected[p]), variance=float(variance[p]))
                for p, own in held.items()
            ]
    return answer


def _held(practice: Column, amount: Column) -> dict[int, tuple[int, int, float, float, float]]:
    """Of each practice: people, people with more than nothing, amount, and its two largest."""
    found = {}
    for p in np.unique(practice).tolist():
        own = amount[practice == p]
        top = [*np.sort(own)[-2:][::-1].tolist(), 0.0]
        found[p] = (len(own), int((own > 0).sum()), float(own.sum()), top[0], top[1])
    return found


def _numbered(keys: list[Column], rows: int) -> Column:
    """The stratum of each row, numbered from 0."""
    number = np.zeros(rows, dtype=np.int64)
    for key in keys:
        at, values = pd.factorize(key, use_na_sentinel=False)
        number = number * len(values) + at
    return pd.factorize(number)[0]


def _expected(practice: Column, amount: Column, strata: Column) -> tuple[Column, Column]:
    # A stratum all of whose people are left out has nobody here; no row asks for its rate.
    people = np.maximum(np.bincount(strata), 1)
    mean = np.bincount(strata, amount) / people
    spread = np.maximum(np.bincount(strata, amount**2) / people - mean**2, 0.0)
    spread *= people / np.maximum(people - 1, 1)
    return np.bincount(practice, mean[strata]), np.bincount(practice, spread[strata])
