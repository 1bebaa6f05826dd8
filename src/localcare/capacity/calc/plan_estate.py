"""The buildings of a plan: what its sites can hold, the rooms its activity asks for, leases, developers' money."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from localcare.capacity.calc import estate
from localcare.capacity.calc.estate import Contribution, Funds, Placed, Rooms, Site
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array, Assumption, Quantity, Series, draws, exactly
from localcare.capacity.calc.refusal import BadScenario, Path

Read = Callable[[Mapping[str, Any], Path], Quantity]

# Sessions a week that a room is open: mornings and afternoons from Monday to Friday, assumed.
SESSIONS_EACH = exactly(10, "sessions a week", "assumed: mornings and afternoons, Monday to Friday")


@dataclass(frozen=True)
class RoomUse:
    """Contacts of a setting that take a room of a kind: the share of them that does, and minutes of each."""

    kind: str
    setting: str
    share: Quantity
    minutes: Quantity


@dataclass(frozen=True)
class Homes:
    """Homes of a development finished in each year (the one that ends in that March)."""

    finished: Mapping[int, float]
    source: str


@dataclass(frozen=True)
class EstateAsked:
    """`utilised`: the share of a site's space in use, of sites whose rooms nobody has counted."""

    sites: tuple[Site, ...]
    utilised: Mapping[str, Quantity]
    uses: tuple[RoomUse, ...]
    contributions: tuple[Contribution, ...]
    homes: Mapping[str, Homes]
    aim: Quantity
    session_minutes: Quantity
    weeks: Quantity


@dataclass(frozen=True)
class RoomNeed:
    """`sessions` a week and whole `rooms` that contacts beyond the baseline year's take, draws x years. `placed`: those
    of the last year, central, put into rooms that are there."""

    use: RoomUse
    sessions: Array
    rooms: Array
    placed: Placed


@dataclass(frozen=True)
class EstateResult:
    """`funds`: developers' money at the end of each year. `ending`: leases that end within the plan's years."""

    asked: EstateAsked
    needs: tuple[RoomNeed, ...]
    funds: tuple[Funds, ...]
    ending: tuple[Site, ...]


def asked(table: Mapping[str, Any], read: Read) -> EstateAsked:
    """The estate of a scenario. Raises BadScenario where figures do not fit, a name stands twice or is unknown."""
    sites = tuple(_site(one, ("estate", "site", i)) for i, one in enumerate(table["site"]))
    _refuse_doubles([site.name for site in sites], "site")
    utilised = {
        one["name"]: read(one["utilised"], ("estate", "site", i, "utilised"))
        for i, one in enumerate(table["site"])
        if "utilised" in one
    }
    homes = {one["name"]: _homes(one) for one in table.get("development", ())}
    _refuse_doubles([one["name"] for one in table.get("development", ())], "development")
    contributions = tuple(
        _contribution(one, homes, ("estate", "contribution", i)) for i, one in enumerate(table.get("contribution", ()))
    )
    _refuse_doubles([one.reference for one in contributions], "contribution")
    uses = tuple(_use(one, read, ("estate", "room_use", i)) for i, one in enumerate(table.get("room_use", ())))
    assumed = {"aim": estate.AIM, "session_minutes": estate.SESSION_MINUTES, "weeks": estate.WEEKS}
    given = {key: read(table[key], ("estate", key)) if key in table else usual for key, usual in assumed.items()}
    return EstateAsked(sites, utilised, uses, contributions, homes, **given)


