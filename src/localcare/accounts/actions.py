"""Writes of accounts."""

from localcare.accounts.models import User
from localcare.base import audit


def create_user(*, username: str, name: str, password: str, by: audit.Actor, email: str = "") -> User:
    """Open an account. Raises IntegrityError where the username is taken."""
    with audit.transaction():
        user = User.objects.create_user(username, email, password, name=name)
        audit.record("account opened", by=by, username=username)
    return user
