"""Rooms, leases and developers' money: what the buildings there are can hold, for how long, and who pays for more.

A *session* is half a day of one room (the unit of the source's own surveys may differ: say so in `source`). Room need
is minutes asked for over minutes a room offers at the share of use aimed at; nothing here knows which service may use
which room but its `kind`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from localcare.capacity.calc.quantity import Quantity

Condition = Literal["A", "B", "C", "D", "unknown"]
"""As property surveys of the NHS grade it: as new, sound, needs major repair soon, unfit; or nobody has looked."""

Levy = Literal["S106", "CIL"]

SESSION_MINUTES = Quantity(210, 210, 240, "triangular", "minutes", "assumed: three and a half to four hours")
AIM = Quantity(
    0.70, 0.80, 0.90, "triangular", "share", "assumed: of sessions in use, with room to move between clinics"
)
WEEKS = Quantity(46, 50, 51, "triangular", "weeks a year", "assumed: a clinic runs but for holidays")


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms of one kind at a site: sessions a week each is open, and those in use in all."""

    kind: str
    number: int
    sessions_each: float
    sessions_used: float

    def __post_init__(self) -> None:
        if self.number < 0 or self.sessions_each < 0 or not 0 <= self.sessions_used <= self.sessions:
            raise ValueError(
                f"{self.kind}: {self.sessions_used:g} sessions used of {self.sessions:g} a week; use 0 up to those open"
            )

    @property
    def sessions(self) -> float:
        return self.number * self.sessions_each

    @property
    def utilisation(self) -> float | None:
        """Share of sessions in use; None where there are none."""
        return self.sessions_used / self.sessions if self.sessions else None


@dataclass(frozen=True, slots=True)
class Site:
    """A building. `lease_ends` is None for one that is owned or whose end nobody states (`tenure` says which)."""

    code: str
    name: str
    tenure: Literal["owned", "leased", "unknown"]
    condition: Condition
    rooms: tuple[Rooms, ...]
    source: str
    lease_ends: date | None = None
    running_cost: float | None = None

    def __post_init__(self) -> None:
        if self.lease_ends and self.tenure != "leased":
            raise ValueError(
                f"{self.code}: a lease ends in {self.lease_ends}; give the tenure as leased or leave out the day"
            )


def utilisation(sites: Iterable[Site], kind: str | None = None) -> float | None:
    """Share of all sessions in use, of rooms of one kind or of all; None where there are none."""
    rooms = _rooms(sites, kind)
    sessions = sum(room.sessions for room in rooms)
    return sum(room.sessions_used for room in rooms) / sessions if sessions else None


def spare_sessions(site: Site, kind: str, *, aim: float) -> float:
    """Sessions a week that could be used more before the share aimed at is reached; never below 0."""
    rooms = _rooms([site], kind)
    return max(0.0, sum(room.sessions * aim - room.sessions_used for room in rooms))


def sessions_needed(contacts: float, minutes: float, *, weeks: float, session_minutes: float) -> float:
    """Sessions a week for contacts a year of so many minutes each, in the weeks a year that a clinic runs.

    Raises ValueError where weeks or minutes of a session are not above 0."""
    if weeks <= 0 or session_minutes <= 0:
        raise ValueError(f"{weeks:g} weeks of sessions of {session_minutes:g} minutes: give both above 0")
    return contacts * minutes / (weeks * session_minutes)


def rooms_needed(sessions: float, *, sessions_each: float, aim: float) -> int:
    """Whole rooms for sessions a week, each room open so many, at the share of use aimed at.

    Raises ValueError where a room would offer nothing."""
    if sessions_each <= 0 or not 0 < aim <= 1:
        raise ValueError(
            f"a room of {sessions_each:g} sessions used to {aim:g}: give sessions above 0 and a share up to 1"
        )
    return math.ceil(sessions / (sessions_each * aim) - 1e-9)


def taken_up(site: Site, kind: str, sessions: float) -> Site:
    """The same site with so many more sessions a week of a kind in use, in the rooms that are free."""
    left, rooms = sessions, []
    for room in site.rooms:
        more = min(left, room.sessions - room.sessions_used) if room.kind == kind else 0.0
        left -= more
        rooms.append(replace(room, sessions_used=room.sessions_used + more))
    return replace(site, rooms=tuple(rooms))


