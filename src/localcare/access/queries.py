"""The gate: every read of a person. It denies by default, explains itself, and audits before the data leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from localcare.access import facts, pseudonyms
from localcare.access.calc.decide import decide
from localcare.access.choices import choice_history, choices_of, chosen_here, hold_choices, last_choice
from localcare.access.identities import asked_by, identity, quota, waiting_for
from localcare.access.listed import list_pseudonyms, list_pseudonyms_ever, list_pseudonyms_of
from localcare.access.models import Reveal, RevealSession
from localcare.access.roles import roles
from localcare.access.types import Capability, Consent, Decision, OpenPerson, Purpose, Refused, Viewer
from localcare.base import audit, clock
from localcare.base.prepared import prepared
from localcare.patients import queries as patients
from localcare.patients.queries import Identity, Patient
from localcare.places import queries as places
from localcare.staff import queries as staff
from localcare.staff.types import Post

__all__ = [
    "asked_by",
    "choice_history",
    "choices_of",
    "chosen_here",
    "hold_choices",
    "identity",
    "last_choice",
    "list_pseudonyms",
    "list_pseudonyms_ever",
    "list_pseudonyms_of",
    "quota",
    "waiting_for",
]

DIRECT_CARE = "direct care"
EVER = datetime.min.replace(tzinfo=UTC)
SOURCES = {
    "gp": "general practice",
    "acute": "hospitals",
    "nhs111": "NHS 111",
    "ambulance": "ambulance service",
    "community": "community health",
    "mental_health": "mental health trust",
    "social_care": "social care",
}


@dataclass(frozen=True)
class Decided:
    """The gate's answer about one person, before they are opened. Names nobody."""

    decision: Decision
    consent: Consent
    standing: patients.Standing


@dataclass(frozen=True)
class Decisions:
    """The gate's answers to one viewer about many people, by id."""

    viewer: Viewer
    capability: Capability
    by_id: Mapping[int, Decided]

    @cached_property
    def allowed(self) -> set[int]:
        return {i for i, decided in self.by_id.items() if decided.decision.allowed}


def viewers_of(user_id: int) -> list[Viewer]:
    """A viewer for each post the user holds today."""
    return [_viewer(post) for post in staff.posts_of(user_id, clock.today())]


def _viewer(post: Post) -> Viewer:
    role = roles()[post.role]
    at_practice = role.at == "practice"
    code = post.organisation.code
    return Viewer(
        user_id=post.user_id,
        post_id=post.id,
        name=post.user.name,
        role=role.key,
        role_label=role.label,
        organisation_code=code,
        organisation_name=post.organisation.name,
        capabilities=role.capabilities,
        practice_codes=frozenset([code] if at_practice else places.member_codes(code, clock.today())),
        works_at_practice=at_practice,
        team_id=post.team_id,
        team_name=post.team.name if post.team else "",
    )


def open_person(
    viewer: Viewer, patient_id: int, *, page: str, capability: Capability = Capability.VIEW_PERSON
) -> OpenPerson:
    """One person, for a page. The look is audited before the person is returned; so is a refusal.

    Raises Refused with the decision; a person who does not exist is refused in the same words as one unrelated.
    """
    people, refusals = _decided(viewer, [patient_id], capability)
    with audit.transaction():
        if patient_id in people:
            person = people[patient_id]
            audit.record(
                "looked",
                by=viewer.actor,
                patient_ids=person.ids,
                purpose=DIRECT_CARE,
                page=page,
                basis=person.decision.basis,
            )
        else:
            decision = refusals[patient_id]
            audit.record(
                "refused",
                by=viewer.actor,
                patient_ids=[patient_id],
                purpose=DIRECT_CARE,
                page=page,
                basis=decision.basis,
            )
    if patient_id in refusals:
        raise Refused(refusals[patient_id])
    return people[patient_id]


