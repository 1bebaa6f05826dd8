"""The local signed spool: where the audit chain goes on while the care store is out of reach.

One line an entry, only ever added: its content in canonical bytes, the seal of the entry before, and its own seal, an
HMAC-SHA-256 over both with the key `outage`. Whoever has the file and not the key can cut lines off and change none.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from localcare.base.keys import key

FILE = "spool.jsonl"
TAIL = 1 << 20
START = bytes(32)


class CannotRecord(Exception):
    """What was asked for cannot be written down, so nothing is shown."""


@dataclass(frozen=True)
class Head:
    """How far a spool has come: its name, the number and the seal of its last entry."""

    name: str
    number: int = 0
    seal: bytes = START


@dataclass(frozen=True)
class Spooled:
    """One sealed entry. `line` is where it stands in the file."""

    line: int
    content: dict[str, Any]
    previous: bytes
    seal: bytes

    @property
    def name(self) -> str:
        return self.content["spool"]

    @property
    def number(self) -> int:
        return self.content["number"]

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.content["at"])

    @property
    def head(self) -> Head:
        return Head(self.name, self.number, self.seal)


@dataclass(frozen=True)
class Reading:
    """Entries whose seal holds, and what is wrong, in words."""

    entries: tuple[Spooled, ...]
    findings: tuple[str, ...]


def signing_key() -> bytes:
    """Raises KeyMissing in production when it is not there."""
    return key(
        "outage", lost="Restore it from your key store: without it no look can be recorded in an outage, or join."
    )


def append(folder: Path, head: Head, contents: Sequence[dict[str, Any]]) -> Head:
    """Seal entries one after the other behind `head` and put them on the disk; the new head. Raises CannotRecord.

    The caller holds the lock that lets one process write at a time.
    """
    lines = b""
    for content in contents:
        sealed = {**content, "spool": head.name, "number": head.number + 1}
        canonical = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        seal = _seal(head.seal, canonical.encode())
        written = {"content": canonical, "previous": head.seal.hex(), "seal": seal.hex()}
        lines += json.dumps(written, ensure_ascii=False).encode() + b"\n"
        head = Head(head.name, head.number + 1, seal)
    try:
        _write(folder / FILE, lines)
    except OSError as error:
        raise CannotRecord(f"the spool in {folder} cannot be written: {error.strerror}") from error
    return head


def _write(path: Path, lines: bytes) -> None:
    """After a line that was cut short by a kill, on a new line."""
    file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(file).st_size
        if size and os.pread(file, 1, size - 1) != b"\n":
            lines = b"\n" + lines
        while lines:
            lines = lines[os.write(file, lines) :]
        os.fsync(file)
    finally:
        os.close(file)
    if size == 0:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def last(folder: Path, name: str) -> Head | None:
    """The head of a spool by its last line whose seal holds, among the last of the file; None where none is there.

    Raises CannotRecord for a file that cannot be read.
    """
    for line in reversed(_last_lines(folder / FILE)):
        if isinstance(found := _parsed(0, line), Spooled) and found.name == name:
            return found.head
    return None


def _last_lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL))
            return file.read().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise CannotRecord(f"the spool in {path.parent} cannot be read: {error.strerror}") from error


def read(folder: Path) -> Reading:
    """Every entry of the file whose seal holds, as they stand there, and every line that is none."""
    path = folder / FILE
    lines = path.read_bytes().splitlines() if path.exists() else []
    parsed = [_parsed(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    entries = tuple(found for found in parsed if isinstance(found, Spooled))
    return Reading(entries, tuple(found for found in parsed if isinstance(found, str)))


def to_join(
    entries: Sequence[Spooled], joined: Mapping[str, Head], written: Mapping[str, int], now: datetime
) -> Reading:
    """Of the entries of some spools those that have not joined yet, in order, and what is wrong with the spools.

    `joined` is how far each spool that concerns us has joined already, `written` how far it is known to have come.
    """
    new: list[Spooled] = []
    findings: list[str] = []
    for name, since in joined.items():
        of_spool = [entry for entry in entries if entry.name == name]
        kept, faults = _in_order(of_spool, since)
        after = [entry for entry in kept if entry.number > since.number]
        end = max([since.number, *(entry.number for entry in kept)])
        findings += [*faults, *_gaps(after, since, now), *_cut_off(end, written.get(name, 0))]
        new += after
    return Reading(tuple(new), tuple(findings))


def _in_order(entries: Sequence[Spooled], since: Head) -> tuple[list[Spooled], list[str]]:
    """Each entry once, by number, and what stands twice, out of order, or is not what has joined."""
    kept: dict[int, Spooled] = {}
    findings = []
    for entry in entries:
        if entry.number in kept:
            findings.append(f"line {entry.line}: entry {entry.number} stands there a second time")
            continue
        if kept and entry.number < max(kept):
            findings.append(f"line {entry.line}: entry {entry.number} stands out of order")
        if entry.number == since.number and entry.seal != since.seal:
            findings.append(f"line {entry.line}: another entry {entry.number} has joined: two copies wrote one spool")
        kept[entry.number] = entry
    return [kept[number] for number in sorted(kept)], findings


def _gaps(entries: Sequence[Spooled], since: Head, now: datetime) -> Iterator[str]:
    before, earlier = since, None
    for entry in entries:
        if entry.number > before.number + 1:
            yield _numbered(before.number + 1, entry.number - 1, "missing: taken out, or changed")
        elif entry.previous != before.seal:
            yield f"line {entry.line}: entry {entry.number} does not follow the one before it"
        if earlier and entry.at < earlier:
            yield f"line {entry.line}: entry {entry.number} is dated before the one before it: the clock was moved"
        if entry.at > now:
            yield f"line {entry.line}: entry {entry.number} is dated after today: the clock was wrong"
        before, earlier = entry.head, entry.at


def _cut_off(end: int, written: int) -> list[str]:
    return (
        [_numbered(end + 1, written, "missing at the end: cut off, or the spool was deleted")] if written > end else []
    )


def _numbered(first: int, last: int, fault: str) -> str:
    return f"entry {first} is {fault}" if first == last else f"entries {first} to {last} are {fault}"


def _parsed(number: int, line: bytes) -> Spooled | str:
    try:
        held = json.loads(line)
        canonical, previous, seal = held["content"], bytes.fromhex(held["previous"]), bytes.fromhex(held["seal"])
    except (ValueError, KeyError, TypeError):
        return f"line {number}: not a whole entry"
    if not hmac.compare_digest(_seal(previous, canonical.encode()), seal):
        return f"line {number}: its seal does not hold: it was changed, or the key is another"
    return Spooled(number, json.loads(canonical), previous, seal)


def _seal(previous: bytes, canonical: bytes) -> bytes:
    return hmac.new(signing_key(), previous + canonical, hashlib.sha256).digest()
