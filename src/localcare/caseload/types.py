"""What caseload speaks of to other rooms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from localcare.access.queries import Decisions
from localcare.access.types import OpenPerson
from localcare.base.clock import LONDON
from localcare.caseload.calc.states import DECLINED, ENDING_LABELS, LABELS, Ending, State

__all__ = [
    "DECLINED",
    "ENDING_LABELS",
    "LABELS",
    "Arranged",
    "Counts",
    "Ending",
    "Entry",
    "Followed",
    "Listed",
    "NotPossible",
    "Places",
    "PracticeWork",
    "Room",
    "Row",
    "State",
]


class NotPossible(ValueError):
    """A step that cannot follow where the person stands, or lacks what it needs; the message tells the next step."""


@dataclass(frozen=True)
class Entry:
    """A person, by id only, and where they stand with a team, since when, why, and by whose word."""

    id: int
    patient_id: int
    team_id: int
    team_name: str
    state: State
    since: datetime
    reason: str
    ending: str
    author: str
    coordinator_post_id: int | None
    coordinator_name: str
    coordinator_phone: str
    review_on: date | None
    seen: Mapping[str, Any] | None = None

    @property
    def since_on(self) -> date:
        """The day in London since when they stand so."""
        return self.since.astimezone(LONDON).date()

    @property
    def label(self) -> str:
        """Where they stand, in words."""
        return ENDING_LABELS[Ending(self.ending)] if self.ending else LABELS[self.state]


@dataclass(frozen=True)
class PracticeWork:
    """A practice's list in numbers: on it, still to decide, new; and what each of its people has decided, by label."""

    listed: int
    to_decide: int
    new: int
    decided: Mapping[str, Mapping[str, int]]


class Arranged(NamedTuple):
    """Who co-ordinates somebody's care and when the team reviews it next."""

    post_id: int | None
    review_on: date | None


class Followed(NamedTuple):
    """Who co-ordinates the care of somebody on the caseload, and when the team reviews it next."""

    coordinator_post_id: int | None
    coordinator_name: str | None
    review_on: date | None


@dataclass(frozen=True)
class Row:
    """One line of the caseload: the entry and the person, None where the team's right to see them has ended."""

    entry: Entry
    person: OpenPerson | None


@dataclass(frozen=True)
class Listed:
    """Entries of a team, and how many more are on its caseload but do not share their record with it.

    All may be opened but ended ones, of which a team still sees when and why, not who.
    """

    entries: tuple[Entry, ...]
    not_shared: int
    decisions: Decisions | None = None


@dataclass(frozen=True)
class Room:
    """How many people a team can take on in a month (None where it has not said), and how many it has this month."""

    places: int | None
    taken_on: int


@dataclass(frozen=True)
class Places:
    """A team's places of a week or a month: in all, taken on in it, and left."""

    per: str
    places: int
    taken_on: int
    left: int


@dataclass(frozen=True)
class Counts:
    """The caseload in numbers, as the viewer may see it."""

    on_caseload: int
    mine: int
    review_due: int
    without_coordinator: int
    room: Room
