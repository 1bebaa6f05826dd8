"""Emergency access: declared in words, for one person and a limited time, looking only, and reviewed."""

from datetime import date, timedelta

from localcare.access import queries
from localcare.access.models import EmergencyAccess
from localcare.access.types import Basis, Capability, Decision, Purpose, Refused, Viewer
from localcare.base import audit, clock

EMERGENCY_LENGTH = timedelta(hours=8)
NOT_OPENED = "emergency not opened"


def declare_emergency(*, patient_id: int, reason: str, by: Viewer) -> EmergencyAccess:
    """Break the glass for one person, for eight hours; a privacy officer will review it.

    Never past a refusal made with capacity. Raises Refused then, ValueError without words.
    """
    _check_words(reason)
    decision = queries.decision_on(by, patient_id)
    if not decision.allowed and not decision.emergency_possible:
        raise Refused(decision)
    now = clock.now()
    with audit.transaction():
        access = EmergencyAccess.objects.create(
            patient_id=patient_id,
            user_id=by.user_id,
            actor=by.name,
            role=by.role_label,
            organisation=by.organisation_name,
            reason=reason.strip(),
            starts=now,
            ends=now + EMERGENCY_LENGTH,
        )
        audit.record(
            "emergency declared",
            by=by.actor,
            patient_ids=[patient_id],
            purpose=Purpose.DIRECT_CARE,
            reason=reason.strip(),
        )
    return access


def declare_emergency_for(
    *, reason: str, by: Viewer, birth_date: date, nhs_number: str = "", family_name: str = ""
) -> int | None:
    """Break the glass for the one person with these two identifiers; their id, so that they can be opened.

    None where no record can be opened: the same for somebody unknown, for two people alike and for somebody who
    refused with capacity, and audited with the words. Whoever may see the person anyway declares nothing. Raises
    Refused without a role that looks after people, ValueError without words or with fewer than two identifiers.
    """
    if not by.can(Capability.VIEW_UNPLANNED):
        raise Refused(Decision(False, Basis.ROLE, "Emergency access is for those who look after people."))
    _check_words(reason)
    ids = queries.sought(nhs_number=nhs_number, family_name=family_name, birth_date=birth_date)
    found = queries.decisions(by, ids, Capability.VIEW_UNPLANNED).by_id
    people = {min(one.standing.ids): one.decision for one in found.values()}
    patient_id, decision = next(iter(people.items()), (0, None))
    if decision is None or len(people) > 1 or not (decision.allowed or decision.emergency_possible):
        with audit.transaction():
            audit.record(NOT_OPENED, by=by.actor, patient_ids=ids, purpose=Purpose.DIRECT_CARE, reason=reason.strip())
        return None
    if not decision.allowed:
        declare_emergency(patient_id=patient_id, reason=reason, by=by)
    return patient_id


def review_emergency(*, access_id: int, finding: str, by: Viewer) -> None:
    """Record what the review of an emergency access found. Raises ValueError without words or when reviewed before."""
    if not by.can(Capability.SEE_OVERSIGHT):
        raise Refused(Decision(False, Basis.ROLE, "Only a privacy officer reviews emergency accesses."))
    if not finding.strip():
        raise ValueError("Say what you found.")
    with audit.transaction():
        changed = EmergencyAccess.objects.filter(id=access_id, reviewed_at=None).update(
            reviewed_at=clock.now(), reviewed_by=by.name, finding=finding.strip()
        )
        if not changed:
            raise ValueError("This emergency access has been reviewed already.")
        audit.record("emergency reviewed", by=by.actor, reason=finding.strip(), access=access_id)


def _check_words(reason: str) -> None:
    if not reason.strip():
        raise ValueError("Say what the emergency is.")
