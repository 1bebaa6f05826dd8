"""The gate: every read of a person. It denies by default, explains itself, and audits before the data leaves."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from localcare.access import facts, refusals, seals
from localcare.access.calc.answering import age_on
from localcare.access.calc.decide import decide
from localcare.access.calc.opened import SAME_NAME
from localcare.access.calc.seals import REASONS as SEAL_REASONS
from localcare.access.calc.seals import Sealed, hidden, sealers
from localcare.access.choices import choice_history, choices_of, chosen_here, hold_choices, last_choice
from localcare.access.feeds import (
    DIRECT_CARE,
    Whereabouts,
    identities_of,
    identities_of_listed,
    list_ended,
    lists_ended,
    people_in_emergencies,
    require_answering,
    require_living,
    whereabouts,
    withdrawn,
)
from localcare.access.identities import asked_by, identity, quota, waiting_for
from localcare.access.listed import list_pseudonyms, list_pseudonyms_ever, list_pseudonyms_of
from localcare.access.models import Reveal, RevealSession
from localcare.access.naming import may_be_named, named_by, namings, reveals
from localcare.access.roles import roles
from localcare.access.seals import seals_of
from localcare.access.sharing import NotShared, not_shared
from localcare.access.types import (
    Basis,
    Capability,
    Consent,
    Decision,
    OpenPerson,
    Refused,
    Sharing,
    Viewer,
)
from localcare.base import audit, clock
from localcare.base.prepared import prepared
from localcare.patients import queries as patients
from localcare.patients.queries import Patient
from localcare.places import queries as places
from localcare.staff import queries as staff
from localcare.staff.types import Post

__all__ = [
    "SEAL_REASONS",
    "Whereabouts",
    "asked_by",
    "choice_history",
    "choices_of",
    "chosen_here",
    "hold_choices",
    "identities_of",
    "identities_of_listed",
    "identity",
    "last_choice",
    "list_ended",
    "list_pseudonyms",
    "list_pseudonyms_ever",
    "list_pseudonyms_of",
    "lists_ended",
    "may_be_named",
    "named_by",
    "namings",
    "people_in_emergencies",
    "quota",
    "require_answering",
    "require_living",
    "reveals",
    "seals_of",
    "waiting_for",
    "whereabouts",
    "withdrawn",
]

NO_PRACTICE = places.Contact("no practice", "")
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
    """The gate's answer about one person, before they are opened. Names nobody.

    `hidden` are the items of their record that the viewer does not see, of those with a standing seal (`seals`);
    `sharing` says of which sources they see any.
    """

    decision: Decision
    consent: Consent
    standing: patients.Standing
    seals: tuple[Sealed, ...]
    hidden: frozenset[str]
    sharing: Sharing


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
    viewer: Viewer,
    patient_id: int,
    *,
    page: str,
    capability: Capability = Capability.VIEW_PERSON,
    in_company: bool = False,
) -> OpenPerson:
    """One person, for a page. The look is audited before the person is returned; so is a refusal.

    `in_company`: the page stands on a shared screen, so that everything sealed is hidden. Raises Refused with the
    decision; a person who does not exist is refused in the same words as one unrelated.
    """
    decided = decisions(viewer, [patient_id], capability, in_company=in_company)
    people, no = _decided(viewer, [patient_id], capability, decided)
    if patient_id in no:
        refused = Refused(no[patient_id], patient_ids=(patient_id,))
        refusals.record_refusal(refused, by=viewer.actor, page=page)
        raise refused
    person = people[patient_id]
    about: dict[str, Any] = {"by": viewer.actor, "patient_ids": person.ids, "purpose": DIRECT_CARE}
    with audit.transaction():
        if patients.folded(person.family_name) in patients.possible_family_names(viewer.name):
            audit.record(SAME_NAME, **about)
        audit.record("looked", **about, page=page, basis=person.decision.basis, hidden=len(person.hidden))
    return person


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
            count = sum(len(person.hidden) for person in people.values())
            audit.record("looked", by=viewer.actor, patient_ids=shown, purpose=DIRECT_CARE, page=page, hidden=count)
    return people


def decision_on(viewer: Viewer, patient_id: int, capability: Capability = Capability.VIEW_PERSON) -> Decision:
    """The gate's answer without opening the person: for actions, which audit what they write."""
    people, refused = _decided(viewer, [patient_id], capability)
    return people[patient_id].decision if patient_id in people else refused[patient_id]


def require(viewer: Viewer, patient_id: int, capability: Capability) -> None:
    """Raises Refused unless the viewer may use the capability on the person."""
    decision = decision_on(viewer, patient_id, capability)
    if not decision.allowed:
        raise Refused(decision, patient_ids=(patient_id,))


def decisions(
    viewer: Viewer,
    patient_ids: Collection[int],
    capability: Capability = Capability.VIEW_PERSON,
    *,
    in_company: bool = False,
) -> Decisions:
    """Whom the viewer may open, and what stays hidden, to count and page before a page is opened. Ids, never people."""
    standings = patients.standings(patient_ids, clock.today())
    known = facts.person_facts(standings.values(), clock.now())
    sealed = seals.standing({i for standing in standings.values() for i in standing.ids})
    asking = facts.viewer_facts(viewer, capability)
    agreed = facts.agreed([code for standing in standings.values() if (code := standing.practice_code)], clock.now())
    by_id = {}
    for i, standing in standings.items():
        decision = decide(asking, known[i], capability=capability, viewing_basis=settings.VIEWING_BASIS)
        theirs = tuple(seal for one in standing.ids for seal in sealed.get(one, ()))
        unseen = hidden(theirs, decision, viewer.organisation_code, in_company=in_company)
        sharing = agreed.sharing(standing.practice_code or "", only=decision.own_organisation_only)
        by_id[i] = Decided(decision, known[i].consent, standing, theirs, unseen, sharing)
    return Decisions(viewer, capability, by_id)


