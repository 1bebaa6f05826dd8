"""Reads of accounts."""

from localcare.accounts.models import User


def by_username(username: str) -> User | None:
    """The account of a username, or None."""
    return User.objects.filter(username=username).first()
