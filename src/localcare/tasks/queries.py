"""Reads of tasks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Q, QuerySet

from localcare.access import queries as gate
from localcare.access.types import Capability, OpenPerson, Viewer
from localcare.base import clock
from localcare.base.prepared import in_all, prepared
from localcare.tasks import actions, owners
from localcare.tasks.calc.transitions import OPEN, Status, Step, possible
from localcare.tasks.models import Task, TaskStep
from localcare.tasks.types import Due, Item, LateCounts, Opened, Owner, Waiting, Work

SHOWN = 100
NO_TEAM = 0  # no team has this id
GIVER_MAY = frozenset({Step.HAND_ON, Step.CANCEL, Step.REOPEN, Step.NOTE})


def work_of(viewer: Viewer, *, mine_only: bool = False, limit: int = SHOWN) -> Work:
    """The viewer's open work, their own and their team's: late first, then by due day. One audit entry names all shown.

    Tasks about people the viewer may not see at present are counted, not shown.
    """
    waiting = waiting_for(viewer, mine_only=mine_only, limit=limit)
    return shown(waiting, viewer, gate.open_people(viewer, waiting.patient_ids, page="my work"))


ORDERS = {"due": ("due_on", "priority", "id"), "what": ("title", "id"), "asked": ("asked_at", "id")}


def open_tasks(
    viewer: Viewer, *, mine_only: bool = False, late_only: bool = False, order: str = "due"
) -> QuerySet[Task]:
    """The viewer's open tasks, or those past their day, to be paged: by due day, title or when asked; `-` turns it."""
    rows = _with_owner(_open_of(viewer, mine_only))
    if late_only:
        rows = rows.filter(due_on__lt=clock.today())
    by = ORDERS.get(order.removeprefix("-"), ORDERS["due"])
    return rows.order_by(*by).reverse() if order.startswith("-") else rows.order_by(*by)


def owner_of(task: Task) -> str:
    """Whose a task of `open_tasks` is, in words."""
    return owners.label_of(task)


def open_page(viewer: Viewer, tasks: Sequence[Task]) -> list[Item]:
    """One page of tasks in their order; one audit entry names all shown. Those about people the viewer may not see at
    present are left out."""
    people = gate.open_people(viewer, [t.patient_id for t in tasks if t.patient_id], page="my work")
    today = clock.today()
    return [_item(t, viewer, people, today) for t in tasks if t.patient_id is None or t.patient_id in people]


def waiting_for(viewer: Viewer, *, mine_only: bool = False, limit: int = SHOWN) -> Waiting:
    """The same before anybody is opened, for a page that opens all its people at once."""
    found = _first_of_post(viewer.post_id) if mine_only else _first_of(viewer.post_id, viewer.team_id or NO_TEAM)
    more = _open_of(viewer, mine_only).count() - limit if len(found) > limit else 0
    return Waiting(tuple(found[:limit]), more)


@prepared
def _first_of_post(post_id: int) -> QuerySet[Any]:
    return _first(Q(owner_post_id=post_id))


@prepared
def _first_of(post_id: int, team_id: int) -> QuerySet[Any]:
    return _first(Q(owner_post_id=post_id) | Q(owner_team_id=team_id))


def _first(theirs: Q) -> QuerySet[Task]:
    return _with_owner(Task.objects.filter(theirs, status__in=OPEN)).order_by("due_on", "priority", "id")[: SHOWN + 1]


def shown(waiting: Waiting, viewer: Viewer, people: Mapping[int, OpenPerson]) -> Work:
    """Waiting tasks as a list shows them, with the people that the page has opened."""
    today = clock.today()
    tasks = [t for t in waiting.tasks if t.patient_id is None or t.patient_id in people]
    items = [_item(t, viewer, people, today) for t in tasks]
    return Work(_by_day(items, today), hidden=len(waiting.tasks) - len(tasks), more=waiting.more)


def late_counts(viewer: Viewer) -> LateCounts:
    """How many open tasks are past their day: the viewer's own, and all of their team's (theirs included)."""
    return LateCounts(*_late(viewer.post_id, viewer.team_id or NO_TEAM, clock.today())[0])


@prepared
def _late(post_id: int, team_id: int, today: date) -> QuerySet[Any]:
    ours = Q(owner_post_id=post_id) | Q(owner_team_id=team_id)
    late = Task.objects.filter(ours, status__in=OPEN, due_on__lt=today)
    return in_all(late, Count("pk", filter=Q(owner_post_id=post_id)), Count("pk"))


def of_person(viewer: Viewer, patient_ids: Collection[int]) -> list[Item]:
    """Tasks about one person whom the viewer has opened (all their ids): open ones first by day, then the finished."""
    today = clock.today()
    items = [_item(t, viewer, {}, today) for t in _about(patient_ids)]
    return sorted(items, key=lambda item: item.status not in OPEN)


