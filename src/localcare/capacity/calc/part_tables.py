"""The tables of a plan's beds, staff and hubs."""

from collections.abc import Iterator

from localcare.capacity.calc.parts import Parts
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_beds import BedsResult
from localcare.capacity.calc.plan_hubs import HubsResult
from localcare.capacity.calc.plan_staff import StaffResult
from localcare.capacity.calc.tables import RANGE, Table, ranged

SPREAD = ("median", "low", "high")


def part_tables(plan: Plan, parts: Parts) -> Iterator[Table]:
    """Those of the parts that the scenario asks for."""
    if parts.beds:
        yield from _beds(plan, parts.beds)
    if parts.staff:
        yield from _staff(plan, parts.staff)
    if parts.hubs:
        yield from _hubs(parts.hubs)


def _beds(plan: Plan, beds: BedsResult) -> Iterator[Table]:
    years = plan.scenario.years
    needs = [(years[n.year], n.place, n.places.median, n.places.low, n.places.high) for n in beds.needs]
    says = (
        "Beds of the whole area, and slots of each service, that the service level takes; high suffices in nine of ten."
    )
    yield Table("beds_needed", "Beds and home slots needed", says, ("year", "place", *SPREAD), tuple(needs))
    places = [
        (years[p.year], p.place, p.offered, p.occupancy.median, p.occupancy.low, p.occupancy.high, p.blocked.median)
        for p in beds.outcome.places
    ]
    full = ("year", "place", "offered", "occupancy", "low", "high", "blocked")
    yield Table("beds_occupied", "How full places are", "Shares of the days offered.", full, tuple(places))
    waits = [
        (years[w.year], w.kind, w.group, w.came.median, w.within.median, w.within.low, w.within.high, w.delayed.median)
        for w in beds.outcome.waits
    ]
    says = "People who came, the share placed within 24 hours, and days spent waiting."
    waited = ("year", "of", "group", "came", "placed_in_a_day", "low", "high", "days_waited")
    yield Table("beds_waits", "Who waits", says, waited, tuple(waits))


def _staff(plan: Plan, staff: StaffResult) -> Iterator[Table]:
    rows = [
        (year, cluster, role, *ranged(staff.posts[:, i, c, r]))
        for i, year in enumerate(plan.scenario.years)
        for c, cluster in enumerate(staff.clusters)
        for r, role in enumerate(staff.roles)
    ]
    says = "Whole-time posts that the needs of each cluster's people take."
    yield Table("staff", "Staff by cluster", says, ("year", "cluster", "role", *RANGE), tuple(rows))
    lines = (
        ("posts", staff.posts.sum((2, 3))),
        ("cost, pounds", staff.cost),
        ("posts that wards could release", staff.released),
    )
    area = [
        (year, label, *ranged(values[:, i])) for label, values in lines for i, year in enumerate(plan.scenario.years)
    ]
    yield Table("staff_area", "Staff of the area", "All clusters together.", ("year", "line", *RANGE), tuple(area))


def _hubs(hubs: HubsResult) -> Iterator[Table]:
    best = [
        (
            number,
            ", ".join(hub.name for hub in one.hubs) or one.reason,
            ", ".join(one.codes),
            one.minutes,
            one.longest,
            one.fifth_gap,
            one.yearly_cost,
            one.status,
            one.gap,
        )
        for number, one in enumerate(hubs.best, start=1)
    ]
    says = "Sets of hubs, best first: need-weighted travel at its least under the scenario's rules."
    ranked = ("rank", "hubs", "codes", "minutes", "longest", "fifth_gap", "yearly_cost", "status", "gap")
    yield Table("hubs_best", "The best sets of hubs", says, ranked, tuple(best))
    yield _curve(hubs)
    first = hubs.best[0]
    each = [
        (
            hub.code,
            hub.name,
            hub.people,
            hub.without_car,
            hub.minutes,
            ", ".join(hub.services),
            hub.yearly_cost,
            hub.staff,
        )
        for hub in first.hubs
    ]
    serving = ("code", "hub", "people", "without_car", "minutes", "services", "yearly_cost", "staff")
    yield Table("hubs", "The hubs of the best set", "Whom each serves.", serving, tuple(each))
    fifths = [(fifth, minutes) for fifth, minutes in first.by_fifth]
    says = "Mean minutes by deprivation fifth, 1 the most deprived."
    yield Table("hubs_fifths", "Who travels how long", says, ("fifth", "minutes"), tuple(fifths))
    yield _questions(hubs)


def _curve(hubs: HubsResult) -> Table:
    rows = [
        (one.p, one.minutes, one.longest, one.beyond, one.yearly_cost, ", ".join(one.codes), "")
        if one.hubs
        else (one.p, None, None, None, None, "", one.reason)
        for one in hubs.curve
    ]
    says = (
        "What one more hub buys, without limits (sites committed to or ruled out are kept): mean minutes, the longest "
        f"trip, the share beyond {hubs.asked.rules.beyond:g} minutes; why not, where there is no such set."
    )
    counted = ("hubs", "minutes", "longest", "beyond", "yearly_cost", "codes", "why_not")
    return Table("hubs_curve", "How many hubs", says, counted, tuple(rows))


def _limit(given: float | None, kept: str, key: str) -> str:
    """How an answer is to be read; where no limit was given, that it is none."""
    return kept if given is not None else f"no limit is given: write {key} under [hubs]"


def _questions(hubs: HubsResult) -> Table:
    """The five questions of the Local Care Plan 2017, page 42."""
    answers, rules = hubs.answers, hubs.asked.rules
    budget = _limit(rules.budget, f"within {rules.budget or 0:,.0f} pounds a year", "budget")
    least = _limit(
        rules.min_population, f"each with {rules.min_population or 0:,.0f} people at least", "min_population"
    )
    staff = _limit(rules.staff, f"with {rules.staff or 0:g} full-time staff", "staff")
    rows = (
        ("How many hubs can be supported economically?", answers.economically, budget),
        ("What number of hubs makes sense for the services?", answers.sensible, least),
        (
            "Which number covers the area accessibly?",
            answers.accessible,
            f"nobody beyond {hubs.asked.minutes:g} minutes",
        ),
        ("How many hubs can be safely staffed?", answers.staffed, staff),
        (
            "Which locations can be used pragmatically?",
            ", ".join(answers.pragmatic) or None,
            "set of the curve with least travel that keeps to every limit given",
        ),
    )
    says = "From the curve; not known where no number on it keeps to the limit, or none is given."
    return Table("hubs_questions", "The plan's five questions", says, ("question", "answer", "read_as"), rows)
