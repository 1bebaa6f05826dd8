"""Pseudonyms, put on at the door: one key a purpose, so that lists of two purposes cannot be laid side by side."""

import hashlib
from collections.abc import Iterable, Sequence

from localcare.access.calc.pseudonym import identity, keyed_hashes
from localcare.access.calc.vocabulary import Purpose
from localcare.base.keys import KeyMissing, key
from localcare.patients.queries import Identity

__all__ = ["KeyMissing", "fingerprint", "identity", "of_identities", "pseudonymise"]


def pseudonymise(identities: Iterable[str], purpose: Purpose) -> list[str]:
    """The pseudonym of each identity for a purpose. Raises KeyMissing in production when the key is not there."""
    return keyed_hashes(identities, _key(purpose))


def of_identities(
    identities: Sequence[Identity], purpose: Purpose = Purpose.RISK_STRATIFICATION
) -> dict[str, Identity]:
    """Pseudonym for a purpose -> who it stands for."""
    known_by = [identity(one.nhs_number, one.practice_code, one.local_id) for one in identities]
    return dict(zip(pseudonymise(known_by, purpose), identities, strict=True))


def fingerprint(purpose: Purpose) -> str:
    """Names the key without giving it away, so that an edition says which key made it."""
    return hashlib.sha256(b"fingerprint" + _key(purpose)).hexdigest()[:16]


def _key(purpose: Purpose) -> bytes:
    return key(purpose, lost="Restore it from your key store; a new key orphans every list.")
