"""Where the bytes lie: one file per digest, complete or absent."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings


def keep(content: bytes) -> str:
    """Write the bytes durably under their digest and return it. Writing the same bytes again changes nothing."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return sha256


def read(sha256: str) -> bytes:
    """The bytes under a digest. Raises FileNotFoundError when they are gone, ValueError when they were changed."""
    content = path_of(sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(f"The bytes of document {sha256[:12]} were changed on disk; restore them from a backup.")
    return content


def path_of(sha256: str) -> Path:
    return settings.DATA / "documents" / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    # A rename survives a power cut only once its folder is synced too.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
