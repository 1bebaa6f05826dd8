"""Reads of documents. Who may see one is `access`'s to say, before these are called."""

from localcare.documents import store
from localcare.documents.models import Document


def document(document_id: int) -> Document:
    """One document's particulars. Raises Document.DoesNotExist."""
    return Document.objects.get(pk=document_id)


def content(document_id: int) -> bytes:
    """The bytes as received. Raises FileNotFoundError when they are gone, ValueError when they were changed."""
    return store.read(document(document_id).sha256)


def find(*, content_sha256: str, source: str) -> Document | None:
    """The document of these bytes from this source, if it came before."""
    return Document.objects.filter(sha256=content_sha256, source=source).first()
