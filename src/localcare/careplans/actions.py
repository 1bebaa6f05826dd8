"""Writes of plans. Every save is a new row with its author; nothing is overwritten."""

from datetime import date
from typing import Any

from localcare.access import queries as gate
from localcare.access.types import Answering, Capability, Viewer
from localcare.base import audit, clock
from localcare.careplans.calc import sections as shape
from localcare.careplans.calc.sections import Content, sections
from localcare.careplans.calc.transitions import Status, Step, after
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.careplans.types import MovedOn, Overtaken
from localcare.staff import queries as staff
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner, Task


def start_plan(*, patient_id: int, by: Viewer) -> Plan:
    """Start a person's plan, or return the open one, under whichever of their ids.

    Raises Refused without the right, Died for somebody who died.
    """
    gate.require(by, patient_id, Capability.WRITE_PLAN)
    with audit.transaction():
        open_plans = Plan.objects.exclude(status=Status.ENDED)
        standing = open_plans.filter(patient_id__in=gate.same_person(patient_id)).first()
        if standing:
            return standing
        gate.require_living(patient_id, instead="No plan is started.")
        begun = {"team_id": by.team_id, "started_at": clock.now()}
        plan, started = open_plans.get_or_create(patient_id=patient_id, defaults=begun)
        if started:
            _write_step(plan, Step.START, by)
    return plan


def save_section(
    *,
    plan_id: int,
    section: str,
    content: Content,
    started_from: int,
    by: Viewer,
    agreed_with: str = Answering.NOT_YET,
    agreed_name: str = "",
) -> SectionVersion:
    """Save a section as its next version. `started_from` is the number of the version the writer read, 0 for none.

    Saving what stands already returns it. Raises Overtaken when somebody else saved since, ValueError for content the
    section does not have, an ended plan or who cannot agree for this person, Refused without the right to write.
    """
    definition = sections()[section]
    content = shape.cleaned(definition, content)
    with audit.transaction():
        plan = _locked(plan_id, by)
        if plan.status == Status.ENDED:
            raise ValueError("This plan has ended. Start a new one.")
        latest = SectionVersion.objects.filter(plan=plan, section=section).order_by("-number").first()
        if latest and _says_the_same(latest, content, agreed_with, agreed_name):
            return latest
        gate.require_answering(plan.patient_id, agreed_with, agreed_name)
        if latest and latest.number != started_from:
            raise Overtaken(latest)
        saved = SectionVersion.objects.create(
            plan=plan,
            section=section,
            number=started_from + 1,
            content=content,
            agreed_with=agreed_with,
            agreed_name=agreed_name.strip(),
            by_post_id=by.post_id,
            author=by.signature,
            saved_at=clock.now(),
        )
        _audit("plan section saved", plan, by, section=section, version=saved.number, agreed_with=str(agreed_with))
    return saved


def arrange(*, plan_id: int, coordinator_post_id: int | None, review_on: date | None, seen: int, by: Viewer) -> Plan:
    """Say who co-ordinates the plan and when it is next reviewed. Raises ValueError for a post that is not held."""
    post = staff.post(coordinator_post_id, clock.today()) if coordinator_post_id else None
    if coordinator_post_id and post is None:
        raise ValueError("Choose somebody who works here today.")
    words = f"Co-ordinator: {post.user.name if post else 'nobody'}. Review: {review_on or 'no date'}."
    changes: dict[str, Any] = {"coordinator": post, "review_on": review_on}
    if post and post.team_id:
        changes["team_id"] = post.team_id
    return _act(plan_id, Step.ARRANGE, seen, by, words, **changes)