@dataclass(frozen=True, slots=True)
class Placed:
    """Sessions a week put into rooms that are there, by site, and those for which there is no room."""

    by_site: Mapping[str, float]
    without_room: float


def place_sessions(needed: float, sites: Iterable[Site], kind: str, *, aim: float) -> Placed:
    """Sessions put into spare rooms, the site with the most spare first (then by code): fewest sites get busier."""
    spare = {site.code: spare_sessions(site, kind, aim=aim) for site in sites}
    left, taken = needed, {}
    for code in sorted(spare, key=lambda code: (-spare[code], code)):
        if min(spare[code], left) > 0:
            taken[code] = min(spare[code], left)
            left -= taken[code]
    return Placed(taken, left)


def leases_ending(sites: Iterable[Site], *, after: date, until: date) -> tuple[Site, ...]:
    """Leased sites whose lease ends after the one day and up to the other, the first to end first."""
    found = [site for site in sites if site.lease_ends and after < site.lease_ends <= until]
    return tuple(sorted(found, key=lambda site: (site.lease_ends or until, site.code)))


def leases_unknown(sites: Iterable[Site]) -> tuple[Site, ...]:
    """Leased sites without a day: somebody must look."""
    return tuple(site for site in sites if site.tenure == "leased" and site.lease_ends is None)


def by_condition(sites: Iterable[Site]) -> dict[Condition, int]:
    """Sites in each grade, from A to D, and those nobody has graded."""
    grades: dict[Condition, int] = dict.fromkeys(("A", "B", "C", "D", "unknown"), 0)
    for site in sites:
        grades[site.condition] += 1
    return grades


def _rooms(sites: Iterable[Site], kind: str | None) -> list[Rooms]:
    return [room for site in sites for room in site.rooms if kind in (None, room.kind)]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A developer's money for health: due once `trigger` of the `homes` of a development are finished.

    `spend_by`: last day to spend it, after which it goes back; None for a levy, which does not."""

    reference: str
    development: str
    place: str
    levy: Levy
    homes: int
    trigger: int
    pounds: float
    purpose: str
    source: str
    spent: float = 0.0
    spend_by: date | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.trigger <= self.homes:
            raise ValueError(
                f"{self.reference}: due at {self.trigger} of {self.homes} homes; give a trigger from 0 to all"
            )
        if not 0 <= self.spent <= self.pounds:
            raise ValueError(
                f"{self.reference}: spent {self.spent:,.0f} of {self.pounds:,.0f}; give what was spent of it"
            )


@dataclass(frozen=True, slots=True)
class Funds:
    """Developers' money on a day, in pounds: agreed is spent, in hand, not yet due and gone back, together."""

    agreed: float
    spent: float
    in_hand: float
    not_yet_due: float
    gone_back: float


def due_year(contribution: Contribution, finished: Mapping[int, float]) -> int | None:
    """The year in which the trigger is reached, from homes finished in each year; None if it is not.

    A trigger of 0 is due in the first year given. Raises ValueError where no year is given."""
    if not finished:
        raise ValueError(
            f"{contribution.reference}: give the homes finished in each year at {contribution.development}"
        )
    so_far = 0.0
    for year in sorted(finished):
        so_far += finished[year]
        if so_far >= contribution.trigger:
            return year
    return None


def funds(
    contributions: Iterable[Contribution], finished: Mapping[str, Mapping[int, float]], *, year: int, day: date
) -> Funds:
    """Developers' money in a year, on a day of it, from homes finished (by development, by year).

    What was spent was due, whatever the plan of homes says. Money not spent by its last day is gone."""
    agreed = spent = in_hand = waiting = gone = 0.0
    for one in contributions:
        agreed, spent, left = agreed + one.pounds, spent + one.spent, one.pounds - one.spent
        due = due_year(one, finished.get(one.development, {}))
        if not one.spent and (due is None or due > year):
            waiting += left
        elif one.spend_by and day > one.spend_by:
            gone += left
        else:
            in_hand += left
    return Funds(agreed, spent, in_hand, waiting, gone)
