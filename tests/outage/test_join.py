"""Looks made on a copy join the chain: once, with their own time and actor, whatever somebody did to the spool."""

from datetime import UTC, datetime, timedelta

import pytest

from localcare.access import actions as access
from localcare.access import oversight
from localcare.access import queries as gate
from localcare.access.models import EmergencyAccess
from localcare.access.types import Refused
from localcare.base import audit, spool
from localcare.base.models import AuditEntry, AuditSpool, AuditSubject
from localcare.outage import actions as outage
from localcare.outage import store
from localcare.outage.types import CannotCopy
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
NIGHT = datetime(2017, 4, 3, 21, 30, tzinfo=UTC)
TUESDAY = MONDAY_MORNING + timedelta(days=1)


class Outage:
    """The same store taken for its copy: what is done here goes to the spool."""

    def __init__(self, settings, monkeypatch) -> None:
        self.settings, self.monkeypatch = settings, monkeypatch
        self.written: AuditSpool | None = None

    def __enter__(self) -> None:
        self.settings.STANDBY.mkdir(parents=True, exist_ok=True)
        self.settings.OUTAGE = True

    def __exit__(self, *_) -> None:
        """What the copy says of its spool goes with the copy, not with the store."""
        self.settings.OUTAGE = False
        row = AuditSpool.objects.get()
        head = spool.Head(row.name, row.sequence, bytes(row.hash))
        AuditSpool.objects.all().delete()
        self.monkeypatch.setattr(store, "spool_of", lambda _: head)


@pytest.fixture
def during(standby, settings, monkeypatch):
    return Outage(settings, monkeypatch)


@pytest.fixture
def stranger(area):
    return area.viewer("community_nurse", "C2")


@pytest.fixture
def looked(during, nurse, stranger, margaret, clock_at):
    """At night: a look, a refusal, an emergency and the look that it opens. Then it is Tuesday."""
    clock_at(NIGHT)
    with during:
        gate.open_person(nurse, margaret.id, page="unplanned")
        with pytest.raises(Refused):
            gate.open_person(stranger, margaret.id, page="unplanned")
        access.declare_emergency(patient_id=margaret.id, reason="Collapsed at home", by=stranger)
        gate.open_person(stranger, margaret.id, page="unplanned")
    # The emergency stands on the copy alone.
    EmergencyAccess.objects.all().delete()
    clock_at(TUESDAY)


def join():
    return outage.join(by=audit.SYSTEM)


def spooled(standby) -> list[bytes]:
    return (standby / spool.FILE).read_bytes().splitlines(keepends=True)


def test_in_an_outage_nothing_is_chained_and_the_spool_holds_all(looked, standby, margaret):
    assert not AuditEntry.objects.filter(at=NIGHT).exists()
    actions = [entry.content["action"] for entry in spool.read(standby).entries]
    assert actions == ["looked", "refused", "emergency declared", "looked"]


def test_all_join_with_their_own_time_and_actor_and_the_chain_holds(looked, margaret, nurse, stranger):
    joined = join()
    assert (joined.entries, joined.emergencies, joined.findings) == (4, 1, ())
    rows = list(AuditEntry.objects.filter(at=NIGHT))
    assert [row.action for row in rows] == ["looked", "refused", "emergency declared", "looked"]
    assert [row.actor_id for row in rows] == [nurse.user_id, *[stranger.user_id] * 3]
    told = audit.detail(rows[0])
    assert (told["page"], told["outage"]["number"], told["outage"]["joined_at"]) == (
        "unplanned",
        1,
        TUESDAY.isoformat(),
    )
    assert AuditSubject.objects.filter(patient_id=margaret.id, entry_sequence=rows[3].sequence).exists()
    assert audit.verify().holds


def test_an_emergency_waits_for_review(looked, area, stranger):
    join()
    (waiting,) = oversight.emergencies_to_review(area.viewer("privacy_officer", "99J"))
    assert (waiting.actor, waiting.role, waiting.reason) == (stranger.name, "Community nurse", "Collapsed at home")
    assert waiting.at == NIGHT
    assert EmergencyAccess.objects.get().ends == NIGHT + access.EMERGENCY_LENGTH


def test_oversight_says_that_it_was_in_an_outage(looked, area):
    join()
    shown = oversight.entries(area.viewer("privacy_officer", "99J"), show="looks").entries
    assert [entry.outage for entry in shown if entry.at == NIGHT] == [True, True]


