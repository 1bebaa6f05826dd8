"""Reads of the record. `patient_ids` are the ids of one person (or, where said, of many) that `access` has allowed.

Only standing versions are returned, and none that its source withdrew (entered in error, refuted).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from localcare.access.banners import Banner
from localcare.access.types import OpenPerson
from localcare.base import clock
from localcare.base.clock import LONDON
from localcare.base.prepared import prepared
from localcare.record.banner import banner_of as banner_of
from localcare.record.models import Kind, Source, Statement
from localcare.record.story import story as story
from localcare.record.types import (
    GENERAL_PRACTICE,
    GOING_ON,
    IN_HOSPITAL,
    OURSELVES,
    WRITTEN_HERE,
    Heard,
    Item,
    Record,
    Speaks,
    in_hospital,
)

WITHDRAWN = ("entered-in-error", "refuted")
_FIELDS = tuple("source__name" if name == "source" else name for name in Item.__dataclass_fields__)


def of_person(patient_ids: Sequence[int]) -> Record:
    """All that stands about one person, in one query."""
    return Record(tuple(sorted((Item(*row) for row in _standing(patient_ids)), key=_newest_first)))


def of_people(people: Iterable[Sequence[int]]) -> dict[tuple[int, ...], Record]:
    """The same of many people, each given and found by all their ids, in one query for a list."""
    groups = [tuple(ids) for ids in people]
    theirs: dict[int, list[Item]] = {i: [] for ids in groups for i in ids}
    for item in of_person(list(theirs)).items if theirs else ():
        theirs[item.patient_id].append(item)
    return {ids: Record(tuple(sorted((x for i in ids for x in theirs[i]), key=_newest_first))) for ids in groups}


@prepared
def _standing(patient_ids: Sequence[int]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def banner(person: OpenPerson) -> Banner:
    """What the banner of an open person says, in one query that reads allergies and flags only."""
    rows = _of_kinds(person.ids, (Kind.ALLERGY, Kind.FLAG))
    return banner_of(Record(tuple(sorted((Item(*row) for row in rows), key=_newest_first))), clock.today())


@prepared
def _of_kinds(patient_ids: Sequence[int], kinds: Collection[str]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, kind__among=kinds, superseded_at=None)
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
    rows = (Item(*row) for row in _going_on(patient_ids, IN_HOSPITAL, GOING_ON, on))
    return [item for item in rows if in_hospital(item, on)]


@prepared
def _going_on(
    patient_ids: Collection[int], categories: Collection[str], statuses: Collection[str], on: date
) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, kind=Kind.ENCOUNTER, superseded_at=None)
    rows = rows.filter(category__among=categories, status__among=statuses, started_on__lte=on)
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


# The kinds whose absence a page explains.
EXPLAINED = (Kind.CONDITION, Kind.MEDICATION, Kind.ALLERGY, Kind.MEASUREMENT)


def sources_of(told: Record, practice_code: str | None) -> list[Speaks]:
    """The sources that speak of a person, and those of their practice, by name: one query, also for many sources."""
    rows = _sources({item.source for item in told.items}, practice_code or "-")
    return [Speaks(*row[:4], frozenset(k for k, sent in zip(EXPLAINED, row[4:], strict=True) if sent)) for row in rows]


@prepared
def _sources(names: Collection[str], practice_code: str) -> QuerySet[Any]:
    standing = Statement.objects.filter(source=OuterRef("pk"), superseded_at=None)
    sent = {f"sends_{kind}": Exists(standing.filter(kind=kind)) for kind in EXPLAINED}
    rows = Source.objects.filter(Q(name__among=names) | Q(organisation_code=practice_code)).order_by("name")
    return rows.annotate(**sent).values_list("name", "organisation_code", "system", "last_heard_at", *sent)


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
