"""Secret keys, one file each in the folder of keys: made where one is missing, but never in production."""

import os
import secrets

from django.conf import settings


class KeyMissing(Exception):
    """A key is not where it should be; the message says what to do."""


def key(name: str, *, lost: str) -> bytes:
    """The 32 random bytes of `name`.key. Raises KeyMissing in production without it, saying what to do: `lost`."""
    path = settings.KEYS / f"{name}.key"
    if not path.exists():
        if settings.PRODUCTION:
            raise KeyMissing(f"{path} does not exist. {lost}")
        settings.KEYS.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(secrets.token_bytes(32))
        temporary.chmod(0o600)
        os.replace(temporary, path)
    return path.read_bytes()
