"""Reads of plans."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from localcare.access import queries as gate
from localcare.access.roles import roles
from localcare.access.types import Capability, Viewer
from localcare.base import clock
from localcare.base.prepared import in_all, prepared
from localcare.careplans.actions import task_key
from localcare.careplans.calc import compare
from localcare.careplans.calc.sections import Content, as_text, cleaned, is_empty, sections
from localcare.careplans.calc.transitions import Status, Step
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.careplans.types import (
    Contingency,
    EndedPlan,
    Goal,
    OpenPlan,
    Piece,
    PlanSummary,
    ReviewDue,
    SectionNow,
    Worse,
)
from localcare.caseload import queries as caseload
from localcare.staff import queries as staff
from localcare.staff.types import Post
from localcare.tasks import queries as tasks

REVIEW_SOON = timedelta(days=14)
NO_TEAM = 0  # no team has this id


def plan_of(patient_ids: Collection[int]) -> PlanSummary | None:
    """The open plan of one person whom the caller has opened (all their ids), as their page shows it, or None."""
    plan = next(iter(_open_plans_of(patient_ids)), None)
    if plan is None:
        return None
    latest = _latest(plan)
    matters, goals, worse = (latest.get(key) for key in ("what_matters", "goals", "worse"))
    return PlanSummary(
        id=plan.pk,
        status=Status(plan.status),
        agreed_on=plan.agreed_on,
        what_matters=matters.content["words"] if matters else "",
        what_matters_at=matters.saved_at if matters else None,
        what_matters_author=matters.author if matters else "",
        goals=_goals(goals),
        worse=_worse(worse),
        worse_at=worse.saved_at if worse else None,
        worse_author=worse.author if worse else "",
        review_on=plan.review_on,
        review_late=_late(plan, clock.today()) > 0,
        coordinator=plan.coordinator.user.name if plan.coordinator else "",
        coordinator_phone=_phone(plan.coordinator),
        worse_changed=_changed_since_agreed(worse, plan),
    )


def sections_of(patient_ids: Collection[int]) -> list[tuple[str, str]]:
    """(title, plain text) of every written section of the open plan of a person whom the caller has opened."""
    plan = next(iter(_open_plans_of(patient_ids)), None)
    latest = _latest(plan) if plan else {}
    texts = [(section, latest[key].content) for key, section in sections().items() if key in latest]
    return [(section.title, as_text(section, content)) for section, content in texts if not is_empty(content)]


def ended_plan_of(patient_ids: Collection[int]) -> EndedPlan | None:
    """The plan of a person (all their ids) that ended last; None where none has."""
    return next((EndedPlan(*row) for row in _ended_plans_of(patient_ids)), None)


@prepared
def _ended_plans_of(patient_ids: Collection[int]) -> QuerySet[Any]:
    ends = PlanStep.objects.filter(plan__patient_id__among=patient_ids, step=Step.END)
    return ends.order_by("-at").values_list("plan_id", "at", "words")[:1]


@prepared
def _open_plans_of(patient_ids: Collection[int]) -> QuerySet[Any]:
    return _plans().filter(patient_id__among=patient_ids).exclude(status=Status.ENDED).order_by("-started_at")[:1]


def contingencies_of(patient_ids: Collection[int]) -> dict[int, Contingency]:
    """What the open plans of people whom the caller has opened say for when things get worse, by patient id."""
    plans = list(_all_open_plans_of(patient_ids))
    worse = {row.plan_id: row for row in _latest_worse([p.pk for p in plans])} if plans else {}
    return {
        plan.patient_id: Contingency(
            plan.agreed_on,
            _worse(worse.get(plan.pk)),
            plan.coordinator.user.name if plan.coordinator else "",
            _phone(plan.coordinator),
        )
        for plan in plans
    }


@prepared
def _all_open_plans_of(patient_ids: Collection[int]) -> QuerySet[Any]:
    return _plans().filter(patient_id__among=patient_ids).exclude(status=Status.ENDED).order_by("started_at")


@prepared
def _latest_worse(plan_ids: Collection[int]) -> QuerySet[Any]:
    rows = SectionVersion.objects.filter(section="worse")
    newest = rows.filter(plan_id=OuterRef("plan_id")).order_by("-number")
    return rows.filter(plan_id__among=plan_ids, pk=Subquery(newest.values("pk")[:1]))


def _worse(version: SectionVersion | None) -> list[Worse]:
    return [Worse(r["sign"], r["do"], r["ring"]) for r in version.content["rows"]] if version else []


def _goals(version: SectionVersion | None) -> list[Goal]:
    progress = next(c for c in sections()["goals"].columns if c.key == "progress")
    rows = version.content["rows"] if version else ()
    return [Goal(r["goal"], progress.label_of(r["progress"]), r["who"]) for r in rows]


def reviews_due(viewer: Viewer, *, within: timedelta = REVIEW_SOON) -> list[ReviewDue]:
    """Plans that the viewer or their team must review by a day soon, late first. People who died are left out."""
    return open_reviews(viewer, plans_due(viewer, clock.today() + within))


def plans_due(viewer: Viewer, until: date) -> list[Plan]:
    """Open plans of the viewer or their team, of the living, whose review is due by a day, the earliest first."""
    due = _ours(viewer).filter(review_on__lte=until, patient__died_on=None)
    return list(due.order_by("review_on", "id"))


def open_reviews(viewer: Viewer, plans: Sequence[Plan]) -> list[ReviewDue]:
    """One page of plans to review; one audit entry names all shown. People the viewer may not see are left out."""
    today = clock.today()
    people = gate.open_people(viewer, [p.patient_id for p in plans], page="plans to review")
    return [
        ReviewDue(
            plan_id=plan.pk,
            person=people[plan.patient_id],
            review_on=plan.review_on,
            days_late=_late(plan, today),
            coordinator=plan.coordinator.user.name if plan.coordinator else "",
            mine=plan.coordinator_id == viewer.post_id,
        )
        for plan in plans
        if plan.review_on and plan.patient_id in people and people[plan.patient_id].died_on is None
    ]


def reviews_late(viewer: Viewer) -> int:
    """How many plans of the viewer or their team are past their review day. Names nobody."""
    return _reviews_late(viewer.post_id, viewer.team_id or NO_TEAM, clock.today())[0][0]


@prepared
def _reviews_late(post_id: int, team_id: int, today: date) -> QuerySet[Any]:
    ours = Plan.objects.filter(Q(coordinator_id=post_id) | Q(team_id=team_id)).exclude(status=Status.ENDED)
    return in_all(ours.filter(review_on__lt=today, patient__died_on=None), Count("pk"))


def open_plan(viewer: Viewer, plan_id: int) -> OpenPlan:
    """A whole plan. The look is audited. Raises Plan.DoesNotExist, or Refused without a right to the person."""
    plan = _plans().get(pk=plan_id)
    person = gate.open_person(viewer, plan.patient_id, page="care and support plan")
    latest = _latest(plan)
    rows = latest["actions"].content["rows"] if "actions" in latest else ()
    may_write = plan.status != Status.ENDED and gate.decision_on(viewer, plan.patient_id, Capability.WRITE_PLAN).allowed
    return OpenPlan(
        id=plan.pk,
        person=person,
        status=Status(plan.status),
        agreed_on=plan.agreed_on,
        coordinator=plan.coordinator.user.name if plan.coordinator else "",
        coordinator_phone=_phone(plan.coordinator),
        coordinator_post_id=plan.coordinator_id,
        review_on=plan.review_on,
        review_late=_late(plan, clock.today()) > 0,
        sections=[_now(key, latest.get(key), plan) for key in sections()],
        steps=list(PlanStep.objects.filter(plan=plan).order_by("number")),
        version=plan.version,
        may_write=may_write,
        tasks=tasks.by_key(viewer, [task_key(plan.pk, row["id"]) for row in rows]),
    )


def versions(plan_id: int, section: str) -> list[SectionVersion]:
    """Every version of a section, latest first; the caller has opened the plan."""
    return list(SectionVersion.objects.filter(plan_id=plan_id, section=section).order_by("-number"))


def words_changed(section: str, before: SectionVersion | None, after: SectionVersion | None) -> list[Piece]:
    """The words added and taken away from one version to another."""
    definition = sections()[section]
    texts = [as_text(definition, v.content) if v else "" for v in (before, after)]
    return compare.words(*texts)


def compare_with(section: str, version: SectionVersion, content: Content) -> list[Piece]:
    """The words that content not yet saved adds to a version and takes away from it."""
    definition = sections()[section]
    return compare.words(as_text(definition, version.content), as_text(definition, cleaned(definition, content)))


def compare_words(before: str, after: str) -> list[Piece]:
    """The words that one text has and another has not."""
    return compare.words(before, after)


def possible_coordinators(viewer: Viewer) -> list[tuple[int, str]]:
    """(post id, name and role) of who may co-ordinate a plan: those of the team and its practices who write plans."""
    today = clock.today()
    team = caseload.team_of(viewer)
    members = staff.members([team.pk], today) if team else []
    posts = {p.id: p for p in [*members, *staff.posts_at(viewer.practice_codes, today)]}
    return [
        (p.id, f"{p.user.name}, {roles()[p.role].label}, {p.organisation.name}")
        for p in posts.values()
        if Capability.WRITE_PLAN in roles()[p.role].capabilities
    ]


def _plans() -> QuerySet[Plan]:
    return Plan.objects.select_related("coordinator__user", "coordinator__team")


def _ours(viewer: Viewer) -> QuerySet[Plan]:
    ours = Q(coordinator_id=viewer.post_id)
    if viewer.team_id is not None:
        ours |= Q(team_id=viewer.team_id)
    return _plans().filter(ours).exclude(status=Status.ENDED)


def _latest(plan: Plan) -> dict[str, SectionVersion]:
    """The latest version of each section, in one query."""
    return {row.section: row for row in _latest_of(plan.pk)}


@prepared
def _latest_of(plan_id: int) -> QuerySet[Any]:
    newest = SectionVersion.objects.filter(plan_id=plan_id, section=OuterRef("section")).order_by("-number")
    return SectionVersion.objects.filter(plan_id=plan_id, pk=Subquery(newest.values("pk")[:1]))


def _now(key: str, version: SectionVersion | None, plan: Plan) -> SectionNow:
    return SectionNow(sections()[key], version, _changed_since_agreed(version, plan))


def _changed_since_agreed(version: SectionVersion | None, plan: Plan) -> bool:
    return bool(version and plan.agreed_at and version.saved_at > plan.agreed_at)


def _late(plan: Plan, today: date) -> int:
    return max((today - plan.review_on).days, 0) if plan.review_on else 0


def _phone(post: Post | None) -> str:
    if post is None:
        return ""
    return post.phone or (post.team.phone if post.team else "")
