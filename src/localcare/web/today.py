"""What Today shows: whether I have to act now, what changed for my people, my work, room in the team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from localcare.access import queries as gate
from localcare.access.queries import Decisions
from localcare.access.types import Capability, OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry, Room
from localcare.mdt import queries as mdt
from localcare.mdt.types import NextMeeting
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import Item
from localcare.tasks import queries as tasks
from localcare.tasks.types import Work

CHANGES = ("emergency_admission", "emergency_attendance", "ambulance", "call_111", "planned_admission")
IN_HOSPITAL = ("emergency_admission", "emergency_attendance")
LOOK_BACK = timedelta(days=7)
LINES = 25
TASKS = 8


@dataclass(frozen=True)
class Change:
    """One line: a person already on the caseload, the latest thing that happened, and when we knew."""

    person: OpenPerson
    latest: Item
    more: Sequence[Item]
    entry: Entry

    @property
    def in_hospital(self) -> bool:
        return any(item.category in IN_HOSPITAL and item.ended_on is None for item in (self.latest, *self.more))


@dataclass(frozen=True)
class Today:
    people: int
    mine: int
    changes: Sequence[Change]
    changed: int
    in_hospital: int
    work: Work
    late_actions: int
    late_reviews: int
    room: Room | None
    new_on_lists: int | None
    next_meeting: NextMeeting | None
    news: datetime | None
    not_sharing: int

    @property
    def late(self) -> int:
        return self.late_actions + self.late_reviews


def build(viewer: Viewer, *, whole_team: bool = False, show: str = "") -> Today:
    """Today for this viewer. People come through the gate, with one audit entry for all shown on the page."""
    sees_caseload = viewer.can(Capability.SEE_CASELOAD)
    decided = caseload.handled(viewer.organisation_code) if viewer.works_at_practice else {}
    followed = caseload.followed(viewer, decided) if sees_caseload else {}
    mine = [patient_id for patient_id, post_id in followed.items() if post_id == viewer.post_id]
    waiting = tasks.waiting_for(viewer, limit=TASKS)
    about = list(followed) if whole_team or not mine else mine
    happened, decisions = _open_changes(viewer, about, also=waiting.patient_ids)
    if show == "hospital":
        happened = {i: items for i, items in happened.items() if _inside(items)}
    changed = list(happened)[:LINES]
    shown = list(dict.fromkeys([*changed, *waiting.patient_ids]))
    people = gate.open_people(viewer, shown, page="Today", decided=decisions)
    entries = {e.patient_id: e for e in decided.values()} or caseload.entries_of(viewer, changed)
    return Today(
        people=len(followed),
        mine=len(mine),
        changes=[Change(people[i], happened[i][0], happened[i][1:], entries[i]) for i in changed if i in people],
        changed=len(happened),
        in_hospital=sum(1 for items in happened.values() if _inside(items)),
        work=tasks.shown(waiting, viewer, people),
        late_actions=tasks.late_counts(viewer).team,
        late_reviews=careplans.reviews_late(viewer),
        room=caseload.room_of(viewer) if sees_caseload else None,
        new_on_lists=_new_on_lists(viewer, decided),
        next_meeting=mdt.next_meeting(viewer),
        news=record.last_heard(),
        not_sharing=_not_sharing(viewer),
    )


def _open_changes(
    viewer: Viewer, patient_ids: Sequence[int], *, also: Sequence[int]
) -> tuple[dict[int, list[Item]], Decisions]:
    """What happened in the last week to those whom the viewer may open, and nobody has closed, latest person first.

    The gate decides at once about them and about those of `also`, whom the page opens too.
    """
    since = clock.now() - LOOK_BACK
    news = record.encounters_known_since(patient_ids, since, categories=CHANGES, happened_since=since.date())
    decisions = gate.decisions(viewer, list({*news.patient_ids, *also}))
    items = news.seen(decisions)
    closed = caseload.closed_changes(viewer, [item.id for item in items])
    by_person: dict[int, list[Item]] = {}
    for item in sorted(items, key=lambda i: (i.started_on, i.id), reverse=True):
        if item.id not in closed:
            by_person.setdefault(item.patient_id, []).append(item)
    return by_person, decisions


def _inside(items: Sequence[Item]) -> bool:
    return any(item.category in IN_HOSPITAL and item.ended_on is None for item in items)


def _new_on_lists(viewer: Viewer, decided: Mapping[str, Entry]) -> int | None:
    if not (viewer.can(Capability.SEE_LIST_COUNTS) or viewer.can(Capability.REVEAL_LIST)):
        return None
    if not viewer.works_at_practice:
        return population.new_on_lists(viewer.practice_codes)
    return caseload.new_on_list(viewer.organisation_code, decided)


def _not_sharing(viewer: Viewer) -> int:
    return len(viewer.practice_codes) - len(gate.sharing_practices(viewer.practice_codes))
