"""The people of a plan told apart: by group, practice and cluster as registered, by district and small area as
residents.

Registered people add up to the plan's: each practice, and each group within its ages, grows as the plan's people of
those ages do (assumed). Residents are those of the forecast, without the homes that a scenario adds.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.population import People
from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import RANGE, Table, Value, age_labels, ranged

SmallAreas = Callable[[People, int], tuple[tuple[str, ...], Array]]


@dataclass(frozen=True)
class Residents:
    """A plan's forecast and how to tell it apart: a district's name by its code, and the people (area, sex, age) of
    each small area in a year."""

    people: People
    districts: Mapping[str, str]
    small_areas: SmallAreas


def people_tables(plan: Plan, groups: Mapping[str, str], residents: Residents | None) -> Iterator[Table]:
    """The tables, those of residents only where the plan has a forecast. `groups`: what stands on paper for each."""
    yield by_group(plan, groups)
    yield _registered(plan, "people_by_cluster", "People by cluster", "cluster", plan.baseline.clusters)
    yield _registered(plan, "people_by_practice", "People by practice", "practice", plan.baseline.practices)
    if residents is not None:
        yield by_district(plan, residents)
        yield by_small_area(plan, residents)


def _growth(plan: Plan) -> Array:
    """People of each age against the baseline year; draws x years x ages."""
    before = plan.baseline.people.sum(1)
    return np.divide(plan.people, before, out=np.ones_like(plan.people), where=before > 0)


def by_group(plan: Plan, groups: Mapping[str, str]) -> Table:
    """Registered people by group: each age keeps its mix of groups, so that groups age with the people."""
    people = _growth(plan) @ plan.baseline.people  # draws x years x groups
    rows = tuple(
        (year, groups[key], *ranged(people[:, i, g]))
        for i, year in enumerate(plan.scenario.years)
        for g, key in enumerate(plan.baseline.groups)
    )
    says = "Registered people by group, each age with the mix of groups it has in the baseline."
    return Table("people_by_group", "People by group", says, ("year", "group", *RANGE), rows)


def _registered(plan: Plan, name: str, title: str, unit: str, labels: Sequence[str]) -> Table:
    """`labels`: of each practice, the unit it stands under."""
    units = sorted(set(labels))
    belongs = np.array([[label == one for label in labels] for one in units], dtype=float)
    lists = belongs @ plan.baseline.people_of_practices  # units x ages
    people = _growth(plan) @ lists.T  # draws x years x units
    rows = tuple(
        (one, float(lists[n].sum()), year, *ranged(people[:, i, n]))
        for n, one in enumerate(units)
        for i, year in enumerate(plan.scenario.years)
    )
    says = f"Registered people of each {unit}: people of an age grow as the plan's do, whatever their practice."
    return Table(name, title, says, (unit, "baseline", "year", *RANGE), rows)


def by_district(plan: Plan, residents: Residents) -> Table:
    """Residents of each district by age, from the baseline year to the plan's last."""
    starts = list(plan.baseline.age_from)
    banded = np.add.reduceat(residents.people.count.sum(2), starts, axis=2)  # years x places x bands
    rows = tuple(
        (year, residents.districts.get(place, place), age, float(banded[i, n, a]))
        for i, year in enumerate(residents.people.years)
        for n, place in enumerate(residents.people.places)
        for a, age in enumerate(age_labels(starts))
    )
    says = "Residents in the middle of each year, as forecast, without homes that the scenario adds."
    return Table("residents_by_district", "Residents by district", says, ("year", "district", "age", "central"), rows)


def by_small_area(plan: Plan, residents: Residents) -> Table:
    """Residents of each small area in the baseline year and the plan's last, all and of the plan's oldest band."""
    oldest = plan.baseline.age_from[-1]
    first, last = residents.people.years[0], residents.people.years[-1]
    codes, before = residents.small_areas(residents.people, first)
    _, after = residents.small_areas(residents.people, last)
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (code, *(float(now[n, :, start:].sum()) for start in (0, oldest) for now in (before, after)))
        for n, code in enumerate(codes)
    )
    columns = ("small area", str(first), str(last), f"{oldest} and over, {first}", f"{oldest} and over, {last}")
    says = "Residents of each lower layer super output area (2011), each with the share of its district it had in 2020."
    return Table("residents_by_small_area", "Residents by small area", says, columns, rows)
