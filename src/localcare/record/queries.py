"""Reads of the record. `patient_ids` are the ids of one person (or, where said, of many) that `access` has allowed.

Only standing versions are returned, and none that its source withdrew (entered in error, refuted).
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, F, Func, Q, QuerySet

from localcare.base.clock import LONDON
from localcare.base.prepared import prepared
from localcare.record.models import Kind, Source, Statement
from localcare.record.types import (
    GENERAL_PRACTICE,
    GOING_ON,
    IN_HOSPITAL,
    OURSELVES,
    WRITTEN_HERE,
    Heard,
    Item,
    Record,
    in_hospital,
)

WITHDRAWN = ("entered-in-error", "refuted")
_FIELDS = tuple("source__name" if name == "source" else name for name in Item.__dataclass_fields__)


def of_person(patient_ids: Sequence[int]) -> Record:
    """All that stands about one person, in one query."""
    return Record(tuple(sorted((Item(*row) for row in _standing(patient_ids)), key=_newest_first)))


@prepared
def _standing(patient_ids: Sequence[int]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def _newest_first(item: Item) -> tuple[int, float, int]:
    day = item.started_on.toordinal() if item.started_on else 0
    return -day, -item.started_at.timestamp() if item.started_at else 0.0, -item.id


def encounters_known_since(
    patient_ids: Collection[int], moment: datetime, *, categories: Collection[str], happened_since: date
) -> list[Item]:
    """Encounters of many people that we came to know of after a moment, and that began or ended since a day.

    The latest known first: one query for a caseload. A first load tells of years at once; the day leaves those out.
    """
    return [Item(*row) for row in _encounters(patient_ids, moment, categories, happened_since)]


@prepared
def _encounters(
    patient_ids: Collection[int], moment: datetime, categories: Collection[str], happened_since: date
) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, received_at__gt=moment, superseded_at=None)
    rows = rows.filter(Q(started_on__gte=happened_since) | Q(ended_on__gte=happened_since))
    rows = rows.filter(kind=Kind.ENCOUNTER, category__among=categories).exclude(status__in=WITHDRAWN)
    return rows.order_by("-received_at", "-started_on", "-id").values_list(*_FIELDS)


def in_hospital_now(patient_ids: Collection[int], on: date) -> list[Item]:
    """The stays and A&E attendances that go on on a day, of many people, whenever they began: one query."""
    rows = (Item(*row) for row in _going_on(patient_ids, GOING_ON, on))
    return [item for item in rows if item.kind == Kind.ENCOUNTER and in_hospital(item, on)]


class _Word(Func):
    """A word of ours as it stands in SQL: a store takes a partial index only where the query says the same."""

    def __init__(self, word: str) -> None:
        super().__init__(template=f"'{word}'", output_field=CharField())


@prepared
def _going_on(patient_ids: Collection[int], statuses: Collection[str], on: date) -> QuerySet[Any]:
    # Not asked for by kind, which would lead SQLite to the index of everything that is said about somebody.
    rows = Statement.objects.filter(patient_id__among=patient_ids, superseded_at=None)
    rows = rows.filter(category__in=[_Word(category.value) for category in IN_HOSPITAL])
    rows = rows.filter(status__among=statuses, started_on__lte=on)
    rows = rows.filter(Q(ended_on=None) | Q(ended_on__gt=on))
    return rows.order_by("-started_on", "-id").values_list(*_FIELDS)


def heard(practice_codes: Collection[str]) -> list[Heard]:
    """When each source last told us something, and how often it does: general practice of these practices, all others.

    What we write ourselves is no source here. By name.
    """
    found = (Heard(*row) for row in _heard(practice_codes))
    return [replace(one, last_heard_at=one.last_heard_at.astimezone(LONDON)) for one in found]


@prepared
def _heard(practice_codes: Collection[str]) -> QuerySet[Any]:
    theirs = Q(organisation_code__among=practice_codes) | ~Q(system=GENERAL_PRACTICE)
    rows = Source.objects.filter(theirs, last_heard_at__isnull=False).exclude(system__in=(OURSELVES, WRITTEN_HERE))
    return rows.order_by("name").values_list(*Heard.__dataclass_fields__)


def patient_of(statement_id: int) -> int | None:
    """Whom a statement is about, by id, so that the gate can be asked; None where there is no such statement."""
    return Statement.objects.filter(pk=statement_id).values_list("patient_id", flat=True).first()


def written_here(patient_ids: Sequence[int], *, author: str = "") -> list[Item]:
    """What teams wrote here about one person whom the caller has opened, or one author did, the latest first."""
    rows = Statement.objects.filter(patient__in=patient_ids, source__system=WRITTEN_HERE, superseded_at=None)
    if author:
        rows = rows.filter(author=author)
    return _items(rows.exclude(status__in=WITHDRAWN).order_by("-started_on", "-id"))


def versions_of(patient_ids: Sequence[int], statement_id: int) -> list[Item]:
    """Every version of a statement about this person, the standing one first. Empty when it is not theirs."""
    row = Statement.objects.filter(pk=statement_id, patient__in=patient_ids).first()
    if row is None:
        return []
    same = Statement.objects.filter(
        source=row.source_id, kind=row.kind, external_id=row.external_id, patient__in=patient_ids
    )
    return _items(same.order_by(F("superseded_at").desc(nulls_first=True), "-id"))


def _items(rows: QuerySet[Statement]) -> list[Item]:
    return [Item(*row) for row in rows.values_list(*_FIELDS)]
