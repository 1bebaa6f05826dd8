"""Seeing who somebody is beyond one's own practice: asked with a reason, released by a second person, for a time.

What is released is who a row of a practice's list is, to the one who asked: name, birth, NHS number, practice. The
record stays shut; it opens once the practice has accepted the person and told them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from localcare.access import facts, pseudonyms
from localcare.access.models import IdentityRequest
from localcare.access.types import Basis, Capability, Consent, Decision, Purpose, Refused, Viewer
from localcare.base import audit, clock
from localcare.base.prepared import prepared
from localcare.patients import queries as patients
from localcare.patients.queries import Patient

PURPOSE = "identity beyond the own practice"
LIST_ENDED = "The practice's agreement to risk stratification has ended, so nobody stands on a list of it."
ONLY_COORDINATOR = "Only a care co-ordinator asks, about lists of their own practices."
ONLY_THEIRS = "Only the person who asked sees who it is. Ask yourself, with your own reason."


@dataclass(frozen=True)
class Quota:
    """How many people somebody has asked for in this week, of how many; when the next week begins."""

    used: int
    of: int
    next_week: datetime

    @property
    def left(self) -> int:
        return max(0, self.of - self.used)


@dataclass(frozen=True)
class Released:
    """Who a row is. Nothing of the record."""

    name: str
    birth_date: object
    nhs_number: str | None
    practice_code: str
    ends: datetime


def quota(viewer: Viewer) -> Quota:
    """The viewer's quota of this week. What was refused does not count."""
    today = clock.today()
    monday = datetime.combine(today - timedelta(days=today.weekday()), datetime.min.time(), clock.LONDON)
    asked = IdentityRequest.objects.filter(user_id=viewer.user_id, asked_at__gte=monday)
    used = asked.exclude(decided_at__isnull=False, ends=None).count()
    return Quota(used, settings.IDENTITY_QUOTA, monday + timedelta(days=7))


def asked_by(viewer: Viewer) -> list[IdentityRequest]:
    """The viewer's own requests, the latest first."""
    return list(IdentityRequest.objects.filter(user_id=viewer.user_id).order_by("-asked_at", "-id")[:50])


def waiting_for(viewer: Viewer) -> list[IdentityRequest]:
    """Requests of others that the viewer may decide, the oldest first."""
    if not viewer.can(Capability.RELEASE_IDENTITY):
        return []
    others = _waiting(viewer.user_id)
    return [r for r in others if not viewer.works_at_practice or r.practice_code in viewer.practice_codes]


@prepared
def _waiting(user_id: int) -> QuerySet[Any]:
    return IdentityRequest.objects.filter(decided_at=None).exclude(user_id=user_id).order_by("asked_at", "id")


def ask_identity(*, practice_code: str, pseudonym: str, reason: str, by: Viewer) -> IdentityRequest:
    """Ask who one row of a practice's list is. Asking again while it waits, or is released, changes nothing.

    Raises Refused without the role, beyond one's practices, for a list that has ended, or with the quota used up,
    which is audited; ValueError without a reason.
    """
    if not _may_ask(by, practice_code):
        raise _refused(by, practice_code, ONLY_COORDINATOR)
    if not reason.strip():
        raise ValueError("Say why you need to know who this is.")
    with audit.transaction():
        _one_at_a_time(by)
        if known := _open(by, pseudonym, clock.now()):
            return known
        held, ended = quota(by), facts.lists_ended([practice_code], clock.today())
        if held.left and not ended:
            return _ask(practice_code, pseudonym, reason.strip(), by)
    used_up = (
        f"You have asked about {held.of} people this week, which is all you may. The next week begins on "
        f"{held.next_week:%A}; or ask a clinician of the practice to look."
    )
    raise _refused(by, practice_code, LIST_ENDED if ended else used_up)


def _one_at_a_time(by: Viewer) -> None:
    """Hold the asker's row until the end of the transaction, so that two requests at once cannot both be the last."""
    get_user_model().objects.select_for_update().get(id=by.user_id)


def _ask(practice_code: str, pseudonym: str, reason: str, by: Viewer) -> IdentityRequest:
    asked = IdentityRequest.objects.create(
        user_id=by.user_id,
        actor=by.name,
        role=by.role_label,
        organisation=by.organisation_name,
        practice_code=practice_code,
        pseudonym=pseudonym,
        reason=reason,
        asked_at=clock.now(),
    )
    _audit("identity asked", by, practice_code, reason=reason, request=asked.id)
    return asked


def decide_identity(*, request_id: int, release: bool, answer: str, by: Viewer) -> IdentityRequest:
    """Release who it is to the one who asked, until `LOCALCARE_IDENTITY_DAYS` from now, or refuse; with words.

    Raises Refused for the one who asked, without the right role, or where the person's choice forbids it; ValueError
    without words, or where it was decided before.
    """
    with audit.transaction():
        asked = IdentityRequest.objects.select_for_update().get(id=request_id)
        _check_second(asked, by)
        if not answer.strip():
            raise ValueError("Say in a few words why.")
        if asked.decided_at:
            raise ValueError("This was decided already.")
        person = _person(asked) if release else None
        now = clock.now()
        asked.decider_id, asked.decided_by, asked.decided_role = by.user_id, by.name, by.role_label
        asked.decided_at, asked.answer = now, answer.strip()
        asked.ends = now + timedelta(days=settings.IDENTITY_DAYS) if release else None
        asked.save()
        _audit(
            "identity released" if release else "identity refused",
            by,
            asked.practice_code,
            reason=asked.answer,
            patient_ids=[person.id] if person else [],
            request=asked.id,
            asked_by=asked.actor,
        )
    return asked


