"""The tables of a plan's buildings and of its options."""

from collections.abc import Iterator, Mapping

from localcare.capacity.calc import estate
from localcare.capacity.calc.estate import Site
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_appraisal import AppraisalResult
from localcare.capacity.calc.plan_estate import EstateResult
from localcare.capacity.calc.tables import RANGE, Table, Value, ranged

WITHOUT = "without a room"


def estate_tables(plan: Plan, found: EstateResult, settings: Mapping[str, str]) -> Iterator[Table]:
    """Sites, rooms that the plan takes, where they could be, developers' money."""
    says = "Where rooms are not counted, the share of the space in use as stated; not known where nobody states it."
    columns: tuple[str, ...] = (
        "site",
        "tenure",
        "lease_ends",
        "condition",
        "rooms",
        "sessions",
        "in_use",
        "more_up_to_aim",
        "source",
    )
    rows = tuple(_site(site, found) for site in found.asked.sites)
    yield Table("estate_sites", "Sites and how far they are used", says, columns, rows)
    yield _rooms(plan, found, settings)
    placed: list[tuple[Value, ...]] = []
    for need in found.needs:
        kind = need.use.kind, settings[need.use.setting]
        placed += [(*kind, site, sessions) for site, sessions in need.placed.by_site.items()]
        placed.append((*kind, WITHOUT, need.placed.without_room))
    says = (
        f"Sessions a week of {plan.scenario.years[-1]}, central, put into rooms that are there, the emptiest site "
        "first. A site whose rooms nobody has counted takes none."
    )
    columns = ("room", "for", "site", "sessions")
    yield Table("estate_placed", "Where there is room", says, columns, tuple(placed))
    funds = zip(plan.scenario.years, found.funds, strict=True)
    money = tuple((year, f.agreed, f.spent, f.in_hand, f.not_yet_due, f.gone_back) for year, f in funds)
    says = "Pounds at the end of each year (section 106 and levy): agreed is the sum of the others."
    if not found.asked.contributions:
        says, money = "The scenario gives no developer's contribution: write [[estate.contribution]] for each.", ()
    columns = ("year", "agreed", "spent", "in_hand", "not_yet_due", "gone_back")
    yield Table("estate_money", "Developers' money", says, columns, money)


def _site(site: Site, found: EstateResult) -> tuple[Value, ...]:
    stated, aim = found.asked.utilised.get(site.name), found.asked.aim.likely
    in_use = estate.utilisation([site]) if site.rooms else stated.likely if stated else None
    ends = site.lease_ends.isoformat() if site.lease_ends else "not known" if site.tenure == "leased" else ""
    rooms = sum(room.number for room in site.rooms) if site.rooms else None
    sessions = sum(room.sessions for room in site.rooms) if site.rooms else None
    more = max(0.0, aim - in_use) if in_use is not None else None
    return site.name, site.tenure, ends, site.condition, rooms, sessions, in_use, more, site.source


def _rooms(plan: Plan, found: EstateResult, settings: Mapping[str, str]) -> Table:
    rows: list[tuple[Value, ...]] = []
    for need in found.needs:
        for what, figures in (("sessions a week", need.sessions), ("rooms", need.rooms)):
            for i, year in enumerate(plan.scenario.years):
                rows.append((year, need.use.kind, settings[need.use.setting], what, *ranged(figures[:, i])))
    says = (
        "Rooms for contacts beyond the baseline year's with the plan, at the share of sessions that may be in use; "
        "today's contacts keep today's rooms."
    )
    columns: tuple[str, ...] = ("year", "room", "for", "unit", *RANGE)
    return Table("estate_rooms", "Rooms that the plan takes", says, columns, tuple(rows))


def appraisal_tables(found: AppraisalResult) -> Iterator[Table]:
    """Options in order; their scores; how far each weight may move."""
    rows = tuple((one.place, one.option, one.points, *_wins(found, one.option)) for one in found.ranking)
    says = (
        "Points: scores at the stated weights, likeliest. Then the share of draws, of scores in their ranges and of "
        "weights, in which each has most points: any weights there could be, and from half to double the stated."
    )
    columns: tuple[str, ...] = (
        "place",
        "option",
        "points",
        "wins_with_any_weights",
        "wins_near_these_weights",
        "never_better_than",
    )
    yield Table("options", "Options", says, columns, rows)
    criteria, weights = found.asked.criteria, found.asked.weights
    scores = tuple(
        (option.name, criterion.name, float(weight), score.low, score.likely, score.high, score.source)
        for option in found.asked.options
        for criterion, weight, score in zip(criteria, weights, option.scores, strict=True)
    )
    says = " ".join(f"{one.name.capitalize()}: {one.question}" for one in criteria)
    columns = ("option", "criterion", "weight", "low", "likely", "high", "source")
    yield Table("options_scores", "Scores of the options", says, columns, scores)
    room = tuple((r.criterion, r.share, r.least, r.most, r.below or "none", r.above or "none") for r in found.room)
    says = (
        "Within which shares of the weight, the others in proportion, the best option stays the best, and which wins "
        "beyond; the narrowest first."
    )
    columns = ("criterion", "weight", "least", "most", "wins_below", "wins_above")
    yield Table("options_weights", "How far the order hangs on the weights", says, columns, room)


def _wins(found: AppraisalResult, option: str) -> tuple[Value, ...]:
    return found.anyhow[option], found.near[option], ", ".join(found.beaten.get(option, ()))
