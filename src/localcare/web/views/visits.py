"""My visits: a page to keep open and write on, and the same as a file to take along."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.base import clock
from localcare.web import visits as visits_page


@requires(Capability.WORK_ON_TASKS)
def visits(request: HttpRequest) -> HttpResponse:
    return _visits(request, "web/visits.jinja", "my visits")


@requires(Capability.WORK_ON_TASKS)
def visits_file(request: HttpRequest) -> HttpResponse:
    """One file that needs nothing else, neither signal nor sign-in: whoever holds it reads it, and it says so."""
    answer = _visits(request, "web/visits_file.jinja", "my visits, as a file to take along")
    answer["Content-Disposition"] = f'attachment; filename="visits-{clock.today():%Y-%m-%d}.html"'
    return answer


def _visits(request: HttpRequest, template: str, page: str) -> HttpResponse:
    found = visits_page.build(viewer_of(request), page=page)
    keys = {visit.task.id: uuid4().hex for visit in found.visits}
    return render(request, template, {"page": found, "keys": keys, "now": clock.now()})
