"""The local signed spool: entries sealed one by the other, and every kind of tampering found."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from localcare.base import spool
from localcare.base.spool import Head

NOW = datetime(2017, 4, 3, 8, 0, tzinfo=UTC)
START = Head("s1")


def said(number: int, at: datetime | None = None) -> dict:
    return {"action": f"look {number}", "at": (at or NOW - timedelta(hours=1)).isoformat(), "patient_ids": [number]}


@pytest.fixture
def folder(tmp_path, settings):
    settings.KEYS = tmp_path / "keys"
    return tmp_path


@pytest.fixture
def five(folder):
    """A spool of five entries, and its lines to tamper with."""
    head = spool.append(folder, START, [said(1), said(2)])
    for number in (3, 4, 5):
        head = spool.append(folder, head, [said(number)])
    return (folder / spool.FILE).read_bytes().splitlines(keepends=True)


def found(folder, *, since: Head = START, written: int = 5) -> tuple[list[int], tuple[str, ...]]:
    """The numbers that would join, and the findings."""
    reading = spool.read(folder)
    new = spool.to_join(reading.entries, {"s1": since}, {"s1": written}, NOW)
    return [entry.number for entry in new.entries], (*reading.findings, *new.findings)


def write(folder, lines) -> None:
    (folder / spool.FILE).write_bytes(b"".join(lines))


def test_entries_are_read_as_they_were_written_and_nobody_else_may_read_the_file(folder, five):
    assert found(folder) == ([1, 2, 3, 4, 5], ())
    assert [entry.content["action"] for entry in spool.read(folder).entries][2] == "look 3"
    assert (folder / spool.FILE).stat().st_mode & 0o777 == 0o600


def test_what_has_joined_is_not_told_again(folder, five):
    second = spool.read(folder).entries[1].head
    assert found(folder, since=second) == ([3, 4, 5], ())


def changed(line: bytes) -> bytes:
    return line.replace(b"look", b"lied")


def renumbered(line: bytes) -> bytes:
    held = json.loads(line)
    held["content"] = held["content"].replace('"number":5', '"number":2')
    return json.dumps(held).encode() + b"\n"


SEAL = "its seal does not hold"
TAMPERED = {
    "changed": (lambda x: [*x[:2], changed(x[2]), *x[3:]], [1, 2, 4, 5], (f"line 3: {SEAL}", "entry 3 is missing")),
    "taken out": (lambda x: [*x[:1], *x[3:]], [1, 4, 5], ("entries 2 to 3 are missing",)),
    "cut off": (lambda x: x[:3], [1, 2, 3], ("entries 4 to 5 are missing at the end",)),
    "begun later": (lambda x: x[2:], [3, 4, 5], ("entries 1 to 2 are missing",)),
    "deleted": (lambda _: [], [], ("entries 1 to 5 are missing at the end",)),
    "repeated": (lambda x: [*x, x[1]], [1, 2, 3, 4, 5], ("line 6: entry 2 stands there a second time",)),
    "put elsewhere": (lambda x: [x[1], x[0], *x[2:]], [1, 2, 3, 4, 5], ("line 2: entry 1 stands out of order",)),
    "renumbered": (lambda x: [*x[:4], renumbered(x[4])], [1, 2, 3, 4], (f"line 5: {SEAL}", "entry 5 is missing")),
    "half a line": (lambda x: [*x[:4], x[4][:40]], [1, 2, 3, 4], ("line 5: not a whole entry", "entry 5 is missing")),
    "something else": (lambda x: [*x, b"[1]\n"], [1, 2, 3, 4, 5], ("line 6: not a whole entry",)),
    "not text": (lambda x: [*x, b"\xff\x00\n"], [1, 2, 3, 4, 5], ("line 6: not a whole entry",)),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_every_kind_of_tampering_is_found_and_the_good_part_kept(folder, five, kind):
    tamper, good, faults = TAMPERED[kind]
    write(folder, tamper(five))
    numbers, findings = found(folder)
    assert numbers == good
    assert len(findings) == len(faults)
    assert all(any(finding.startswith(fault) for finding in findings) for fault in faults), findings


def test_nothing_joins_that_was_signed_with_another_key(folder, five):
    (folder / "keys" / "outage.key").write_bytes(bytes(32))
    numbers, findings = found(folder)
    assert (numbers, len(findings)) == ([], 6)


def test_an_entry_of_another_spool_is_none_of_this_one(folder, five):
    spool.append(folder, Head("s2"), [said(1)])
    assert found(folder) == ([1, 2, 3, 4, 5], ())


def test_a_copy_brought_back_with_other_entries_of_the_same_numbers_is_found(folder, five):
    (folder / spool.FILE).unlink()
    spool.append(folder, START, [said(n) for n in (7, 8, 9)])
    third = spool.read(folder).entries[2].head
    write(folder, five)
    numbers, findings = found(folder, since=third)
    assert numbers == [4, 5]
    assert findings[0].startswith("line 3: another entry 3 has joined")


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NOW - timedelta(days=1), "is dated before the one before it: the clock was moved"),
        (NOW + timedelta(days=1), "is dated after today: the clock was wrong"),
    ],
)
def test_a_clock_that_was_moved_is_told_and_the_entry_joins(folder, at, fault):
    head = spool.append(folder, START, [said(1)])
    spool.append(folder, head, [said(2, at)])
    numbers, findings = found(folder, written=2)
    assert numbers == [1, 2]
    assert [finding.endswith(fault) for finding in findings] == [True]


def test_after_a_line_cut_short_by_a_kill_the_next_stands_on_its_own(folder, five):
    write(folder, [*five[:4], five[4][:40]])
    fourth = spool.read(folder).entries[3].head
    assert spool.last(folder, "s1") == fourth
    spool.append(folder, fourth, [said(5)])
    assert found(folder) == ([1, 2, 3, 4, 5], ("line 5: not a whole entry",))


def test_a_spool_that_cannot_be_written_is_refused(folder):
    (folder / spool.FILE).mkdir()
    with pytest.raises(spool.CannotRecord, match="cannot be written"):
        spool.append(folder, START, [said(1)])


def test_in_production_a_missing_key_is_never_made(folder, settings):
    settings.PRODUCTION = True
    with pytest.raises(Exception, match="Restore it from your key store"):
        spool.append(folder, START, [said(1)])
