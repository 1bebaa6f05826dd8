"""Pages about people: Today, the person, the unplanned view, finding somebody, an emergency."""

from collections.abc import Mapping
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import everyone_signed_in, requires, viewer_of
from localcare.access.types import Capability, Refused
from localcare.base import clock
from localcare.caseload import actions as caseload
from localcare.caseload.types import NotPossible
from localcare.design import notices, paging
from localcare.record import queries as record
from localcare.web import person as person_page
from localcare.web import timeline
from localcare.web import today as today_page
from localcare.web import unplanned as unplanned_page
from localcare.web.calc import finding
from localcare.web.forms import EmergencyForm, FindForm, FindInEmergencyForm

STARTS = {Capability.SEE_OVERSIGHT: "web:oversight", Capability.SEE_POPULATION: "population:index"}


@everyone_signed_in
def today(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if not viewer.can(Capability.SEE_CASELOAD) and not viewer.can(Capability.WORK_ON_TASKS):
        if viewer.can(Capability.VIEW_UNPLANNED):
            return render(request, "web/today_urgent.jinja", {"form": FindForm()})
        return redirect(next(name for capability, name in STARTS.items() if viewer.can(capability)))
    whole_team = request.GET.get("people") == "team"
    page_of = partial(paging.page_of, request)
    page = today_page.build(viewer, page_of, whole_team=whole_team, show=request.GET.get("show", ""))
    return render(request, "web/today.jinja", {"page": page, "whole_team": whole_team, "now": clock.now()})


@requires(Capability.SEE_CASELOAD)
@require_POST
def close_change(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Close a line of Today for the whole team."""
    viewer, patient_id = viewer_of(request), _patient_of(request, statement_id)
    reason = request.POST.get("reason", "")
    caseload.close_change(statement_id=statement_id, patient_id=patient_id, reason=reason, by=viewer)
    undo = reverse("web:open_change", args=[statement_id])
    notices.tell(request, "Closed for your team. It stays on the person's timeline.", undo=undo)
    return redirect("web:today")


@requires(Capability.SEE_CASELOAD)
@require_POST
def open_change(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Take back that a line of Today was closed."""
    patient_id = _patient_of(request, statement_id)
    try:
        caseload.open_change(statement_id=statement_id, patient_id=patient_id, by=viewer_of(request))
        notices.tell(request, "The line is back.")
    except NotPossible as reason:
        notices.refuse(request, str(reason))
    return redirect("web:today")


def _patient_of(request: HttpRequest, statement_id: int) -> int:
    """Whom a statement is about that the viewer sees; what is sealed is not there, in the words for what never was."""
    found = record.one(statement_id)
    seen = found.seen(gate.decisions(viewer_of(request), found.patient_ids, Capability.SEE_CASELOAD))
    if not seen:
        raise Http404
    return seen[0].patient_id


@requires(Capability.VIEW_PERSON)
def person(request: HttpRequest, patient_id: int) -> HttpResponse:
    opened = gate.open_person(viewer_of(request), patient_id, page="person")
    page = person_page.build(viewer_of(request), opened)
    context = {
        "page": page,
        "person": opened,
        "timeline": timeline.of(request, page.entries, apart={seal.item for seal in opened.seals}),
        "not_shared": gate.sources_not_shared(opened),
    }
    return render(request, "web/person.jinja", context)


@requires(Capability.VIEW_UNPLANNED)
def unplanned(request: HttpRequest, patient_id: int) -> HttpResponse:
    opened = gate.open_person(viewer_of(request), patient_id, page="unplanned", capability=Capability.VIEW_UNPLANNED)
    context = {"page": unplanned_page.build(opened), "person": opened, "now": clock.now()}
    return render(request, "web/unplanned.jinja", context)


@requires(Capability.VIEW_PERSON)
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by two identifiers, which never stand in an address."""
    form, people, to_ask = FindForm(_sought(request)) if request.method == "POST" else FindForm(), None, []
    if request.method == "POST" and form.is_valid():
        people = gate.find(viewer_of(request), **form.cleaned_data)
        if len(people) == 1:
            return redirect(_wanted(request), people[0].id)
        to_ask = gate.to_ask(viewer_of(request), **form.cleaned_data)
    context = {"form": form, "people": people, "to_ask": to_ask, "emergency": EmergencyForm()}
    return render(request, "web/find.jinja", context)


@requires(Capability.VIEW_UNPLANNED)
def find_in_emergency(request: HttpRequest) -> HttpResponse:
    """Break the glass by two identifiers; whether anybody is known by them is not told beforehand, nor on failing."""
    form = FindInEmergencyForm(request.POST or None)
    opened = True
    if request.method == "POST" and form.is_valid():
        patient_id = access.declare_emergency_for(**form.cleaned_data, by=viewer_of(request))
        if patient_id is not None:
            return redirect("web:unplanned", patient_id)
        opened = False
    context = {"form": form, "opened": opened}
    return render(request, "web/find_in_emergency.jinja", context, status=400 if form.errors else 200)


def _wanted(request: HttpRequest) -> str:
    """Which page of the person a search leads to: the unplanned view where it is asked for, or is all one needs."""
    viewer = viewer_of(request)
    asked = request.POST.get("to") == "unplanned" or not viewer.can(Capability.SEE_CASELOAD)
    return "web:unplanned" if asked and viewer.can(Capability.VIEW_UNPLANNED) else "web:person"


def _sought(request: HttpRequest) -> Mapping[str, object]:
    """The fields of the form, or what was typed into the one box of the header read into them."""
    if "q" not in request.POST:
        return request.POST
    sought = finding.read(request.POST["q"])
    born = sought.birth_date
    parts = {"day": born.day, "month": born.month, "year": born.year} if born else {}
    fields = {f"birth_date_{part}": str(value) for part, value in parts.items()}
    return {"nhs_number": sought.nhs_number, "family_name": sought.family_name, **fields}


@requires(Capability.VIEW_PERSON)
def emergency(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Break the glass, with words, for one person."""
    decision = gate.decision_on(viewer_of(request), patient_id)
    if decision.allowed:
        return redirect("web:person", patient_id)
    if not decision.emergency_possible:
        raise Refused(decision, patient_ids=(patient_id,))
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.declare_emergency(patient_id=patient_id, reason=form.cleaned_data["reason"], by=viewer_of(request))
        return redirect("web:person", patient_id)
    return render(request, "web/emergency.jinja", {"form": form, "decision": decision})
