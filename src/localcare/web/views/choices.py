"""What a person chose about the four uses of their data: seen, recorded, changed, withdrawn by their practice."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import actions as access
from localcare.access import banners
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, ChoiceKind, named
from localcare.design import notices
from localcare.web.forms import AgreedForm, ChoiceForm


@requires(Capability.RECORD_CHOICE)
def overview(request: HttpRequest, patient_id: int) -> HttpResponse:
    """The four choices as they stand, with what each does, and every answer given before."""
    person = gate.open_person(
        viewer_of(request), patient_id, page="choices of a person", capability=Capability.RECORD_CHOICE
    )
    context = {
        "person": person,
        "alerts": banners.of(viewer_of(request), person),
        "choices": list(gate.choices_of(person.ids).values()),
        "history": gate.choice_history(person.ids),
    }
    return render(request, "web/choices.jinja", context)


@requires(Capability.RECORD_CHOICE)
def change(request: HttpRequest, patient_id: int, kind: str) -> HttpResponse:
    """One choice: each answer with its effect, before anything is saved."""
    if kind not in set(ChoiceKind):
        raise Http404
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="choices of a person", capability=Capability.RECORD_CHOICE)
    chosen = gate.choices_of(person.ids)[ChoiceKind(kind)]
    form = ChoiceForm(request.POST or None, age=person.age, of=chosen.kind, initial={"value": chosen.value})
    if request.method == "POST" and form.is_valid():
        access.record_choice(patient_id=person.id, kind=ChoiceKind(kind), by=viewer, **form.cleaned_data)
        label = chosen.kind.answer(form.cleaned_data["value"]).label
        notices.tell(request, f"{chosen.kind.label}: {label.lower()}. It holds from now.")
        return redirect("web:choices", person.id)
    context = {"person": person, "alerts": banners.of(viewer, person), "chosen": chosen, "form": form}
    return render(request, "web/choice.jinja", context, status=400 if form.errors else 200)


@requires(Capability.RECORD_AGREEMENT)
def agreed(request: HttpRequest, patient_id: int) -> HttpResponse:
    """A team that looks after the person records that they agreed to be seen: asked at the door, in words."""
    viewer = viewer_of(request)
    person = gate.open_person(viewer, patient_id, page="agreement to view", capability=Capability.RECORD_AGREEMENT)
    form = AgreedForm(request.POST or None, age=person.age)
    if request.method == "POST" and form.is_valid():
        access.record_agreement(patient_id=patient_id, by=viewer, **form.cleaned_data)
        who = named(form.cleaned_data["answered"], "")
        notices.tell(request, f"Recorded: {who} agrees that your team sees the record.")
        return redirect("web:person", patient_id)
    context = {"person": person, "form": form, "alerts": banners.of(viewer, person)}
    return render(request, "web/agreed.jinja", context, status=400 if form.errors else 200)
