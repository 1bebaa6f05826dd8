"""Whom a practice has named, of other organisations of its cluster, to see who is on its list."""

from django import forms as django_forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.roles import roles
from localcare.access.types import Capability
from localcare.caseload import forms
from localcare.design import notices
from localcare.places import queries as places


@requires(Capability.NAME_REVEALER)
def index(request: HttpRequest, practice_code: str) -> HttpResponse:
    """Whom the practice has named, and a form to name one more."""
    viewer = viewer_of(request)
    named, may_be = gate.namings(viewer, practice_code), gate.may_be_named(practice_code)
    form = forms.NameClinicianForm(request.POST or None, posts=may_be) if may_be else None
    if request.method == "POST" and form and form.is_valid():
        post_id, reason = int(form.cleaned_data["post"]), form.cleaned_data["reason"]
        naming = access.name_for_list(practice_code=practice_code, post_id=post_id, reason=reason, by=viewer)
        notices.tell(request, f"{naming.post.user.name} may see who is on your list.")
        return redirect("caseload:clinicians", practice_code)
    context = {
        "practice_code": practice_code,
        "practice_name": _name(practice_code),
        "named": named,
        "form": form,
        "roles": roles(),
        "sees_list": viewer.can(Capability.REVEAL_LIST),
    }
    return _answer(request, "caseload/clinicians.jinja", context, form)


@requires(Capability.NAME_REVEALER)
def end(request: HttpRequest, practice_code: str, naming_id: int) -> HttpResponse:
    viewer = viewer_of(request)
    naming = next((row for row in gate.namings(viewer, practice_code) if row.id == naming_id), None)
    if naming is None:
        raise Http404
    form = forms.EndClinicianForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.end_naming(practice_code=practice_code, naming_id=naming_id, by=viewer, **form.cleaned_data)
        notices.tell(request, f"{naming.post.user.name} no longer sees who is on your list.")
        return redirect("caseload:clinicians", practice_code)
    context = {"naming": naming, "form": form, "practice_code": practice_code, "practice_name": _name(practice_code)}
    return _answer(request, "caseload/end_clinician.jinja", context, form)


def _answer(request: HttpRequest, template: str, context: dict, form: django_forms.Form | None) -> HttpResponse:
    return render(request, template, context, status=400 if form and form.errors else 200)


def _name(practice_code: str) -> str:
    return places.names([practice_code]).get(practice_code, practice_code)
