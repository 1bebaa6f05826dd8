"""The audit chain: who did what about whom, in which role and why, each entry sealed by the one before.

Writes that must be audited happen inside `transaction()`. Entries recorded there are chained at its very end,
because the head row is the only lock and is held for the shortest time when it is taken last.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db import transaction as db_transaction
from django.db.models import CharField, F, QuerySet

from localcare.base import clock, spool
from localcare.base.models import AuditEntry, AuditHead, AuditSpool, AuditSubject
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
    at: datetime | None = None  # when it happened, where it is written down only now


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
    if settings.OUTAGE:
        _spool(entries)
        return
    head = _locked_head()
    rows, subjects = [], []
    at = clock.now()
    for entry in entries:
        row = _row(entry, head.sequence + 1, entry.at or at, bytes(head.hash))
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
    content = {"sequence": sequence, **_content(entry, at)}
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


def _content(entry: Entry, at: datetime) -> dict[str, Any]:
    return {
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


def _spool(entries: list[Entry]) -> None:
    """In an outage the chain goes on in the local spool; the row that says how far is the copy's only lock."""
    row = AuditSpool.objects.select_for_update().first()
    head = spool.Head(row.name, row.sequence, bytes(row.hash)) if row else spool.Head(secrets.token_hex(8))
    # A kill between the disk and the commit leaves the file ahead of the row.
    found = spool.last(settings.STANDBY, head.name)
    if found and found.number > head.number:
        head = found
    at = clock.now()
    head = spool.append(settings.STANDBY, head, [_content(entry, at) for entry in entries])
    AuditSpool.objects.update_or_create(name=head.name, defaults={"sequence": head.number, "hash": head.seal})


def joined(names: Iterable[str]) -> dict[str, spool.Head]:
    """How far spools have joined this chain, by name; inside `transaction()`, where nobody else then joins them."""
    for name in names:
        AuditSpool.objects.get_or_create(name=name)
    rows = AuditSpool.objects.select_for_update().filter(name__in=list(names)).order_by("name")
    return {row.name: spool.Head(row.name, row.sequence, bytes(row.hash)) for row in rows}


def spools_behind() -> dict[str, int]:
    """Spools of copies that were replaced before all had joined: how far each is known to have come, by name."""
    rows = AuditSpool.objects.filter(written__gt=F("sequence"))
    return dict(rows.values_list("name", "written"))


def remember_spool(head: spool.Head) -> None:
    """Before a copy is replaced: how far its spool has come, so that what is missing at its end is still found."""
    AuditSpool.objects.update_or_create(name=head.name, defaults={"written": head.number})


def join(entries: Sequence[spool.Spooled]) -> None:
    """Chain what a spool holds, in the current `transaction()`: with its time and actor, and where it comes from."""
    pending = _pending.get()
    if pending is None:
        raise RuntimeError(
            "audit.join() belongs inside audit.transaction(), so that the entries and their mark commit as one"
        )
    now = clock.now().isoformat()
    pending += [_joining(entry, now) for entry in entries]
    for name, head in {entry.name: entry.head for entry in entries}.items():
        AuditSpool.objects.filter(name=name).update(sequence=head.number, hash=head.seal)


def _joining(entry: spool.Spooled, now: str) -> Entry:
    told = entry.content
    actor = Actor(told["actor_id"], told["actor"], told["role"], told["organisation"])
    detail = {**told["detail"], "outage": {"spool": entry.name, "number": entry.number, "joined_at": now}}
    people = tuple(told["patient_ids"])
    return Entry(actor, told["action"], told["purpose"], told["reason"], people, detail, entry.at)


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
