"""Seeing who the people of a page are: the reason given once a session, then the page revealed."""

from collections.abc import Callable, Collection

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.guard import viewer_of
from localcare.access.types import Basis, Capability, Decision, OpenPerson, Refused, Viewer
from localcare.caseload import forms
from localcare.design import notices
from localcare.places import queries as places

NOT_YOURS = Decision(
    False,
    Basis.ROLE,
    "A list belongs to the practice where its people are registered. Ask a clinician of that practice.",
)
Unrevealed = Callable[[Viewer], Collection[str]]


def show(request: HttpRequest, practice_code: str, unrevealed: Unrevealed, *, ask: str, back: str) -> HttpResponse:
    """Reveal those of the page who are not yet; first go to `ask` for the reason, once a session."""
    viewer = viewer_of(request)
    check_reveals(viewer, practice_code)
    if gate.reveal_session(viewer, practice_code) is None:
        return redirect(ask)
    return _shown(request, practice_code, unrevealed, back)


def reason(request: HttpRequest, practice_code: str, unrevealed: Unrevealed, *, back: str) -> HttpResponse:
    """Ask for the reason, then reveal and go `back` to the page."""
    viewer = viewer_of(request)
    check_reveals(viewer, practice_code)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        access.start_reveal_session(practice_code=practice_code, by=viewer, **form.cleaned_data)
        return _shown(request, practice_code, unrevealed, back)
    context = {
        "form": form,
        "practice_name": places.names([practice_code]).get(practice_code, practice_code),
        "back": back,
        "hours": int(access.SESSION_LENGTH.total_seconds() // 3600),
    }
    return render(request, "caseload/reason.jinja", context, status=400 if form.errors else 200)


def _shown(request: HttpRequest, practice_code: str, unrevealed: Unrevealed, back: str) -> HttpResponse:
    viewer = viewer_of(request)
    wanted = list(unrevealed(viewer))
    closed = len(wanted) - len(access.reveal(practice_code=practice_code, listed=wanted, by=viewer)) if wanted else 0
    if closed:
        notices.warn(
            request,
            f"{closed} on this page cannot be shown: they died, are no longer registered with the practice or chose "
            "otherwise. They leave the list with the next run.",
        )
    return redirect(back)


def check_own(viewer: Viewer, practice_code: str) -> None:
    """Raises Refused where the list is not of the viewer's practice, or of a practice of their cluster."""
    if practice_code not in viewer.practice_codes:
        raise Refused(NOT_YOURS)


def check_reveals(viewer: Viewer, practice_code: str) -> None:
    """Raises Refused for anybody but a clinician of the practice or one it has named."""
    if not gate.reveals(viewer, practice_code):
        raise Refused(NOT_YOURS)


def open_own(viewer: Viewer, patient_id: int, *, page: str, capability: Capability) -> OpenPerson:
    """Somebody of one's own practice, opened by right; whoever is named reveals from the list alone."""
    decision = gate.decision_on(viewer, patient_id, capability)
    if decision.basis is Basis.NAMED:
        raise Refused(NOT_YOURS, patient_ids=(patient_id,))
    return gate.open_person(viewer, patient_id, page=page, capability=capability)
