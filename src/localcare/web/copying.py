"""Copy for the GP record: one plan, meeting or contact as plain text, with who wrote it and when."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from localcare.access.types import OpenPerson
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import PlanSummary
from localcare.design.formats import day, moment, nhs_number
from localcare.mdt import queries as mdt
from localcare.mdt.types import Decided
from localcare.record import queries as record
from localcare.record.types import Item

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


def choices(person: OpenPerson) -> list[Choice]:
    """What there is to copy about somebody whom the caller has opened: plan, last meetings, last notes and contacts."""
    plan = careplans.plan_of(person.ids)
    plans = [Choice("plan", "Care and support plan", partial(_of_plan, person, plan))] if plan else []
    meetings = [
        Choice(f"case-{one.case_id}", f"Meeting of {day(one.on.date())}", partial(_of_meeting, person, one))
        for one in mdt.decisions_of(person.ids)[:LATEST]
    ]
    entries = [
        Choice(f"entry-{one.id}", f"{one.display}, {day(one.started_on)}", partial(_of_entry, person, one))
        for one in record.written_here(person.ids)[:LATEST]
    ]
    return [*entries, *meetings, *plans]


def _of_entry(person: OpenPerson, item: Item) -> str:
    return _text(person, [f"{item.display}, {day(item.started_on)}", item.value, f"Written by: {item.author}"])


def _of_meeting(person: OpenPerson, one: Decided) -> str:
    said = [f"Discussion: {one.discussion}"] if one.discussion else []
    decided = [f"Decision: {one.decision}"] if one.decision else []
    head = f"Discussed at the meeting of {one.team}, {moment(one.on)}"
    return _text(person, [head, *said, *decided, f"Written by: {one.author}"])


def _of_plan(person: OpenPerson, plan: PlanSummary | None) -> str:
    if plan is None:
        return ""
    agreed = f"agreed {day(plan.agreed_on)}" if plan.agreed_on else "not agreed yet"
    matters = [f"What matters to the person: {plan.what_matters}"] if plan.what_matters else []
    goals = [f"Goal: {goal.goal} ({goal.progress.lower()}; {goal.who or 'nobody named'})" for goal in plan.goals]
    worse = [f"If {one.sign}: {one.do}" + (f" Ring {one.ring}." if one.ring else "") for one in plan.worse]
    review = [f"Next review: {day(plan.review_on)}"] if plan.review_on else []
    who = ", ".join(part for part in (plan.coordinator, plan.coordinator_phone) if part)
    coordinator = f"Co-ordinator: {who or 'nobody yet'}"
    return _text(person, [f"Care and support plan, {agreed}", *matters, *goals, *worse, *review, coordinator])


def _text(person: OpenPerson, lines: Sequence[str]) -> str:
    born = day(person.birth_date) or "not known"
    head = f"{person.banner_name}, born {born}, NHS number {nhs_number(person.nhs_number)}"
    return "\n".join([head, *lines, f"Copied from Localcare on {moment(clock.now())}"])
