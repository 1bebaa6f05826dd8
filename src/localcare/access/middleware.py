"""Gives each request its viewer, lets through only pages that declare who may see them, and explains refusals."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access import queries
from localcare.access.guard import POST_IN_SESSION, declared
from localcare.access.refusals import record_refusal
from localcare.access.types import Basis, Decision, Refused, Viewer
from localcare.base import audit, clock
from localcare.base.spool import CannotRecord

logger = logging.getLogger(__name__)
UNDECLARED = Decision(False, Basis.ROLE, "This page does not say who may see it, so nobody may. Please report it.")


class ViewerMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = None  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable, args, kwargs) -> HttpResponse | None:
        request.viewer = _viewer(request)  # type: ignore[attr-defined]
        return None if declared(view) else _refusal(request, Refused(UNDECLARED))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CannotRecord):
            logger.error("%s", exception)
            return render(request, "access/cannot_record.jinja", status=503)
        return _refusal(request, exception) if isinstance(exception, Refused) else None


def actor_of(request: HttpRequest) -> audit.Actor:
    """Who asks, for the audit chain; also somebody signed in who has no post today, or nobody signed in."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer:
        return viewer.actor
    return audit.Actor(request.user.pk, getattr(request.user, "name", "") or "Nobody signed in", "no post", "")


def _viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated or request.user.pk is None:
        return None
    viewers = queries.viewers_of(request.user.pk)
    chosen = request.session.get(POST_IN_SESSION)
    return next((v for v in viewers if v.post_id == chosen), viewers[0] if viewers else None)


def _refusal(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The page that explains a refusal, which is recorded with the person whom the address names."""
    match = request.resolver_match
    named = match.kwargs.get("patient_id") if match else None
    record_refusal(refused, by=actor_of(request), page=request.path, patient_ids=[named] if named else [])
    context = {"decision": refused.decision, "now": clock.now()}
    return render(request, "access/refused.jinja", context, status=403)
