"""Naming somebody of one's own practice whom the list does not hold."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, OpenPerson
from localcare.caseload import actions, forms
from localcare.caseload.types import NotPossible
from localcare.caseload.views.revealing import check_own, open_own
from localcare.design import notices
from localcare.places import queries as places


@requires(Capability.REVEAL_LIST)
def find(request: HttpRequest, practice_code: str) -> HttpResponse:
    """Two identifiers find a person of the practice."""
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    form, people = forms.NameForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        people = [p for p in gate.find(viewer, **form.cleaned_data) if _own(p, practice_code)]
        if len(people) == 1:
            return redirect("caseload:name", practice_code, people[0].id)
    context = {
        "form": form,
        "people": people,
        "practice_code": practice_code,
        "practice_name": places.names([practice_code]).get(practice_code, practice_code),
    }
    return render(request, "caseload/find.jinja", context, status=400 if form.errors else 200)


@requires(Capability.REVEAL_LIST)
def name(request: HttpRequest, practice_code: str, patient_id: int) -> HttpResponse:
    """The reason, then the person waits with the list for a decision."""
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    person = open_own(viewer, patient_id, page="naming for the practice's list", capability=Capability.REVEAL_LIST)
    form = forms.NameReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.name_person(patient_id=person.id, by=viewer, **form.cleaned_data)
            notices.tell(request, f"{person.name} waits at the top of the list for a decision.")
            return redirect("caseload:practice_list", practice_code)
        except NotPossible as reason:
            form.add_error(None, str(reason))
    alerts = banners.of(viewer, person)
    context = {"form": form, "person": person, "alerts": alerts, "practice_code": practice_code}
    return render(request, "caseload/name.jinja", context, status=400 if form.errors else 200)


def _own(person: OpenPerson, practice_code: str) -> bool:
    return person.registered and person.practice_code == practice_code
