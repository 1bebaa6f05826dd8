"""Signing out closes again what a session of revealing had opened."""

from django.http import HttpRequest

from localcare.access import actions
from localcare.access.middleware import actor_of
from localcare.accounts.adapter import AccountAdapter


class ViewerAccountAdapter(AccountAdapter):
    def logout(self, request: HttpRequest) -> None:
        if request.user.pk is not None:
            actions.end_reveal_sessions(by=actor_of(request))
        super().logout(request)
