"""Writes of the record."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import islice

from django.db.models import Q

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.base.clock import LONDON
from localcare.record import bulk
from localcare.record.bulk import Version
from localcare.record.calc.rhythm import DAYS_LOOKED_AT, rhythm
from localcare.record.models import Source, SourceHeard, Statement
from localcare.record.types import WRITTEN_HERE, Added, Entry, NewStatement, SourceOf, reference
from localcare.record.written import SHAPES, sent, source_of

CHUNK = 5_000
PATIENTS_PER_ENTRY = 1_000
NOT_YOURS = Decision(False, Basis.ROLE, "Somebody else wrote this. Ask them to mark it as entered in error.")
KEPT_IN_ERROR = ("patient_id", "kind", "category", "external_id", "display", "started_on", "started_at", "author")


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
    history at once. Values are kept as text; characters that no store can hold are replaced. What is marked restricted
    is sealed, also where its content was known.
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
            _seal([statement for statement in chunk if statement.restricted], source, by)
        if patient_ids:
            _note_heard(source_id, received_at)
        _record(total, list(patient_ids), source, by)
    return total


def _seal(marked: Sequence[NewStatement], source: SourceOf, by: audit.Actor) -> None:
    items = [
        access.Marked(s.patient_id, reference(source, s.kind, bulk.stored_id(s.external_id)), source.organisation_code)
        for s in marked
    ]
    if items:
        access.seal_as_marked(items=items, source=source.name, by=by)


def write_entry(
    *, patient_id: int, entry: Entry, words: str, on: date, key: str, by: Viewer, at: time | None = None
) -> None:
    """Write a note or a contact (call, visit, attempt) as a statement whose source is the writer's team.

    `at`: the time of that day, where it matters. The same key again changes nothing. Raises Refused without a right to
    the person (an emergency is none), ValueError without words, for a day or a time to come, or for other words under
    a key that was sent.
    """
    gate.require(by, patient_id, Capability.WRITE_PLAN)
    if not words.strip():
        raise ValueError("Write something, or leave the page.")
    if on > clock.today():
        raise ValueError("The day it happened cannot be in the future.")
    started_at = clock.at(on, at) if at else None
    if started_at and started_at > clock.now():
        raise ValueError("The time it happened cannot be in the future.")
    shape, source = SHAPES[entry], source_of(by)
    statement = NewStatement(
        patient_id=patient_id,
        kind=shape.kind,
        category=shape.category,
        external_id=key,
        display=shape.display,
        value=words.strip(),
        status=shape.status,
        started_on=on,
        started_at=started_at,
        author=by.signature,
        version_at=clock.now(),
    )
    with audit.transaction():
        before = sent(source, key)
        if before and (before.patient_id, before.value, before.author) != (patient_id, words.strip(), by.signature):
            raise ValueError("This was saved already, with other words. Open the page again and add what is new.")
        if not before:
            add_statements(statements=[statement], source=source, received_at=clock.now(), by=by.actor)
            audit.record("entry written", by=by.actor, patient_ids=[patient_id], entry=entry.value)


def mark_entry_as_error(*, statement_id: int, reason: str, by: Viewer) -> None:
    """Mark an entry of one's own as entered in error, with the reason: it leaves every list and stays as history.

    Marking it again changes nothing. Raises Refused for somebody else's, ValueError without a reason,
    Statement.DoesNotExist.
    """
    if not reason.strip():
        raise ValueError("Say what was wrong.")
    with audit.transaction():
        row = Statement.objects.select_related("source").get(pk=statement_id)
        gate.require(by, row.patient_id, Capability.WRITE_PLAN)
        if row.source.system != WRITTEN_HERE or row.author != by.signature:
            raise Refused(NOT_YOURS)
        if row.superseded_at:
            return
        said = {name: getattr(row, name) for name in KEPT_IN_ERROR}
        words = f"{row.value}\nEntered in error: {reason.strip()}"
        statement = NewStatement(**said, value=words, status="entered-in-error", version_at=clock.now())
        source = SourceOf(row.source.name, row.source.organisation_code, row.source.system)
        add_statements(statements=[statement], source=source, received_at=clock.now(), by=by.actor)
        audit.record("entry marked as error", by=by.actor, patient_ids=[row.patient_id], reason=reason.strip())


def _note_heard(source_id: int, at: datetime) -> None:
    """When a source last told us something, and how often it does, from the days on which it did."""
    later = Q(last_heard_at=None) | Q(last_heard_at__lt=at)
    Source.objects.filter(later, pk=source_id).update(last_heard_at=at)
    heard = SourceHeard.objects.filter(source_id=source_id)
    _, first_that_day = heard.get_or_create(source_id=source_id, on=at.astimezone(LONDON).date())
    if first_that_day:
        found = rhythm(list(heard.order_by("-on").values_list("on", flat=True)[:DAYS_LOOKED_AT]))
        usual, longest = (found.usual, found.longest) if found else (None, None)
        Source.objects.filter(pk=source_id).update(usual_days=usual, longest_days=longest)


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
