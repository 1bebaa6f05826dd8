"""The caseload of a team: who is on it, who co-ordinates their care, who ended."""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, OpenPerson
from localcare.base import clock
from localcare.caseload import actions, forms, presenters, queries
from localcare.caseload.types import Arranged, Ending, NotPossible
from localcare.design import notices, paging


@requires(Capability.SEE_CASELOAD)
def index(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    state = presenters.state_asked(request.GET.get("state", ""))
    listed = queries.caseload(viewer, mine=request.GET.get("mine") == "1", state=state)
    chosen = presenters.narrowed(
        listed.entries, request.GET.get("show", ""), request.GET.get("order", ""), clock.today()
    )
    page = paging.page_of(request, chosen)
    context = {
        "page": page,
        "rows": queries.open_entries(viewer, page.rows),
        "state": state,
        "not_shared": listed.not_shared,
        "counts": presenters.count_items(queries.counts(viewer), request.GET),
        "filters": presenters.caseload_filters(viewer.works_at_practice),
        "team": queries.team_of(viewer),
        "manages": viewer.can(Capability.MANAGE_CASELOAD),
    }
    return render(request, "caseload/index.jinja", context)


@requires(Capability.SEE_CASELOAD)
def entry(request: HttpRequest, patient_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="caseload of a person")
    context = {
        "person": person,
        "alerts": banners.of(viewer, person),
        "entry": queries.entry_of(person.ids),
        "steps": presenters.steps(queries.history(person.ids)),
        "manages": viewer.can(Capability.MANAGE_CASELOAD),
    }
    return render(request, "caseload/entry.jinja", context)


@requires(Capability.MANAGE_CASELOAD)
def coordinator(request: HttpRequest, patient_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    standing = queries.entry_of([patient_id], team_id=viewer.team_id)
    form = forms.CoordinatorForm(
        request.POST or None,
        members=queries.possible_coordinators(viewer),
        initial={"post": standing and standing.coordinator_post_id, "review_on": standing and standing.review_on},
    )

    def save(post: str, review_on: Any) -> tuple[str, str]:
        actions.assign_coordinator(patient_id=patient_id, post_id=int(post), review_on=review_on, by=viewer)
        before = [standing and standing.coordinator_post_id, standing and standing.review_on]
        values = zip(("post", "review", "was_post", "was_review"), (post, review_on, *before), strict=True)
        query = urlencode({name: value or "" for name, value in values})
        return "The care co-ordinator is saved.", f"{reverse('caseload:coordinator_undo', args=[patient_id])}?{query}"

    return _ask(request, patient_id, form, save, "Who co-ordinates the care of {name}?", "Save")


@requires(Capability.MANAGE_CASELOAD)
@require_POST
def coordinator_undo(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Put back who co-ordinated and when the review was, as the address says it stood."""
    try:
        set_to, back_to = _arranged(request, ""), _arranged(request, "was_")
        actions.put_back_coordinator(patient_id=patient_id, set_to=set_to, back_to=back_to, by=viewer_of(request))
        notices.tell(request, "Undone: it stands as before.")
    except ValueError as reason:
        notices.refuse(request, str(reason))
    return redirect("caseload:entry", patient_id)


def _arranged(request: HttpRequest, prefix: str) -> Arranged:
    post, review = request.GET.get(f"{prefix}post", ""), request.GET.get(f"{prefix}review", "")
    return Arranged(int(post) if post else None, date.fromisoformat(review) if review else None)


@requires(Capability.MANAGE_CASELOAD)
@require_POST
def end_undo(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Take back that the team's time with a person ended."""
    try:
        actions.undo_close(patient_id=patient_id, by=viewer_of(request))
        notices.tell(request, "Undone: the person is on your team's caseload.")
    except NotPossible as reason:
        notices.refuse(request, str(reason))
    return redirect("caseload:index")


@requires(Capability.MANAGE_CASELOAD)
def add(request: HttpRequest, patient_id: int) -> HttpResponse:
    viewer = viewer_of(request)

    manages = Capability.MANAGE_CASELOAD
    person = gate.open_person(viewer, patient_id, page="caseload of a person", capability=manages)

    def save(**answers: str) -> tuple[str, str]:
        actions.add_person(patient_id=patient_id, by=viewer, **answers)
        return "The person is on your team's caseload.", ""

    form = forms.AddForm(request.POST or None, age=person.age)
    return _ask(request, patient_id, form, save, "Take on {name}", "Take on", person=person)


@requires(Capability.MANAGE_CASELOAD)
def end(request: HttpRequest, patient_id: int) -> HttpResponse:
    viewer = viewer_of(request)

    def save(ending: str, reason: str) -> tuple[str, str]:
        actions.close(patient_id=patient_id, ending=Ending(ending), reason=reason, by=viewer)
        undo = "" if ending == Ending.DIED else reverse("caseload:end_undo", args=[patient_id])
        return "The team's time with the person has ended.", undo

    form = forms.EndForm(request.POST or None)
    return _ask(request, patient_id, form, save, "End the team's time with {name}", "End", leads_to="caseload:index")


@requires(Capability.MANAGE_CASELOAD)
def room(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    form = forms.RoomForm(request.POST or None, initial={"starts": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_room(**form.cleaned_data, by=viewer)
            notices.tell(request, "Saved: how many people the team can take on.")
            return redirect("caseload:index")
        except NotPossible as reason:
            form.add_error("starts", str(reason))
    return render(request, "caseload/room.jinja", {"form": form}, status=400 if form.errors else 200)


def _ask(
    request: HttpRequest,
    patient_id: int,
    form: django_forms.Form,
    save: Callable[..., tuple[str, str]],
    title: str,
    button: str,
    leads_to: str = "",
    person: OpenPerson | None = None,
) -> HttpResponse:
    """One question about one person (opened here, or before): asked, refused with the answers kept, or saved."""
    if request.method == "POST" and form.is_valid():
        try:
            words, undo = save(**form.cleaned_data)
            notices.tell(request, words, undo=undo)
            return redirect(leads_to) if leads_to else redirect("caseload:entry", patient_id)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    viewer, manages = viewer_of(request), Capability.MANAGE_CASELOAD
    person = person or gate.open_person(viewer, patient_id, page="caseload of a person", capability=manages)
    context = {
        "form": form,
        "person": person,
        "alerts": banners.of(viewer, person),
        "title": title.format(name=person.name),
        "button": button,
    }
    return render(request, "caseload/ask.jinja", context, status=400 if form.errors else 200)