def _refuse_doubles(names: Sequence[str], key: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise BadScenario(f"{name} stands there twice; leave one", ("estate", key, i))


def _site(table: Mapping[str, Any], path: Path) -> Site:
    if "rooms" in table and "utilised" in table:
        said = f"{table['name']} has its rooms and the share in use: leave out utilised, which the rooms tell"
        raise BadScenario(said, (*path, "utilised"))
    try:
        rooms = tuple(Rooms(**one) for one in table.get("rooms", ()))
    except ValueError as error:
        raise BadScenario(str(error), (*path, "rooms")) from error
    ends = _day(table, "lease_ends", path)
    try:
        return Site(
            table["name"], table["name"], table["tenure"], table["condition"], rooms, table["source"], lease_ends=ends
        )
    except ValueError as error:
        raise BadScenario(str(error), (*path, "lease_ends")) from error


def _day(table: Mapping[str, Any], key: str, path: Path) -> date | None:
    try:
        return date.fromisoformat(table[key]) if key in table else None
    except ValueError as error:
        raise BadScenario(f"{key} {table[key]!r} is no day: write it as 2020-03-31", (*path, key)) from error


def _homes(table: Mapping[str, Any]) -> Homes:
    years = {table["first_year"] + i: float(homes) for i, homes in enumerate(table["finished"])}
    return Homes(years, table["source"])


def _contribution(table: Mapping[str, Any], homes: Mapping[str, Homes], path: Path) -> Contribution:
    if table["development"] not in homes:
        known = ", ".join(sorted(homes)) or "none yet"
        said = f"no homes are given for {table['development']}: write [[estate.development]] for it (there: {known})"
        raise BadScenario(said, (*path, "development"))
    day = {"spend_by": _day(table, "spend_by", path)}
    try:
        return Contribution(**{**table, **day})
    except ValueError as error:
        raise BadScenario(str(error), (*path, "trigger" if "trigger" in str(error) else "spent")) from error


def _use(table: Mapping[str, Any], read: Read, path: Path) -> RoomUse:
    return RoomUse(
        table["kind"],
        table["setting"],
        read(table["share"], (*path, "share")),
        read(table["minutes"], (*path, "minutes")),
    )


def assumptions(wanted: EstateAsked) -> Iterator[tuple[str, Assumption]]:
    """Every figure of the estate by name."""
    yield "estate.aim", wanted.aim
    yield "estate.session_minutes", wanted.session_minutes
    yield "estate.weeks", wanted.weeks
    if wanted.uses:
        yield "estate.sessions_each", SESSIONS_EACH
    for name, utilised in wanted.utilised.items():
        yield f"estate.{name}.utilised", utilised
    for site in wanted.sites:
        for room in site.rooms:
            figures = float(room.number), room.sessions_each, room.sessions_used
            unit = "rooms, sessions a week of each, sessions used of all"
            yield f"estate.{site.name}.{room.kind}", Series(figures, unit, site.source)
    for use in wanted.uses:
        yield f"estate.{use.kind}.{use.setting}.share", use.share
        yield f"estate.{use.kind}.{use.setting}.minutes", use.minutes
    for name, homes in wanted.homes.items():
        yield f"estate.{name}.homes", Series(tuple(homes.finished.values()), "homes finished, by year", homes.source)
    for one in wanted.contributions:
        agreed = one.pounds, float(one.homes), float(one.trigger), one.spent
        unit = f"{one.levy}: pounds, homes, trigger, pounds spent"
        yield f"estate.contribution.{one.reference}", Series(agreed, unit, one.source)


def housed(plan: Plan, wanted: EstateAsked) -> EstateResult:
    """The estate in the plan's years."""
    first, years = plan.scenario.baseline_year, range(len(plan.scenario.years))
    finished = {name: homes.finished for name, homes in wanted.homes.items()}
    ends = [date(first + 2 + i, 3, 31) for i in years]
    funds = tuple(estate.funds(wanted.contributions, finished, year=day.year, day=day) for day in ends)
    ending = estate.leases_ending(wanted.sites, after=date(first + 1, 3, 31), until=ends[-1])
    return EstateResult(wanted, tuple(_needs(plan, wanted)), funds, ending)


def _needs(plan: Plan, wanted: EstateAsked) -> Iterator[RoomNeed]:
    """One need after another: each finds the rooms that those before it of its kind left."""
    taken: dict[tuple[str, str], float] = {}
    for use in wanted.uses:
        sessions = _sessions(plan, wanted, use)
        aim = _drawn(plan, "estate.aim", wanted.aim)
        rooms = np.ceil(sessions / (SESSIONS_EACH.likely * aim[:, None]) - 1e-9)
        free = [estate.taken_up(site, use.kind, taken.get((site.code, use.kind), 0.0)) for site in wanted.sites]
        placed = estate.place_sessions(float(sessions[0, -1]), free, use.kind, aim=wanted.aim.likely)
        for code, number in placed.by_site.items():
            taken[code, use.kind] = taken.get((code, use.kind), 0.0) + number
        yield RoomNeed(use, sessions, rooms, placed)


def _sessions(plan: Plan, wanted: EstateAsked, use: RoomUse) -> Array:
    """Sessions a week for contacts beyond those of the baseline year, which have their rooms; draws x years."""
    s = plan.baseline.settings.index(use.setting)
    contacts = plan.account.planned[..., s].sum((2, 3)) - plan.baseline.use[..., s].sum()
    name = f"estate.{use.kind}.{use.setting}"
    minutes = _drawn(plan, f"{name}.minutes", use.minutes) * _drawn(plan, f"{name}.share", use.share)
    offered = _drawn(plan, "estate.weeks", wanted.weeks) * _drawn(
        plan, "estate.session_minutes", wanted.session_minutes
    )
    return np.maximum(contacts, 0.0) * (minutes / offered)[:, None]


def _drawn(plan: Plan, name: str, quantity: Quantity) -> Array:
    """The likeliest value, then the draws."""
    drawn = draws(quantity, name, seed=plan.scenario.seed, count=plan.scenario.draws)
    return np.concatenate([[quantity.likely], drawn])
