"""The explorer's page: one place, one cut, one measure, each bar leading on to its parts; the same as files."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability, Viewer
from localcare.population import asking, explorer_export, queries
from localcare.population.explorer import (
    AREA,
    BELOW,
    BY,
    DIMENSIONS,
    NOT_BOTH,
    SHOWS,
    Answer,
    Question,
    UnknownReport,
    ways,
)
from localcare.population.explorer_map import outlines
from localcare.population.explorer_present import Choices, chart, finding, steps, table_rows

Unit = tuple[str, str]
NOT_LOADED = "Your practice is not in this edition of the data. Ask whoever loads it why. Here is the area."
NOT_SHARED = "Your practice does not share for planning, so its people are not among these."


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
def explorer(request: HttpRequest) -> HttpResponse:
    """Who lives here, what they use and what it costs, from the area down to a practice or a small area."""
    try:
        answer, seen = _answered(request)
    except queries.NoRun:
        return render(request, "population/empty.jinja")
    except UnknownReport as error:
        return render(request, "population/explorer_unknown.jinja", {"why": str(error)}, status=404)
    question = answer.question
    choices = Choices(question, seen.may)
    beside, labels = _beside(answer), queries.explorer_values(question)
    context = {
        "answer": answer,
        "question": question,
        "trail": steps(question, seen.names, labels, queries.area_name(), choices),
        "not_seen": seen.why_not,
        "place": seen.names.get(question.unit, queries.area_name()),
        "chart": chart(
            answer, beside, seen.names.get(question.unit, queries.area_name()), queries.area_name(), choices
        ),
        "narrowed": [labels[name][value] for name, value in question.where],
        "map": outlines(answer) if question.by == "lsoa" else None,
        "finding": finding(answer),
        "rows": table_rows(answer, choices),
        "by": BY,
        "show": SHOWS[question.show],
        "filters": choices.filters(queries.segmentations(), labels),
        "grid": queries.segmentation(question.segmentation),
        "files": request.GET.urlencode(),
        "spend_seen": queries.spend_seen_share(question.segmentation),
        "run": queries.current_run(),
        "command": asking.command(question),
        "python": asking.python(question),
        "published": queries.published_spend(question.segmentation) if question.unit == AREA else None,
    }
    return render(request, "population/explorer.jinja", context)


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
def explorer_csv(request: HttpRequest) -> HttpResponse:
    """The answer as a CSV file."""
    return _file(request, "text/csv; charset=utf-8", "csv")


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
def explorer_xlsx(request: HttpRequest) -> HttpResponse:
    """The answer as an Excel workbook."""
    return _file(request, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")


def _file(request: HttpRequest, kind: str, ending: str) -> HttpResponse:
    try:
        answer, _ = _answered(request)
    except (queries.NoRun, UnknownReport) as error:
        return HttpResponse(str(error), content_type="text/plain; charset=utf-8", status=404)
    found = explorer_export.rows(answer)
    if ending == "csv":
        content: Any = explorer_export.as_csv(found)
    else:
        content = explorer_export.as_xlsx(found, explorer_export.how(answer), answer.as_at)
    name = asking.file_name(answer.question, answer.as_at, ending)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class _Seen:
    """What a viewer may ask: staff of a practice their own, its cluster and the area; everybody else all of it."""

    def __init__(self, viewer: Viewer) -> None:
        run = queries.current_run()
        if run is None:
            raise queries.NoRun("There is no run yet. Make one: localcare population run")
        self.names = queries.explorer_places()
        code = viewer.organisation_code
        here = viewer.works_at_practice and code in run.coverage
        shares = here and ("practice", code) in self.names
        self.practice = code if shares and viewer.can(Capability.SEE_OWN_REGISTERS) else ""
        self.why_not = "" if shares or not viewer.works_at_practice else NOT_SHARED if here else NOT_LOADED
        self.inside = viewer.works_at_practice
        self.own: set[Unit] = {AREA}
        if here:
            self.own |= {("cluster", run.coverage[code]["cluster"])}
        if self.practice:
            self.own |= {("practice", self.practice)}
        self.start: Unit = ("practice", self.practice) if self.practice else AREA

    def may(self, unit: Unit, by: str) -> bool:
        """Whether the viewer may see a place broken down that way."""
        if not self.inside:
            return True
        return unit in self.own and by not in ("practice", "lsoa")


def _answered(request: HttpRequest) -> tuple[Answer, _Seen]:
    seen = _Seen(viewer_of(request))
    question = _question(request, seen)
    return queries.explore(question, own_practice=seen.practice), seen


def _question(request: HttpRequest, seen: _Seen) -> Question:
    level, _, code = request.GET.get("at", "").partition(":")
    unit = (level, code) if level else seen.start
    if level not in ("", *BELOW, "practice", "lsoa") or not seen.may(unit, ""):
        raise UnknownReport("You can see your own practice, its cluster and the area here.")
    where = tuple(sorted((name, request.GET[name]) for name in DIMENSIONS if request.GET.get(name)))
    there = [by for by in ways(unit, where) if seen.may(unit, by)]
    if not there:
        both = "groups and conditions are not crossed" if {n for n, _ in where} >= NOT_BOTH else "take one filter away"
        raise UnknownReport(f"This cuts the people too finely: {both}.")
    asked = request.GET.get("by", "")
    if asked and asked not in BY:
        raise UnknownReport(f"Nothing can be broken down by {asked!r}; it can by: {', '.join(BY)}.")
    by = asked if asked in there else "group" if "group" in there and unit[0] == "practice" else there[0]
    grid = queries.segmentation(request.GET.get("segmentation", "")).key
    return Question(unit, by, where, request.GET.get("show") or "people", grid)


def _beside(answer: Answer) -> Answer | None:
    """The area's answer to the same question, where a figure a head can be compared."""
    q = answer.question
    comparable = q.by == "setting" or (q.by in DIMENSIONS and q.show not in ("people", "spend"))
    if q.unit == AREA or not comparable:
        return None
    return queries.explore(Question(AREA, q.by, q.where, q.show, q.segmentation))
