"""Writes of the record."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import Q

from localcare.base import audit
from localcare.record import bulk
from localcare.record.bulk import Version
from localcare.record.models import Source
from localcare.record.types import Added, NewStatement, SourceOf

CHUNK = 5_000
PATIENTS_PER_ENTRY = 1_000


def register_source(source: SourceOf) -> int:
    """The id of a source, created on its first mention; an organisation's system keeps it when its name changes."""
    known = {"name": source.name}
    if source.organisation_code:
        known = {"organisation_code": source.organisation_code, "system": source.system}
    row, _ = Source.objects.get_or_create(**known, defaults=dataclasses.asdict(source))
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
        stored = bulk.Stored(source_id)
        remaining = iter(statements)
        while chunk := list(islice(remaining, CHUNK)):
            total = _sum(total, _add_chunk(chunk, stored, received_at))
            patient_ids.update(dict.fromkeys(statement.patient_id for statement in chunk))
        if patient_ids:
            later = Q(last_heard_at=None) | Q(last_heard_at__lt=received_at)
            Source.objects.filter(later, pk=source_id).update(last_heard_at=received_at)
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


def _add_chunk(chunk: Sequence[NewStatement], stored: bulk.Stored, received_at: datetime) -> Added:
    versions = [Version.of(statement) for statement in chunk]
    standing = stored.standing(versions)
    fates: Counter[str] = Counter()
    added: list[Version] = []
    replaced: list[int] = []
    for version in versions:
        before = standing.get(version.key)
        fate = _fate(version, before, stored)
        fates[fate] += 1
        if fate == "known":
            continue
        added.append(version)
        if fate == "outdated":
            version.superseded_at = received_at
            continue
        standing[version.key] = version
        if before is not None:
            before.superseded_at = received_at
            replaced += [before.pk] if before.pk else []
    # First the old versions step back, then the new ones stand: the constraint allows one at a time.
    bulk.supersede(replaced, received_at)
    stored.insert(added, received_at)
    return Added(**fates)


def _fate(version: Version, before: Version | None, stored: bulk.Stored) -> str:
    if before is None:
        return "new"
    if before.digest == version.digest:
        return "known"
    if before.version_at and version.version_at and version.version_at < before.version_at:
        return "known" if stored.is_history(version) else "outdated"
    return "superseding"


def _sum(left: Added, right: Added) -> Added:
    return Added(*(a + b for a, b in zip(dataclasses.astuple(left), dataclasses.astuple(right), strict=True)))
