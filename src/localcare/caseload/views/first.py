"""Who to see first: the team's places now, for a practice its own part, for the cluster all by pseudonym."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.caseload import first, first_words
from localcare.caseload.views import revealing
from localcare.caseload.views.revealing import check_own
from localcare.places import queries as places
from localcare.population import queries as population


@requires(Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS)
def cluster(request: HttpRequest) -> HttpResponse:
    """The cluster's places by pseudonym; somebody at a practice goes to their practice's part."""
    viewer = viewer_of(request)
    if viewer.works_at_practice:
        return redirect("caseload:first", viewer.organisation_code)
    return _page(request, viewer, "")


@requires(Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS)
def practice(request: HttpRequest, practice_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    return _page(request, viewer, practice_code)


@requires(Capability.REVEAL_LIST)
@require_POST
def show(request: HttpRequest, practice_code: str) -> HttpResponse:
    """Reveal the practice's part."""
    ask, back = (reverse(f"caseload:{name}", args=[practice_code]) for name in ("first_reason", "first"))
    return revealing.show(request, practice_code, _unrevealed(practice_code), ask=ask, back=back)


@requires(Capability.REVEAL_LIST)
def reason(request: HttpRequest, practice_code: str) -> HttpResponse:
    back = reverse("caseload:first", args=[practice_code])
    return revealing.reason(request, practice_code, _unrevealed(practice_code), back=back)


def _unrevealed(practice_code: str) -> revealing.Unrevealed:
    return lambda viewer: first.seen_by(viewer, practice_code).unrevealed


def _page(request: HttpRequest, viewer: Viewer, practice_code: str) -> HttpResponse:
    found = first.seen_by(viewer, practice_code)
    own = bool(practice_code) and viewer.works_at_practice
    may_reveal = own and viewer.can(Capability.REVEAL_LIST)
    context = {
        "practice_code": practice_code,
        "whose": _name(practice_code) if practice_code else viewer.organisation_name,
        "names": places.names({row.practice_code for row in found.rows}),
        "found": found,
        "finding": first_words.finding(found, of_practice=bool(practice_code)),
        "gain": first_words.gain(found) if own else first_words.gain_of_many(found),
        "short": first_words.shortfalls(found, population.group_names()),
        "warning": first_words.warnings(found),
        "benefit": first_words.benefit,
        "run": population.current_run(),
        "made": population.how_lists_are_made(),
        "may_reveal": may_reveal,
        "own": own,
        "may_decide": may_reveal and viewer.can(Capability.DECIDE_LIST),
        "manages": viewer.can(Capability.MANAGE_CASELOAD),
        "session": gate.reveal_session(viewer, practice_code) if may_reveal else None,
        "back": urlencode({"view": "first"}),
    }
    return render(request, "caseload/first.jinja", context)


def _name(practice_code: str) -> str:
    return places.names([practice_code]).get(practice_code, practice_code)
