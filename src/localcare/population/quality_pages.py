"""The page of data quality, and the same as files: coverage, days, linkage and fields, and what is too thin to use."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from localcare.access.guard import requires, viewer_of
from localcare.access.types import Capability
from localcare.population import dashboard_pages, explorer_export, lawful, quality, reports
from localcare.population.dashboard import AREA_UNIT, Place
from localcare.population.dashboard_pages import with_place
from localcare.population.definitions.judging import judging
from localcare.population.reports import AREA, PRACTICE, Made, Row
from localcare.population.words import lowered


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def overview(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """How good the data are: by source and field for a place, by practice below it."""
    report = reports.build(of, "quality", place.unit[0], unit=place.unit[1])
    feeds = [row for row in report.rows if row["part"] == quality.FEED]
    fields = [row for row in report.rows if row["part"] == quality.FIELD]
    context = dashboard_pages.shared(request, of, place) | {
        "feeds": [
            row | {"source": lawful.LABELS[row["source"]], "last_on": quality.day_in_words(row["last_on"])}
            for row in feeds
        ],
        "fields": fields,
        "finding": finding(feeds, fields, place, reports.share_seen(of.run)),
        "thin": [f"{row['label']}: {thin_in_words(row, place)}" for row in report.rows if row["practices_too_thin"]],
        "linkage": report.more["linkage"] if place.unit[0] == AREA else [],
        "threshold": report.more["threshold"],
        "why_not": report.more.get("why_not"),
        "practices": _practices(request, of, place, {row["practice"]: row for row in report.more.get("practices", ())}),
        "how": report.how,
        "how_linked": quality.HOW_LINKED,
    }
    return render(request, "population/quality.jinja", context)


def finding(feeds: Sequence[Row], fields: Sequence[Row], place: Place, seen: Row) -> str:
    """One sentence: how much is seen, and which parts are too thin."""
    parts = [(row, row["practices_too_thin"], row["practices_sharing"]) for row in (*feeds, *fields)]
    everywhere = [lowered(row["label"]) for row, thin, of_all in parts if thin and thin == of_all]
    somewhere = [lowered(row["label"]) for row, thin, of_all in parts if 0 < thin < of_all]
    if place.unit[0] == PRACTICE and not any(row["practices_sharing"] for row in feeds):
        return f"{place.name} shares nothing for planning, so nothing of its people's care is seen."
    shared = (
        f"{seen['practices_sharing']} of {seen['practices']} practices share" if place.unit == AREA_UNIT else place.name
    )
    told = [f"too thin to use: {_list(everywhere)}"] if everywhere else []
    told += [f"too thin in some practices: {_list(somewhere)}"] if somewhere else []
    return f"{shared}; {'; '.join(told) or 'everything has arrived and is recorded well enough to use'}."


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def thin_in_words(row: Row, place: Place) -> str:
    """Why a part is too thin, and in how many practices."""
    if place.unit[0] == PRACTICE:
        return str(row["why"])
    return f"{row['why']} ({row['practices_too_thin']} of {row['practices_sharing']} practices)"


def _practices(request: HttpRequest, of: Made, place: Place, linked: Mapping[str, Row]) -> list[dict[str, Any]]:
    """One line a practice of the place that the viewer may look at."""
    if place.unit[0] == PRACTICE:
        return []
    may = {unit[1] for unit in dashboard_pages.units_of(viewer_of(request), of) if unit[0] == PRACTICE}
    codes = [code for code in quality.codes_in(of, place.unit) if code in may]
    held = {row["unit"]: row for row in reports.build(of, "coverage", PRACTICE).rows} if codes else {}
    names = reports.places.names(set(codes))
    nothing = {"with_number": None, "linked_by_number": None}
    lines = [_practice(of, code, names.get(code, code), held[code]) | linked.get(code, nothing) for code in codes]
    return sorted(lines, key=lambda line: (-line["thin"], line["name"]))


def _practice(of: Made, code: str, name: str, held: Row) -> dict[str, Any]:
    seen, by = quality.found(of), judging()
    labels = {
        **{key: feed.label for key, feed in by.feeds.items()},
        **{key: one.label for key, one in by.fields.items()},
    }
    thin = [lowered(label) for key, label in labels.items() if (code, key) in seen.thin]
    lost = sorted({why for (practice, _), why in seen.lost.items() if practice == code})
    return {
        "code": code,
        "name": name,
        "people": held["registered"],
        "seen": held["observed_share"] if held["observed"] != 0 else 0.0,
        "thin": len(thin) + len(by.feeds) * len(lost),
        "which": ", ".join([*lost, *thin]),
    }


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def quality_csv(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """The same as a CSV file."""
    rows, _, day = _file_of(of, place)
    return dashboard_pages.file(explorer_export.as_csv(rows), "text/csv; charset=utf-8", f"quality-{day}.csv")


@requires(Capability.SEE_POPULATION, Capability.SEE_OWN_REGISTERS)
@with_place
def quality_xlsx(request: HttpRequest, of: Made, place: Place) -> HttpResponse:
    """The same as an Excel workbook."""
    rows, how, day = _file_of(of, place)
    content = explorer_export.as_xlsx(rows, [("Place", place.name), ("Date", day), ("Method", how)], day)
    return dashboard_pages.file(content, dashboard_pages.WORKBOOK, f"quality-{day}.xlsx")


def _file_of(of: Made, place: Place) -> tuple[list[Row], str, str]:
    report = reports.build(of, "quality", place.unit[0], unit=place.unit[1])
    return list(report.rows), report.how, report.as_at
