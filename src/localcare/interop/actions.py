"""Imports of messages: each file one transaction, its bytes kept, its resources mapped, kept, parked or rejected."""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from localcare.base import audit, clock
from localcare.caseload import actions as caseload
from localcare.documents import actions as documents
from localcare.documents import queries as document_queries
from localcare.interop import people, reading
from localcare.interop.mappers import MAPPERS, Context
from localcare.interop.message import Message
from localcare.interop.models import ImportedFile, ParkedResource
from localcare.interop.people import About
from localcare.interop.reading import Entry, Unreadable
from localcare.interop.types import Outcome
from localcare.patients import actions as patients
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf

logger = logging.getLogger(__name__)
SYSTEM = "FHIR"
_NAMES_PER_QUERY = 500


@dataclass
class _Work:
    """What is found out about a message's resources before anything is written about them."""

    statements: list[NewStatement] = field(default_factory=list)
    mapped: int = 0
    kept: Counter[str] = field(default_factory=Counter)
    parked: list[tuple[Entry, About]] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)


def import_file(*, content: bytes, file_name: str, source: str, by: audit.Actor) -> int | Outcome:
    """Import one file; the id of its `ImportedFile`, for `queries.outcome_of` once all files are in.

    A document that came before from this source is not imported again. A file that is no message gives its Outcome:
    one rejected; where it may be a damaged message its bytes are kept.
    """
    if not reading.looks_like_a_message(content):
        return Outcome(rejected=["the file is empty" if not content.strip() else "neither JSON nor XML"])
    media_type, entries, fault = _read(content)
    with audit.transaction():
        document = documents.receive(
            content=content,
            media_type=media_type,
            file_name=file_name,
            source=source,
            received_at=clock.now(),
            by=by,
        )
        before = ImportedFile.objects.filter(document=document).first()
        if before:
            return before.pk
        if fault:
            return _note(document.pk, _Work(rejected=[fault]), [], source, by)
        return _import(document.pk, Message(entries), source, by)


def retry_parked(*, by: audit.Actor) -> int:
    """Map the parked resources whose patient has become known since; how many. One transaction a document."""
    resolved = 0
    for source in ParkedResource.objects.filter(resolved_at=None).values_list("source", flat=True).distinct():
        for document_id, found in _now_known(source).items():
            with audit.transaction():
                resolved += _map_parked(document_id, found, source, by)
    return resolved


def _read(content: bytes) -> tuple[str, tuple[Entry, ...], str]:
    try:
        found = reading.read(content)
    except Unreadable as error:
        return "application/octet-stream", (), str(error)
    return found.media_type, found.entries, ""


def _import(document_id: int, message: Message, source: str, by: audit.Actor) -> int:
    registered = people.register(message, source=source, by=by)
    wanted = [entry for entry in message.entries if entry.type in MAPPERS and entry.type != "Patient"]
    about = people.about(wanted, message, registered, source=source, by=by)
    about |= {position: About(patient_id) for position, patient_id in registered.ids.items()}
    work = _Work(rejected=list(registered.refused.values()))
    for entry in message.entries:
        if entry.position not in registered.refused:
            _sort(entry, about.get(entry.position, About(is_person=False)), document_id, message, work)
    now = clock.now()
    record.add_statements(statements=work.statements, source=SourceOf(source, "", SYSTEM), received_at=now, by=by)
    _end_departed(about, by)
    ParkedResource.objects.bulk_create(
        ParkedResource(
            document_id=document_id,
            position=entry.position,
            resource_type=entry.type,
            source=source,
            names=list(who.names),
            parked_at=now,
        )
        for entry, who in work.parked
    )
    return _note(document_id, work, registered.findings, source, by)


def _end_departed(about: Mapping[int, About], by: audit.Actor) -> None:
    """Who died leaves the caseload on the day a message tells us, not with the night's job."""
    people = {who.patient_id for who in about.values() if who.patient_id}
    if people:
        caseload.close_departed(as_at=clock.today(), by=by, patient_ids=people)


def _sort(entry: Entry, about: About, document_id: int, message: Message, work: _Work) -> None:
    if not entry.type:
        work.rejected.append(f"{entry.label}: not a FHIR resource")
    elif entry.type not in MAPPERS or not about.is_person:
        work.kept[entry.type] += 1
    elif "modifierExtension" in entry.resource or "implicitRules" in entry.resource:
        # It may turn the meaning of what it stands in into its opposite: kept, never guessed at.
        work.kept[f"{entry.type} with a modifier"] += 1
    else:
        statements = _map(entry, about.patient_id or 0, document_id, message)
        if statements is None:
            work.rejected.append(f"{entry.label}: its elements are not those of this type")
        elif about.patient_id is None:
            work.parked.append((entry, about))
        else:
            work.mapped += 1
            work.statements += statements


def _map(entry: Entry, patient_id: int, document_id: int, message: Message) -> list[NewStatement] | None:
    try:
        return MAPPERS[entry.type](entry.resource, Context(patient_id, document_id, message))
    except Exception as error:
        # One resource of a shape nobody foresaw must not keep the rest out. Only the kind of failure is logged.
        logger.warning("a %s of document %s cannot be mapped: %s", entry.type, document_id, type(error).__name__)
        return None


def _note(document_id: int, work: _Work, findings: list[str], source: str, by: audit.Actor) -> int:
    row = ImportedFile.objects.create(
        document_id=document_id,
        imported_at=clock.now(),
        mapped=work.mapped,
        kept=dict(work.kept),
        rejected=work.rejected,
        findings=findings,
    )
    audit.record(
        "interop.import",
        by=by,
        document=document_id,
        source=source,
        mapped=work.mapped,
        kept=sum(work.kept.values()),
        parked=len(work.parked),
        rejected=len(work.rejected),
    )
    return row.pk


def _now_known(source: str) -> dict[int, dict[int, int]]:
    """Patient ids of waiting resources, by document and position."""
    waiting = list(ParkedResource.objects.filter(source=source, resolved_at=None).exclude(names=[]))
    names = list({name for row in waiting for name in row.names})
    known: dict[str, int] = {}
    for start in range(0, len(names), _NAMES_PER_QUERY):
        known |= patients.identify(names=names[start : start + _NAMES_PER_QUERY], source=source)
    answer: dict[int, dict[int, int]] = {}
    for row in waiting:
        ids = {known[name] for name in row.names if name in known}
        if len(ids) == 1:
            answer.setdefault(row.document_id, {})[row.position] = ids.pop()
    return answer


def _map_parked(document_id: int, patient_ids: dict[int, int], source: str, by: audit.Actor) -> int:
    entries = reading.read(document_queries.content(document_id)).entries
    message, now = Message(entries), clock.now()
    statements: list[NewStatement] = []
    for position, patient_id in patient_ids.items():
        statements += _map(entries[position], patient_id, document_id, message) or []
    record.add_statements(statements=statements, source=SourceOf(source, "", SYSTEM), received_at=now, by=by)
    waiting = ParkedResource.objects.filter(document=document_id, position__in=list(patient_ids), resolved_at=None)
    count = waiting.update(resolved_at=now)
    audit.record("interop.resolve_parked", by=by, document=document_id, source=source, resources=count)
    return count
