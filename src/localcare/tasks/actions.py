"""Writes of tasks. Every one of them leaves a step with its author; none rewrites a word."""

from datetime import date, datetime, timedelta
from typing import Any

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.staff import queries as staff
from localcare.tasks import owners
from localcare.tasks.calc.transitions import NEEDS_WORDS, OPEN, Status, Step, after
from localcare.tasks.models import Task, TaskStep, new_key
from localcare.tasks.types import Overtaken, Owner, WrittenUp

SOURCE = "task"
UNDO_WITHIN = timedelta(hours=1)
TAKEN_BACK = "Taken back."
# Who works on a task about a person may see them, and not by an emergency alone.
WORKING = (Capability.VIEW_PERSON, Capability.WORK_ON_TASKS)
NOT_YOURS = Decision(False, Basis.ROLE, "This task belongs to somebody else. Ask its owner, or the one who gave it.")
AFTER_DEATH = "For what is still to do, give a task that is about nobody, and say in it what, and for which family."
WORDS_MISSING = {
    Step.COMPLETE: "Say what you did, so that the next one knows.",
    Step.CANCEL: "Say why it is no longer needed.",
    Step.NOTE: "Write something, or leave the page.",
}


def give(
    *,
    title: str,
    owner: Owner,
    due_on: date,
    by: Viewer,
    patient_id: int | None = None,
    detail: str = "",
    urgent: bool = False,
    origin: str = "",
    origin_ref: str = "",
    key: str = "",
) -> Task:
    """Give a task to a post or a team. The same `key` again returns the task already given.

    A task about a person gives the owner's team a relationship while it is open. Raises Refused when the giver may not
    give tasks or see the person; Died about somebody who died; ValueError without a title, or when nobody of the owner
    could see the person.
    """
    if not by.can(Capability.GIVE_TASKS):
        raise Refused(Decision(False, Basis.ROLE, "Your role does not give tasks. Ask the care co-ordinator."))
    if patient_id is not None:
        gate.require(by, patient_id, Capability.GIVE_TASKS)
    if not title.strip():
        raise ValueError("Say what is to be done.")
    asked = {
        "patient_id": patient_id,
        "title": title.strip(),
        "detail": detail.strip(),
        "owner_post_id": owner.post_id,
        "owner_team_id": owner.team_id,
        "due_on": due_on,
        "priority": Task.Priority.URGENT if urgent else Task.Priority.NORMAL,
        "asked_by": by.signature,
        "asked_by_post_id": by.post_id,
        "asked_at": clock.now(),
        "origin": origin,
        "origin_ref": origin_ref,
    }
    with audit.transaction():
        task, given = Task.objects.get_or_create(key=key or new_key(), defaults=asked)
        if not given:
            return task
        if patient_id is not None:
            gate.require_living(patient_id, instead=AFTER_DEATH)
        _write_step(task, Step.GIVE, "", owner.label, by)
        _check_shared_already(task, owner, by)
        _settle_relationships(task, {owner.team_id}, by)
        _check_somebody_may_see(task, owner)
        _audit(task, Step.GIVE, by)
    return task


def take(*, task_id: int, seen: int, by: Viewer) -> Task:
    """Take a task of the team upon oneself."""
    return _act(task_id, Step.TAKE, seen, by, owner=owners.myself(by))


def complete(*, task_id: int, seen: int, words: str, by: Viewer) -> Task:
    """Record what was done. The team's relationship that came from the task ends."""
    return _act(task_id, Step.COMPLETE, seen, by, words)


def hand_on(*, task_id: int, seen: int, owner: Owner, by: Viewer, words: str = "") -> Task:
    """Give the task to somebody else."""
    return _act(task_id, Step.HAND_ON, seen, by, words, owner)


def take_back(*, task_id: int, seen: int, owner: Owner, by: Viewer) -> Task:
    """Undo that one took a task or handed it on, within the hour and while nobody acted since: it is `owner`'s again.

    Raises Refused without the role, Overtaken when somebody acted since, ValueError for anything else than one's own
    last step or for an owner whose it was not before.
    """
    if not by.can(Capability.WORK_ON_TASKS):
        raise Refused(NOT_YOURS)
    with audit.transaction():
        task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
        since = list(TaskStep.objects.filter(task=task, number__gt=seen).order_by("number"))
        if _repeats(since, Step.HAND_ON, TAKEN_BACK, by):
            return task
        if since:
            raise Overtaken(since)
        _check_own_last(list(TaskStep.objects.filter(task=task, number__gte=seen - 1).order_by("number")), owner, by)
        teams = {task.owner_team_id, owner.team_id}
        task.status, task.version = Status.GIVEN, task.version + 1
        task.owner_post_id, task.owner_team_id = owner.post_id, owner.team_id
        task.save(update_fields=["status", "version", "owner_post", "owner_team"])
        _write_step(task, Step.HAND_ON, TAKEN_BACK, owner.label, by)
        _settle_relationships(task, teams, by)
        _audit(task, Step.HAND_ON, by)
    return task


