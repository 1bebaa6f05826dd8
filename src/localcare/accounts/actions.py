"""Writes of accounts."""

import secrets

from localcare.accounts.models import User
from localcare.base import audit


def create_user(*, username: str, name: str, password: str | None, by: audit.Actor, email: str = "") -> User:
    """Open an account; without a password nobody can sign in yet. Raises IntegrityError where the username is taken."""
    with audit.transaction():
        user = User.objects.create_user(username, email, password, name=name)
        audit.record("account opened", by=by, username=username)
    return user


def give_password(*, username: str, by: audit.Actor) -> str:
    """Give an account a new random password and return it, to be told once. Raises User.DoesNotExist."""
    password = secrets.token_urlsafe(15)
    with audit.transaction():
        user = User.objects.get(username=username)
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record("password given", by=by, username=username)
    return password