def identity(viewer: Viewer, request_id: int) -> Released:
    """Who a released row is, to the one who asked, as long as the release lasts; each look is audited.

    Raises Refused for anybody else, before the release, after its end, without a post that may ask about the practice
    today, or once the person chose otherwise.
    """
    asked = IdentityRequest.objects.filter(id=request_id, user_id=viewer.user_id).first()
    if asked is None:
        raise Refused(Decision(False, Basis.ROLE, ONLY_THEIRS))
    if not _may_ask(viewer, asked.practice_code):
        raise Refused(Decision(False, Basis.ROLE, ONLY_COORDINATOR))
    if asked.ends is None or asked.ends <= clock.now():
        waits = "A second person has not released this." if asked.ends is None else "The release has ended. Ask again."
        raise Refused(Decision(False, Basis.NO_RELATIONSHIP, waits))
    person = _person(asked)
    with audit.transaction():
        _audit("identity seen", viewer, asked.practice_code, patient_ids=[person.id], request=asked.id)
    name = f"{person.given_name} {person.family_name}".strip()
    return Released(name, person.birth_date, person.nhs_number, asked.practice_code, asked.ends)


def resolve(practice_code: str, listed: Sequence[str]) -> dict[str, int]:
    """Patient ids behind pseudonyms of risk stratification, of those registered with the practice today."""
    known = pseudonyms.of_identities(patients.registered_with(practice_code, clock.today()))
    return {p: known[p].patient_id for p in listed if p in known}


def who_may_be_listed(found: Mapping[str, int]) -> dict[str, int]:
    """Those of some pseudonyms' patients whom no choice of theirs, under any linked record, keeps off every list."""
    linked = patients.linked_ids(set(found.values()), clock.today())
    kept = facts.kept_out(Purpose.RISK_STRATIFICATION, {i for ids in linked.values() for i in ids})
    return {p: patient_id for p, patient_id in found.items() if kept.isdisjoint(linked[patient_id])}


def _may_ask(viewer: Viewer, practice_code: str) -> bool:
    return viewer.can(Capability.ASK_IDENTITY) and practice_code in viewer.practice_codes


def _open(by: Viewer, pseudonym: str, now: datetime) -> IdentityRequest | None:
    mine = IdentityRequest.objects.filter(user_id=by.user_id, pseudonym=pseudonym)
    return mine.filter(Q(decided_at=None) | Q(ends__gt=now)).first()


def _check_second(asked: IdentityRequest, by: Viewer) -> None:
    if asked.user_id == by.user_id:
        raise Refused(Decision(False, Basis.ROLE, "You asked; somebody else decides. That is what it is for."))
    owns = not by.works_at_practice or asked.practice_code in by.practice_codes
    if not by.can(Capability.RELEASE_IDENTITY) or not owns:
        reason = "A GP of the person's practice or the Caldicott Guardian decides."
        raise Refused(Decision(False, Basis.ROLE, reason))


def _person(asked: IdentityRequest) -> Patient:
    """The person behind a request. Raises Refused where they left, died or chose otherwise, or the list has ended."""
    today = clock.today()
    if facts.lists_ended([asked.practice_code], today):
        raise Refused(Decision(False, Basis.NO_RELATIONSHIP, LIST_ENDED))
    found = resolve(asked.practice_code, [asked.pseudonym]).get(asked.pseudonym)
    if found is None:
        gone = "The person died or is no longer registered with the practice."
        raise Refused(Decision(False, Basis.NO_RELATIONSHIP, gone))
    standing = patients.standings([found], today)[found]
    objected = facts.person_facts([standing], clock.now())[found].consent is Consent.OBJECTED
    if objected or facts.kept_out(Purpose.RISK_STRATIFICATION, standing.ids):
        raise Refused(
            Decision(False, Basis.OBJECTED, "The person chose otherwise. Their practice can speak with them.")
        )
    return patients.patients([found])[found]


def _refused(by: Viewer, practice_code: str, reason: str) -> Refused:
    """The refusal to raise, recorded outside the transaction that it ends."""
    with audit.transaction():
        _audit("identity not asked", by, practice_code, reason=reason)
    return Refused(Decision(False, Basis.ROLE, reason), recorded=True)


def _audit(
    action: str, by: Viewer, practice: str, *, reason: str = "", patient_ids: Sequence[int] = (), **more
) -> None:
    audit.record(
        action, by=by.actor, patient_ids=patient_ids, purpose=PURPOSE, reason=reason, practice=practice, **more
    )