def same_person(patient_id: int) -> tuple[int, ...]:
    """Every patient linked today as the same person, this one first."""
    return patients.linked_ids([patient_id], clock.today())[patient_id]


def same_people(patient_ids: Collection[int]) -> set[int]:
    """Some patients and every patient linked today as the same person as one of them."""
    return {i for group in patients.linked_ids(patient_ids, clock.today()).values() for i in group}


def find(
    viewer: Viewer, *, nhs_number: str = "", family_name: str = "", birth_date: date | None = None
) -> list[OpenPerson]:
    """People by NHS number with date of birth, or by family name with date of birth: always two identifiers.

    Those without a right to see them are left out; the search itself is audited. Raises ValueError when fewer than
    two identifiers are given.
    """
    ids = sought(nhs_number=nhs_number, family_name=family_name, birth_date=birth_date)
    people, refused = _decided(viewer, ids, Capability.VIEW_PERSON)
    with audit.transaction():
        if refused:
            basis = next(iter(refused.values())).basis
            refusals.write(by=viewer.actor, page="find a person", patient_ids=list(refused), basis=basis)
        shown = [i for person in people.values() for i in person.ids]
        audit.record("searched", by=viewer.actor, patient_ids=shown, purpose=DIRECT_CARE, refused=len(refused))
    return list(people.values())


def to_ask(viewer: Viewer, *, nhs_number: str = "", family_name: str = "", birth_date: date | None = None) -> list[int]:
    """Ids of those with two identifiers whom the viewer's team looks after and who must first agree to be seen."""
    ids = sought(nhs_number=nhs_number, family_name=family_name, birth_date=birth_date)
    may_record = decisions(viewer, ids, Capability.RECORD_AGREEMENT).allowed
    seen = decisions(viewer, ids).by_id
    return [i for i in ids if i in may_record and seen[i].decision.basis is Basis.CONSENT_MISSING]


def sought(*, nhs_number: str = "", family_name: str = "", birth_date: date | None = None) -> list[int]:
    """Ids of those with both identifiers; names nobody. Raises ValueError when fewer than two are given."""
    if not birth_date or not (nhs_number or family_name):
        raise ValueError("Give the date of birth and either the NHS number or the family name.")
    if nhs_number:
        return patients.ids_by_nhs_number(nhs_number, birth_date)
    return patients.ids_by_name_and_birth(family_name, birth_date)


def reveal_session(viewer: Viewer, practice_code: str) -> RevealSession | None:
    """The viewer's open session of seeing who people on a practice's list are, if there is one and they still may."""
    session = next(iter(_reveal_sessions(viewer.user_id, practice_code, clock.now())), None)
    return session if session and reveals(viewer, practice_code) else None


@prepared
def _reveal_sessions(user_id: int, practice_code: str, now: datetime) -> QuerySet[Any]:
    rows = RevealSession.objects.filter(user_id=user_id, practice_code=practice_code, ends__gt=now)
    return rows.order_by("-starts")[:1]


def revealed(viewer: Viewer, practice_code: str, listed: Collection[str]) -> dict[str, OpenPerson]:
    """Those of the pseudonyms that the viewer's open session has already revealed; audited as one look."""
    session = reveal_session(viewer, practice_code)
    if session is None:
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
    return set(practice_codes) & facts.agreed(practice_codes, clock.now()).gp_of


def _decided(
    viewer: Viewer, patient_ids: Sequence[int], capability: Capability, before: Decisions | None = None
) -> tuple[dict[int, OpenPerson], dict[int, Decision]]:
    known = dict(before.by_id) if before else {}
    if unknown := [i for i in patient_ids if i not in known]:
        known |= decisions(viewer, unknown, capability).by_id
    found = patients.patients([i for i in patient_ids if known[i].decision.allowed])
    practices = {code for i in found if (code := known[i].standing.practice_code)}
    contacts = places.contacts(practices)
    people = {i: _open(found[i], known[i], contacts) for i in patient_ids if i in found}
    # Somebody who does not exist is refused in the words for somebody unrelated.
    return people, {i: replace(known[i].decision, allowed=False) for i in patient_ids if i not in people}


def sources_not_shared(person: OpenPerson) -> list[NotShared]:
    """The sources that are not shared for the care of an open person, each with why, for the page to tell."""
    return not_shared(person, SOURCES.items())


def _not_sharing(shared: frozenset[str]) -> tuple[str, ...]:
    return tuple(label for source, label in SOURCES.items() if source not in shared)


def _open(p: Patient, decided: Decided, contacts: Mapping[str, places.Contact]) -> OpenPerson:
    code = decided.standing.practice_code
    practice = contacts.get(code or "", NO_PRACTICE)
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
        practice_name=practice.name,
        practice_phone=practice.phone,
        registered=decided.standing.registered,
        died_on=p.died_on,
        language=p.language,
        interpreter_required=p.interpreter_required,
        decision=decided.decision,
        seals=tuple(seal for seal in decided.seals if seal.item not in decided.hidden),
        hidden=decided.hidden,
        sealed_by=sealers(seal for seal in decided.seals if seal.item in decided.hidden),
        consent=decided.consent,
        sharing=decided.sharing,
        not_sharing=_not_sharing(decided.sharing.agreed),
    )
