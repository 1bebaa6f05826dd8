"""Reads of accounts."""

from collections.abc import Collection

from localcare.accounts.models import User


def by_username(username: str) -> User | None:
    """The account of a username, or None."""
    return User.objects.filter(username=username).first()


def existing(user_ids: Collection[int]) -> set[int]:
    """Those of some ids that are an account here."""
    return set(User.objects.filter(pk__in=list(user_ids)).values_list("pk", flat=True))
