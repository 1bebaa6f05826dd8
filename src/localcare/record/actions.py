"""Writes of the record."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from localcare.base import audit
from localcare.record.models import Source, Statement
from localcare.record.types import Added, NewStatement, SourceOf

CHUNK = 5_000
PATIENTS_PER_ENTRY = 1_000


def register_source(source: SourceOf) -> int:
    """The id of a source, created on its first mention."""
    row, _ = Source.objects.get_or_create(
        name=source.name, defaults={"organisation_code": source.organisation_code, "system": source.system}
    )
    return row.pk


def add_statements(
    *, statements: Iterable[NewStatement], source: SourceOf, received_at: datetime, by: audit.Actor
) -> Added:
    """Add statements of one source, in one transaction.

    A statement whose content already stands changes nothing. One with the same kind and external id but other content
    supersedes the standing one, unless both say when their version was made and it is older: then it is kept as
    history at once. Values are kept as text; characters that no store can hold are replaced.
    """
    total = Added()
    patient_ids: dict[int, None] = {}
    with audit.transaction():
        source_id = register_source(source)
        remaining = iter(statements)
        while chunk := list(islice(remaining, CHUNK)):
            total = _sum(total, _add_chunk(chunk, source_id, received_at))
            patient_ids.update(dict.fromkeys(statement.patient_id for statement in chunk))
        _record(total, list(patient_ids), source, by)
    return total


def _record(total: Added, patient_ids: Sequence[int], source: SourceOf, by: audit.Actor) -> None:
    if total == Added(known=total.known):
        return
    for start in range(0, len(patient_ids), PATIENTS_PER_ENTRY):
        audit.record(
            "record.add_statements",
            by=by,
            patient_ids=patient_ids[start : start + PATIENTS_PER_ENTRY],
            source=source.name,
            patients=len(patient_ids),
            **dataclasses.asdict(total),
        )


def _add_chunk(chunk: Sequence[NewStatement], source_id: int, received_at: datetime) -> Added:
    standing = _standing(chunk, source_id)
    rows: list[Statement] = []
    replaced: list[int] = []
    counts = dict.fromkeys(("new", "superseding", "known", "outdated"), 0)
    for statement in chunk:
        row = _row(statement, source_id, received_at)
        key = (row.kind, row.external_id)
        before = standing.get(key)
        fate = _fate(row, before)
        if fate == "outdated" and _is_history(row):
            fate = "known"
        counts[fate] += 1
        if fate == "known":
            continue
        rows.append(row)
        if fate == "outdated":
            row.superseded_at = received_at
            continue
        standing[key] = row
        if before is not None:
            before.superseded_at = received_at
            replaced += [before.pk] if before.pk else []
    # First the old versions step back, then the new ones stand: the constraint allows one at a time.
    for start in range(0, len(replaced), CHUNK):
        Statement.objects.filter(pk__in=replaced[start : start + CHUNK]).update(superseded_at=received_at)
    Statement.objects.bulk_create(rows, batch_size=1_000)
    return Added(**counts)


def _fate(row: Statement, before: Statement | None) -> str:
    if before is None:
        return "new"
    if before.digest == row.digest:
        return "known"
    if before.version_at and row.version_at and row.version_at < before.version_at:
        return "outdated"
    return "superseding"


def _is_history(row: Statement) -> bool:
    return Statement.objects.filter(
        source=row.source_id, kind=row.kind, external_id=row.external_id, digest=row.digest, superseded_at__isnull=False
    ).exists()


def _standing(chunk: Sequence[NewStatement], source_id: int) -> dict[tuple[str, str], Statement]:
    by_kind: dict[str, list[str]] = {}
    for statement in chunk:
        by_kind.setdefault(statement.kind, []).append(_external_id(statement.external_id))
    return {
        (row.kind, row.external_id): row
        for kind, ids in by_kind.items()
        for some in _batches(ids, 500)
        for row in Statement.objects.filter(source=source_id, kind=kind, external_id__in=some, superseded_at=None).only(
            "id", "kind", "external_id", "digest", "version_at"
        )
    }


def _batches(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _row(statement: NewStatement, source_id: int, received_at: datetime) -> Statement:
    values = {name: _storable(getattr(statement, name)) for name in NewStatement.__dataclass_fields__}
    values["external_id"] = _external_id(statement.external_id)
    values["digest"] = hashlib.sha256(repr([v for k, v in values.items() if k != "document_id"]).encode()).hexdigest()[
        :32
    ]
    return Statement(**values, source_id=source_id, received_at=received_at)


def _storable(value: object) -> object:
    if not isinstance(value, str):
        return value
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _external_id(text: str) -> str:
    text = str(_storable(text))
    return text if len(text) <= 200 else "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def _sum(left: Added, right: Added) -> Added:
    return Added(*(a + b for a, b in zip(dataclasses.astuple(left), dataclasses.astuple(right), strict=True)))
