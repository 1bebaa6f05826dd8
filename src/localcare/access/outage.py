"""What was done on an outage copy joins the chain: looks, refusals, and emergencies, which then wait for review."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from localcare.access.emergencies import EMERGENCY_LENGTH
from localcare.access.models import EmergencyAccess
from localcare.access.roles import roles
from localcare.access.types import Joined
from localcare.accounts import queries as accounts
from localcare.base import audit, clock, spool
from localcare.patients import queries as patients

DECLARED = "emergency declared"


def join_spool(*, folder: Path, written: Mapping[str, int], earlier_copies: bool, by: audit.Actor) -> Joined:
    """Chain every entry of a folder's spool that holds and has not joined yet, all of them or none.

    `written` is how far the folder's copy says its spool has come; `earlier_copies`: whether the spools of copies that
    were replaced here concern this folder too. What was tampered with or is missing is told, and chained as told.
    """
    reading = spool.read(folder)
    with audit.transaction():
        known = (audit.spools_behind() if earlier_copies else {}) | dict(written)
        joined = audit.joined({*known, *(entry.name for entry in reading.entries)})
        new = spool.to_join(reading.entries, joined, known, clock.now())
        audit.join(new.entries)
        emergencies, unknown = _to_review([entry for entry in new.entries if entry.content["action"] == DECLARED])
        findings = (*reading.findings, *new.findings, *unknown)
        if new.entries or findings:
            audit.record("outage spool joined", by=by, reason="; ".join(findings), entries=len(new.entries))
    return Joined(len(new.entries), emergencies, findings)


def _to_review(declared: Sequence[spool.Spooled]) -> tuple[int, list[str]]:
    """Each emergency declared in the outage waits for its review as any other; what it names must be there."""
    people = patients.patients({i for entry in declared for i in entry.content["patient_ids"]})
    users = accounts.existing({entry.content["actor_id"] for entry in declared})
    rows, unknown = [], []
    for entry in declared:
        told = entry.content
        ids = [i for i in told["patient_ids"] if i in people]
        if not ids or told["actor_id"] not in users:
            unknown.append(f"line {entry.line}: the person or the account of entry {entry.number} is not known here")
            continue
        rows.append(_access(entry, ids[0]))
    EmergencyAccess.objects.bulk_create(rows)
    return len(rows), unknown


def _access(entry: spool.Spooled, patient_id: int) -> EmergencyAccess:
    told = entry.content
    role = roles().get(told["role"])
    return EmergencyAccess(
        patient_id=patient_id,
        user_id=told["actor_id"],
        actor=told["actor"],
        role=role.label if role else told["role"],
        organisation=told["organisation"],
        reason=told["reason"],
        starts=entry.at,
        ends=entry.at + EMERGENCY_LENGTH,
    )
