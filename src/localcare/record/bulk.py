"""Statements by the hundred thousand: plain rows instead of model objects, which are five times slower to write."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db import connection

from localcare.record.models import Statement
from localcare.record.types import NewStatement

_FIELDS = tuple(name for name in NewStatement.__dataclass_fields__ if name != "external_id")
_COLUMNS = (*_FIELDS, "external_id", "digest", "superseded_at", "source_id", "received_at")
_CONTENT = tuple(name for name in _FIELDS if name != "document_id")
_field_values = attrgetter(*_FIELDS)
_content = attrgetter(*_CONTENT)
_EXTERNAL_ID_LENGTH = 200
_KEYS_PER_QUERY = 500


@dataclass(slots=True)
class Version:
    """One version of a statement, stored (with `pk`) or about to be (with `values`)."""

    key: tuple[str, str]
    digest: str
    version_at: datetime | None
    pk: int | None = None
    values: tuple[Any, ...] = ()
    superseded_at: datetime | None = None

    @classmethod
    def of(cls, statement: NewStatement) -> "Version":
        values = tuple(_storable(value) for value in _field_values(statement))
        # The document is left out: the same words in another file are the same version.
        digest = hashlib.sha256(repr(_content(statement)).encode()).hexdigest()[:32]
        key = (statement.kind, _external_id(statement.external_id))
        return cls(key, digest, statement.version_at, values=values)


class Stored:
    """What is stored of one source, while a load adds to it.

    Nothing stands under a key of a source that had told us nothing before, but what this load has put there: only that
    is looked up. A first load is most of the work there is, and PostgreSQL knows too little of a table that one
    transaction fills to look up by key.
    """

    def __init__(self, source_id: int) -> None:
        self.source_id = source_id
        self._told_before = Statement.objects.filter(source=source_id).exists()
        self._put: set[int] = set()

    def standing(self, versions: Sequence[Version]) -> dict[tuple[str, str], Version]:
        """The stored versions that stand now under the keys of these."""
        asked = versions if self._told_before else [v for v in versions if hash(v.key) in self._put]
        by_kind: dict[str, list[str]] = {}
        for version in asked:
            by_kind.setdefault(version.key[0], []).append(version.key[1])
        return {
            (kind, external_id): Version((kind, external_id), digest, version_at, pk=pk)
            for kind, ids in by_kind.items()
            for some in _batches(ids)
            for pk, external_id, digest, version_at in Statement.objects.filter(
                source=self.source_id, kind=kind, external_id__in=some, superseded_at=None
            ).values_list("pk", "external_id", "digest", "version_at")
        }

    def is_history(self, version: Version) -> bool:
        """True when this very version was stored before and has stepped back since."""
        kind, external_id = version.key
        rows = Statement.objects.filter(
            source=self.source_id, kind=kind, external_id=external_id, digest=version.digest
        )
        return rows.filter(superseded_at__isnull=False).exists()

    def insert(self, versions: Sequence[Version], received_at: datetime) -> None:
        """Write new versions, in order, in the current transaction."""
        if not versions:
            return
        quote = connection.ops.quote_name
        columns = ", ".join(quote(name) for name in _COLUMNS)
        marks = ", ".join(["%s"] * len(_COLUMNS))
        tail = (self.source_id, received_at)
        rows = [_adapted((*v.values, v.key[1], v.digest, v.superseded_at, *tail)) for v in versions]
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {quote(Statement._meta.db_table)} ({columns}) VALUES ({marks})", rows)
        if not self._told_before:
            self._put.update(hash(version.key) for version in versions)


def supersede(pks: Sequence[int], at: datetime) -> None:
    for some in _batches(pks):
        Statement.objects.filter(pk__in=some).update(superseded_at=at)


def _adapted(row: tuple[Any, ...]) -> list[Any]:
    return [_adapt(value) if isinstance(value, date) else value for value in row]


def _adapt(value: date) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value)


def _storable(value: Any) -> Any:
    """Text that every store can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _external_id(text: str) -> str:
    text = _storable(text)
    if len(text) <= _EXTERNAL_ID_LENGTH:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _KEYS_PER_QUERY):
        yield items[start : start + _KEYS_PER_QUERY]
