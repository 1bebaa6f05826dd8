"""What Today shows: whether I have to act now, what changed for my people, my work, room in the team."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from localcare.access import queries as gate
from localcare.access.queries import Decisions
from localcare.access.types import Capability, OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry, PracticeWork, Room
from localcare.design.paging import Page
from localcare.mdt import queries as mdt
from localcare.mdt.types import NextMeeting
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import Heard, Item
from localcare.tasks import queries as tasks
from localcare.tasks.types import Work
from localcare.web.calc import news
from localcare.web.calc.news import Happened, Next
from localcare.web.feeds import Feed, feeds

# We tell of a week what we came to know, and of that what happened in four: a first load tells of years at once.
LOOK_BACK = timedelta(days=7)
TOLD_LATE = timedelta(days=28)
TASKS = 8

PageOf = Callable[[Sequence[Any]], Page]


@dataclass(frozen=True)
class Change:
    """One line: a person already on the caseload, what we came to know latest, and when we knew."""

    person: OpenPerson
    latest: Item
    what: Happened | None
    more: int
    entry: Entry
    steps: Sequence[Next]


@dataclass(frozen=True)
class News:
    """By person: what the team has not closed, the latest known first; and the stay that keeps them in hospital now."""

    told: Mapping[int, Sequence[Item]]
    inside: Mapping[int, Item]
    decisions: Decisions


@dataclass(frozen=True)
class Today:
    people: int
    mine: int
    lines: Page
    changes: Sequence[Change]
    in_hospital: int
    work: Work
    late_actions: int
    late_reviews: int
    practice: PracticeWork | None
    room: Room | None
    new_on_lists: int | None
    next_meeting: NextMeeting | None
    since: datetime
    feeds: Sequence[Feed]
    not_sharing: int

    @property
    def late(self) -> int:
        return self.late_actions + self.late_reviews

    @property
    def silent(self) -> list[Heard]:
        """Sources that have said nothing for longer than they ever did."""
        return [source for feed in self.feeds for source in feed.silent]


def build(viewer: Viewer, page_of: PageOf, *, whole_team: bool = False, show: str = "") -> Today:
    """Today for this viewer. People come through the gate, with one audit entry for all shown on the page."""
    sees_caseload = viewer.can(Capability.SEE_CASELOAD)
    at_practice = viewer.works_at_practice and sees_caseload
    decided = caseload.handled(viewer.organisation_code) if at_practice else {}
    followed = caseload.followed(viewer, decided) if sees_caseload else {}
    mine = [patient_id for patient_id, one in followed.items() if one.coordinator_post_id == viewer.post_id]
    found = _news(viewer, list(followed) if whole_team or not mine else mine)
    lines = page_of(list(found.inside if show == "hospital" else found.told))
    waiting = tasks.waiting_for(viewer, limit=TASKS)
    shown = list(dict.fromkeys([*lines.rows, *waiting.patient_ids]))
    people = gate.open_people(viewer, shown, page="Today", decided=found.decisions)
    entries = {e.patient_id: e for e in decided.values()} or caseload.entries_of(viewer, lines.rows)
    told = {i: [item] for i, item in found.inside.items()} if show == "hospital" else found.told
    next_meeting = mdt.next_meeting(viewer)
    possible = _possible(viewer, next_meeting)
    return Today(
        people=len(followed),
        mine=len(mine),
        lines=lines,
        changes=[_change(people[i], told[i], entries[i], possible) for i in lines.rows if i in people],
        in_hospital=len(found.inside),
        work=tasks.shown(waiting, viewer, people),
        late_actions=tasks.late_counts(viewer).team,
        late_reviews=careplans.reviews_late(viewer) + len(caseload.reviews_late(viewer, followed)),
        practice=caseload.practice_work(viewer.organisation_code) if _manages_practice(viewer) else None,
        room=caseload.room_of(viewer) if sees_caseload else None,
        new_on_lists=_new_on_lists(viewer, decided),
        next_meeting=next_meeting,
        since=clock.now() - LOOK_BACK,
        feeds=feeds(viewer.practice_codes),
        not_sharing=_not_sharing(viewer),
    )


def _news(viewer: Viewer, patient_ids: Collection[int]) -> News:
    """What we came to know in a week of those whom the viewer may open, and who of them is in hospital, latest first.

    Closing a line takes the news away, never somebody out of hospital.
    """
    today, since = clock.today(), clock.now() - LOOK_BACK
    staying = record.in_hospital_now(patient_ids, today)
    told = record.encounters_known_since(patient_ids, since, categories=news.TELLING, happened_since=today - TOLD_LATE)
    known = {item.id: item for item in [*told, *(item for item in staying if item.received_at > since)]}
    decisions = gate.decisions(viewer, list({item.patient_id for item in [*known.values(), *staying]}))
    closed = caseload.closed_changes(viewer, list(known))
    by_person: dict[int, list[Item]] = {}
    for item in sorted(known.values(), key=lambda i: _latest_known(i, today), reverse=True):
        if item.id not in closed and item.patient_id in decisions.allowed and news.happened(item, today):
            by_person.setdefault(item.patient_id, []).append(item)
    inside: dict[int, Item] = {}
    for item in staying:
        if item.patient_id in decisions.allowed:
            inside.setdefault(item.patient_id, item)
    return News(by_person, inside, decisions)


def _latest_known(item: Item, today: date) -> tuple[datetime, date, int]:
    return item.received_at, news.happened_on(item, today), item.id


def _change(person: OpenPerson, told: Sequence[Item], entry: Entry, possible: Collection[Next]) -> Change:
    what = news.happened(told[0], clock.today())
    steps = [] if person.died_on else news.next_steps(what, possible)
    return Change(person, told[0], what, len(told) - 1, entry, steps)


def _possible(viewer: Viewer, next_meeting: NextMeeting | None) -> set[Next]:
    """What this viewer can do next about somebody: give a task, or put them on an agenda where a meeting is planned."""
    joins = next_meeting is not None and viewer.can(Capability.JOIN_MEETING)
    gives = viewer.can(Capability.GIVE_TASKS)
    return ({Next.MEETING} if joins else set()) | ({Next.WARD, Next.VISIT, Next.RING} if gives else set())


def _manages_practice(viewer: Viewer) -> bool:
    """A practice manager: the practice's own figures exactly, and nobody's record."""
    return viewer.works_at_practice and viewer.can(Capability.SEE_OWN_REGISTERS) and not viewer.can("view_person")


def _new_on_lists(viewer: Viewer, decided: Mapping[str, Entry]) -> int | None:
    if not (viewer.can(Capability.SEE_LIST_COUNTS) or viewer.can(Capability.REVEAL_LIST)):
        return None
    if not viewer.works_at_practice:
        return population.new_on_lists(viewer.practice_codes)
    return caseload.new_on_list(viewer.organisation_code, decided)


def _not_sharing(viewer: Viewer) -> int:
    return len(viewer.practice_codes) - len(gate.sharing_practices(viewer.practice_codes))