def agree(*, plan_id: int, agreed_with: str, on: date, seen: int, by: Viewer, words: str = "") -> Plan:
    """Record that the plan was agreed, with whom and on which day.

    Raises ValueError while nobody wrote what matters to the person, for a day to come, for nobody, or for who cannot
    agree for this person.
    """
    if on > clock.today():
        raise ValueError("The day it was agreed cannot be in the future.")
    if agreed_with == Answering.NOT_YET:
        raise ValueError("Choose who agreed the plan.")
    gate.require_answering(Plan.objects.values_list("patient_id", flat=True).get(pk=plan_id), agreed_with, words)
    matters = SectionVersion.objects.filter(plan_id=plan_id, section="what_matters").order_by("-number").first()
    if matters is None or shape.is_empty(matters.content):
        raise ValueError("Write what matters to the person first; the plan starts from there.")
    return _act(plan_id, Step.AGREE, seen, by, words, agreed_with, agreed_on=on, agreed_at=clock.now())


def begin_review(*, plan_id: int, seen: int, by: Viewer) -> Plan:
    """Put an agreed plan under review: it stands until it is agreed again."""
    return _act(plan_id, Step.REVIEW, seen, by)


def end_plan(*, plan_id: int, words: str, seen: int, by: Viewer) -> Plan:
    """End a plan, and say why. It stays readable; a new one can be started."""
    if not words.strip():
        raise ValueError("Say why the plan ends.")
    return _act(plan_id, Step.END, seen, by, words)


def make_task(*, plan_id: int, row_id: str, owner: Owner, due_on: date, by: Viewer) -> Task:
    """Turn an agreed action of the plan into a task; the same action again returns the task it already is.

    Raises ValueError when the action no longer stands in the plan.
    """
    plan = Plan.objects.get(pk=plan_id)
    latest = SectionVersion.objects.filter(plan=plan, section="actions").order_by("-number").first()
    row = next((r for r in (latest.content["rows"] if latest else ()) if r["id"] == row_id), None)
    if row is None:
        raise ValueError("This action was taken out of the plan. Read the plan again.")
    return tasks.give(
        title=row["what"][:200],
        detail=row["what"] if len(row["what"]) > 200 else "",
        owner=owner,
        due_on=due_on,
        by=by,
        patient_id=plan.patient_id,
        origin="Care and support plan",
        origin_ref=f"plan:{plan.pk}",
        key=task_key(plan.pk, row_id),
    )


def task_key(plan_id: int, row_id: str) -> str:
    return f"plan:{plan_id}:{row_id}"


def _act(plan_id: int, step: Step, seen: int, by: Viewer, words: str = "", agreed_with: str = "", **changes) -> Plan:
    """One step of a plan as a whole. Repeating one's own latest changes nothing; raises MovedOn after another's."""
    with audit.transaction():
        plan = _locked(plan_id, by)
        since = list(PlanStep.objects.filter(plan=plan, number__gt=seen).order_by("number"))
        if [(s.step, s.words, s.agreed_with, s.by_post_id) for s in since] == [
            (step.value, words.strip(), agreed_with, by.post_id)
        ]:
            return plan
        if since:
            raise MovedOn(since[-1])
        plan.status = after(Status(plan.status), step)
        plan.version += 1
        for name, value in changes.items():
            setattr(plan, name, value)
        plan.save()
        _write_step(plan, step, by, words, agreed_with)
    return plan


def _locked(plan_id: int, by: Viewer) -> Plan:
    plan = Plan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    gate.require(by, plan.patient_id, Capability.WRITE_PLAN)
    return plan


def _says_the_same(latest: SectionVersion, content: Content, agreed_with: str, agreed_name: str) -> bool:
    same_words = shape.without_ids(latest.content) == shape.without_ids(content)
    return same_words and (latest.agreed_with, latest.agreed_name) == (agreed_with, agreed_name.strip())


def _write_step(plan: Plan, step: Step, by: Viewer, words: str = "", agreed_with: str = "") -> None:
    PlanStep.objects.create(
        plan=plan,
        number=plan.version,
        step=step,
        words=words.strip(),
        agreed_with=agreed_with,
        by_post_id=by.post_id,
        author=by.signature,
        at=clock.now(),
    )
    _audit(f"plan {step.value}", plan, by, version=plan.version)


def _audit(action: str, plan: Plan, by: Viewer, **detail: Any) -> None:
    audit.record(action, by=by.actor, patient_ids=[plan.patient_id], plan=plan.pk, **detail)
