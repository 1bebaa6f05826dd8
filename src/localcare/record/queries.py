"""Reads of the record: of somebody whom `access` has opened, or unopened until it has decided about them.

Only standing versions are returned, none that its source withdrew (entered in error, refuted), none of a source that
does not share today, and nothing that is hidden from the viewer. A read of statements takes what the gate answered, or
gives `Unopened`: a test holds it to that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet

from localcare.access.banners import Banner
from localcare.access.queries import Decided, Decisions
from localcare.access.types import OpenPerson, Sight
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
_OF_SOURCE = {"source": "source__name", "organisation_code": "source__organisation_code", "system": "source__system"}
_FIELDS = tuple(_OF_SOURCE.get(name, name) for name in Item.__dataclass_fields__)


@dataclass(frozen=True)
class Unopened:
    """Statements read before the gate decided about their people: whose they are, and no more until it has."""

    _items: tuple[Item, ...]

    @property
    def patient_ids(self) -> list[int]:
        return list(dict.fromkeys(item.patient_id for item in self._items))

    def seen(self, decisions: Decisions) -> list[Item]:
        """Those about people whom the viewer may open, without what is hidden from them, in the order read."""
        return [
            item
            for item in self._items
            if item.patient_id in decisions.allowed and _may_be_read(item, decisions.by_id[item.patient_id])
        ]


def of_person(person: Sight) -> Record:
    """All that stands about one person and is not hidden from the viewer, in one query."""
    items = _seen((Item(*row) for row in _standing(person.ids)), person)
    return Record(tuple(sorted(items, key=_newest_first)))


def _seen(items: Iterable[Item], person: Sight) -> Iterable[Item]:
    return [item for item in items if _may_be_read(item, person)]


def _may_be_read(item: Item, answer: Sight | Decided) -> bool:
    """Its source shares, and nothing hides it."""
    shared = answer.sharing.allows(item.organisation_code, item.system)
    return shared and not (answer.hidden and item.reference in answer.hidden)


def of_people(people: Collection[OpenPerson]) -> dict[int, Record]:
    """The same of many people, by id, in one query for a list."""
    theirs: dict[int, list[Item]] = {i: [] for person in people for i in person.ids}
    for row in _standing(list(theirs)) if theirs else ():
        item = Item(*row)
        theirs[item.patient_id].append(item)
    return {
        p.id: Record(tuple(sorted(_seen((x for i in p.ids for x in theirs[i]), p), key=_newest_first))) for p in people
    }


@prepared
def _standing(patient_ids: Sequence[int]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def banner(person: OpenPerson) -> Banner:
    """What the banner of an open person says, in one query that reads allergies and flags only."""
    items = _seen((Item(*row) for row in _of_kinds(person.ids, (Kind.ALLERGY, Kind.FLAG))), person)
    return banner_of(person, Record(tuple(sorted(items, key=_newest_first))), clock.today())


@prepared
def _of_kinds(patient_ids: Sequence[int], kinds: Collection[str]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, kind__among=kinds, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def _newest_first(item: Item) -> tuple[int, float, int]:
    day = item.started_on.toordinal() if item.started_on else 0
    return -day, -item.started_at.timestamp() if item.started_at else 0.0, -item.id


class _Word(Func):
    """A word of ours as it stands in SQL: a store takes a partial index only where the query says the same."""

    def __init__(self, word: str) -> None:
        super().__init__(template=f"'{word}'", output_field=CharField())


def encounters_known_since(
    patient_ids: Collection[int], moment: datetime, *, categories: Collection[str], happened_since: date
) -> Unopened:
    """Encounters of many people that we came to know of after a moment, and that began or ended since a day.

    The latest known first: two queries for a caseload, each by an index that holds few rows of a person. A first load
    tells of years at once; the day leaves those out.
    """
    began = _began_since(patient_ids, moment, categories, happened_since)
    ended = (row for row in _ended_since(patient_ids, moment, happened_since) if row[_CATEGORY] in categories)
    items = {row[0]: Item(*row) for row in (*began, *ended)}
    return Unopened(tuple(sorted(items.values(), key=_latest_known_first, reverse=True)))


_CATEGORY = list(Item.__dataclass_fields__).index("category")


def _latest_known_first(item: Item) -> tuple[datetime, date, int]:
    return item.received_at, item.started_on or date.min, item.id


@prepared
def _began_since(
    patient_ids: Collection[int], moment: datetime, categories: Collection[str], since: date
) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, received_at__gt=moment, superseded_at=None)
    rows = rows.filter(kind=Kind.ENCOUNTER, category__among=categories, started_on__gte=since)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


@prepared
def _ended_since(patient_ids: Collection[int], moment: datetime, since: date) -> QuerySet[Any]:
    """Stays and attendances that ended: through the index of these alone, as in `_going_on`."""
    rows = Statement.objects.filter(patient_id__among=patient_ids, received_at__gt=moment, superseded_at=None)
    rows = rows.filter(category__in=[_Word(category.value) for category in IN_HOSPITAL], ended_on__gte=since)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def in_hospital_now(patient_ids: Collection[int], on: date) -> Unopened:
    """The stays and A&E attendances that go on on a day, of many people, whenever they began: one query."""
    rows = (Item(*row) for row in _going_on(patient_ids, GOING_ON, on))
    return Unopened(tuple(item for item in rows if item.kind == Kind.ENCOUNTER and in_hospital(item, on)))


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


# The kinds whose absence a page explains.
EXPLAINED = (Kind.CONDITION, Kind.MEDICATION, Kind.ALLERGY, Kind.MEASUREMENT)


def sources_of(told: Record, practice_code: str | None) -> list[Speaks]:
    """The sources that speak of a person, and those of their practice, by name: one query, also for many sources."""
    rows = _sources({item.source for item in told.items}, practice_code or "-")
    return [
        Speaks(name, code, system, at, frozenset(kind for kind, sends in zip(EXPLAINED, sent, strict=True) if sends))
        for name, code, system, at, *sent in rows
    ]


@prepared
def _sources(names: Collection[str], practice_code: str) -> QuerySet[Any]:
    standing = Statement.objects.filter(source=OuterRef("pk"), superseded_at=None)
    sent = {f"sends_{kind}": Exists(standing.filter(kind=kind)) for kind in EXPLAINED}
    rows = Source.objects.filter(Q(name__among=names) | Q(organisation_code=practice_code)).order_by("name")
    return rows.annotate(**sent).values_list("name", "organisation_code", "system", "last_heard_at", *sent)


def one(statement_id: int) -> Unopened:
    """The statement of this id, in whatever version, so that the gate can be asked; empty where there is none."""
    return Unopened(tuple(_items(Statement.objects.filter(pk=statement_id))))


def written_here(person: Sight, *, author: str = "") -> list[Item]:
    """What teams wrote here about one person, or one author did, the latest first, without what is hidden."""
    rows = Statement.objects.filter(patient__in=person.ids, source__system=WRITTEN_HERE, superseded_at=None)
    if author:
        rows = rows.filter(author=author)
    return list(_seen(_items(rows.exclude(status__in=WITHDRAWN).order_by("-started_on", "-id")), person))


def versions_of(person: Sight, statement_id: int) -> list[Item]:
    """Every version of a statement about this person, the standing one first. Empty where not theirs, or hidden."""
    row = Statement.objects.filter(pk=statement_id, patient__in=person.ids).first()
    if row is None:
        return []
    same = Statement.objects.filter(
        source=row.source_id, kind=row.kind, external_id=row.external_id, patient__in=person.ids
    )
    return list(_seen(_items(same.order_by(F("superseded_at").desc(nulls_first=True), "-id")), person))


def _items(rows: QuerySet[Statement]) -> list[Item]:
    return [Item(*row) for row in rows.values_list(*_FIELDS)]
