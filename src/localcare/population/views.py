"""Who we serve and what they use: a practice's own figures exactly, cluster and area beside them protected."""

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import everyone_signed_in, requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.population import funnel, model_page, presenters, queries


def _where_there_is_a_run(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before the first run, or where its results were taken away, the page says so."""

    @wraps(view)
    def shown(request: HttpRequest, **named: str) -> HttpResponse:
        try:
            return view(request, **named)
        except queries.NoRun:
            return render(request, "population/empty.jinja")
        except queries.UnknownReport as error:
            return render(request, "population/explorer_unknown.jinja", {"why": str(error)}, status=404)

    return shown


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@_where_there_is_a_run
def index(request: HttpRequest) -> HttpResponse:
    """People and spend by group, in one age band at a time."""
    scope = _scope(request)
    if scope is None:
        return render(request, "population/empty.jinja")
    grid = queries.segmentation(request.GET.get("segmentation", ""))
    band = _band(grid, request.GET.get("age", ""))
    lines = presenters.segment_lines(scope, grid, band.key)
    context = {
        "scope": scope,
        "grid": grid,
        "asked_grid": grid.key != queries.DEFAULT_SEGMENTATION,
        "band": band,
        "lines": lines,
        "chart": presenters.spend_chart(scope, lines),
        "finding": presenters.spend_finding(scope, lines, band.label),
        "filters": presenters.filters(queries.segmentations(), grid, scope),
        "how": queries.how("segments"),
        "refused": queries.own_files_refused(),
    }
    return render(request, "population/index.jinja", context)


def _band(grid: queries.Segmentation, key: str) -> queries.AgeBand:
    known = {band.key: band for band in grid.age_bands}
    if key and key not in known:
        raise queries.UnknownReport(f"There is no age band {key!r} in {grid.label}. There are: {', '.join(known)}.")
    return known[key] if key else grid.age_bands[-1]


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@_where_there_is_a_run
def registers(request: HttpRequest) -> HttpResponse:
    """Disease registers, each on its own denominator."""
    scope = _scope(request)
    if scope is None:
        return render(request, "population/empty.jinja")
    lines = presenters.register_lines(scope)
    context = {
        "scope": scope,
        "lines": lines,
        "chart": presenters.register_chart(scope, lines),
        "finding": presenters.register_finding(scope, lines),
        "filters": presenters.filters((), None, scope),
        "how": queries.how("conditions"),
    }
    return render(request, "population/registers.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@_where_there_is_a_run
def variation(request: HttpRequest) -> HttpResponse:
    """Practices against what their lists would use: by name, protected, the viewer's own marked."""
    scope = _scope(request)
    if scope is None:
        return render(request, "population/empty.jinja")
    asked = request.GET.get("indicator", ""), request.GET.get("by", "")
    shown = funnel.page(scope.run, *asked, viewer_of(request).organisation_code)
    context = {
        "scope": scope,
        "page": shown,
        "split": funnel.split_in_words,
        "explained": shown.to_explain(viewer_of(request).organisation_code),
        "filters": funnel.filters(),
        "how": queries.how("variation"),
        "how_quadrants": queries.how("quadrants"),
    }
    return render(request, "population/variation.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@_where_there_is_a_run
def model(request: HttpRequest) -> HttpResponse:
    """How well the risk score does, and where there is none."""
    return render(request, "population/model.jinja", {"card": model_page.card()})


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@_where_there_is_a_run
def query(request: HttpRequest, table: str) -> HttpResponse:
    """The query that a table of the run, or a step on the way to it, was computed by."""
    known = queries.queries_of_run()
    if table not in known:
        raise Http404
    context = {"query": known[table], "known": known, "run": queries.current_run()}
    return render(request, "population/query.jinja", context)


@everyone_signed_in
def how_made(request: HttpRequest) -> HttpResponse:
    """How the figures and lists were made."""
    context = {
        "run": queries.current_run(),
        "lists": queries.how_lists_are_made(),
        "reports": queries.reports_explained(),
        "grids": queries.segmentations(),
        "missing": queries.conditions_missing(),
        "refused": queries.own_files_refused(),
        "tables": _queries(viewer_of(request)),
    }
    return render(request, "population/how_made.jinja", context)


def _queries(viewer: Viewer) -> list[queries.Query]:
    """Of the run in use, for who may see its figures."""
    if not (viewer.can(Capability.SEE_POPULATION) or viewer.can(Capability.SEE_OWN_REGISTERS)):
        return []
    try:
        return list(queries.queries_of_run().values())
    except queries.NoRun:
        return []


def _scope(request: HttpRequest) -> presenters.Scope | None:
    viewer = viewer_of(request)
    return presenters.scope_of(viewer, request.GET.get("cluster", ""))
