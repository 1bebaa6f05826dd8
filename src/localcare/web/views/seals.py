"""Sealed entries of a person, for their own practice: every seal, sealing one entry, lifting a seal."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import actions as access
from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, OpenPerson, Sealed
from localcare.design import notices
from localcare.record import queries as record
from localcare.web.forms import LiftForm, SealForm


@requires(Capability.SEAL_ITEM)
def overview(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Every seal of the person, those that stand and those lifted."""
    person, seals = _opened(request, patient_id)
    told = {item.reference: item for item in record.of_person(person).items}
    context = {
        "person": person,
        "rows": [(seal, told.get(seal.item)) for seal in seals],
        "alerts": _alerts(request, person),
    }
    return render(request, "web/seals.jinja", context)


@requires(Capability.SEAL_ITEM)
def seal(request: HttpRequest, patient_id: int, statement_id: int) -> HttpResponse:
    """Seal one entry: what it does stands there before anything is saved."""
    person, _ = _opened(request, patient_id)
    item = record.of_person(person).item(statement_id)
    if item is None:
        raise Http404
    if person.seal_on(item.reference):
        notices.warn(request, "This entry is sealed already.")
        return redirect("web:seals", person.id)
    form = SealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            access.seal_item(
                patient_id=item.patient_id,
                item=item.reference,
                said_by=item.organisation_code,
                by=viewer_of(request),
                **form.cleaned_data,
            )
            notices.tell(request, "Sealed from now on. It shows here, and on your practice's pages, as sealed.")
            return redirect("web:seals", person.id)
        except ValueError as reason:
            form.add_error("words", str(reason))
    context = {"person": person, "item": item, "form": form, "alerts": _alerts(request, person)}
    return render(request, "web/seal.jinja", context, status=400 if form.errors else 200)


@requires(Capability.SEAL_ITEM)
def lift(request: HttpRequest, patient_id: int, seal_id: int) -> HttpResponse:
    """Lift the seal of one entry, with words."""
    person, seals = _opened(request, patient_id)
    found = next((one for one in seals if one.id == seal_id), None)
    if found is None:
        raise Http404
    if found.lifted_at:
        notices.warn(request, "This seal is lifted already.")
        return redirect("web:seals", person.id)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.lift_seal(patient_id=found.patient_id, item=found.item, by=viewer_of(request), **form.cleaned_data)
        notices.tell(request, "Lifted. Everybody who may see this person sees the entry again.")
        return redirect("web:seals", person.id)
    item = next((item for item in record.of_person(person).items if item.reference == found.item), None)
    context = {"person": person, "seal": found, "item": item, "form": form, "alerts": _alerts(request, person)}
    return render(request, "web/lift_seal.jinja", context, status=400 if form.errors else 200)


def _opened(request: HttpRequest, patient_id: int) -> tuple[OpenPerson, list[Sealed]]:
    """The person and all their seals; refused to everybody but their own practice."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="sealed entries", capability=Capability.SEAL_ITEM)
    return person, gate.seals_of(viewer, person)


def _alerts(request: HttpRequest, person: OpenPerson) -> banners.Banner:
    return banners.of(viewer_of(request), person)
