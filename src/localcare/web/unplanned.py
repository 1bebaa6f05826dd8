"""The unplanned view: what a stranger needs at once, and nothing that an outage copy does not hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from localcare.access.types import OpenPerson
from localcare.base import clock
from localcare.careplans import queries as careplans
from localcare.careplans.types import PlanSummary
from localcare.caseload import queries as caseload
from localcare.caseload.types import Entry
from localcare.record import queries as record
from localcare.record.types import Item
from localcare.web import person as person_page
from localcare.web.calc.story import Piece


@dataclass(frozen=True)
class UnplannedPage:
    person: OpenPerson
    story: list[Piece]
    plan: PlanSummary | None
    entry: Entry | None
    medicines: Sequence[Item]
    allergies: Sequence[Item]
    flags: Sequence[Item]

    # The banner says the same as on the whole page.
    alerts = person_page.PersonPage.alerts
    notes = person_page.PersonPage.notes


def build(person: OpenPerson) -> UnplannedPage:
    """The gate has opened `person`; every id passed on is theirs."""
    today = clock.today()
    told = record.of_person(person.ids)
    stays = told.encounters(since=today - person_page.YEAR, categories=person_page.STAYS)
    return UnplannedPage(
        person=person,
        story=person_page.tell(person, told.problems(today), stays, today),
        plan=careplans.plan_of(person.ids),
        entry=caseload.entry_of(person.ids),
        medicines=told.medicines(today),
        allergies=told.allergies(),
        flags=told.flags(today),
    )
