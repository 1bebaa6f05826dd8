"""Copy for the GP record: one plan, meeting or contact as plain text, with who wrote it and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from localcare.access.types import OpenPerson, Viewer
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import PlanSummary
from localcare.design.formats import day, moment, nhs_number
from localcare.mdt import queries as mdt
from localcare.mdt.types import Decided
from localcare.record import queries as record
from localcare.record.types import Item
from localcare.tasks.types import Item as Task

LATEST = 10


@dataclass(frozen=True)
class Choice:
    """Something that can be copied: its word in the address, its label, and the text."""

    key: str
    label: str
    write: Callable[[], str]

    @property
    def text(self) -> str:
        return self.write()


def choices(viewer: Viewer, person: OpenPerson) -> list[Choice]:
    """What there is to copy about somebody whom the caller has opened: plan, last meetings, last notes and contacts."""
    plan = careplans.plan_of(person.ids)
    plans = [Choice("plan", "Care and support plan", partial(_of_plan, person, plan))] if plan else []
    meetings = [
        Choice(f"case-{one.case_id}", f"Meeting of {day(one.on.date())}", partial(_of_meeting, viewer, person, one))
        for one in mdt.decisions_of(person)[:LATEST]
    ]
    entries = [
        Choice(f"entry-{one.id}", f"{one.display}, {day(one.started_on)}", partial(_of_entry, person, one))
        for one in record.written_here(person)[:LATEST]
    ]
    return [*entries, *meetings, *plans]


def _of_entry(person: OpenPerson, item: Item) -> str:
    return _text(person, [f"{item.display}, {_when(item)}", item.value, f"Written by: {item.author}"])


def _when(item: Item) -> str:
    return moment(item.started_at) if item.started_at else day(item.started_on)


def _of_meeting(viewer: Viewer, person: OpenPerson, one: Decided) -> str:
    said = [f"Discussion: {one.discussion}"] if one.discussion else []
    decided = [f"Decision: {one.decision}"] if one.decision else []
    head = f"Discussed at the meeting of {one.team}, {moment(one.on)}"
    given = [_of_action(action) for action in mdt.actions_of(viewer, one.case_id)]
    return _text(person, [head, *said, *decided, *given, f"Written by: {one.author}"])


def _of_action(task: Task) -> str:
    return f"Action: {task.title} ({task.owner}, by {day(task.due_on)}; {task.status})"


def _of_plan(person: OpenPerson, plan: PlanSummary | None) -> str:
    if plan is None:
        return ""
    agreed = f"agreed {day(plan.agreed_on)}" if plan.agreed_on else "not agreed yet"
    written = [f"{title}:\n{words}" for title, words in careplans.sections_of(person.ids)]
    review = [f"Next review: {day(plan.review_on)}"] if plan.review_on else []
    who = ", ".join(part for part in (plan.coordinator, plan.coordinator_phone) if part)
    coordinator = f"Co-ordinator: {who or 'nobody yet'}"
    return _text(person, [f"Care and support plan, {agreed}", *written, *review, coordinator])


def _text(person: OpenPerson, lines: Sequence[str]) -> str:
    born = day(person.birth_date) or "not known"
    head = f"{person.banner_name}, born {born}, NHS number {nhs_number(person.nhs_number)}"
    return "\n".join([head, *lines, f"Copied from Localcare on {moment(clock.now())}"])
