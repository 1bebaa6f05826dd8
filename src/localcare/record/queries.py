"""Reads of the record. `patient_ids` are the ids of one person (or, where said, of many) that `access` has allowed.

Only standing versions are returned, and none that its source withdrew (entered in error, refuted).
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import F, Max, Q, QuerySet

from localcare.record.models import Kind, Statement
from localcare.record.types import Item, Measurement

WITHDRAWN = ("entered-in-error", "refuted")
OVER = (
    "inactive",
    "resolved",
    "remission",
    "completed",
    "stopped",
    "cancelled",
    "on-hold",
    "draft",
    "proposed",
    "lapsed",
)
_FIELDS = tuple(name for name in Item.__dataclass_fields__ if name != "source")


def timeline_of(
    patient_ids: Sequence[int], *, kinds: Sequence[str] = (), before: date | None = None, limit: int = 50
) -> list[Item]:
    """What happened, newest first; undated statements last. `before` a day continues from an earlier answer."""
    rows = _of(patient_ids, *(kinds or Kind.values))
    if before:
        rows = rows.filter(started_on__lt=before)
    return _items(rows.order_by(F("started_on").desc(nulls_last=True), "-id")[:limit])


def problems_of(patient_ids: Sequence[int], *, on: date) -> list[Item]:
    """Conditions that are not over on a day, newest first."""
    return _items(_current(_of(patient_ids, Kind.CONDITION), on))


def medicines_of(patient_ids: Sequence[int], *, on: date) -> list[Item]:
    """Medicines being taken on a day as far as the sources say, newest first."""
    return _items(_current(_of(patient_ids, Kind.MEDICATION), on))


def allergies_of(patient_ids: Sequence[int]) -> list[Item]:
    """Allergies and intolerances, those that are over included with their status: a reader must see both."""
    return _items(_of(patient_ids, Kind.ALLERGY).order_by("-started_on", "-id"))


def flags_of(patient_ids: Sequence[int], *, on: date) -> list[Item]:
    """Flags in force on a day."""
    return _items(_current(_of(patient_ids, Kind.FLAG), on))


def services_of(patient_ids: Sequence[int], *, on: date) -> list[Item]:
    """Services that run on a day, e.g. home care, newest first."""
    return _items(_current(_of(patient_ids, Kind.SERVICE), on))


def encounters_of(
    patient_ids: Sequence[int], *, since: date | None = None, categories: Sequence[str] = ()
) -> list[Item]:
    """Contacts, attendances and stays that began since a day, newest first."""
    rows = _of(patient_ids, Kind.ENCOUNTER)
    if since:
        rows = rows.filter(started_on__gte=since)
    if categories:
        rows = rows.filter(category__in=categories)
    return _items(rows.order_by("-started_on", "-id"))


def measurements_of(patient_ids: Sequence[int], *, history: int = 10) -> list[Measurement]:
    """Each thing measured: its latest value and up to `history` earlier ones; most recently measured first."""
    by_code: dict[tuple[str, str], list[Item]] = {}
    for item in _items(_of(patient_ids, Kind.MEASUREMENT).order_by("-started_on", "-started_at", "-id")):
        by_code.setdefault((item.code_system, item.code or item.display), []).append(item)
    return [Measurement(items[0], tuple(items[1 : history + 1])) for items in by_code.values()]


def changes_since(
    patient_ids: Iterable[int], moment: datetime, *, kinds: Sequence[str] = (), happened_since: date | None = None
) -> list[Item]:
    """What we came to know of many people after a moment, latest first: one query for a whole caseload."""
    rows = Statement.objects.filter(patient__in=list(patient_ids), received_at__gt=moment, superseded_at=None)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if happened_since:
        rows = rows.filter(started_on__gte=happened_since)
    return _items(rows.exclude(status__in=WITHDRAWN).order_by("-received_at", "-started_on", "-id"))


def latest_received(patient_ids: Iterable[int]) -> datetime | None:
    """When a source last told us anything of these people; None when none ever did."""
    rows = Statement.objects.filter(patient__in=list(patient_ids))
    return rows.aggregate(latest=Max("received_at"))["latest"]


def patient_of(statement_id: int) -> int | None:
    """Whom a statement is about, by id, so that the gate can be asked; None where there is no such statement."""
    return Statement.objects.filter(pk=statement_id).values_list("patient_id", flat=True).first()


def versions_of(patient_ids: Sequence[int], statement_id: int) -> list[Item]:
    """Every version of a statement about this person, the standing one first. Empty when it is not theirs."""
    row = Statement.objects.filter(pk=statement_id, patient__in=patient_ids).first()
    if row is None:
        return []
    same = Statement.objects.filter(
        source=row.source_id, kind=row.kind, external_id=row.external_id, patient__in=patient_ids
    )
    return _items(same.order_by(F("superseded_at").desc(nulls_first=True), "-id"))


def _of(patient_ids: Sequence[int], *kinds: str) -> QuerySet[Statement]:
    rows = Statement.objects.filter(patient__in=patient_ids, kind__in=kinds, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN)


def _current(rows: QuerySet[Statement], on: date) -> QuerySet[Statement]:
    still = Q(ended_on=None) | Q(ended_on__gte=on)
    return rows.filter(still).exclude(status__in=OVER).order_by(F("started_on").desc(nulls_last=True), "-id")


def _items(rows: QuerySet[Statement]) -> list[Item]:
    named = rows.values(*_FIELDS, source_name=F("source__name"))
    return [Item(**{name: row[name] for name in _FIELDS}, source=row["source_name"]) for row in named]
