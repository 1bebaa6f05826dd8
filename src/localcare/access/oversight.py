"""What a privacy officer reads: looks, refusals, reveals and emergencies. Ids and snapshots, never the record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from localcare.access import opened, seen
from localcare.access.looks import Told, WholeEntry, about_person, tell, whole_entry
from localcare.access.models import EmergencyAccess
from localcare.access.officers import require_oversight
from localcare.access.types import Viewer
from localcare.base import audit, clock
from localcare.base.models import AuditEntry, AuditSubject
from localcare.base.prepared import prepared
from localcare.patients import queries as patients

__all__ = ["Told", "WholeEntry", "about_person", "require_oversight", "tell", "whole_entry"]

VERIFIED = "chain verified"
PERSON = "person"
FILTERS = {
    "looks": ("looked", "searched"),
    "reveals": ("revealed", "reveal session started", "reveal session ended"),
    "refusals": ("refused",),
    "seals": ("entry sealed", "seal lifted", "entries sealed as marked"),
    "emergencies": ("emergency declared", "emergency not opened", "emergency reviewed"),
    "releases": ("identity asked", "identity not asked", "identity released", "identity refused", "identity seen"),
}


@dataclass(frozen=True)
class LastVerification:
    at: datetime
    by: str
    entries: int
    holds: bool


@dataclass(frozen=True)
class EntryShown:
    sequence: int
    at: datetime
    actor_id: int | None
    actor: str
    role: str
    organisation: str
    action: str
    page: str
    reason: str
    people: int
    hidden: int
    outage: bool


@dataclass(frozen=True)
class EntryPage:
    """Entries in the order asked for; `beyond` is the sequence to continue beyond, None where these are the last."""

    entries: list[EntryShown]
    beyond: int | None


@dataclass(frozen=True)
class EmergencyShown:
    id: int
    at: datetime
    actor: str
    role: str
    organisation: str
    reason: str
    nhs_number: str | None


def entries(
    viewer: Viewer,
    *,
    show: str = "",
    start: int | None = None,
    who: str = "",
    since: date | None = None,
    until: date | None = None,
    earliest_first: bool = False,
    limit: int = 25,
) -> EntryPage:
    """Audit entries, latest first; `show` is one of FILTERS or all, `start` the sequence to continue beyond.

    `who` is an actor's id or a part of their name; `since` and `until` are days.
    """
    require_oversight(viewer)
    rows = AuditEntry.objects.order_by("sequence" if earliest_first else "-sequence")
    if show in FILTERS:
        rows = rows.filter(action__in=FILTERS[show])
    if start:
        rows = rows.filter(sequence__gt=start) if earliest_first else rows.filter(sequence__lt=start)
    if who:
        # Eighteen digits at most, which every store can compare with.
        rows = rows.filter(actor_id=int(who[:18])) if who.isdecimal() else rows.filter(actor__in=_names_with(who))
    if since:
        rows = rows.filter(at__gte=datetime.combine(since, datetime.min.time(), clock.LONDON))
    if until:
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), datetime.min.time(), clock.LONDON))
    found = list(rows[: limit + 1])
    page = found[:limit]
    subjects = AuditSubject.objects.filter(entry_sequence__in=[row.sequence for row in page])
    people = dict(subjects.values_list("entry_sequence").annotate(Count("id")))
    return EntryPage(
        [_shown(row, people.get(row.sequence, 0)) for row in page], page[-1].sequence if len(found) > limit else None
    )


def _names_with(part: str) -> list[str]:
    """Names in the chain that hold some letters, from the index alone: whole entries are a hundred times its size."""
    named = AuditEntry.objects.filter(actor__icontains=part).order_by()
    return list(named.values_list("actor", flat=True).distinct())


def _shown(row: AuditEntry, people: int) -> EntryShown:
    who = row.actor_id, row.actor, row.role, row.organisation
    detail = audit.detail(row)
    hidden, outage = detail.get("hidden", 0), "outage" in detail
    return EntryShown(row.sequence, row.at, *who, row.action, row.page, row.reason, people, hidden, outage)


def by_month(viewer: Viewer, since: date) -> list[tuple[date, dict[str, int]]]:
    """Counts of entries by month and filter, latest month first."""
    require_oversight(viewer)
    kinds = {action: name for name, actions in FILTERS.items() for action in actions}
    rows = (
        AuditEntry.objects.filter(at__date__gte=since, action__in=kinds)
        .annotate(month=TruncMonth("at"))
        .values_list("month", "action")
        .annotate(Count("sequence"))
        .order_by()
    )
    months: dict[date, dict[str, int]] = {}
    for month, action, count in rows:
        counts = months.setdefault(month.date(), dict.fromkeys(FILTERS, 0))
        counts[kinds[action]] += count
    return sorted(months.items(), reverse=True)


def emergencies_to_review(viewer: Viewer) -> list[EmergencyShown]:
    """Emergency accesses nobody has reviewed, oldest first. The NHS number lets the practice be asked."""
    require_oversight(viewer)
    rows = list(EmergencyAccess.objects.filter(reviewed_at=None).order_by("starts"))
    details = patients.details({row.patient_id for row in rows}, clock.today())
    if rows:
        with audit.transaction():
            ids = [row.patient_id for row in rows]
            audit.record("looked", by=viewer.actor, patient_ids=ids, purpose="oversight", page="oversight")
    return [
        EmergencyShown(
            row.id,
            row.starts,
            row.actor,
            row.role,
            row.organisation,
            row.reason,
            details[row.patient_id].patient.nhs_number if row.patient_id in details else None,
        )
        for row in rows
    ]


def seen_by_week(viewer: Viewer) -> list[seen.Seen]:
    """Who saw who people are, by person and week, with what is unusual; the latest week first."""
    require_oversight(viewer)
    return seen.by_week(clock.today())


def unusual_looks(viewer: Viewer) -> list[opened.Unusual]:
    """What stands out in whom people opened or searched for, and who was opened by many; the latest first."""
    require_oversight(viewer)
    return opened.unusual(clock.today())


def identity_requests(viewer: Viewer) -> list[seen.IdentityRequest]:
    """Requests to know who somebody is beyond one's own practice, and what a second person decided."""
    require_oversight(viewer)
    return seen.requests()


