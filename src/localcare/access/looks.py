"""Who did what about one person: for a privacy officer's search, and in plain words for the person who asks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from localcare.access.calc import plain
from localcare.access.officers import require_oversight
from localcare.access.types import Viewer
from localcare.base import audit, clock
from localcare.base.clock import LONDON
from localcare.base.models import AuditEntry, AuditSubject
from localcare.patients import queries as patients

SEARCHED = "oversight searched"


@dataclass(frozen=True)
class Told:
    """All that the chain says about one person between two days, the latest first; in `lines` told plainly."""

    nhs_number: str
    since: date
    until: date
    made_at: datetime
    entries: list[AuditEntry]
    lines: list[plain.Line]


@dataclass(frozen=True)
class WholeEntry:
    """One entry with all that is in it; people by id."""

    row: AuditEntry
    detail: dict[str, Any]
    patient_ids: list[int]


def about_person(viewer: Viewer, *, nhs_number: str, since: date, until: date, reason: str) -> Told | None:
    """Who looked at somebody's record, and what else was done about them; None for a number nobody has here.

    The search is audited with its reason. Raises Refused for anybody but a privacy officer, ValueError without words
    or for days in the wrong order.
    """
    require_oversight(viewer)
    return tell(nhs_number=nhs_number, since=since, until=until, reason=reason, by=viewer.actor)


def tell(*, nhs_number: str, since: date, until: date, reason: str, by: audit.Actor) -> Told | None:
    """The same for a command, which acts as the system."""
    if not reason.strip():
        raise ValueError("Say why you look this up, for example: she asked at the desk.")
    if since > until:
        raise ValueError("The first day comes after the last.")
    number = patients.normalised(nhs_number) or ""
    known = patients.ids_ever_known_by(number)
    ids = sorted({i for group in patients.linked_ids(known, clock.today()).values() for i in group} if known else known)
    with audit.transaction():
        audit.record(SEARCHED, by=by, patient_ids=ids, purpose="oversight", reason=reason.strip())
    if not ids:
        return None
    found = _entries_about(ids, since, until)
    return Told(number, since, until, clock.now(), found, plain.lines(map(_done, found)))


def whole_entry(viewer: Viewer, sequence: int) -> WholeEntry | None:
    """One entry with all that is in it; None where there is none of that number."""
    require_oversight(viewer)
    row = AuditEntry.objects.filter(sequence=sequence).first()
    if row is None:
        return None
    people = AuditSubject.objects.filter(entry_sequence=sequence).order_by("id").values_list("patient_id", flat=True)
    return WholeEntry(row, audit.detail(row), list(people))


def _entries_about(ids: list[int], since: date, until: date) -> list[AuditEntry]:
    first = datetime.combine(since, datetime.min.time(), LONDON)
    last = datetime.combine(until + timedelta(days=1), datetime.min.time(), LONDON)
    sequences = AuditSubject.objects.filter(patient_id__in=ids).values("entry_sequence")
    rows = AuditEntry.objects.filter(sequence__in=sequences, at__gte=first, at__lt=last)
    return list(rows.order_by("-sequence"))


def _done(row: AuditEntry) -> plain.Done:
    basis = audit.detail(row).get("basis", "")
    at = row.at.astimezone(LONDON)
    return plain.Done(at, row.actor, row.role, row.organisation, row.action, row.page, row.reason, basis)
