"""Oversight: for the Caldicott Guardian and the privacy officer."""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from localcare.access import actions as access
from localcare.access import oversight
from localcare.access import queries as gate
from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.base import clock
from localcare.design import notices
from localcare.design.paging import PAGES, page_of
from localcare.places import queries as places
from localcare.web.forms import LookedForm, OversightForm, ReviewForm

# Of an entry: any number that the store can hold.
NUMBER = re.compile("[0-9]{1,18}")
LARGEST = 10**18
# What ?order= says where the entries stand as they were made; without it the latest is first.
ENTRY = "entry"


@requires(Capability.SEE_OVERSIGHT)
def overview(request: HttpRequest) -> HttpResponse:
    viewer, show = viewer_of(request), request.GET.get("show", "")
    start, filters = _sequence(request.GET.get("beyond", "")), OversightForm(request.GET)
    earliest_first = request.GET.get("order") == ENTRY
    wanted = filters.cleaned_data if filters.is_valid() else {}
    page = oversight.entries(viewer, show=show, start=start, earliest_first=earliest_first, **wanted)
    context = {
        "entries": page.entries,
        "beyond": page.beyond,
        "earliest_first": earliest_first,
        "show": show,
        "filters": filters,
        "kept": {
            name: value.isoformat() if isinstance(value, date) else value for name, value in wanted.items() if value
        },
        "months": oversight.by_month(viewer, clock.today() - timedelta(days=365)),
        "emergencies": oversight.emergencies_to_review(viewer),
        "verification": oversight.last_verification(viewer),
        "looks": oversight.unusual_looks(viewer),
        "rule": oversight.opened.rule(),
        "weeks": oversight.opened.WEEKS,
        "form": ReviewForm(),
    }
    return render(request, "web/oversight.jinja", context)


def _sequence(text: str) -> int | None:
    return int(text) if NUMBER.fullmatch(text) else None


@requires(Capability.SEE_OVERSIGHT)
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """One entry with all that is in it; people by id, as links where the viewer may open them."""
    viewer = viewer_of(request)
    found = oversight.whole_entry(viewer, min(sequence, LARGEST))
    if found is None:
        raise Http404
    may_open = gate.decisions(viewer, found.patient_ids).allowed if viewer.can(Capability.VIEW_PERSON) else set()
    return render(request, "web/oversight_entry.jinja", {"entry": found, "row": found.row, "may_open": may_open})


@requires(Capability.SEE_OVERSIGHT)
def person(request: HttpRequest) -> HttpResponse:
    """Who looked at one person's record: by an NHS number, which never stands in an address; to print and hand out."""
    viewer, told, asked = viewer_of(request), None, request.method == "POST"
    today = clock.today()
    form = LookedForm(request.POST or None, initial={"since": today - timedelta(days=365), "until": today})
    if asked and form.is_valid():
        try:
            told = oversight.about_person(viewer, **form.cleaned_data)
            if told is None:
                form.add_error("nhs_number", "Nobody here has or had this NHS number. Check it.")
        except ValueError as reason:
            form.add_error("since", str(reason))
    context = {"form": form, "told": told}
    return render(request, "web/oversight_person.jinja", context, status=400 if form.errors else 200)


@requires(Capability.SEE_OVERSIGHT)
def identities(request: HttpRequest) -> HttpResponse:
    """Who saw who people are: by person, practice and week, with what is unusual, and every request for a release."""
    viewer = viewer_of(request)
    rows, asked = oversight.seen_by_week(viewer), oversight.identity_requests(viewer)
    codes = {code for row in rows for code in row.practices} | {row.practice_code for row in asked}
    names = places.names(codes)
    who, practice = request.GET.get("who", ""), request.GET.get("practice", "")
    chosen = [row for row in rows if who in ("", str(row.actor_id)) and practice in ("", *row.practices)]
    requests = [row for row in asked if who in ("", str(row.user_id)) and practice in ("", row.practice_code)]
    context = {
        "page": page_of(request, chosen),
        "unusual": [row for row in chosen if row.unusual],
        "requests": page_of(request, requests, name=PAGES[1]),
        "names": names,
        "filters": _filters(rows, names),
        "weeks": oversight.seen.WEEKS,
        "rule": oversight.seen.rule(),
        "now": clock.now(),
    }
    return render(request, "web/oversight_identities.jinja", context)


def _filters(rows: list[oversight.seen.Seen], names: Mapping[str, str]) -> list[dict]:
    people = {str(row.actor_id): f"{row.actor}, {row.organisation}" for row in rows}
    practices = {code: names.get(code, code) for row in rows for code in row.practices}
    return [
        {
            "title": title,
            "name": name,
            "options": [
                {"value": None, "label": "All"},
                *({"value": key, "label": label} for key, label in sorted(of.items(), key=lambda pair: pair[1])),
            ],
        }
        for title, name, of in (("Person", "who", people), ("Practice", "practice", practices))
    ]


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
