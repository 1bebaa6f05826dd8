"""Notes and contacts, and what is copied for the GP record."""

from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.base import clock
from localcare.design import notices
from localcare.record import actions as record
from localcare.record import queries as recorded
from localcare.record.types import Entry
from localcare.web import copying
from localcare.web.forms import EntryForm, ErrorForm


@requires(Capability.WRITE_PLAN)
def write(request: HttpRequest, patient_id: int) -> HttpResponse:
    """Write a note or a contact; below, what one wrote before, to be marked where it was an error."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="write an entry", capability=Capability.WRITE_PLAN)
    chosen = request.GET.get("entry", Entry.NOTE)
    form = EntryForm(request.POST or None, initial={"key": uuid4().hex, "on": clock.today(), "entry": chosen})
    if request.method == "POST" and form.is_valid():
        answers = {**form.cleaned_data, "entry": Entry(form.cleaned_data["entry"])}
        try:
            record.write_entry(patient_id=patient_id, by=viewer, **answers)
            notices.tell(request, "Saved. It stands on the timeline.")
            return redirect("web:person", patient_id)
        except ValueError as reason:
            form.add_error("words", str(reason))
    own = recorded.written_here(person, author=viewer.signature)
    context = {"form": form, "person": person, "own": own[:25], "alerts": banners.of(viewer, person)}
    return render(request, "web/entry.jinja", context, status=400 if form.errors else 200)


@requires(Capability.WRITE_PLAN)
def error(request: HttpRequest, patient_id: int, statement_id: int) -> HttpResponse:
    """Mark an entry of one's own as entered in error, with a reason."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="write an entry", capability=Capability.WRITE_PLAN)
    own = recorded.written_here(person, author=viewer.signature)
    item = next((one for one in own if one.id == statement_id), None)
    if item is None:
        raise Http404
    form = ErrorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        record.mark_entry_as_error(statement_id=statement_id, reason=form.cleaned_data["reason"], by=viewer)
        notices.tell(request, "Marked as entered in error. It is on no list any more and stays in the history.")
        return redirect("web:person", patient_id)
    context = {"form": form, "person": person, "item": item, "alerts": banners.of(viewer, person)}
    return render(request, "web/entry_error.jinja", context, status=400 if form.errors else 200)


@requires(Capability.VIEW_PERSON)
def copy(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A plain text of one plan, meeting or contact, to be copied into the record of the practice or printed."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="copy for the GP record")
    choices = copying.choices(viewer, person)
    chosen = next((one for one in choices if one.key == request.GET.get("what")), choices[0] if choices else None)
    context = {"person": person, "choices": choices, "chosen": chosen, "alerts": banners.of(viewer, person)}
    return render(request, "web/copy.jinja", context)
