"""The tables of a plan's beds, staff and hubs."""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from types import MappingProxyType

from localcare.capacity.calc.beds.outcome import Spread
from localcare.capacity.calc.parts import Parts
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_beds import BedsResult
from localcare.capacity.calc.plan_hubs import HubsResult
from localcare.capacity.calc.plan_staff import StaffResult
from localcare.capacity.calc.reach_tables import reach_tables
from localcare.capacity.calc.staff_tables import Gps, staff_tables
from localcare.capacity.calc.tables import RANGE, Table, ranged

SPREAD = ("median", "low", "high")


def part_tables(
    plan: Plan, parts: Parts, published: Sequence[Gps], names: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Table]:
    """Those of the parts that the scenario asks for. `published`: the practice workforce to check against; `names`: of
    small areas, by code."""
    if parts.beds:
        yield from _beds(plan, parts.beds)
    if parts.staff:
        yield from _staff(plan, parts.staff)
        yield from staff_tables(plan, parts.staff, published)
    if parts.hubs:
        yield from _hubs(parts.hubs, names)


def _beds(plan: Plan, beds: BedsResult) -> Iterator[Table]:
    years, days = plan.scenario.years, beds.asked.within_days
    cases = (("with the plan", beds.planned), ("nothing done", beds.nothing_done))
    needs = [
        (years[n.year], case, n.place, n.places.median, n.places.low, n.places.high)
        for case, one in cases
        for n in one.needs
    ]
    says = (
        "Beds of the whole area, and slots of each service, that the service level takes; high suffices in nine of "
        "ten. The range holds the plan's own draws, the bed model's assumptions and luck."
    )
    yield Table("beds_needed", "Beds and home slots needed", says, ("year", "case", "place", *SPREAD), tuple(needs))
    places = [
        (years[p.year], case, p.place, p.offered, *_spread(p.occupancy), p.blocked.median)
        for case, one in cases
        for p in one.outcome.places
    ]
    full = ("year", "case", "place", "offered", "occupancy", "low", "high", "blocked")
    yield Table("beds_occupied", "How full places are", "Shares of the days offered.", full, tuple(places))
    visits = [
        (years[p.year], case, p.place, p.offered, *_spread(p.visits))
        for case, one in cases
        for p in one.outcome.places
        if isfinite(p.visits.median)
    ]
    says = "Visits a day that people in the slots of each service need."
    yield Table("beds_visits", "Visits at home", says, ("year", "case", "service", "slots", *SPREAD), tuple(visits))
    waits = [
        (years[w.year], case, w.kind, w.group, w.came.median, *_spread(w.within), w.delayed.median)
        for case, one in cases
        for w in one.outcome.waits
    ]
    says = f"People who came, the share placed within {in_words(days)}, and days spent waiting."
    waited = ("year", "case", "of", "group", "came", "placed_in_time", "low", "high", "days_waited")
    yield Table("beds_waits", "Who waits", says, waited, tuple(waits))
    yield _bed_stresses(plan, beds)


def _bed_stresses(plan: Plan, beds: BedsResult) -> Table:
    rows = []
    for label, outcome in beds.stresses:
        down, up = outcome.wait("step-down", 0), outcome.wait("step-up", 0)
        rows.append((label, *_spread(down.within), *_spread(down.delayed), up.elsewhere.median))
    says = (
        f"{plan.scenario.years[-1]} with the plan, on its own after a year like it, when one thing goes wrong: the "
        f"share of those for a bed who are placed within {in_words(beds.asked.within_days)}, the days that they wait "
        "in hospital, and the share of those from home who find no bed."
    )
    columns = ("case", "placed_in_time", "low", "high", "days_waited", "days_low", "days_high", "no_bed_from_home")
    return Table("beds_stresses", "If things go wrong with beds", says, columns, tuple(rows))


def _spread(spread: Spread) -> tuple[float, float, float]:
    return spread.median, spread.low, spread.high


def in_words(days: float) -> str:
    return "a day" if days == 1 else f"{days:g} days"


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


def _hubs(hubs: HubsResult, names: Mapping[str, str]) -> Iterator[Table]:
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
    yield from reach_tables(hubs, names)
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
    counts = [plan.p for plan in hubs.curve]
    none = f"none of {min(counts)} to {max(counts)}" if counts else None

    def read(answer: int | None, limit: float | None) -> int | str | None:
        """A limit that no number on the curve keeps to is an answer too; without a limit there is none."""
        return answer if answer is not None or limit is None else none

    rows = (
        ("How many hubs can be supported economically?", read(answers.economically, rules.budget), budget),
        ("What number of hubs makes sense for the services?", read(answers.sensible, rules.min_population), least),
        (
            "Which number covers the area accessibly?",
            read(answers.accessible, hubs.asked.minutes),
            f"nobody beyond {hubs.asked.minutes:g} minutes",
        ),
        ("How many hubs can be safely staffed?", read(answers.staffed, rules.staff), staff),
        (
            "Which locations can be used pragmatically?",
            ", ".join(answers.pragmatic) or none,
            "set of the curve with least travel that keeps to every limit given",
        ),
    )
    says = "Read off the curve; not known where no limit is given."
    return Table("hubs_questions", "The plan's five questions", says, ("question", "answer", "read_as"), rows)