def verify(viewer: Viewer) -> audit.Verification:
    """Recompute the chain and record that it was done and what came out."""
    require_oversight(viewer)
    result = audit.verify()
    with audit.transaction():
        audit.record(VERIFIED, by=viewer.actor, entries=result.entries, holds=result.holds)
    return result


def last_verification(viewer: Viewer) -> LastVerification | None:
    require_oversight(viewer)
    row = AuditEntry.objects.filter(action=VERIFIED).order_by("-sequence").first()
    if row is None:
        return None
    detail = audit.detail(row)
    return LastVerification(row.at, row.actor, detail["entries"], detail["holds"])


def last_look(viewer: Viewer, patient_ids: tuple[int, ...], *, before: datetime) -> datetime | None:
    """When the viewer last opened the person's page, more than half an hour before a moment: this visit does not count.

    A name on a list, a plan or the unplanned view is no such look: none of them tells what is new.
    """
    return next((at for (at,) in _looks(viewer.user_id, patient_ids, before - timedelta(minutes=30))), None)


@prepared
def _looks(user_id: int, patient_ids: Collection[int], before: datetime) -> QuerySet[Any]:
    sequences = AuditSubject.objects.filter(patient_id__among=patient_ids).values("entry_sequence")
    looks = AuditEntry.objects.filter(
        sequence__in=sequences, actor_id=user_id, action="looked", page=PERSON, at__lt=before
    )
    return looks.order_by("-sequence").values_list("at")[:1]
