"""Writes of documents."""

from datetime import datetime

from localcare.base import audit
from localcare.documents import store
from localcare.documents.models import Document


def receive(
    *, content: bytes, media_type: str, file_name: str, source: str, received_at: datetime, by: audit.Actor
) -> Document:
    """Keep bytes as they came. The same bytes from the same source give the document kept before, unchanged."""
    sha256 = store.keep(content)
    with audit.transaction():
        document, added = Document.objects.get_or_create(
            sha256=sha256,
            source=source,
            defaults={
                "size": len(content),
                "media_type": media_type,
                "file_name": file_name[-300:],
                "received_at": received_at,
            },
        )
        if added:
            audit.record(
                "documents.receive", by=by, document=document.pk, sha256=sha256, size=len(content), source=source
            )
    return document
