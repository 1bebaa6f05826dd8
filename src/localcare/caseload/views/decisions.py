"""Deciding about one person of a practice's list, each way on a page of its own."""

from dataclasses import dataclass

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, OpenPerson, Viewer
from localcare.caseload import actions, forms
from localcare.caseload.types import NotPossible, State
from localcare.caseload.views.revealing import check_own, check_reveals, open_own
from localcare.design import notices


@dataclass(frozen=True)
class Way:
    """One way to decide: the state it leads to, and its words."""

    state: State
    title: str
    explained: str
    button: str
    done: str


SOMETHING_CHANGES = "something changes: a higher risk, another emergency admission or A&E attendance, a new condition"
WAYS = {
    "accept": Way(
        State.ACCEPTED,
        "Accept {name} for the cluster team",
        "From now on the cluster team sees the record of {name} and who they are.",
        "Accept",
        "{name} is on the cluster team's caseload.",
    ),
    "known": Way(
        State.ALREADY_KNOWN,
        "{name} is already known",
        "Somebody already gives {name} the help they need. They leave the list, and the cluster team sees nothing.",
        "Save",
        "{name} has left the list: already known.",
    ),
    "not-suitable": Way(
        State.NOT_SUITABLE,
        "The cluster team does not suit {name}",
        f"{{name}} leaves the list, and comes back if {SOMETHING_CHANGES}. The cluster team sees nothing.",
        "Save",
        "{name} has left the list: not suitable.",
    ),
    "declined": Way(
        State.DECLINED_BY_PERSON,
        "{name} declined",
        f"{{name}} leaves the list, and comes back if {SOMETHING_CHANGES}. The cluster team sees nothing.",
        "Save",
        "{name} has left the list: they declined.",
    ),
}


@requires(Capability.DECIDE_LIST)
def decide(request: HttpRequest, practice_code: str, listed: str, decision: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_reveals(viewer, practice_code)
    person = _revealed(viewer, practice_code, listed) if decision in WAYS else None
    if person is None:
        return _see_first(request, practice_code, decision)
    undo = reverse("caseload:put_back", args=[practice_code, listed]) + _query(request)
    return _asked(request, practice_code, person, WAYS[decision], undo)


@requires(Capability.DECIDE_LIST)
def decide_named(request: HttpRequest, practice_code: str, patient_id: int, decision: str) -> HttpResponse:
    """The same about somebody whom a clinician of the practice named: seen by right, nothing to reveal."""
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    if decision not in WAYS:
        raise Http404
    person = open_own(viewer, patient_id, page="person named", capability=Capability.DECIDE_LIST)
    undo = reverse("caseload:put_back_named", args=[practice_code, patient_id]) + _query(request)
    return _asked(request, practice_code, person, WAYS[decision], undo)


def _see_first(request: HttpRequest, practice_code: str, decision: str) -> HttpResponse:
    if decision not in WAYS:
        raise Http404
    notices.refuse(request, "See who this is first: show the page of the list, then decide.")
    return redirect(_list(request, practice_code))


def _asked(request: HttpRequest, practice_code: str, person: OpenPerson, way: Way, undo: str) -> HttpResponse:
    """One way to decide about one person: asked, refused with the answers kept, or done."""
    accepting = way.state is State.ACCEPTED
    sent = request.POST or None
    form = forms.AcceptForm(sent, age=person.age) if accepting else forms.DeclineForm(sent)
    if request.method == "POST" and form.is_valid():
        try:
            _decide(way.state, person, form, viewer_of(request))
            notices.tell(request, way.done.format(name=person.name), undo="" if accepting else undo)
            return redirect(_list(request, practice_code))
        except NotPossible as reason:
            form.add_error(None, str(reason))
    context = {
        "form": form,
        "person": person,
        "alerts": banners.of(viewer_of(request), person),
        "title": way.title.format(name=person.name),
        "explained": way.explained.format(name=person.name),
        "button": way.button,
        "back": _list(request, practice_code),
    }
    return render(request, "caseload/decide.jinja", context, status=400 if form.errors else 200)


@requires(Capability.DECIDE_LIST)
@require_POST
def put_back(request: HttpRequest, practice_code: str, listed: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_reveals(viewer, practice_code)
    person = _revealed(viewer, practice_code, listed)
    if person is None:
        notices.refuse(request, "Nothing was undone: your session ended. Show the page again, then decide.")
        return redirect(_list(request, practice_code))
    return _put_back(request, practice_code, person, f"{person.name} is on the list again.")


@requires(Capability.DECIDE_LIST)
@require_POST
def put_back_named(request: HttpRequest, practice_code: str, patient_id: int) -> HttpResponse:
    """Undo a decision about somebody named, or take the naming back."""
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    person = open_own(viewer, patient_id, page="person named", capability=Capability.DECIDE_LIST)
    return _put_back(request, practice_code, person, f"Undone for {person.name}.")


def _put_back(request: HttpRequest, practice_code: str, person: OpenPerson, done: str) -> HttpResponse:
    try:
        actions.put_back(patient_id=person.id, reason="Undone at once.", by=viewer_of(request))
        notices.tell(request, done)
    except NotPossible as reason:
        notices.refuse(request, str(reason))
    return redirect(_list(request, practice_code))


def _decide(state: State, person: OpenPerson, form: django_forms.Form, by: Viewer) -> None:
    if state is State.ACCEPTED:
        actions.accept(patient_id=person.id, by=by, **form.cleaned_data)
    else:
        actions.decline(patient_id=person.id, outcome=state, by=by, **form.cleaned_data)


def _revealed(viewer: Viewer, practice_code: str, listed: str) -> OpenPerson | None:
    return gate.revealed(viewer, practice_code, [listed]).get(listed)


def _query(request: HttpRequest) -> str:
    return f"?{request.GET.urlencode()}" if request.GET else ""


def _list(request: HttpRequest, practice_code: str) -> str:
    """The view of the list that the person was chosen from."""
    if request.GET.get("view") == "first":
        return reverse("caseload:first", args=[practice_code])
    return reverse("caseload:practice_list", args=[practice_code]) + _query(request)
