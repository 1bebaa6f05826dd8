"""Pages that change a scenario: fork it, change one assumption by fields, edit its text, compute, cancel, lock."""

import re
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.capacity import actions, assumption_pages, queries
from localcare.capacity.calc.editing import Amount, CannotEdit
from localcare.capacity.calc.editing_parts import with_series
from localcare.capacity.calc.quantity import is_assumed
from localcare.capacity.forms import AmountForm, ForkForm, SeriesForm, TextForm
from localcare.capacity.queries import Source
from localcare.capacity.types import BadScenario, Locked, Overtaken, State, Unknown
from localcare.design import notices

CHANGES = requires(Capability.CHANGE_PLANNING)


def source_or_404(name: str) -> Source:
    try:
        return queries.source_of(name)
    except Unknown as error:
        raise Http404(str(error)) from error


def own(request: HttpRequest, name: str) -> Source | HttpResponse:
    """A scenario that can be changed; the way on where it cannot."""
    source = source_or_404(name)
    if source.editable:
        return source
    why = "is shipped and stays as it is" if source.shipped else "is locked"
    notices.refuse(request, f"{source.title} {why}. Fork it here, and change your own.")
    return redirect("capacity:fork", name)


@CHANGES
def fork(request: HttpRequest, scenario: str) -> HttpResponse:
    """A scenario of one's own from another."""
    source = source_or_404(scenario)
    form = ForkForm(request.POST or None, initial={"title": f"{source.title}, changed", "name": _free(scenario)})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.fork(of=scenario, by=viewer_of(request), **form.cleaned_data)
            notices.tell(request, "The scenario is yours. Change what you assume differently, then compute it.")
            return redirect(_after_fork(request, made.name))
        except (BadScenario, CannotEdit) as error:
            form.add_error(None, f"This text cannot be forked as it is. {error}")
        except ValueError as error:
            form.add_error("name", str(error))
    return render(request, "capacity/fork.jinja", {"source": source, "form": form}, status=_status(form))


def _after_fork(request: HttpRequest, name: str) -> str:
    """A what-if that was tried before the fork goes with it."""
    if "hub" in request.GET:
        return f"{reverse('capacity:hubs', args=[name])}?{request.GET.urlencode()}"
    return reverse("capacity:assumptions", args=[name])


def _free(name: str) -> str:
    """The first name of this kind that nobody has taken."""
    stem = re.sub(r"-\d+$", "", name)[:55]
    taken = {line.name for line in queries.lines()}
    return next(f"{stem}-{n}" for n in range(2, 10_000) if f"{stem}-{n}" not in taken)


def _status(form: Any) -> int:
    return 400 if form.is_bound and form.errors else 200


@requires(Capability.SEE_PLANNING)
def assumptions(request: HttpRequest, scenario: str) -> HttpResponse:
    """Every assumption with its source, each with a link to change it."""
    source = source_or_404(scenario)
    can = source.editable and viewer_of(request).can(Capability.CHANGE_PLANNING)
    context = {
        "source": source,
        "groups": assumption_pages.groups(source.text),
        "series": assumption_pages.series(source.text),
        "is_assumed": is_assumed,
        "can": can,
        "versions": queries.versions(source.scenario) if source.scenario else [],
    }
    return render(request, "capacity/assumptions.jinja", context)


@CHANGES
def change(request: HttpRequest, scenario: str) -> HttpResponse:
    """One assumption by fields."""
    source = own(request, scenario)
    if isinstance(source, HttpResponse):
        return source
    spot = assumption_pages.spot(source.text, request.GET.get("of", ""))
    if spot is None:
        raise Http404("There is no such assumption in this scenario.")
    initial = assumption_pages.fields(spot, half=request.GET.get("half") == "yes", seen=source.number)
    form = AmountForm(request.POST or None, initial=initial)

    def changed(given: dict[str, Any]) -> str:
        amount = Amount(given["low"], given["likely"], given["high"], spot.table.get("unit", ""), given["source"])
        return assumption_pages.text_with(source.text, spot, amount)

    saved, overtaken = _saved(request, source, form, changed)
    if saved:
        return saved
    context = {
        "source": source,
        "row": assumption_pages.row(spot),
        "form": form,
        "overtaken": overtaken,
        "of": request.GET.get("of", ""),
    }
    return render(request, "capacity/change.jinja", context, status=409 if overtaken else _status(form))


