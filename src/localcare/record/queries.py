"""Reads of the record: of somebody whom `access` has opened, or unopened until it has decided about them.

Only standing versions are returned, none that its source withdrew (entered in error, refuted), none of a source that
does not share today, and nothing that is hidden from the viewer. A read of statements takes what the gate answered, or
gives `Unopened`: a test holds it to that.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, QuerySet

from localcare.access.queries import Decided, Decisions
from localcare.access.types import Sight
from localcare.base.prepared import in_all, prepared
from localcare.record.models import Kind, Source, Statement
from localcare.record.types import Item, Record

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


@prepared
def _standing(patient_ids: Sequence[int]) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, superseded_at=None)
    return rows.exclude(status__in=WITHDRAWN).values_list(*_FIELDS)


def _newest_first(item: Item) -> tuple[int, float, int]:
    day = item.started_on.toordinal() if item.started_on else 0
    return -day, -item.started_at.timestamp() if item.started_at else 0.0, -item.id


def encounters_known_since(
    patient_ids: Collection[int], moment: datetime, *, categories: Collection[str], happened_since: date
) -> Unopened:
    """Encounters of many people that we came to know of after a moment, latest first: one query for a caseload."""
    return Unopened(tuple(Item(*row) for row in _encounters(patient_ids, moment, categories, happened_since)))


@prepared
def _encounters(
    patient_ids: Collection[int], moment: datetime, categories: Collection[str], happened_since: date
) -> QuerySet[Any]:
    rows = Statement.objects.filter(patient_id__among=patient_ids, received_at__gt=moment, superseded_at=None)
    rows = rows.filter(kind=Kind.ENCOUNTER, category__among=categories, started_on__gte=happened_since)
    rows = rows.exclude(status__in=WITHDRAWN)
    return rows.order_by("-received_at", "-started_on", "-id").values_list(*_FIELDS)


def last_heard() -> datetime | None:
    """When any source last told us something; None when none ever did."""
    return _last_heard()[0][0]


@prepared
def _last_heard() -> QuerySet[Any]:
    return in_all(Source.objects.all(), Max("last_heard_at"))


def one(statement_id: int) -> Unopened:
    """The statement of this id, in whatever version, so that the gate can be asked; empty where there is none."""
    return Unopened(tuple(_items(Statement.objects.filter(pk=statement_id))))


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
