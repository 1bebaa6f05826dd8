"""The audit chain: who did what about whom, in which role and why, each entry sealed by the one before.

Writes that must be audited happen inside `transaction()`. Entries recorded there are chained at its very end,
because the head row is the only lock and is held for the shortest time when it is taken last.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import transaction as db_transaction
from django.db.models import CharField, QuerySet

from localcare.base import clock
from localcare.base.models import AuditEntry, AuditHead, AuditSubject
from localcare.base.prepared import prepared


@dataclass(frozen=True)
class Actor:
    """A snapshot in words of who acts: kept as text, so that the entry outlives the account."""

    id: int | None
    name: str
    role: str
    organisation: str


SYSTEM = Actor(None, "Localcare", "system", "")


@dataclass(frozen=True)
class Entry:
    actor: Actor
    action: str
    purpose: str = ""
    reason: str = ""
    patient_ids: tuple[int, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """A place where the chain does not hold."""

    sequence: int
    fault: str


@dataclass(frozen=True)
class Verification:
    entries: int
    head: str
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings


_pending: ContextVar[list[Entry] | None] = ContextVar("pending_audit_entries", default=None)


@contextmanager
def transaction() -> Iterator[None]:
    """One database transaction whose audit entries are chained last, just before it commits.

    Nests: inner blocks are savepoints, and the outermost writes the entries of all that succeeded.
    """
    pending = _pending.get()
    if pending is not None:
        kept = len(pending)
        try:
            with db_transaction.atomic():
                yield
        except BaseException:
            del pending[kept:]
            raise
        return
    entries: list[Entry] = []
    token = _pending.set(entries)
    try:
        with db_transaction.atomic():
            yield
            _chain(entries)
    finally:
        _pending.reset(token)


def record(
    action: str,
    *,
    by: Actor,
    patient_ids: Sequence[int] = (),
    purpose: str = "",
    reason: str = "",
    **detail: Any,
) -> None:
    """Record an entry in the current `transaction()`.

    `page` in the detail is the page somebody looked at, and can be searched for.
    Raises RuntimeError outside one, ValueError for words longer than their column (those of `reason` have no end).
    """
    pending = _pending.get()
    if pending is None:
        raise RuntimeError("audit.record() belongs inside audit.transaction(), so that fact and entry commit as one")
    _check_lengths(actor=by.name, role=by.role, organisation=by.organisation, action=action, purpose=purpose)
    pending.append(Entry(by, action, purpose, reason, tuple(patient_ids), detail))


def _check_lengths(**words: str) -> None:
    """PostgreSQL would fail at the end of the transaction, and SQLite keep a text of any length."""
    for name, value in words.items():
        if len(value) > _longest()[name]:
            longest = f"at most {_longest()[name]} characters, and these are {len(value)}: {value!r}"
            raise ValueError(f"The {name} of an audit entry has {longest}. Shorten it, or say it in the reason.")


@cache
def _longest() -> dict[str, int]:
    fields = AuditEntry._meta.concrete_fields
    return {f.name: f.max_length for f in fields if isinstance(f, CharField) and f.max_length}


def _chain(entries: list[Entry]) -> None:
    if not entries:
        return
    head = _locked_head()
    rows, subjects = [], []
    at = clock.now()
    for entry in entries:
        row = _row(entry, head.sequence + 1, at, bytes(head.hash))
        rows.append(row)
        subjects += [AuditSubject(entry_sequence=row.sequence, patient_id=p) for p in dict.fromkeys(entry.patient_ids)]
        head.sequence, head.hash = row.sequence, row.hash
    AuditEntry.objects.bulk_create(rows)
    AuditSubject.objects.bulk_create(subjects)
    head.save()


def _locked_head() -> AuditHead:
    for head in _heads():
        return head
    AuditHead.objects.get_or_create(id=1)
    return _heads()[0]


@prepared
def _heads() -> QuerySet[Any]:
    return AuditHead.objects.select_for_update().filter(id=1)


def _row(entry: Entry, sequence: int, at: datetime, previous: bytes) -> AuditEntry:
    content = {
        "sequence": sequence,
        "at": at.isoformat(),
        "actor_id": entry.actor.id,
        "actor": entry.actor.name,
        "role": entry.actor.role,
        "organisation": entry.actor.organisation,
        "action": entry.action,
        "purpose": entry.purpose,
        "reason": entry.reason,
        "patient_ids": list(entry.patient_ids),
        "detail": entry.detail,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    columns = {k: v for k, v in content.items() if k not in ("at", "patient_ids", "detail")}
    return AuditEntry(
        **columns,
        page=entry.detail.get("page", ""),
        at=at,
        canonical=canonical,
        previous_hash=previous,
        hash=hashlib.sha256(previous + canonical).digest(),
    )


def detail(row: AuditEntry) -> dict[str, Any]:
    """What an entry says beside its columns."""
    return json.loads(bytes(row.canonical))["detail"]


def verify() -> Verification:
    """Recompute the whole chain from the stored bytes and compare it with its columns, subjects and head."""
    findings: list[Finding] = []
    previous, count = bytes(32), 0
    for entry, subjects in _with_subjects():
        count += 1
        findings += [Finding(entry.sequence, fault) for fault in _faults(entry, subjects, count, previous)]
        previous = bytes(entry.hash)
    head = AuditHead.objects.filter(id=1).first()
    if head and (head.sequence, bytes(head.hash)) != (count, previous):
        findings.append(Finding(head.sequence, "the head does not match the last entry: entries were cut off or added"))
    if head is None and count:
        findings.append(Finding(count, "the head row is missing"))
    return Verification(count, previous.hex(), tuple(findings))


def _with_subjects() -> Iterator[tuple[AuditEntry, set[int]]]:
    """Entries in order, each with the people its subject rows name; both tables are read once, side by side."""
    rows = AuditSubject.objects.order_by("entry_sequence").values_list("entry_sequence", "patient_id")
    by_entry = groupby(rows.iterator(chunk_size=5000), key=itemgetter(0))
    sequence, group = next(by_entry, (None, iter(())))
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=5000):
        subjects: set[int] = set()
        while sequence is not None and sequence <= entry.sequence:
            if sequence == entry.sequence:
                subjects = {patient for _, patient in group}
            sequence, group = next(by_entry, (None, iter(())))
        yield entry, subjects


def _faults(entry: AuditEntry, subjects: set[int], expected: int, previous: bytes) -> Iterator[str]:
    canonical = bytes(entry.canonical)
    if entry.sequence != expected:
        yield f"expected entry {expected}: an entry is missing or was inserted"
    if bytes(entry.previous_hash) != previous:
        yield "does not follow the entry before it"
    if hashlib.sha256(bytes(entry.previous_hash) + canonical).digest() != bytes(entry.hash):
        yield "its content was changed"
    content = json.loads(canonical)
    columns = ("actor_id", "actor", "role", "organisation", "action", "purpose", "reason")
    sealed = {name: content[name] for name in columns} | {"page": content["detail"].get("page", "")}
    if any(said != getattr(entry, name) for name, said in sealed.items()) or content["at"] != entry.at.isoformat():
        yield "its searchable columns differ from its sealed content"
    if set(content["patient_ids"]) != subjects:
        yield "the people it names were changed"
