"""What mdt speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from localcare.access.banners import Banner
from localcare.access.types import OpenPerson, is_child
from localcare.careplans.types import PlanSummary
from localcare.mdt.models import Case, CaseMinutes, Meeting
from localcare.record.types import Item as RecordItem
from localcare.record.types import Piece
from localcare.tasks.types import Item, Owner

__all__ = [
    "Agenda",
    "Attendee",
    "Case",
    "CaseMinutes",
    "CaseRow",
    "Decided",
    "Meeting",
    "MeetingRow",
    "NewAction",
    "NextMeeting",
    "OpenCase",
    "Overtaken",
]


@dataclass(frozen=True)
class NewAction:
    """An action agreed on a case. `token` makes it given once however often the form is sent."""

    what: str
    owner: Owner
    due_on: date
    token: str


class NextMeeting(NamedTuple):
    """The next meeting of the viewer's team: cases booked against the cases that fit."""

    meeting: Meeting
    cases: int
    room: int


@dataclass(frozen=True)
class MeetingRow:
    """A meeting in a list."""

    meeting: Meeting
    cases: int
    room: int
    recorded: int


@dataclass(frozen=True)
class CaseRow:
    """A case on the agenda. Without a right to the person, `person` is None and all words are kept back."""

    id: int
    person: OpenPerson | None
    reason: str
    minutes: int
    told: bool
    told_in_words: str
    asked_by: str
    recorded: bool
    carried: bool

    @property
    def adult(self) -> bool:
        """Whether the person themselves is who is told, where they can be; not known of a child or without an age."""
        return bool(self.person and self.person.age is not None and not is_child(self.person.age))


@dataclass(frozen=True)
class Attendee:
    post_id: int
    name: str
    role: str
    role_label: str
    organisation: str
    coming: bool | None


@dataclass(frozen=True)
class Agenda:
    """A meeting with its agenda, as this viewer may see it."""

    meeting: Meeting
    cases: Sequence[CaseRow]
    room: int
    minutes_booked: int
    attendees: Sequence[Attendee]
    missing: Sequence[str]
    missing_others: Sequence[str]
    may_run: bool

    @property
    def coming(self) -> list[Attendee]:
        return [a for a in self.attendees if a.coming]

    @property
    def recorded(self) -> int:
        return sum(case.recorded for case in self.cases)


@dataclass(frozen=True)
class Decided:
    """What a meeting decided about a person."""

    case_id: int
    meeting_id: int
    on: datetime
    team: str
    discussion: str
    decision: str
    author: str


@dataclass(frozen=True)
class Booked:
    """The next meeting on whose agenda a person stands."""

    team: str
    starts_at: datetime


@dataclass(frozen=True)
class Meetings:
    """What meetings decided about a person, the latest first, and the next where they are a case, if any."""

    decisions: list[Decided]
    next: Booked | None


@dataclass(frozen=True)
class OpenCase:
    """One case on one screen. `sealed`: its own minutes are hidden from this viewer."""

    case: Case
    person: OpenPerson
    latest: CaseMinutes | None
    sealed: bool
    actions: Sequence[Item]
    agenda: Agenda
    next_id: int | None
    before_id: int | None
    after_id: int | None
    plan: PlanSummary | None
    decisions: Sequence[Decided]
    story: Sequence[Piece]
    problems: int
    changes: Sequence[RecordItem]
    changes_since: datetime
    open_tasks: Sequence[Item]
    alerts: Banner

    @property
    def changes_shared(self) -> list[RecordItem]:
        """What is new, as a shared screen shows it: without any flag."""
        return [item for item in self.changes if item.kind != "flag"]

    @property
    def number(self) -> int:
        return self.latest.number if self.latest else 0


class Overtaken(Exception):
    """Somebody else saved minutes since the viewer began. Carries theirs; the viewer's are still in the form only."""

    def __init__(self, theirs: CaseMinutes) -> None:
        super().__init__("Somebody else saved minutes while you were writing. Read both, then decide.")
        self.theirs = theirs
