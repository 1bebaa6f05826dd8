"""Who somebody is, beyond one's own practice: asked, decided by a second person, seen for a time."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.base import clock
from localcare.caseload import forms, presenters
from localcare.caseload.views.revealing import check_own
from localcare.design import notices
from localcare.design.paging import PAGES, page_of
from localcare.places import queries as places
from localcare.population import queries as population


@requires(Capability.ASK_IDENTITY, Capability.RELEASE_IDENTITY)
def index(request: HttpRequest) -> HttpResponse:
    """What one asked for, and what waits for one's decision."""
    viewer = viewer_of(request)
    mine, waiting = gate.asked_by(viewer), gate.waiting_for(viewer)
    names = places.names({row.practice_code for row in (*mine, *waiting)})
    context = {
        "mine": page_of(request, [presenters.asked(row, names, clock.now()) for row in mine]),
        "waiting": page_of(request, [presenters.asked(row, names, clock.now()) for row in waiting], name=PAGES[1]),
        "quota": gate.quota(viewer) if viewer.can(Capability.ASK_IDENTITY) else None,
        "decides": viewer.can(Capability.RELEASE_IDENTITY),
    }
    return render(request, "caseload/identities.jinja", context)


@requires(Capability.ASK_IDENTITY)
def ask(request: HttpRequest, practice_code: str, listed: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    row = population.entry(listed)
    if row is None or row.practice_code != practice_code:
        raise Http404
    form = forms.IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.ask_identity(practice_code=practice_code, pseudonym=listed, by=viewer, **form.cleaned_data)
        notices.tell(request, "Asked. A GP of the practice or the Caldicott Guardian decides; you see the answer here.")
        return redirect("caseload:identities")
    context = {
        "form": form,
        "label": presenters.pseudonym_label(listed),
        "practice_name": places.names([practice_code]).get(practice_code, practice_code),
        "practice_code": practice_code,
        "quota": gate.quota(viewer),
    }
    return render(request, "caseload/ask_identity.jinja", context, status=400 if form.errors else 200)


@requires(Capability.RELEASE_IDENTITY)
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Release or refuse, with words."""
    viewer = viewer_of(request)
    asked = next((row for row in gate.waiting_for(viewer) if row.id == request_id), None)
    if asked is None:
        notices.refuse(request, "This does not wait for you: it was decided already, or somebody else decides it.")
        return redirect("caseload:identities")
    form = forms.DecideIdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        release = request.POST.get("decision") == "release"
        access.decide_identity(request_id=request_id, release=release, by=viewer, **form.cleaned_data)
        notices.tell(request, f"{'Released to' if release else 'Refused to'} {asked.actor}.")
        return redirect("caseload:identities")
    names = places.names([asked.practice_code])
    context = {"form": form, "asked": presenters.asked(asked, names, clock.now())}
    return render(request, "caseload/decide_identity.jinja", context, status=400 if form.errors else 200)


@requires(Capability.ASK_IDENTITY)
def who(request: HttpRequest, request_id: int) -> HttpResponse:
    """Who it is, for the one who asked, as long as the release lasts."""
    found = gate.identity(viewer_of(request), request_id)
    names = places.names([found.practice_code])
    context = {"person": found, "practice_name": names.get(found.practice_code, found.practice_code)}
    return render(request, "caseload/identity.jinja", context)
