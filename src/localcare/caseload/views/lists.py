"""People at greatest risk: a practice's own list, page by page, and its counts for the cluster."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Basis, Capability, Decision, Refused, Viewer
from localcare.caseload import lists, presenters, queries
from localcare.caseload.views import revealing
from localcare.caseload.views.revealing import check_own
from localcare.design.paging import with_query
from localcare.places import queries as places
from localcare.population import queries as population

LISTS = (Capability.REVEAL_LIST, Capability.SEE_LIST_COUNTS, Capability.REVEAL_WHERE_NAMED)
REVEALS = (Capability.REVEAL_LIST, Capability.REVEAL_WHERE_NAMED)
NOBODY_NAMED_YOU = Decision(
    False,
    Basis.ROLE,
    "A list belongs to the practice where its people are registered, and none has named you for its list today. "
    "A GP or the manager of the practice can.",
)


@requires(*LISTS)
def index(request: HttpRequest) -> HttpResponse:
    """A clinician goes to the list of their own practice, or those of practices that named them; a co-ordinator sees
    how many stand on the cluster's lists."""
    viewer = viewer_of(request)
    if viewer.works_at_practice:
        return redirect("caseload:practice_list", viewer.organisation_code)
    if not viewer.can(Capability.SEE_LIST_COUNTS):
        return _named(request, viewer)
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


def _named(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    codes = gate.named_by(viewer)
    if not codes:
        raise Refused(NOBODY_NAMED_YOU)
    return render(request, "caseload/lists_named.jinja", {"practices": _names(codes), "run": population.current_run()})


def _names(practice_codes: Sequence[str]) -> list[tuple[str, str]]:
    """Practices by code, each with its name."""
    names = places.names(practice_codes) if practice_codes else {}
    return [(code, names.get(code, code)) for code in practice_codes]


@requires(*LISTS)
def practice_list(request: HttpRequest, practice_code: str) -> HttpResponse:
    viewer = viewer_of(request)
    reveals, own = gate.reveals(viewer, practice_code), lists.is_of(viewer, practice_code)
    _check_sees(viewer, practice_code, reveals)
    page = lists.page_of(viewer, practice_code, request.GET.dict())
    listed, registered = _size(viewer, practice_code, reveals)
    context = {
        "practice_code": practice_code,
        "practice_name": places.names([practice_code]).get(practice_code, practice_code),
        "page": page,
        "paging": presenters.list_paging(page, lambda number: with_query(request, page=number)),
        "listed": listed,
        "registered": registered,
        "run": population.current_run(),
        "made": population.how_lists_are_made(),
        "filters": presenters.list_filters(population.group_labels(), reveals),
        "reason_choices": population.reason_labels(),
        "changes": presenters.CHANGES,
        "change_counts": presenters.change_items(page.changes, request.GET.get("change", "")),
        "hidden": presenters.hidden_in_words(page.hidden),
        "shows_decided": request.GET.get("decided") == "1",
        "session": gate.reveal_session(viewer, practice_code) if reveals else None,
        "own": own,
        "may_reveal": reveals,
        "may_decide": reveals and viewer.can(Capability.DECIDE_LIST),
        "may_name": own and viewer.can(Capability.NAME_REVEALER),
        "others": _names([code for code in gate.named_by(viewer) if code != practice_code]),
        "may_ask": viewer.can(Capability.ASK_IDENTITY),
        "waiting": len(gate.waiting_for(viewer)),
        "query": f"?{request.GET.urlencode()}" if request.GET else "",
        "room": queries.room_of(viewer),
    }
    return render(request, "caseload/list.jinja", context)


def _check_sees(viewer: Viewer, practice_code: str, reveals: bool) -> None:
    """Raises Refused for anybody but who reveals the list and, for its pseudonyms, its cluster's co-ordinators."""
    if not reveals and not viewer.can(Capability.SEE_LIST_COUNTS):
        raise Refused(revealing.NOT_YOURS)
    if not reveals:
        check_own(viewer, practice_code)


def _size(viewer: Viewer, practice_code: str, reveals: bool) -> tuple[int | None, int]:
    """How many are on the list: exactly for whoever reveals it, for its cluster as published."""
    listed, registered = population.list_size(practice_code)
    if not reveals:
        return population.list_counts(viewer.practice_codes).by_practice.get(practice_code), registered
    return listed, registered


@requires(*REVEALS)
@require_POST
def show(request: HttpRequest, practice_code: str) -> HttpResponse:
    """Reveal the page that the address asks for."""
    ask, back = (_address(f"caseload:{name}", practice_code, request) for name in ("reason", "practice_list"))
    return revealing.show(request, practice_code, _unrevealed(request, practice_code), ask=ask, back=back)


@requires(*REVEALS)
def reason(request: HttpRequest, practice_code: str) -> HttpResponse:
    back = _address("caseload:practice_list", practice_code, request)
    return revealing.reason(request, practice_code, _unrevealed(request, practice_code), back=back)


def _unrevealed(request: HttpRequest, practice_code: str) -> revealing.Unrevealed:
    return lambda viewer: lists.page_of(viewer, practice_code, request.GET.dict()).unrevealed


def _address(name: str, practice_code: str, request: HttpRequest) -> str:
    query = urlencode(request.GET.dict())
    return reverse(name, args=[practice_code]) + (f"?{query}" if query else "")
