"""Oversight: for the Caldicott Guardian and the privacy officer."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.access import actions as access
from localcare.access import oversight
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.base import clock
from localcare.design import notices
from localcare.web.forms import ReviewForm


@requires(Capability.SEE_OVERSIGHT)
def overview(request: HttpRequest) -> HttpResponse:
    viewer, show = viewer_of(request), request.GET.get("show", "")
    start = request.GET.get("below", "")
    page = oversight.entries(viewer, show=show, start=int(start) if start.isdigit() else None)
    context = {
        "entries": page.entries,
        "below": page.below,
        "show": show,
        "months": oversight.by_month(viewer, clock.today() - timedelta(days=365)),
        "emergencies": oversight.emergencies_to_review(viewer),
        "verification": oversight.last_verification(viewer),
        "form": ReviewForm(),
    }
    return render(request, "web/oversight.jinja", context)


@requires(Capability.SEE_OVERSIGHT)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    result = oversight.verify(viewer_of(request))
    if result.holds:
        notices.tell(request, f"The chain holds: {result.entries:,} entries.")
    else:
        notices.refuse(request, f"The chain does not hold: {len(result.findings)} faults. Run localcare audit verify.")
    return redirect("web:oversight")


@requires(Capability.SEE_OVERSIGHT)
@require_POST
def review_emergency(request: HttpRequest, access_id: int) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        notices.refuse(request, "Say what you found before you close the review.")
        return redirect("web:oversight")
    try:
        access.review_emergency(access_id=access_id, finding=form.cleaned_data["finding"], by=viewer_of(request))
    except ValueError as error:
        notices.refuse(request, str(error))
    else:
        notices.tell(request, "Reviewed.")
    return redirect("web:oversight")
