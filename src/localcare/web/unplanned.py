"""The unplanned view: what a stranger needs at once, and nothing that an outage copy does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from localcare.access.banners import Banner
from localcare.access.types import OpenPerson
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import EndedPlan, PlanSummary
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry
from localcare.population import queries as population
from localcare.record import queries as record
from localcare.record.types import FlagCategory, Item, Piece, Speaks, is_private
from localcare.web.calc import missing


@dataclass(frozen=True)
class UnplannedPage:
    person: OpenPerson
    story: list[Piece]
    plan: PlanSummary | None
    ended_plan: EndedPlan | None
    entry: Entry | None
    medicines: Sequence[Item]
    allergies: Sequence[Item]
    no_known_allergies: Sequence[Item]
    escalation: Sequence[Item]
    alerts: Banner
    sources: Sequence[Speaks]
    missing: missing.Missing
    entries: bool


def build(person: OpenPerson) -> UnplannedPage:
    """The gate has opened `person`; every id passed on is theirs."""
    today = clock.today()
    told = record.of_person(person)
    telling = population.telling([item.code for item in told.problems(today)])
    sources = record.sources_of(told, person.practice_code)
    sent = [source.kinds for source in sources]
    plan = careplans.plan_of(person.ids)
    return UnplannedPage(
        person=person,
        story=record.story(person, told, telling, today),
        plan=plan,
        ended_plan=None if plan else careplans.ended_plan_of(person.ids),
        entry=caseload.looked_after(person.ids),
        medicines=told.medicines(today),
        allergies=told.allergies(),
        no_known_allergies=told.no_known_allergies(),
        escalation=told.flags(today, FlagCategory.ESCALATION),
        alerts=record.banner_of(person, told, today),
        sources=sources,
        missing=missing.of(person.practice_name, person.not_sharing, sent, loaded=bool(told.items)),
        entries=any(not is_private(item) for item in told.items),
    )