def open_people(
    viewer: Viewer,
    patient_ids: Sequence[int],
    *,
    page: str,
    capability: Capability = Capability.VIEW_PERSON,
    decided: Decisions | None = None,
) -> dict[int, OpenPerson]:
    """The people of a list whom the viewer may see, by id, in the order asked; one audit entry names all shown.

    `decided` is what `decisions` answered this viewer a moment ago, on some of them or on many more.
    Raises ValueError where it is somebody else's, or about another capability.
    """
    if decided and (decided.viewer, decided.capability) != (viewer, capability):
        raise ValueError("these decisions are about another viewer or another capability")
    people, _ = _decided(viewer, patient_ids, capability, decided)
    if people:
        with audit.transaction():
            shown = [i for person in people.values() for i in person.ids]
            audit.record("looked", by=viewer.actor, patient_ids=shown, purpose=DIRECT_CARE, page=page)
    return people


def decision_on(viewer: Viewer, patient_id: int, capability: Capability = Capability.VIEW_PERSON) -> Decision:
    """The gate's answer without opening the person: for actions, which audit what they write."""
    people, refusals = _decided(viewer, [patient_id], capability)
    return people[patient_id].decision if patient_id in people else refusals[patient_id]


def require(viewer: Viewer, patient_id: int, capability: Capability) -> None:
    """Raises Refused unless the viewer may use the capability on the person."""
    decision = decision_on(viewer, patient_id, capability)
    if not decision.allowed:
        raise Refused(decision)


def decisions(
    viewer: Viewer, patient_ids: Collection[int], capability: Capability = Capability.VIEW_PERSON
) -> Decisions:
    """Whom the viewer may open, to count and page before a page is opened. Ids, never people."""
    standings = patients.standings(patient_ids, clock.today())
    known = facts.person_facts(standings.values(), clock.now())
    asking = facts.viewer_facts(viewer)
    by_id = {
        i: Decided(
            decide(asking, known[i], capability=capability, viewing_basis=settings.VIEWING_BASIS),
            known[i].consent,
            standing,
        )
        for i, standing in standings.items()
    }
    return Decisions(viewer, capability, by_id)


def same_person(patient_id: int) -> tuple[int, ...]:
    """Every patient linked today as the same person, this one first."""
    return patients.linked_ids([patient_id], clock.today())[patient_id]


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


@dataclass(frozen=True)
class Whereabouts:
    """Where somebody is registered on a day, None where nowhere, and whether they died."""

    practice_code: str | None
    died_on: date | None


def whereabouts(patient_ids: Collection[int], on: date) -> dict[int, Whereabouts]:
    """For the nightly jobs that end what deaths and moves end: no name, nobody looks."""
    return {
        i: Whereabouts(d.practice_code if d.registered else None, d.patient.died_on)
        for i, d in patients.details(patient_ids, on).items()
    }


def find(
    viewer: Viewer, *, nhs_number: str = "", family_name: str = "", birth_date: date | None = None
) -> list[OpenPerson]:
    """People by NHS number with date of birth, or by family name with date of birth: always two identifiers.

    Those without a right to see them are left out; the search itself is audited. Raises ValueError when fewer than
    two identifiers are given.
    """
    if not birth_date or not (nhs_number or family_name):
        raise ValueError("Give the date of birth and either the NHS number or the family name.")
    if nhs_number:
        ids = patients.ids_by_nhs_number(nhs_number)
    else:
        ids = patients.ids_by_name_and_birth(family_name, birth_date)
    people, refusals = _decided(viewer, ids, Capability.VIEW_PERSON)
    people = {i: person for i, person in people.items() if person.birth_date == birth_date}
    with audit.transaction():
        shown = [i for person in people.values() for i in person.ids]
        audit.record("searched", by=viewer.actor, patient_ids=shown, purpose=DIRECT_CARE, refused=len(refusals))
    return list(people.values())


def sought(*, nhs_number: str = "", family_name: str = "", birth_date: date | None = None) -> list[int]:
    """Ids of those with both identifiers; names nobody. Raises ValueError when fewer than two are given."""
    if not birth_date or not (nhs_number or family_name):
        raise ValueError("Give the date of birth and either the NHS number or the family name.")
    if not nhs_number:
        return patients.ids_by_name_and_birth(family_name, birth_date)
    known = patients.patients(patients.ids_by_nhs_number("".join(nhs_number.split())))
    return [i for i, patient in known.items() if patient.birth_date == birth_date]