def _check_own_last(steps: list[TaskStep], owner: Owner, by: Viewer) -> None:
    """`steps`: the last one and the one before it."""
    last = steps[-1]
    own = last.by_post_id == by.post_id and last.step in (Step.TAKE, Step.HAND_ON)
    if len(steps) < 2 or not own or clock.now() - last.at > UNDO_WITHIN:
        raise ValueError("Only your own last step can be undone, within the hour. Hand the task on instead.")
    if steps[-2].owner != owner.label:
        raise ValueError("The task was somebody else's before. Hand it on instead.")


def cancel(*, task_id: int, seen: int, words: str, by: Viewer) -> Task:
    """Say that the task is no longer needed, and why."""
    return _act(task_id, Step.CANCEL, seen, by, words)


def reopen(*, task_id: int, seen: int, by: Viewer, words: str = "") -> Task:
    """Take back that a task was done or cancelled."""
    return _act(task_id, Step.REOPEN, seen, by, words)


def add_note(*, task_id: int, seen: int, words: str, by: Viewer) -> Task:
    """Add words to a task, whatever its status."""
    return _act(task_id, Step.NOTE, seen, by, words)


def write_up(*, task_id: int, seen: int, words: str, key: str, ago: timedelta = timedelta(), by: Viewer) -> WrittenUp:
    """Record as done what was written without signal, `ago` before it was sent; once, however often `key` is sent.

    Where others acted since `seen`, the words are kept as a note and the task stays as they left it. Raises as the
    other steps do, and ValueError for a key under which something else was sent.
    """
    if not key:
        raise ValueError("These words came without the key that keeps them from being recorded twice. Send them again.")
    how: dict[str, Any] = {"by": by, "words": words, "key": key, "written_at": clock.now() - max(ago, timedelta())}
    with audit.transaction():
        task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
        since = list(TaskStep.objects.filter(task=task, number__gt=seen).order_by("number"))
        sent = TaskStep.objects.filter(key=key).first()
        if sent:
            _check_sent_here(sent, task, by)
            since = since if _may_read(task, by) else []
        elif all(step.by_post_id == by.post_id for step in since) and task.status in OPEN:
            # Who only took it upon themselves meanwhile has nothing to read first.
            task = _act(task_id, Step.COMPLETE, task.version, **how)
        else:
            task = _complete_or_note(task_id, seen, since, **how)
    sent = TaskStep.objects.filter(key=key).first()
    return WrittenUp(task, bool(sent and sent.step == Step.NOTE), [s for s in since if sent and s.number < sent.number])


def _complete_or_note(task_id: int, seen: int, since: list[TaskStep], **how) -> Task:
    try:
        return _act(task_id, Step.COMPLETE, seen, **how)
    except Overtaken:
        return _act(task_id, Step.NOTE, since[-1].number, **how)


def _check_sent_here(sent: TaskStep, task: Task, by: Viewer) -> None:
    if (sent.task_id, sent.by_post_id) != (task.pk, by.post_id):
        raise ValueError("Something else was sent under this key. Write the words on the page of the task.")


def _may_read(task: Task, by: Viewer) -> bool:
    """Sending again needs no right, as it writes nothing; reading what others wrote does."""
    return task.patient_id is None or gate.decision_on(by, task.patient_id).allowed


