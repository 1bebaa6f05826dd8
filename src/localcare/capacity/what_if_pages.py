"""Hubs tried on a map: every what-if is an address that can be sent on; kept, it is the scenario's next version."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from markupsafe import Markup

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.capacity import actions, queries, what_if_map
from localcare.capacity import what_if_words as words
from localcare.capacity.calc import editing_parts, what_if
from localcare.capacity.calc.editing import CannotEdit
from localcare.capacity.calc.what_if import Choice
from localcare.capacity.change_pages import own, source_or_404
from localcare.capacity.forms import WhatIfForm
from localcare.capacity.hub_ground import Ground, address, choice_of, ground_of, pairs
from localcare.capacity.queries import Source
from localcare.capacity.types import BadScenario, Locked, Overtaken
from localcare.design import notices
from localcare.design.paging import page_of

ASKS = ("away", "to", "at", "people")


@requires(Capability.SEE_PLANNING)
def hubs(request: HttpRequest, scenario: str) -> HttpResponse:
    """The hubs that the address asks for, beside the scenario's own; a change asked for leads to its own address."""
    source = source_or_404(scenario)
    try:
        ground = ground_of(source.text, scenario, queries.hubs_chosen(source.version))
    except BadScenario as error:
        return render(request, "capacity/no_hubs.jinja", {"source": source, "why": str(error)})
    if ground is None:
        return render(request, "capacity/no_hubs.jinja", {"source": source, "why": ""})
    try:
        choice = choice_of(request.GET, ground)
    except ValueError as error:
        return _refused(request, source, ground, str(error))
    form = _form(request.GET, ground, choice)
    if form.is_bound and form.is_valid():
        return redirect(reverse("capacity:hubs", args=[scenario]) + address(form.changed()))
    return _page(request, source, ground, choice, form, status=400 if form.errors else 200)


def _refused(request: HttpRequest, source: Source, ground: Ground, why: str) -> HttpResponse:
    """The scenario's own choice, with why not the one asked for."""
    choice = Choice(ground.own.codes, ground.rules.capacity, ground.rules.beyond)
    form = _form(QueryDict("away="), ground, choice)
    form.add_error(None, why)
    return _page(request, source, ground, choice, form, status=400)


def _form(asked: QueryDict, ground: Ground, choice: Choice) -> WhatIfForm:
    names = {code: site.name for code, site in ground.sites.items()}
    return WhatIfForm(asked if any(key in asked for key in ASKS) else None, choice=choice, names=names)


def _page(
    request: HttpRequest,
    source: Source,
    ground: Ground,
    choice: Choice,
    form: WhatIfForm,
    *,
    status: int = 200,
    overtaken: Any = None,
) -> HttpResponse:
    found = what_if.answer(ground.inputs, ground.rules, ground.own, choice)
    order, people = request.GET.get("order", ""), words.total(ground.inputs)
    rows = words.hub_rows(found, choice, order)
    sites = words.site_rows(ground.inputs, found, choice, order)
    far = words.far_rows(ground.inputs, found, choice.beyond, order)
    drawing = what_if_map.drawn(ground.inputs, found.tried)
    context = {
        "source": source,
        "ground": ground,
        "choice": choice,
        "form": form,
        "found": found,
        "overtaken": overtaken,
        "tried": address(choice),
        "pairs": pairs(choice),
        "changed": set(choice.hubs) != set(found.own.codes) or choice.caps != tuple(sorted(ground.rules.capacity)),
        "may_change": viewer_of(request).can(Capability.CHANGE_PLANNING),
        "finding": words.finding(found, people, choice.beyond),
        "measures": words.measures(found, people, choice.beyond),
        "map": Markup(drawing.svg()) if drawing else "",
        "hubs": rows,
        "hubs_finding": words.hubs_finding(rows),
        "far": far,
        "far_finding": words.far_finding(far, choice.beyond),
        "fifth_words": words.fifth_words,
        "mode_words": words.MODE,
        "sites": page_of(request, sites),
        "sites_finding": words.sites_finding(sites),
    }
    return render(request, "capacity/hubs.jinja", context, status=status)


@requires(Capability.CHANGE_PLANNING)
def keep(request: HttpRequest, scenario: str) -> HttpResponse:
    """The hubs that the address asks for become the scenario's own, as its next version; only looked at, they are tried
    as before."""
    tried = f"?{request.GET.urlencode()}"
    if request.method != "POST":
        return redirect(reverse("capacity:hubs", args=[scenario]) + tried)
    source = own(request, scenario)
    if isinstance(source, HttpResponse):
        return redirect(reverse("capacity:fork", args=[scenario]) + tried)
    try:
        ground = ground_of(source.text, scenario, queries.hubs_chosen(source.version))
        if ground is None:
            raise ValueError("This scenario sites no hubs any more. Write [hubs] in its text first.")
        choice = choice_of(request.GET, ground)
    except ValueError as error:
        notices.refuse(request, str(error))
        return redirect("capacity:hubs", scenario)
    return _kept(request, source, ground, choice)


def _kept(request: HttpRequest, source: Source, ground: Ground, choice: Choice) -> HttpResponse:
    """Save and go to the scenario; where that is refused, the page with why, what was tried kept."""
    form, seen = _form(QueryDict("away="), ground, choice), request.POST.get("seen", "")
    scenario = source.name
    try:
        text = _text_with(source.text, scenario, choice)
        saved = actions.save(name=scenario, text=text, seen=int(seen) if seen.isdecimal() else 0, by=viewer_of(request))
        notices.tell(request, f"Kept as version {saved.number}. Compute it to see what it comes to.")
        return redirect("capacity:scenario", scenario)
    except Overtaken as error:
        form.add_error(None, str(error))
        return _page(request, source, ground, choice, form, status=409, overtaken=error.latest)
    except (BadScenario, CannotEdit, Locked) as error:
        form.add_error(None, str(error))
        return _page(request, source, ground, choice, form, status=400)


def _text_with(text: str, name: str, choice: Choice) -> str:
    """The text with these hubs, if the scenario then sites them. Raises CannotEdit with the rule that says no."""
    made = editing_parts.with_hubs(text, choice.hubs, choice.caps)
    after = ground_of(made, name)  # with all its hubs committed to: only one set is left to try
    if after is None or after.own.reason:
        why = after.own.reason if after else "no hubs"
        raise CannotEdit(f"These hubs break a rule of the scenario: {why}. Choose others, or change it in the text.")
    return made
