"""What the system's own jobs ask: feeds, runs and the ends that deaths and moves bring. No viewer, and nobody looks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from localcare.access import facts, pseudonyms
from localcare.access.calc import answering
from localcare.access.models import EmergencyAccess
from localcare.access.types import Died, Purpose, Unanswered
from localcare.base import audit, clock
from localcare.patients import queries as patients
from localcare.patients.queries import Identity

DIRECT_CARE = "direct care"
EVER = datetime.min.replace(tzinfo=UTC)


def withdrawn(since: datetime = EVER, purpose: Purpose = Purpose.RISK_STRATIFICATION) -> set[str]:
    """The pseudonyms for a purpose of those whom a choice made since a moment keeps out of it, at every practice.

    Whoever makes a list leaves out those withdrawn at all; whoever shows it, those withdrawn since it was made.
    """
    ids = facts.withdrawn(purpose, since)
    linked = patients.linked_ids(ids, clock.today()) if ids else {}
    known = patients.identities({i for group in linked.values() for i in group}, clock.today()) if ids else []
    return set(pseudonyms.of_identities(known, purpose))


def lists_ended(practice_codes: Collection[str]) -> set[str]:
    """Those of some practices whose agreement to risk stratification has ended: nobody stands on a list of theirs."""
    return facts.lists_ended(practice_codes, clock.today())


def list_ended(practice_code: str) -> bool:
    """Whether nobody stands on a practice's list, because its agreement to risk stratification has ended."""
    return bool(lists_ended([practice_code]))


def identities_of_listed(listed: Mapping[str, Collection[str]], *, by: audit.Actor) -> list[Identity]:
    """Who the people on practices' lists are, for the feed that fills their record. `listed`: practice -> pseudonyms.

    Used by feeds of the system only; one audit entry a practice names everybody. Those who left or died since stay out.
    """
    found = []
    today = clock.today()
    with audit.transaction():
        for practice_code, asked in listed.items():
            known, wanted = pseudonyms.of_identities(patients.registered_with(practice_code, today)), set(asked)
            here = [one for pseudonym, one in known.items() if pseudonym in wanted]
            ids = [i.patient_id for i in here]
            audit.record("opened for the record feed", by=by, patient_ids=ids, purpose=DIRECT_CARE)
            found += here
    return found


def identities_of(patient_ids: Collection[int], *, by: audit.Actor) -> list[Identity]:
    """What suppliers know these patients by where they are registered today, for the feed that fills their record.

    Used by feeds of the system only; one audit entry names everybody. Those who left or died stay out.
    """
    found = patients.identities(patient_ids, clock.today())
    with audit.transaction():
        ids = [i.patient_id for i in found]
        audit.record("opened for the record feed", by=by, patient_ids=ids, purpose=DIRECT_CARE)
    return found


def people_in_emergencies() -> set[int]:
    """The ids of those for whom an emergency access is open, for the feed that fills their record."""
    return set(EmergencyAccess.objects.filter(ends__gt=clock.now()).values_list("patient_id", flat=True))


@dataclass(frozen=True)
class Whereabouts:
    """Where somebody is registered on a day, None where nowhere, and whether they died."""

    practice_code: str | None
    died_on: date | None


def whereabouts(patient_ids: Collection[int], on: date) -> dict[int, Whereabouts]:
    """For the jobs that end what deaths and moves end: no name, nobody looks. A death told of any patient linked as
    the same person is theirs."""
    standings = patients.standings(patient_ids, on)
    known = patients.patients({i for standing in standings.values() for i in standing.ids})
    deaths = {i: [d for j in s.ids if j in known and (d := known[j].died_on)] for i, s in standings.items()}
    return {
        i: Whereabouts(s.practice_code if s.registered else None, min(deaths[i], default=None))
        for i, s in standings.items()
        if i in known
    }


def require_living(patient_id: int, *, instead: str) -> None:
    """Raises Died, with what to do instead, for somebody who died: nothing new is begun for them."""
    where = whereabouts([patient_id], clock.today()).get(patient_id)
    if where and where.died_on:
        raise Died(f"This person died on {where.died_on.day} {where.died_on:%B %Y}. {instead}")


def require_answering(patient_id: int, who: str, words: str) -> None:
    """Raises Unanswered, with the next step, where it cannot have been `who` that was told, or agreed, for this person.

    For writes: it opens nothing and names nobody.
    """
    known = patients.patients([patient_id]).get(patient_id)
    born = known.birth_date if known else None
    why_not = answering.fault(who, words, answering.age_on(born, clock.today()) if born else None)
    if why_not:
        raise Unanswered(why_not)
