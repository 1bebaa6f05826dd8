"""People at greatest risk: a practice's own list, page by page, and its counts for the cluster."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.caseload import lists, presenters, queries
from localcare.caseload.views import revealing
from localcare.caseload.views.revealing import check_own
from localcare.design.paging import with_query
from localcare.places import queries as places
from localcare.population import queries as population


@requires(Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS)
def index(request: HttpRequest) -> HttpResponse:
    """A clinician goes to the list of their own practice; a co-ordinator sees how many stand on the cluster's lists."""
    viewer = viewer_of(request)
    if viewer.works_at_practice:
        return redirect("caseload:practice_list", viewer.organisation_code)
    counts = population.list_counts(viewer.practice_codes)
    context = {
        "run": population.current_run(),
        "counts": counts,
        "practices": presenters.practice_rows(counts, places.names(viewer.practice_codes)),
        "groups": presenters.labelled(counts.by_group, population.group_labels()),
        "reasons": presenters.labelled(counts.by_reason, population.reason_labels()),
        "changed": [(presenters.CHANGES[key], number) for key, number in counts.by_change.items()],
        "room": queries.room_of(viewer),
    }
    return render(request, "caseload/lists.jinja", context)


@requires(Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS)
def practice_list(request: HttpRequest, practice_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    check_own(viewer, practice_code)
    page = lists.page_of(viewer, practice_code, request.GET.dict())
    listed, registered = _size(viewer, practice_code)
    context = {
        "practice_code": practice_code,
        "practice_name": places.names([practice_code]).get(practice_code, practice_code),
        "page": page,
        "paging": presenters.list_paging(page, lambda number: with_query(request, page=number)),
        "listed": listed,
        "registered": registered,
        "run": population.current_run(),
        "made": population.how_lists_are_made(),
        "filters": presenters.list_filters(population.group_labels(), viewer),
        "reason_choices": population.reason_labels(),
        "changes": presenters.CHANGES,
        "change_counts": presenters.change_items(page.changes, request.GET.get("change", "")),
        "hidden": presenters.hidden_in_words(page.hidden),
        "shows_decided": request.GET.get("decided") == "1",
        "session": gate.reveal_session(viewer) if viewer.works_at_practice else None,
        "may_reveal": viewer.works_at_practice and viewer.can(Capability.REVEAL_LIST),
        "may_decide": viewer.works_at_practice and viewer.can(Capability.DECIDE_LIST),
        "may_ask": viewer.can(Capability.ASK_IDENTITY),
        "waiting": len(gate.waiting_for(viewer)),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "room": queries.room_of(viewer),
    }
    return render(request, "caseload/list.jinja", context)


def _size(viewer: Viewer, practice_code: str) -> tuple[int | None, int]:
    """How many are on the list: exactly for the practice, for its cluster as published."""
    listed, registered = population.list_size(practice_code)
    if not viewer.works_at_practice:
        return population.list_counts(viewer.practice_codes).by_practice.get(practice_code), registered
    return listed, registered


@requires(Capability.REVEAL_LIST)
@require_POST
def show(request: HttpRequest, practice_code: str) -> HttpResponse:
    """Reveal the page that the address asks for."""
    ask, back = (_address(f"caseload:{name}", practice_code, request) for name in ("reason", "practice_list"))
    return revealing.show(request, practice_code, _unrevealed(request, practice_code), ask=ask, back=back)


@requires(Capability.REVEAL_LIST)
def reason(request: HttpRequest, practice_code: str) -> HttpResponse:
    back = _address("caseload:practice_list", practice_code, request)
    return revealing.reason(request, practice_code, _unrevealed(request, practice_code), back=back)


def _unrevealed(request: HttpRequest, practice_code: str) -> revealing.Unrevealed:
    return lambda viewer: lists.page_of(viewer, practice_code, request.GET.dict()).unrevealed


def _address(name: str, practice_code: str, request: HttpRequest) -> str:
    query = urlencode(request.GET.dict())
    return reverse(name, args=[practice_code]) + (f"?{query}" if query else "")
