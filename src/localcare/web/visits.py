"""Somebody's visits for the road: whom, where and why, what can hurt, whom to ring, what to do if things get worse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from localcare.access import queries as gate
from localcare.access.types import OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import Contingency
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry
from localcare.record import queries as record
from localcare.record.types import FlagCategory, Item
from localcare.tasks import queries as tasks
from localcare.tasks.types import Item as Task
from localcare.tasks.types import Waiting

# What the person beside the paper may read; alerts for staff stay behind one press, on the screen.
AT_THE_DOOR = (FlagCategory.ESCALATION, FlagCategory.ADJUSTMENT)
# Late work and what is due by tomorrow: a day's round, and the next morning's.
AHEAD = timedelta(days=1)


@dataclass(frozen=True)
class Visit:
    """One task about a person with what is needed at the door."""

    task: Task
    person: OpenPerson
    allergies: Sequence[Item]
    no_known_allergies: Sequence[Item]
    flags: Sequence[Item]
    plan: Contingency | None
    entry: Entry | None


@dataclass(frozen=True)
class Visits:
    visits: Sequence[Visit]
    until: date
    hidden: int


def build(viewer: Viewer, *, page: str) -> Visits:
    """The viewer's own open tasks about people, late or due by tomorrow. One audit entry names everybody shown."""
    until = clock.today() + AHEAD
    waiting = tasks.waiting_for(viewer, mine_only=True)
    due = Waiting([t for t in waiting.tasks if t.patient_id and t.due_on <= until], 0)
    work = tasks.shown(due, viewer, gate.open_people(viewer, due.patient_ids, page=page))
    people = [task.person for task in work.items if task.person]
    told = record.of_people(people)
    ids = {i for person in people for i in person.ids}
    plans, entries = careplans.contingencies_of(ids), caseload.all_looked_after(ids)
    today = clock.today()
    visits = [
        Visit(
            task=task,
            person=task.person,
            allergies=told[task.person.id].allergies(),
            no_known_allergies=told[task.person.id].no_known_allergies(),
            flags=told[task.person.id].flags(today, *AT_THE_DOOR),
            plan=next((plans[i] for i in task.person.ids if i in plans), None),
            entry=next((entries[i] for i in task.person.ids if i in entries), None),
        )
        for task in work.items
        if task.person
    ]
    return Visits(visits, until, work.hidden)