def reveal_session(viewer: Viewer) -> RevealSession | None:
    """The viewer's open session of seeing who people on their practice's list are, if there is one."""
    return next(iter(_reveal_sessions(viewer.user_id, viewer.practice_codes, clock.now())), None)


@prepared
def _reveal_sessions(user_id: int, practice_codes: Collection[str], now: datetime) -> QuerySet[Any]:
    rows = RevealSession.objects.filter(user_id=user_id, practice_code__among=practice_codes, ends__gt=now)
    return rows.order_by("-starts")[:1]


def revealed(viewer: Viewer, listed: Collection[str]) -> dict[str, OpenPerson]:
    """Those of the pseudonyms that the viewer's open session has already revealed; audited as one look."""
    session = reveal_session(viewer)
    if session is None or not viewer.works_at_practice:
        return {}
    by_pseudonym = dict(_reveals(session.pk, listed))
    people = open_people(
        viewer, list(by_pseudonym.values()), page="people at greatest risk", capability=Capability.REVEAL_LIST
    )
    return {p: people[i] for p, i in by_pseudonym.items() if i in people}


@prepared
def _reveals(session_id: int, pseudonyms: Collection[str]) -> QuerySet[Any]:
    rows = Reveal.objects.filter(session_id=session_id, pseudonym__among=pseudonyms)
    return rows.values_list("pseudonym", "patient_id")


def sharing_practices(practice_codes: Collection[str]) -> set[str]:
    """Those of the practices whose general practice record is shared for direct care today."""
    shared = facts.sources_shared(practice_codes, clock.now())
    return {code for code, sources in shared.items() if "gp" in sources}


def _decided(
    viewer: Viewer, patient_ids: Sequence[int], capability: Capability, before: Decisions | None = None
) -> tuple[dict[int, OpenPerson], dict[int, Decision]]:
    known = dict(before.by_id) if before else {}
    if unknown := [i for i in patient_ids if i not in known]:
        known |= decisions(viewer, unknown, capability).by_id
    found = patients.patients([i for i in patient_ids if known[i].decision.allowed])
    practices = {code for i in found if (code := known[i].standing.practice_code)}
    names = places.names(practices)
    shared = facts.sources_shared(practices, clock.now())
    people = {
        i: _open(
            found[i], known[i], names, _not_sharing(shared.get(known[i].standing.practice_code or "", frozenset()))
        )
        for i in patient_ids
        if i in found
    }
    # Somebody who does not exist is refused in the words for somebody unrelated.
    return people, {i: replace(known[i].decision, allowed=False) for i in patient_ids if i not in people}


def _not_sharing(shared: frozenset[str]) -> tuple[str, ...]:
    return tuple(label for source, label in SOURCES.items() if source not in shared)


def _open(p: Patient, decided: Decided, names: Mapping[str, str], not_sharing: tuple[str, ...]) -> OpenPerson:
    code = decided.standing.practice_code
    return OpenPerson(
        id=p.id,
        ids=decided.standing.ids,
        nhs_number=p.nhs_number,
        family_name=p.family_name,
        given_name=p.given_name,
        birth_date=p.birth_date,
        age=age_on(p.birth_date, p.died_on or clock.today()) if p.birth_date else None,
        sex=p.sex,
        address=p.address,
        postcode=p.postcode,
        phone=p.phone,
        practice_code=code,
        practice_name=names.get(code or "", "no practice"),
        registered=decided.standing.registered,
        died_on=p.died_on,
        language=p.language,
        interpreter_required=p.interpreter_required,
        decision=decided.decision,
        consent=decided.consent,
        not_sharing=not_sharing,
    )


def age_on(born: date, on: date) -> int:
    """Age in completed years; somebody born on 29 February has their birthday on 1 March in other years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