@prepared
def _about(patient_ids: Collection[int]) -> QuerySet[Any]:
    return _with_owner(Task.objects.filter(patient_id__among=patient_ids)).order_by("due_on", "priority", "id")


def of_origin(viewer: Viewer, origin_ref: str) -> list[Item]:
    """Tasks that came from one place (a case of a meeting, a plan), oldest first; the caller has opened the person."""
    today = clock.today()
    tasks = _with_owner(Task.objects.filter(origin_ref=origin_ref)).order_by("id")
    return [_item(t, viewer, {}, today) for t in tasks]


def by_key(viewer: Viewer, keys: Collection[str]) -> dict[str, Item]:
    """Tasks by the key they were given with; the caller has opened the person."""
    today = clock.today()
    return {t.key: _item(t, viewer, {}, today) for t in _with_owner(Task.objects.filter(key__in=keys))}


def open_task(viewer: Viewer, task_id: int) -> Opened:
    """One task with its steps. Raises Task.DoesNotExist, or Refused without a right to the task or its person.

    Whoever may see the person may read the task; its owner and its giver may act on it.
    """
    task = _with_owner(Task.objects.all()).get(pk=task_id)
    people: dict[int, OpenPerson] = {}
    if task.patient_id is None:
        actions.require_right(task, viewer)
    else:
        people[task.patient_id] = gate.open_person(viewer, task.patient_id, page="task")
    steps = list(TaskStep.objects.filter(task=task).order_by("number"))
    return Opened(_item(task, viewer, people, clock.today()), steps, _may(task, viewer))


def owner_choices(viewer: Viewer) -> list[Owner]:
    """Whom the viewer can give a task to."""
    return owners.choices(viewer)


def people_with_open_tasks() -> set[int]:
    """The ids of everybody an open task is about, for the feed that fills their record."""
    return set(Task.objects.filter(status__in=OPEN).exclude(patient=None).values_list("patient_id", flat=True))


def owner_chosen(viewer: Viewer, value: str) -> Owner:
    """The owner that a value of `Owner.value` names. Raises ValueError for one the viewer could not choose."""
    return owners.chosen(viewer, value)


def owner_before(task_id: int) -> str:
    """Whose a task is at this moment, as a value, to be given back to; empty for a task there is not."""
    row = Task.objects.filter(pk=task_id).values_list("owner_post", "owner_team").first()
    return Owner(row[0], row[1], "").value if row else ""


def expected_relationships() -> Iterable[tuple[int, int]]:
    """(patient id, team id) of every open task about a person: what the source `task` should hold open."""
    rows = Task.objects.filter(status__in=OPEN).exclude(patient=None).exclude(owner_team=None)
    return rows.values_list("patient_id", "owner_team_id").distinct()


def _may(task: Task, viewer: Viewer) -> frozenset[Step]:
    steps = possible(Status(task.status))
    if not viewer.can(Capability.WORK_ON_TASKS):
        return frozenset()
    if task.owner_post_id == viewer.post_id:
        return steps - {Step.TAKE}
    if viewer.team_id is not None and task.owner_team_id == viewer.team_id:
        return steps
    return steps & GIVER_MAY if task.asked_by_post_id == viewer.post_id else frozenset()


def _open_of(viewer: Viewer, mine_only: bool) -> QuerySet[Task]:
    theirs = Q(owner_post_id=viewer.post_id)
    if viewer.team_id is not None and not mine_only:
        theirs |= Q(owner_team_id=viewer.team_id)
    return Task.objects.filter(theirs, status__in=OPEN)


def _with_owner(rows: QuerySet[Task]) -> QuerySet[Task]:
    return rows.select_related("owner_post__user", "owner_post__organisation", "owner_team")


def _by_day(items: Sequence[Item], today: date) -> list[Due]:
    late = [item for item in items if item.late]
    rest = groupby((item for item in items if not item.late), key=lambda item: item.due_on)
    groups = [Due("Late", True, late)] if late else []
    return groups + [Due(day_label(day, today), False, list(some)) for day, some in rest]


def day_label(day: date, today: date) -> str:
    """Today, tomorrow, the weekday within a week, then the date with its weekday."""
    if day == today:
        return "Today"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    return f"{day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != today.year else "")


def _item(task: Task, viewer: Viewer, people: Mapping[int, OpenPerson], today: date) -> Item:
    is_open = task.status in OPEN
    return Item(
        id=task.pk,
        title=task.title,
        detail=task.detail,
        patient_id=task.patient_id,
        person=people.get(task.patient_id or 0),
        due_on=task.due_on,
        days_late=max((today - task.due_on).days, 0) if is_open else 0,
        urgent=task.priority == Task.Priority.URGENT,
        status=Status(task.status),
        owner=owners.label_of(task),
        mine=task.owner_post_id == viewer.post_id,
        origin=task.origin,
        asked_by=task.asked_by,
        asked_at=task.asked_at,
        version=task.version,
        owner_phone=owners.phone_of(task),
    )
