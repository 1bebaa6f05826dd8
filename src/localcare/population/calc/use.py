"""What people used in a period, by setting, and what it cost."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
from ibis import ir

from localcare.population.calc.people import in_months_before, months_before
from localcare.population.definitions import Prices

Tables = Mapping[str, ir.Table]


@dataclass(frozen=True)
class Activity:
    """A counted activity: the table of the edition, which of its rows count, and the words of its setting."""

    table: str
    counts: Callable[[ir.Table, date], ir.BooleanValue]
    label: str


def _all(_events: ir.Table, _end: date) -> ir.BooleanValue:
    return ibis.literal(True)


def _nights(events: ir.Table, end: date) -> ir.IntegerValue:
    return events.discharged_on.fill_null(ibis.literal(end)).delta(events.on, unit="day")


ACTIVITIES: Mapping[str, Activity] = {
    "gp_contact_gp": Activity("gp_contact", lambda e, _: e.kind == "gp", "GP consultations"),
    "gp_contact_nurse": Activity("gp_contact", lambda e, _: e.kind == "nurse", "Practice nurse consultations"),
    "gp_contact_other": Activity("gp_contact", lambda e, _: e.kind == "other", "Other practice consultations"),
    "emergency_attendance": Activity("emergency_attendance", _all, "A&E attendances"),
    "emergency_short": Activity(
        "admission",
        lambda e, end: (e.kind == "emergency") & (_nights(e, end) <= 1),
        "Emergency admissions, 0 or 1 night",
    ),
    "emergency_long": Activity(
        "admission",
        lambda e, end: (e.kind == "emergency") & (_nights(e, end) > 1),
        "Emergency admissions, 2 nights or more",
    ),
    "day_case": Activity("admission", lambda e, _: e.kind == "day_case", "Day cases"),
    "elective": Activity("admission", lambda e, _: e.kind == "elective", "Planned admissions"),
    "other_admission": Activity("admission", lambda e, _: e.kind == "other", "Other admissions"),
    "outpatient": Activity("outpatient", lambda e, _: e.attended, "Outpatient attendances"),
    "call_111": Activity("call_111", _all, "NHS 111 calls"),
    "ambulance_conveyed": Activity("ambulance", lambda e, _: e.conveyed, "Ambulance, taken to hospital"),
    "ambulance_not_conveyed": Activity("ambulance", lambda e, _: ~e.conveyed, "Ambulance, not taken to hospital"),
    "community_contact": Activity("community_contact", _all, "Community contacts"),
    "mental_health_contact": Activity("mental_health_contact", _all, "Mental health contacts"),
}


def counts(tables: Tables, people: ir.Table, names: Iterable[str], end: date, months: int) -> ir.Table:
    """How often each person used each activity in the months that end with `end`.

    In: tables of an edition; people with person; names of `ACTIVITIES`. Out: person and one int32 column a name.
    Each event table is read once.
    """
    answer = people.select("person")
    for table, chosen in _by_table(names).items():
        counted = _counted(in_months_before(tables[table], end, months), chosen, end)
        answer = answer.left_join(counted, "person").select(*answer.columns, *chosen)
    return answer.select("person", **{n: answer[n].fill_null(0).cast("int32") for n in answer.columns if n != "person"})


def _by_table(names: Iterable[str]) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for name in names:
        tables.setdefault(ACTIVITIES[name].table, []).append(name)
    return tables


def _counted(events: ir.Table, names: list[str], end: date) -> ir.Table:
    measures = {name: events.count(where=ACTIVITIES[name].counts(events, end)) for name in names}
    return events.group_by("person").agg(**measures)


def social_care(services: ir.Table, end: date, months: int) -> ir.Table:
    """Pounds of adult social care in the months that end with `end`: each service's weekly cost for its days in them.

    In: table `social_care`. Out: person, social_care (pounds, nominal); a service without a cost, or that
    ended before it began, adds nothing.
    """
    start = months_before(end, months)
    running = services.filter(
        services.on <= ibis.literal(end),
        services.ended_on.isnull() | (services.ended_on > ibis.literal(start)),
        services.ended_on.isnull() | (services.ended_on >= services.on),
        services.weekly_cost.notnull(),
    )
    until = ibis.least(running.ended_on.fill_null(ibis.literal(end)), ibis.literal(end))
    since = ibis.greatest(running.on, ibis.literal(start) + ibis.interval(days=1))
    days = until.delta(since.cast("date"), unit="day") + 1
    pounds = running.select("person", pounds=running.weekly_cost.cast("float64") * days / 7)
    return pounds.group_by("person").agg(social_care=pounds.pounds.sum())


def use(tables: Tables, people: ir.Table, prices: Prices, as_at: date) -> ir.Table:
    """Use and cost of each observed person in the period of the price list.

    In: tables; people with person, age (years), observed. Out: person, one count a name of `ACTIVITIES`, social_care
    (pounds), cost (pounds of the price year; without what prices.toml excludes).
    """
    seen = people.filter(people.observed).select("person", "age")
    counted = counts(tables, seen, ACTIVITIES, as_at, prices.months)
    care = social_care(tables["social_care"], as_at, prices.months)
    joined = seen.left_join(counted, "person").select("person", "age", *ACTIVITIES)
    joined = joined.left_join(care, "person").select("person", "age", *ACTIVITIES, "social_care")
    pounds = joined.social_care.fill_null(0.0)
    return joined.select(
        "person",
        *ACTIVITIES,
        social_care=pounds,
        cost=(_cost(joined, prices) + pounds * prices["social_care"]).round(2),
    )


def _cost(counted: ir.Table, prices: Prices) -> ir.FloatingValue:
    grown = (counted.age >= prices.mental_health_from_age).cast("int8")
    total = counted.mental_health_contact * prices["mental_health_contact"] * grown
    for name in ACTIVITIES:
        if name != "mental_health_contact":
            total = total + counted[name] * prices[name]
    return total


def costs(tables: Tables, people: ir.Table, prices: Prices, as_at: date) -> ir.Table:
    """The cost of `use` alone, without the counts behind it: every event is priced and summed in one pass.

    In: tables; people with person, age (years), observed. Out: observed people, all their columns and cost.
    """
    seen = people.filter(people.observed)
    grown = seen.filter(seen.age >= prices.mental_health_from_age)
    priced = []
    for table, names in _by_table(ACTIVITIES).items():
        events = in_months_before(tables[table], as_at, prices.months)
        if table == "mental_health_contact":
            events = events.semi_join(grown, "person")
        priced.append(_priced(events, names, prices, as_at))
    care = social_care(tables["social_care"], as_at, prices.months)
    services = care.select("person", pounds=care.social_care * prices["social_care"])
    events = ibis.union(*priced, services)
    summed = events.group_by("person").agg(pounds=events.pounds.sum())
    joined = seen.left_join(summed, "person").select(*seen.columns, "pounds")
    return joined.select(*seen.columns, cost=joined.pounds.fill_null(0.0).round(2))


def _priced(events: ir.Table, names: list[str], prices: Prices, end: date) -> ir.Table:
    """Out: person, pounds of each event."""
    each = ((ACTIVITIES[name].counts(events, end), _pounds(prices[name])) for name in names)
    return events.select("person", pounds=ibis.cases(*each, else_=_pounds(0)))


def _pounds(price: float) -> ir.FloatingValue:
    """DuckDB takes a price as written for a decimal, whose sums take 128 bits: half as long again as floats."""
    return ibis.literal(str(price)).cast("float64")


def by_practice(people: ir.Table, used: ir.Table) -> ir.Table:
    """Use of each practice's observed people.

    In: people (person, practice); used, by `use`. Out: practice, activity, amount (number, or pounds of social care),
    people (who used it), and the amount's `concentration` (largest, squares).
    """
    keyed = used.inner_join(people.select("person", "practice"), "person")
    names = [*ACTIVITIES, "social_care"]
    summed = keyed.group_by("practice").agg(
        **{name: keyed[name].sum().cast("float64") for name in names},
        **{f"people_{name}": (keyed[name] > 0).sum().cast("int32") for name in names},
        **concentration({name: keyed[name] for name in names}),
    )
    parts = [
        summed.select(
            "practice",
            activity=ibis.literal(name),
            amount=summed[name],
            people=summed[f"people_{name}"],
            largest=summed[f"{name}_largest"],
            squares=summed[f"{name}_squares"],
        )
        for name in names
    ]
    return ibis.union(*parts)


def concentration(amounts: Mapping[str, ir.NumericValue]) -> dict[str, ir.FloatingScalar]:
    """What tells whether few people make up most of each sum: the largest amount of one, and the sum of squares."""
    told = {}
    for name, amount in amounts.items():
        told[f"{name}_largest"] = amount.max().cast("float64")
        told[f"{name}_squares"] = (amount.cast("float64") * amount.cast("float64")).sum()  # a power costs far more
    return told
