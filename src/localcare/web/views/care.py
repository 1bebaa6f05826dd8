"""Pages about people: Today, the person, the unplanned view, finding somebody, an emergency."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import everyone_signed_in, requires, viewer_of
from localcare.access.types import Capability, Refused
from localcare.base import clock
from localcare.caseload import actions as caseload
from localcare.design import notices
from localcare.record import queries as record
from localcare.web import person as person_page
from localcare.web import today as today_page
from localcare.web import unplanned as unplanned_page
from localcare.web.calc import finding
from localcare.web.forms import EmergencyForm, FindForm, FindInEmergencyForm

STARTS = {Capability.SEE_OVERSIGHT: "web:oversight", Capability.SEE_POPULATION: "population:index"}


@everyone_signed_in
def today(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request)
    if not viewer.can(Capability.SEE_CASELOAD) and not viewer.can(Capability.WORK_ON_TASKS):
        return redirect(next(name for capability, name in STARTS.items() if viewer.can(capability)))
    whole_team = request.GET.get("people") == "team"
    page = today_page.build(viewer, whole_team=whole_team, show=request.GET.get("show", ""))
    return render(request, "web/today.jinja", {"page": page, "whole_team": whole_team, "now": clock.now()})


@requires(Capability.SEE_CASELOAD)
@require_POST
def close_change(request: HttpRequest, statement_id: int) -> HttpResponse:
    """Close a line of Today for the whole team."""
    patient_id = record.patient_of(statement_id)
    if patient_id is None:
        raise Http404
    reason = request.POST.get("reason", "")
    caseload.close_change(statement_id=statement_id, patient_id=patient_id, reason=reason, by=viewer_of(request))
    notices.tell(request, "Closed for your team. It stays on the person's timeline.")
    return redirect("web:today")


@requires(Capability.VIEW_PERSON)
def person(request: HttpRequest, patient_id: int) -> HttpResponse:
    opened = gate.open_person(viewer_of(request), patient_id, page="person")
    page = person_page.build(viewer_of(request), opened, all_entries=request.GET.get("entries") == "all")
    return render(request, "web/person.jinja", {"page": page, "person": opened})


@requires(Capability.VIEW_UNPLANNED)
def unplanned(request: HttpRequest, patient_id: int) -> HttpResponse:
    opened = gate.open_person(viewer_of(request), patient_id, page="unplanned", capability=Capability.VIEW_UNPLANNED)
    context = {"page": unplanned_page.build(opened), "person": opened, "now": clock.now()}
    return render(request, "web/unplanned.jinja", context)


@requires(Capability.VIEW_PERSON)
def find(request: HttpRequest) -> HttpResponse:
    """Find a person by two identifiers, which never stand in an address."""
    form, people = FindForm(_sought(request)) if request.method == "POST" else FindForm(), None
    if request.method == "POST" and form.is_valid():
        people = gate.find(viewer_of(request), **form.cleaned_data)
        if len(people) == 1:
            return redirect("web:person", people[0].id)
    context = {"form": form, "people": people, "emergency": EmergencyForm()}
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
        raise Refused(decision)
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.declare_emergency(patient_id=patient_id, reason=form.cleaned_data["reason"], by=viewer_of(request))
        return redirect("web:person", patient_id)
    return render(request, "web/emergency.jinja", {"form": form, "decision": decision})