def _act(
    task_id: int,
    step: Step,
    seen: int,
    by: Viewer,
    words: str = "",
    owner: Owner | None = None,
    key: str = "",
    written_at: datetime | None = None,
) -> Task:
    """One step of a task, whichever it is, over one table. `seen` is the version the viewer read.

    Repeating one's own latest step changes nothing. Raises Refused without a right to task or person, ValueError for
    missing words or a step that cannot follow, Overtaken when somebody else acted since.
    """
    if step in NEEDS_WORDS and not words.strip():
        raise ValueError(WORDS_MISSING[step])
    with audit.transaction():
        task = Task.objects.select_for_update(of=("self",)).get(pk=task_id)
        since = list(TaskStep.objects.filter(task=task, number__gt=seen).order_by("number"))
        # First: whoever completed a task may have lost, by that, the right that a second click would need.
        if _repeats(since, step, words.strip(), by):
            return task
        require_right(task, by, step)
        if since:
            raise Overtaken(since)
        teams = {task.owner_team_id}
        if owner:
            _check_shared_already(task, owner, by)
        task.status = after(Status(task.status), step)
        task.version += 1
        if owner:
            task.owner_post_id, task.owner_team_id = owner.post_id, owner.team_id
        task.save(update_fields=["status", "version", "owner_post", "owner_team"])
        label = owner.label if owner else owners.label_of(task)
        _write_step(task, step, words.strip(), label, by, key=key, written_at=written_at)
        _settle_relationships(task, teams | {task.owner_team_id}, by)
        if owner:
            _check_somebody_may_see(task, owner)
        _audit(task, step, by)
    return task


def require_right(task: Task, by: Viewer, step: Step | None = None) -> None:
    """Raises Refused unless the viewer owns the task, or gave it and does what givers may, and may see the person."""
    owns = task.owner_post_id == by.post_id or (by.team_id is not None and task.owner_team_id == by.team_id)
    gave = task.asked_by_post_id == by.post_id and step not in (Step.TAKE, Step.COMPLETE)
    if not by.can(Capability.WORK_ON_TASKS) or not (owns or gave):
        raise Refused(NOT_YOURS, patient_ids=(task.patient_id,) if task.patient_id else ())
    if task.patient_id is not None:
        for capability in WORKING:
            gate.require(by, task.patient_id, capability)


def _repeats(since: list[TaskStep], step: Step, words: str, by: Viewer) -> bool:
    """Whether the only thing that happened since is this very step by this very post: a second click."""
    return [(s.step, s.words, s.by_post_id) for s in since] == [(step.value, words, by.post_id)]


def _write_step(task: Task, step: Step, words: str, owner: str, by: Viewer, **written: Any) -> None:
    TaskStep.objects.create(
        task=task,
        number=task.version,
        step=step,
        words=words,
        owner=owner,
        by_post_id=by.post_id,
        author=by.signature,
        at=clock.now(),
        **written,
    )


def _settle_relationships(task: Task, team_ids: set[int | None], by: Viewer) -> None:
    """A team sees the person because of tasks exactly as long as it has an open one about them."""
    if task.patient_id is None:
        return
    open_tasks = Task.objects.filter(patient_id=task.patient_id, status__in=OPEN)
    for team_id in filter(None, team_ids):
        open_now = open_tasks.filter(owner_team_id=team_id).exists()
        settle = access.begin_relationship if open_now else access.end_relationship
        settle(patient_id=task.patient_id, team_id=team_id, source=SOURCE, by=by.actor)


def _check_shared_already(task: Task, owner: Owner, by: Viewer) -> None:
    """A practice's task opens nobody to another team: the person is told first and accepted for it."""
    if by.works_at_practice and not _somebody_may_see(task, owner):
        raise ValueError(
            f"{owner.label} may not see this person yet. Tell the person and accept them for the team first, or choose "
            "somebody who looks after them already."
        )


def _check_somebody_may_see(task: Task, owner: Owner) -> None:
    if not _somebody_may_see(task, owner):
        raise ValueError(f"{owner.label} may not see this person. Choose somebody of a team that looks after them.")


def _somebody_may_see(task: Task, owner: Owner) -> bool:
    if task.patient_id is None:
        return True
    today = clock.today()
    members = staff.members([owner.team_id], today) if owner.team_id else []
    post = staff.post(owner.post_id, today) if owner.post_id else None
    posts = ([post] if post else []) if owner.post_id else members
    viewers = (v for p in posts for v in gate.viewers_of(p.user_id) if v.post_id == p.id)
    return any(_may_work(viewer, task.patient_id) for viewer in viewers)


def _may_work(viewer: Viewer, patient_id: int) -> bool:
    return all(gate.decision_on(viewer, patient_id, capability).allowed for capability in WORKING)


def _audit(task: Task, step: Step, by: Viewer) -> None:
    people = [task.patient_id] if task.patient_id else []
    audit.record(f"task {step.value}", by=by.actor, patient_ids=people, task=task.pk, version=task.version)
