"""What is late for a viewer and their team: tasks, reviews of plans, reviews of the caseload, as Today counts them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from localcare.access import queries as gate
from localcare.access.types import Capability, OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import Plan
from localcare.caseload import queries as caseload
from localcare.caseload.types import Followed
from localcare.tasks import queries as tasks
from localcare.tasks.types import Task


class Kind(StrEnum):
    TASK = "tasks"
    PLAN = "plans"
    CASELOAD = "caseload"


@dataclass(frozen=True)
class Late:
    """Something past its day: what, since when, whose, about whom (by id)."""

    kind: Kind
    what: str
    id: int
    due_on: date
    whose: str
    mine: bool
    patient_id: int | None
    person: OpenPerson | None = None


def find(viewer: Viewer, *, kind: str = "", mine_only: bool = False) -> list[Late]:
    """Everything late, the longest first; of one kind or only the viewer's own where asked. Opens nobody."""
    found = [*_tasks(viewer), *_plans(viewer), *_caseload(viewer)]
    asked = [one for one in found if kind in ("", one.kind) and (one.mine or not mine_only)]
    return sorted(asked, key=lambda one: (one.due_on, one.kind, one.id))


def opened(viewer: Viewer, rows: Sequence[Late]) -> list[Late]:
    """One page of them with their people; one audit entry names all shown, those who may not be seen are left out."""
    people = gate.open_people(viewer, [one.patient_id for one in rows if one.patient_id], page="late work and reviews")
    seen = [one for one in rows if one.patient_id is None or one.patient_id in people]
    return [replace(one, person=people.get(one.patient_id or 0)) for one in seen]


def _tasks(viewer: Viewer) -> list[Late]:
    found = tasks.open_tasks(viewer, late_only=True) if viewer.can(Capability.WORK_ON_TASKS) else []
    return [_task(viewer, task) for task in found]


def _task(viewer: Viewer, task: Task) -> Late:
    mine = task.owner_post_id == viewer.post_id
    return Late(Kind.TASK, task.title, task.pk, task.due_on, tasks.owner_of(task), mine, task.patient_id)


def _plans(viewer: Viewer) -> list[Late]:
    yesterday = clock.today() - timedelta(days=1)
    return [_plan(viewer, plan) for plan in careplans.plans_due(viewer, yesterday)]


def _plan(viewer: Viewer, plan: Plan) -> Late:
    whose = plan.coordinator.user.name if plan.coordinator else "nobody yet"
    mine = plan.coordinator_id == viewer.post_id
    return Late(Kind.PLAN, "Review the care and support plan", plan.pk, plan.review_on, whose, mine, plan.patient_id)


def _caseload(viewer: Viewer) -> list[Late]:
    if viewer.works_at_practice or not viewer.can(Capability.SEE_CASELOAD):
        return []
    late = caseload.reviews_late(viewer, caseload.followed(viewer, {}))
    return [_review(viewer, patient_id, one) for patient_id, one in late.items()]


def _review(viewer: Viewer, patient_id: int, one: Followed) -> Late:
    whose, mine = one.coordinator_name or "nobody yet", one.coordinator_post_id == viewer.post_id
    due_on = one.review_on or date.min
    return Late(Kind.CASELOAD, "Review by the team", patient_id, due_on, whose, mine, patient_id)
