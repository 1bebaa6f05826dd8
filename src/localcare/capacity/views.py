"""Scenarios and what they come to: the list, one scenario's results, two side by side, and the files."""

from collections.abc import Mapping
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from markupsafe import Markup

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.capacity import comparing, pyramids, queries, writing
from localcare.capacity.types import State, Unknown

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "toml": "application/toml; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@requires(Capability.SEE_PLANNING)
def index(request: HttpRequest) -> HttpResponse:
    """All scenarios with what they come to."""
    context = {"lines": queries.lines(), "may_change": viewer_of(request).can(Capability.CHANGE_PLANNING)}
    return render(request, "capacity/index.jinja", context)


@requires(Capability.SEE_PLANNING)
def scenario(request: HttpRequest, scenario: str) -> HttpResponse:
    """What a scenario comes to: money, activity, people, finance tables, drivers, stresses, assumptions."""
    try:
        source = queries.source_of(scenario)
    except Unknown as error:
        raise Http404(str(error)) from error
    computation = queries.computation_of(source.version)
    found = queries.results_of(scenario)
    context = {
        "source": source,
        "computation": computation,
        "lost": computation is not None and queries.lost(computation),
        "open": computation is not None and computation.state in (State.WAITING, State.RUNNING),
        "may_change": viewer_of(request).can(Capability.CHANGE_PLANNING),
        "lines": [line for line in queries.lines() if line.headline and line.name != scenario],
        **_shown(found, request.GET.get("year", "")),
    }
    return render(request, "capacity/scenario.jinja", context)


def _shown(found: tuple[Any, Mapping[str, Any]] | None, year: str) -> dict[str, Any]:
    """The results as the page shows them; nothing before the first."""
    if found is None:
        return {"results": None}
    computation, page = found
    pyramid = pyramids.shown(page["pyramid"], year) if page["pyramid"] else None
    sections = [{**section, "picture": Markup(section["picture"])} for section in page["sections"]]
    return {
        "results": computation,
        "sections": sections,
        "pyramid": pyramid,
        "made_of": page["made"],
        "results_notes": page.get("notes", []),
        "standings": [(one, Markup(one.drawing().svg())) for one in queries.standings(page)],
        "tables": page["tables"],
    }


@requires(Capability.SEE_PLANNING)
def compare(request: HttpRequest) -> HttpResponse:
    """Two scenarios: their figures side by side, how far they lie apart draw by draw, and what they assume
    differently."""
    names = request.GET.get("a", ""), request.GET.get("b", "")
    computed = [line for line in queries.lines() if line.headline]
    context: dict[str, Any] = {"lines": computed, "names": names, "comparison": None}
    try:
        if all(names):
            context |= {"comparison": comparing.compared(*names), "said": comparing.said}
    except Unknown as error:
        raise Http404(str(error)) from error
    return render(request, "capacity/compare.jinja", context)


@requires(Capability.SEE_PLANNING)
def comparison_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Two scenarios beside each other as a file: figures as CSV, everything as an Excel workbook."""
    names = request.GET.get("a", ""), request.GET.get("b", "")
    try:
        tables = comparing.as_tables(comparing.compared(*names))
    except Unknown as error:
        raise Http404(str(error)) from error
    whole = writing.csv_of(tables[0]) if kind == "csv" else writing.xlsx_of(tables)
    headers = {"Content-Disposition": f'attachment; filename="{names[0]}-and-{names[1]}.{kind}"'}
    return HttpResponse(whole, content_type=KINDS[kind], headers=headers)


@requires(Capability.SEE_PLANNING)
def file(request: HttpRequest, scenario: str, file: str) -> HttpResponseBase:
    """A file of the newest results; the text also of a version, and before anything was computed."""
    if file == "scenario.toml":
        return _text(request, scenario)
    try:
        path = queries.file_of(scenario, file)
    except Unknown as error:
        raise Http404(str(error)) from error
    name = f"{scenario}-{file}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=KINDS[path.suffix[1:]])


def _text(request: HttpRequest, scenario: str) -> HttpResponse:
    asked = request.GET.get("version", "")
    try:
        source = queries.source_of(scenario, int(asked) if asked.isdecimal() else None)
    except Unknown as error:
        raise Http404(str(error)) from error
    headers = {"Content-Disposition": f'attachment; filename="{scenario}.toml"'}
    return HttpResponse(source.text, content_type=KINDS["toml"], headers=headers)
