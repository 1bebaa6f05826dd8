"""The practice dashboard: use, registers against expected, measures, the hundred who cost most; the same as files."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.design.paging import page_of
from localcare.population import (
    costliest,
    dashboard,
    expected,
    explorer_export,
    measure_page,
    measure_report,
    queries,
    reports,
)
from localcare.population.dashboard import AREA_UNIT, Place, Unit
from localcare.population.reports import AREA, CLUSTER, PRACTICE, Made, UnknownReport

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES = ("registers", "use", "measures", "costliest")


def with_place(view: Callable[[HttpRequest, Made, Place], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The run and the place that the address asks for, as far as the viewer may see it."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        try:
            of = queries.made()
            return view(request, of, _place(request, viewer_of(request), of))
        except queries.NoRun as reason:
            return render(request, "population/empty.jinja", {"why": str(reason)})
        except UnknownReport as error:
            return render(request, "population/explorer_unknown.jinja", {"why": str(error)}, status=404)

    return shown


def _place(request: HttpRequest, viewer: Viewer, of: Made) -> Place:
    level, _, code = request.GET.get("at", "").partition(":")
    may = units_of(viewer, of)
    unit: Unit = (level, code) if level else may[0]
    if unit not in may:
        raise UnknownReport("You can see your own practice, its cluster and the area here.")
    own = viewer.organisation_code if viewer.works_at_practice and viewer.can(Capability.SEE_OWN_REGISTERS) else ""
    return dashboard.place_of(of, unit, own, queries.unit_names(of), queries.area_name())


def units_of(viewer: Viewer, of: Made) -> list[Unit]:
    """The places a viewer may see, the one to start with first."""
    code, known = viewer.organisation_code, of.run.coverage
    if not viewer.works_at_practice:
        here = [unit for unit in of.units if unit == (CLUSTER, code)]
        return [*here, *(unit for unit in of.units if unit not in here)]
    if code not in known:
        return [AREA_UNIT]
    own: list[Unit] = [(PRACTICE, code)] if viewer.can(Capability.SEE_OWN_REGISTERS) else []
    return [*own, (CLUSTER, known[code]["cluster"]), AREA_UNIT]


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def overview(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """What a practice's people use, and its registers against what other practices would lead one to expect."""
    use, registers = dashboard.use_lines(of, place), dashboard.register_lines(of, place)
    context = shared(request, of, place) | {
        "use": use,
        "chart": dashboard.use_chart(use, place),
        "use_finding": dashboard.use_finding(use, place),
        "registers": registers,
        "register_finding": dashboard.register_finding(registers, of.rule, place),
        "no_published": expected.NO_PUBLISHED,
        "unpublished": dashboard.without_published(registers),
        "how_expected": expected.HOW,
    }
    return render(request, "population/dashboard.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def people(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """The hundred who cost most: rows by pseudonym for the own practice, bands for everybody else."""
    found = dashboard.costliest_of(of, place)
    context = shared(request, of, place) | {
        "found": found,
        "page": page_of(request, list(found.people)),
        "where": dashboard.where_it_went,
        "band_where": dashboard.band_settings,
        "ages": costliest.ages_in_words,
        "sexes": costliest.sexes_in_words,
        "how_costliest": costliest.HOW,
        "smallest": costliest.BAND,
    }
    return render(request, "population/costliest.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def measures(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """Every measure of the run, and one of them by the places below."""
    found = measure_page.lines(of, place)
    measure = measure_page.chosen(of, request.GET.get("measure", ""))
    context = shared(request, of, place) | {
        "lines": found,
        "finding": measure_page.finding(found, place),
        "measure": measure,
        "how": measure_report.HOW,
    }
    if measure:
        parts, may = measure_page.parts(of, place, measure), units_of(viewer_of(request), of)
        context |= {
            "chart": measure_page.chart(of, measure, parts, place, may),
            "parts_finding": measure_page.parts_finding(measure, parts),
            "parts_level": CLUSTER if place.unit[0] == AREA else PRACTICE,
        }
    return render(request, "population/measures.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def as_csv(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """One part of the dashboard as a CSV file."""
    part, rows = _rows(request, of, place)
    return file(explorer_export.as_csv(rows), "text/csv; charset=utf-8", f"{part}-{of.run.as_at.isoformat()}.csv")


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def as_xlsx(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """One part of the dashboard as an Excel workbook."""
    part, rows = _rows(request, of, place)
    seen = queries.share_seen(of.run)
    how = [
        ("Place", place.name),
        ("Date", of.run.as_at.isoformat()),
        ("Edition", of.run.edition),
        (
            "Method",
            {
                "registers": expected.HOW,
                "use": queries.how("use"),
                "measures": measure_report.HOW,
                "costliest": costliest.HOW,
            }[part],
        ),
        ("Coverage", f"{seen['practices_sharing']} of {seen['practices']} practices share"),
        ("Numbers", "Exact, for your practice alone" if place.exact else "Small numbers suppressed, others rounded"),
    ]
    content = explorer_export.as_xlsx(rows, how, of.run.as_at.isoformat())
    return file(content, WORKBOOK, f"{part}-{of.run.as_at.isoformat()}.xlsx")


def _rows(request: HttpRequest, of: Made, place: Place) -> tuple[str, list[dict[str, Any]]]:
    part = request.GET.get("part", FILES[0])
    if part == "registers":
        return part, dashboard.registers_file(dashboard.register_lines(of, place), place)
    if part == "use":
        return part, dashboard.use_file(dashboard.use_lines(of, place), place)
    if part == "measures":
        return part, measure_page.file_rows(measure_page.lines(of, place), place)
    if part == "costliest":
        return part, dashboard.costliest_file(dashboard.costliest_of(of, place))
    raise UnknownReport(f"no part {part!r}; there are: {', '.join(FILES)}")


def file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def shared(request: HttpRequest, of: Made, place: Place) -> dict[str, Any]:
    names = queries.unit_names(of)
    held = of.run.coverage.get(place.unit[1], {}) if place.exact else {}
    viewer = viewer_of(request)
    return {
        "place": place,
        "not_loaded": viewer.works_at_practice and viewer.organisation_code not in of.run.coverage,
        "at": ":".join(place.unit),
        "names": [name for _, name in place.beside],
        "numbers": [{"text": name, "number": True} for _, name in place.beside],
        "run": of.run,
        "registered": held.get("registered"),
        "observed": held.get("observed"),
        "coverage": reports.share_seen(of.run),
        "places": _links(of, units_of(viewer, of), names, place),
    }


def _links(of: Made, units: list[Unit], names: Mapping[Unit, str], place: Place) -> list[dict[str, Any]]:
    """Where else one can look: the area, its clusters, and the practices of the cluster at hand."""
    here = place.cluster[1] if place.cluster else ""
    near = [u for u in units if u[0] != PRACTICE or of.run.coverage[u[1]]["cluster"] == here]
    titles = ((AREA, "Area"), (CLUSTER, settings.CLUSTER_WORD.capitalize()), (PRACTICE, "Practice"))
    return [
        {
            "title": title,
            "links": sorted(
                (names.get(u, queries.area_name()), ":".join(u), u == place.unit) for u in near if u[0] == of_level
            ),
        }
        for of_level, title in titles
    ]
