from datetime import UTC, datetime

import pytest

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.documents import actions, queries, store
from localcare.documents.models import Document

pytestmark = pytest.mark.django_db
WHEN = datetime(2017, 4, 3, 8, 0, tzinfo=UTC)


def receive(content=b"a letter", source="Hospital"):
    return actions.receive(
        content=content,
        media_type="text/plain",
        file_name="letter.txt",
        source=source,
        received_at=WHEN,
        by=audit.SYSTEM,
    )


def test_bytes_are_kept_as_they_came_and_audited():
    document = receive(b"\x00\xff letter\r\n")
    assert queries.content(document.pk) == b"\x00\xff letter\r\n"
    assert (document.size, document.source, document.received_at) == (11, "Hospital", WHEN)
    assert AuditEntry.objects.get().action == "documents.receive"


def test_the_same_bytes_from_the_same_source_are_one_document():
    assert receive().pk == receive().pk
    assert receive(source="Hospice").pk != receive().pk
    assert Document.objects.count() == 2
    assert AuditEntry.objects.count() == 2


def test_bytes_changed_on_disk_are_never_handed_out():
    document = receive(b"what was agreed")
    store.path_of(document.sha256).write_bytes(b"something else")
    with pytest.raises(ValueError, match="changed on disk"):
        queries.content(document.pk)
    store.path_of(document.sha256).unlink()


def test_a_failed_write_leaves_nothing_behind(monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("localcare.documents.store.os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        receive(b"never kept")
    import hashlib

    folder = store.path_of(hashlib.sha256(b"never kept").hexdigest()).parent
    assert not list(folder.glob(".incoming-*"))
    assert not Document.objects.exists()