@CHANGES
@require_POST
def halve(request: HttpRequest, scenario: str) -> HttpResponse:
    """Every effect of one intervention at half, as a version of its own."""
    source = own(request, scenario)
    if isinstance(source, HttpResponse):
        return source
    about, seen = request.POST.get("of", ""), request.POST.get("seen", "")
    try:
        text = assumption_pages.halved(source.text, about)
        saved = actions.save(
            name=source.name, text=text, seen=int(seen) if seen.isdecimal() else 0, by=viewer_of(request)
        )
        notices.tell(request, f"{about}: every effect at half, saved as version {saved.number}. Compute it.")
    except (Overtaken, BadScenario, CannotEdit, Locked) as error:
        notices.refuse(request, str(error))
    return redirect("capacity:assumptions", source.name)


def _saved(
    request: HttpRequest, source: Source, form: Any, changed: Callable[[dict[str, Any]], str]
) -> tuple[HttpResponse | None, Any]:
    """Save what a form asks for and lead on; else nothing, with the version of who saved meanwhile. Why not stands in
    the form."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        text, seen = changed(form.cleaned_data), form.cleaned_data["seen"]
        saved = actions.save(name=source.name, text=text, seen=seen, by=viewer_of(request))
        notices.tell(request, f"Saved as version {saved.number}. Compute it to see what it comes to.")
        return redirect("capacity:scenario", source.name), None
    except Overtaken as error:
        form.data = {**request.POST.dict(), "seen": str(error.latest.number)}
        form.add_error(None, str(error))
        return None, error.latest
    except (BadScenario, CannotEdit, Locked) as error:
        form.add_error(None, str(error))
        return None, None


@CHANGES
def beds(request: HttpRequest, scenario: str) -> HttpResponse:
    """Beds of a site, or slots of a service, by fields."""
    source = own(request, scenario)
    if isinstance(source, HttpResponse):
        return source
    key = request.GET.get("of", "")
    series = assumption_pages.series_of(source.text, key)
    if series is None:
        raise Http404("There is no such site or service in this scenario.")
    initial = {"values": " ".join(map(str, series.values)), "source": series.source[:400], "seen": source.number}
    form = SeriesForm(request.POST or None, initial=initial)
    saved, overtaken = _saved(
        request, source, form, lambda given: with_series(source.text, series, given["values"], given["source"])
    )
    if saved:
        return saved
    context = {"source": source, "series": series, "form": form, "overtaken": overtaken}
    return render(request, "capacity/beds.jinja", context, status=409 if overtaken else _status(form))


@CHANGES
def text(request: HttpRequest, scenario: str) -> HttpResponse:
    """The whole text, with what its keys mean beside it. A bad text is kept, with the line and the mend."""
    source = own(request, scenario)
    if isinstance(source, HttpResponse):
        return source
    form = TextForm(request.POST or None, initial={"seen": source.number, "text": source.text})
    overtaken, status = None, 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            saved = actions.save(name=scenario, text=given["text"], seen=given["seen"], by=viewer_of(request))
            notices.tell(request, f"Saved as version {saved.number}. Compute it to see what it comes to.")
            return redirect("capacity:scenario", scenario)
        except Overtaken as error:
            overtaken, status = error.latest, 409
            form.data = {**request.POST.dict(), "seen": str(error.latest.number)}
            form.add_error(None, str(error))
        except (BadScenario, Locked) as error:
            form.add_error("text", str(error))
    context = {
        "source": source,
        "form": form,
        "overtaken": overtaken,
        "theirs": assumption_pages.lines_changed(form.data.get("text", ""), overtaken.text) if overtaken else [],
        "help": assumption_pages.schema_help(),
    }
    return render(request, "capacity/text.jinja", context, status=_status(form) if status == 200 else status)


@CHANGES
@require_POST
def compute(request: HttpRequest, scenario: str) -> HttpResponse:
    try:
        asked = actions.ask_for_computation(name=scenario, by=viewer_of(request))
    except Unknown as error:
        raise Http404(str(error)) from error
    if asked.state == State.DONE:
        notices.tell(request, "This version is computed already: the same text gives the same results.")
    else:
        notices.tell(request, "It is being computed in the background. This page can be left.")
    return redirect("capacity:scenario", scenario)


@CHANGES
@require_POST
def cancel(request: HttpRequest, scenario: str) -> HttpResponse:
    source_or_404(scenario)
    if actions.cancel(name=scenario, by=viewer_of(request)):
        notices.tell(request, "Cancelled. Results of earlier versions stand as they were.")
    else:
        notices.refuse(request, "Nothing was being computed.")
    return redirect("capacity:scenario", scenario)


@CHANGES
@require_POST
def lock(request: HttpRequest, scenario: str) -> HttpResponse:
    try:
        actions.lock(name=scenario, by=viewer_of(request))
        notices.tell(request, "Locked. It stays as it is and can be cited; fork it to go on.")
    except Unknown as error:
        notices.refuse(request, str(error))
        return redirect("capacity:index")
    return redirect(reverse("capacity:scenario", args=[scenario]))