def test_joined_twice_it_joins_once(looked):
    join()
    before = AuditEntry.objects.count()
    again = join()
    assert (again.entries, again.emergencies, again.findings) == (0, 0, ())
    assert AuditEntry.objects.count() == before
    assert EmergencyAccess.objects.count() == 1


def test_a_second_outage_on_the_same_copy_joins_after_the_first(looked, during, nurse, margaret, standby, settings):
    join()
    first = spool.read(standby).entries[-1].head
    spool.append(standby, first, [{**spool.read(standby).entries[0].content}])
    assert join().entries == 1


def test_a_join_that_fails_leaves_nothing_and_the_next_joins_all(looked, monkeypatch):
    before = AuditEntry.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(audit, "_row", lambda *_: (_ for _ in ()).throw(ZeroDivisionError))
        with pytest.raises(ZeroDivisionError):
            join()
    assert (AuditEntry.objects.count(), EmergencyAccess.objects.count(), AuditSpool.objects.count()) == (before, 0, 0)
    assert join().entries == 4


def test_what_was_changed_does_not_join_is_told_and_the_rest_joins(looked, standby):
    lines = spooled(standby)
    lines[1] = lines[1].replace(b"refused", b"ignored")
    (standby / spool.FILE).write_bytes(b"".join(lines))
    joined = join()
    assert joined.entries == 3
    assert [finding.partition(":")[0] for finding in joined.findings] == ["line 2", "entry 2 is missing"]
    entry = builders.last_entry()
    assert (entry.action, "line 2" in entry.reason) == ("outage spool joined", True)
    assert audit.verify().holds


def test_a_spool_that_was_deleted_is_told(looked, standby):
    (standby / spool.FILE).unlink()
    joined = join()
    assert joined.entries == 0
    assert joined.findings == ("entries 1 to 4 are missing at the end: cut off, or the spool was deleted",)


def test_that_it_was_deleted_is_still_told_when_the_next_copy_has_taken_the_place(looked, standby, monkeypatch):
    outage.prepare(by=audit.SYSTEM)
    monkeypatch.setattr(store, "spool_of", lambda _: None)
    (standby / spool.FILE).unlink()
    assert join().findings == ("entries 1 to 4 are missing at the end: cut off, or the spool was deleted",)


def test_a_spool_joined_after_the_next_copy_has_taken_the_place_is_whole(looked, monkeypatch):
    outage.prepare(by=audit.SYSTEM)
    monkeypatch.setattr(store, "spool_of", lambda _: None)
    assert (join().entries, join().findings) == (4, ())


def test_the_folder_of_another_machine_joins_by_name(looked, standby, tmp_path, monkeypatch):
    brought = tmp_path / "van"
    brought.mkdir()
    (standby / spool.FILE).rename(brought / spool.FILE)
    monkeypatch.setattr(store, "spool_of", lambda _: None)
    assert outage.join(folder=brought, by=audit.SYSTEM).entries == 4
    assert join().entries == 0


def test_an_emergency_for_somebody_unknown_here_is_told(looked, standby):
    last = spool.read(standby).entries[-1]
    declared = {**spool.read(standby).entries[2].content, "patient_ids": [999_999]}
    spool.append(standby, last.head, [declared])
    joined = join()
    assert (joined.entries, joined.emergencies) == (5, 1)
    assert joined.findings == ("line 5: the person or the account of entry 5 is not known here",)


def test_nothing_to_join_writes_nothing(standby, area):
    before = AuditEntry.objects.count()
    assert join().entries == 0
    assert AuditEntry.objects.count() == before


def test_is_not_done_on_a_copy(standby, settings):
    settings.OUTAGE = True
    with pytest.raises(CannotCopy, match="where the care store answers"):
        join()


def test_a_kill_between_the_disk_and_the_store_loses_no_number(during, nurse, margaret, standby):
    with during:
        gate.open_person(nurse, margaret.id, page="unplanned")
        row = AuditSpool.objects.get()
        spool.append(standby, spool.Head(row.name, row.sequence, bytes(row.hash)), [{"action": "looked", "at": "x"}])
        gate.open_person(nurse, margaret.id, page="unplanned")
    assert [entry.number for entry in spool.read(standby).entries] == [1, 2, 3]
