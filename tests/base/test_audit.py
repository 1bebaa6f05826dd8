from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from localcare.base import audit
from localcare.base.models import AuditEntry, AuditHead, AuditSubject

pytestmark = pytest.mark.django_db
NURSE = audit.Actor(7, "Asha Patel", "community_nurse", "Tonbridge")


def write(action: str, **more) -> None:
    with audit.transaction():
        audit.record(action, by=NURSE, patient_ids=[1, 2], page="caseload", **more)


def write_and_fail() -> None:
    with audit.transaction():
        audit.record("dropped", by=NURSE)
        raise ZeroDivisionError


def test_entries_follow_each_other_and_the_chain_holds():
    for action in ("looked", "wrote", "looked"):
        write(action)
    result = audit.verify()
    assert (result.holds, result.entries) == (True, 3)
    assert list(AuditEntry.objects.values_list("sequence", flat=True)) == [1, 2, 3]
    assert AuditSubject.objects.filter(patient_id=2).count() == 3


def test_a_failed_transaction_leaves_no_entry():
    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert audit.verify().entries == 0


def test_an_inner_failure_that_is_caught_drops_only_its_own_entries():
    with audit.transaction():
        audit.record("kept", by=NURSE)
        with pytest.raises(ZeroDivisionError):
            write_and_fail()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["kept"]


def test_recording_outside_a_transaction_is_refused():
    with pytest.raises(RuntimeError, match=r"inside audit\.transaction"):
        audit.record("looked", by=NURSE)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (NURSE, {"action": "a" * 61}),
        (NURSE, {"action": "looked", "purpose": "p" * 41}),
        (audit.Actor(7, "n" * 201, "", ""), {"action": "looked"}),
        (audit.Actor(7, "", "r" * 61, ""), {"action": "looked"}),
        (audit.Actor(7, "", "", "o" * 201), {"action": "looked"}),
    ],
)
def test_words_longer_than_their_column_are_refused_on_every_database(by, words):
    with pytest.raises(ValueError, match="at most"), audit.transaction():
        audit.record(by=by, **words)
    assert audit.verify().entries == 0


def test_words_as_long_as_their_column_and_a_reason_of_any_length_are_kept():
    with audit.transaction():
        audit.record("a" * 60, by=NURSE, purpose="p" * 40, reason="r" * 1000)
    assert audit.verify().holds


def test_pages_of_entries_from_before_are_read_from_their_sealed_content():
    migration = import_module("localcare.base.migrations.0002_page_of_an_entry")
    for action in ("looked", "wrote"):
        write(action)
    AuditEntry.objects.update(page="")
    migration.put_pages(apps, connection.schema_editor())
    assert set(AuditEntry.objects.values_list("page", flat=True)) == {"caseload"}
    assert audit.verify().holds


def tamper_content():
    entry = AuditEntry.objects.get(sequence=2)
    AuditEntry.objects.filter(sequence=2).update(canonical=bytes(entry.canonical).replace(b"wrote", b"spoke"))


def tamper_column():
    AuditEntry.objects.filter(sequence=2).update(actor="Somebody Else")


def tamper_page():
    AuditEntry.objects.filter(sequence=2).update(page="Today")


def tamper_delete():
    AuditEntry.objects.filter(sequence=2).delete()


def tamper_cut_end():
    AuditEntry.objects.filter(sequence=3).delete()


def tamper_subject():
    AuditSubject.objects.filter(entry_sequence=2, patient_id=1).delete()


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (tamper_content, "content was changed"),
        (tamper_column, "columns differ"),
        (tamper_page, "columns differ"),
        (tamper_delete, "missing or was inserted"),
        (tamper_cut_end, "head does not match"),
        (tamper_subject, "people it names"),
    ],
)
def test_every_kind_of_tampering_is_found(tamper, said):
    for action in ("looked", "wrote", "looked"):
        write(action)
    tamper()
    result = audit.verify()
    assert not result.holds
    assert any(said in finding.fault for finding in result.findings)


def test_the_head_is_the_last_thing_locked(django_capture_on_commit_callbacks):
    statements: list[str] = []

    def note(execute, sql, params, many, context):
        statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note), audit.transaction():
        audit.record("looked", by=NURSE)
        AuditSubject.objects.count()
    heads = [n for n, sql in enumerate(statements) if "base_audithead" in sql]
    assert min(heads) > next(n for n, sql in enumerate(statements) if "COUNT" in sql)
    assert AuditHead.objects.get().sequence == 1
