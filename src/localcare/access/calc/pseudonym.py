"""Keyed hashes that stand for people: pure, given the key."""

import hashlib
import hmac
from collections.abc import Iterable


def identity(nhs_number: str | None, practice_code: str, local_id: str) -> str:
    """What a person is known by: the NHS number, or the practice's own id, written so that the two cannot collide."""
    return nhs_number or f"{practice_code}/{local_id}"


def keyed_hashes(identities: Iterable[str], key: bytes) -> list[str]:
    """HMAC-SHA-256 (RFC 2104) of each identity, 64 hexadecimal digits. About 1 microsecond each."""
    inner = hmac.new(key, digestmod=hashlib.sha256)
    hashes = []
    for text in identities:
        one = inner.copy()
        one.update(text.encode())
        hashes.append(one.hexdigest())
    return hashes
