"""Tables of a plan's staff beside those there are: gaps, checks against what is published, what moves the need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from localcare.capacity.calc import workforce
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_staff import StaffResult
from localcare.capacity.calc.tables import RANGE, Table, Value, ranged
from localcare.capacity.calc.workforce_2017 import GP_FTE, REGISTERED, ROLES, TASKS, TEAM_PEOPLE


@dataclass(frozen=True)
class Gps:
    """Published whole-time GPs and registered people of the area's practices, a year ending in March."""

    year: int
    people: float
    posts: float


def staff_tables(plan: Plan, staff: StaffResult, published: Sequence[Gps]) -> Iterator[Table]:
    """Gap, checks, sensitivity."""
    yield _gap(plan, staff)
    yield _checks(plan, staff, published)
    ranges = workforce.assumptions(ROLES, TASKS)
    rows = [
        (one.name, ranges[one.name].low, ranges[one.name].high, ranges[one.name].unit, one.low, one.high)
        for one in staff.swings
        if one.width > 0
    ]
    says = f"Posts of {plan.scenario.years[-1]} when one assumption stands at its lowest or highest, others likeliest."
    columns = ("assumption", "lowest", "highest", "unit", "posts_at_lowest", "posts_at_highest")
    yield Table("staff_drivers", "What drives the posts", says, columns, tuple(rows))


def _gap(plan: Plan, staff: StaffResult) -> Table:
    rows = [
        (
            year,
            one.role,
            float(one.needed[0, i]),
            one.filled[i],
            float(one.moved[0, i]),
            *ranged(one.gap[:, i]),
            ranged(one.cost[:, i])[1],
            _known(one.months[i]),
        )
        for one in staff.gaps
        for i, year in enumerate(plan.scenario.years)
    ]
    says = (
        "Whole-time posts needed (central) and filled at the end of each year; those who moved from wards by then "
        "(central), on pay that moves with them; the gap with its range, the pounds a "
        "year that its posts would cost (median), and months to fill the central gap: not known where the scenario "
        "does not say how many can be recruited, or where no more come than go."
    )
    columns = (
        "year",
        "role",
        "needed",
        "filled",
        "moved",
        *(f"gap_{name}" for name in RANGE),
        "cost_of_gap",
        "months_to_fill",
    )
    return Table("staff_gap", "Staff needed and there", says, columns, tuple(rows))


def _known(months: float | None) -> float | None:
    return months if months is not None and isfinite(months) else None


def _checks(plan: Plan, staff: StaffResult, published: Sequence[Gps]) -> Table:
    people = float(plan.baseline.people.sum())
    plan_says = "Local Care Plan 2017, pages 11 and 19"
    rows: list[tuple[Value, ...]] = [
        (
            "registered people for each whole-time GP, as the plan of 2017 states",
            *_patients(GP_FTE, REGISTERED),
            plan_says,
        )
    ]
    rows += [
        (
            f"the same as published, year ending March {one.year}",
            *_patients(one.posts, one.people),
            "NHS Digital, General Practice Workforce",
        )
        for one in published
    ]
    team = "Local Care Plan 2017, page 55: 30-50k population basis"
    sizes = TEAM_PEOPLE.likely, TEAM_PEOPLE.high, TEAM_PEOPLE.low
    rows.append(("teams of 40,000 (50,000 to 30,000) people in the area", *(people / size for size in sizes), team))
    for role, (_, middle, low, high) in _of_a_team(plan, staff, people).items():
        rows.append((f"{role}: posts of such a team for 40,000 people by this need", middle, low, high, "this plan"))
    says = "What the staffing can be held against; low and high where there is a range."
    return Table("staff_checks", "Staff held against what is published", says, CHECKED, tuple(rows))


CHECKED = ("check", "value", "low", "high", "source")


def _patients(posts: float, people: float) -> tuple[float, None, None]:
    return workforce.patients_per(posts, people), None, None


def _of_a_team(plan: Plan, staff: StaffResult, people: float) -> dict[str, tuple[float, float, float, float]]:
    """Posts of the first year, all clusters, scaled from the area to a team of the likeliest size."""
    posts = {role: ranged(staff.posts[:, 0, :, i].sum(1)) for i, role in enumerate(staff.roles)}
    size = {"team_people": people, "people": TEAM_PEOPLE.likely}
    scaled = [workforce.scaled({role: four[n] for role, four in posts.items()}, **size) for n in range(4)]
    return {role: (scaled[0][role], scaled[1][role], scaled[2][role], scaled[3][role]) for role in posts}
