"""allauth's sign-in, with the user of a request read by a prepared read."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import QuerySet

from localcare.accounts.models import User
from localcare.base.prepared import prepared


class Backend(AuthenticationBackend):
    def get_user(self, user_id: int) -> User | None:
        found = _users(user_id)
        return found[0] if found and self.user_can_authenticate(found[0]) else None


@prepared
def _users(user_id: int) -> QuerySet[Any]:
    return User.objects.filter(pk=user_id)
