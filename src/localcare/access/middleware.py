"""Gives each request its viewer, lets through only pages that declare who may see them, and explains refusals."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access import queries
from localcare.access.guard import POST_IN_SESSION, declared
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
        return None if declared(view) else _refusal(request, UNDECLARED)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, CannotRecord):
            logger.error("%s", exception)
            return render(request, "access/cannot_record.jinja", status=503)
        if not isinstance(exception, Refused):
            return None
        viewer = request.viewer  # type: ignore[attr-defined]
        if viewer and exception.decision.basis is Basis.ROLE:
            with audit.transaction():
                audit.record("refused", by=viewer.actor, page=request.path, basis=exception.decision.basis)
        return _refusal(request, exception.decision)


def _viewer(request: HttpRequest) -> Viewer | None:
    if not request.user.is_authenticated or request.user.pk is None:
        return None
    viewers = queries.viewers_of(request.user.pk)
    chosen = request.session.get(POST_IN_SESSION)
    return next((v for v in viewers if v.post_id == chosen), viewers[0] if viewers else None)


def _refusal(request: HttpRequest, decision: Decision) -> HttpResponse:
    return render(request, "access/refused.jinja", {"decision": decision, "now": clock.now()}, status=403)
