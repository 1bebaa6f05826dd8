"""Who to see first: the team's places now, for a practice its own part, for the cluster all by pseudonym."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.caseload import first, first_words, forms
from localcare.caseload.views.lists import check_own
from localcare.dataset import pseudonymous
from localcare.design import notices
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
    """Reveal the practice's part; first ask for the reason, once a session."""
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    if gate.reveal_session(viewer) is None:
        return redirect("caseload:first_reason", practice_code)
    return _shown(request, viewer, practice_code)


@requires(Capability.REVEAL_LIST)
def reason(request: HttpRequest, practice_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.start_reveal_session(practice_code=practice_code, by=viewer, **form.cleaned_data)
        return _shown(request, viewer, practice_code)
    context = {
        "form": form,
        "practice_name": _name(practice_code),
        "back": reverse("caseload:first", args=[practice_code]),
        "hours": int(access.SESSION_LENGTH.total_seconds() // 3600),
    }
    return render(request, "caseload/reason.jinja", context, status=400 if form.errors else 200)


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
        # Of a few people a sum tells nearly what it is for each, and so how great each one's risk is.
        "gain": first_words.gain(found) if own or len(found.rows) >= pseudonymous.K else "",
        "short": first_words.shortfalls(found, population.group_names()),
        "warning": first_words.warnings(found),
        "benefit": first_words.benefit,
        "run": population.current_run(),
        "made": population.how_lists_are_made(),
        "may_reveal": may_reveal,
        "own": own,
        "may_decide": may_reveal and viewer.can(Capability.DECIDE_LIST),
        "manages": viewer.can(Capability.MANAGE_CASELOAD),
        "session": gate.reveal_session(viewer) if may_reveal else None,
        "back": urlencode({"view": "first"}),
    }
    return render(request, "caseload/first.jinja", context)


def _shown(request: HttpRequest, viewer: Viewer, practice_code: str) -> HttpResponse:
    wanted = first.seen_by(viewer, practice_code).unrevealed
    closed = len(wanted) - len(access.reveal(listed=wanted, by=viewer)) if wanted else 0
    if closed:
        notices.warn(
            request,
            f"{closed} on this page cannot be shown: they died or are no longer registered with your practice. "
            "They leave the list with the next run.",
        )
    return redirect("caseload:first", practice_code)


def _name(practice_code: str) -> str:
    return places.names([practice_code]).get(practice_code, practice_code)
