"""Shapes the pages of population: whose figures stand beside which, one line a group or register, one finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from localcare.access.types import Capability, Viewer
from localcare.dataset import suppression
from localcare.design.charts import Bar, BarChart, bar_chart
from localcare.design.formats import percent, pounds
from localcare.places import queries as places
from localcare.population import queries, reports
from localcare.population.definitions import Segmentation


@dataclass(frozen=True)
class Scope:
    """Whose figures a page shows: `practice` is set for its own, exact; `cluster` is None for the area alone."""

    practice: str | None
    practice_name: str
    cluster: str | None
    cluster_name: str
    area_name: str
    clusters: Mapping[str, str]
    may_choose: bool
    run: Any
    registered: int | None
    observed: int | None
    coverage: Mapping[str, Any]

    @property
    def ours(self) -> str:
        """The name of those in the first column."""
        return self.practice_name or self.cluster_name or self.area_name

    @property
    def unit(self) -> tuple[str, str]:
        """Level and code of those in the first column, as reports are asked for them."""
        if self.practice:
            return reports.PRACTICE, self.practice
        return (reports.CLUSTER, self.cluster) if self.cluster else (reports.AREA, "")

    @property
    def beside(self) -> str:
        """The name of those to compare with, in grey; empty for the area, which has nothing beside it."""
        return self.area_name if self.ours != self.area_name else ""


@dataclass(frozen=True)
class Line:
    """One group or register: ours, the cluster's and the area's; None where suppressed or nobody is there."""

    label: str
    ours: int | None
    cluster: int | None
    area: int | None
    ours_rate: float | None
    cluster_rate: float | None
    area_rate: float | None


def scope_of(viewer: Viewer, asked_cluster: str) -> Scope | None:
    """What this viewer compares: their practice, their cluster, or the area and a cluster they choose.

    None before the first run; raises UnknownReport for a cluster there is not. A practice that the run does not know
    sees its cluster's and area's figures only.
    """
    run = queries.current_run()
    if run is None:
        return None
    of = run.coverage
    known = {row["cluster"] for row in of.values()}
    names = places.names({*known, viewer.organisation_code})
    own = viewer.works_at_practice and viewer.organisation_code in of and viewer.can(Capability.SEE_OWN_REGISTERS)
    may_choose = not viewer.works_at_practice and viewer.organisation_code not in known
    cluster = _cluster(viewer, of, known, asked_cluster)
    return Scope(
        practice=viewer.organisation_code if own else None,
        practice_name=viewer.organisation_name if own else "",
        cluster=cluster,
        cluster_name=names.get(cluster, cluster) if cluster else "",
        area_name=queries.area_name(),
        clusters={code: names.get(code, code) for code in sorted(known, key=lambda code: names.get(code, code))},
        may_choose=may_choose,
        run=run,
        registered=of[viewer.organisation_code]["registered"] if own else None,
        observed=of[viewer.organisation_code]["observed"] if own else None,
        coverage=queries.share_seen(run),
    )


def _cluster(viewer: Viewer, of: Mapping[str, Any], known: set[str], asked: str) -> str | None:
    if viewer.works_at_practice:
        return of[viewer.organisation_code]["cluster"] if viewer.organisation_code in of else None
    if viewer.organisation_code in known:
        return viewer.organisation_code
    if asked and asked not in known:
        raise queries.UnknownReport(f"No {settings.CLUSTER_WORD} {asked!r} is in this run. Choose one on this page.")
    return asked or None


def segment_lines(scope: Scope, grid: Segmentation, age_band: str) -> list[Line]:
    """People and spend a head by group, of one age band."""
    area = _by(queries.report("segments", "area", grid.key).rows, "group", age_band)
    cluster = _cluster_rows(scope, "segments", "group", grid.key, age_band)
    own = _by(queries.segments(scope.practice, grid.key)["segments"], "group", age_band) if scope.practice else cluster
    own = own or area
    return [
        Line(
            label=group.label,
            ours=own[group.key]["people"],
            cluster=cluster[group.key]["people"] if cluster else None,
            area=area[group.key]["people"],
            ours_rate=own[group.key]["spend_per_head"],
            cluster_rate=cluster[group.key]["spend_per_head"] if cluster else None,
            area_rate=area[group.key]["spend_per_head"],
        )
        for group in grid.groups
    ]


def register_lines(scope: Scope) -> list[Line]:
    """People on each register and its prevalence, on the register's own denominator."""
    area = _by(queries.report("conditions", "area").rows, "register")
    cluster = _cluster_rows(scope, "conditions", "register")
    own = _by(queries.segments(scope.practice)["registers"], "register") if scope.practice else cluster
    own = own or area
    return [
        Line(
            label=row["label"] + (f", {row['from_age']} and over" if row["from_age"] else ""),
            ours=own[code]["on_register"],
            cluster=cluster[code]["on_register"] if cluster else None,
            area=row["on_register"],
            ours_rate=suppression.rate(own[code]["on_register"], own[code]["denominator"]),
            cluster_rate=cluster[code]["prevalence"] if cluster else None,
            area_rate=row["prevalence"],
        )
        for code, row in area.items()
    ]


def _cluster_rows(scope: Scope, name: str, key: str, *more: str) -> Mapping[str, Any]:
    if scope.cluster is None:
        return {}
    grid, band = more if more else (queries.DEFAULT_SEGMENTATION, "")
    return _by(queries.report(name, "cluster", grid, scope.cluster).rows, key, band)


def _by(rows: Sequence[Mapping[str, Any]], key: str, age_band: str = "") -> dict[str, Any]:
    return {row[key]: row for row in rows if age_band in ("", row.get("age_band"))}


def spend_chart(scope: Scope, lines: Sequence[Line]) -> BarChart:
    """Spend a head by group, ours against the area's."""
    return _chart(scope, lines, lambda value: pounds(value))


def register_chart(scope: Scope, lines: Sequence[Line]) -> BarChart:
    """Prevalence by register, ours against the area's."""
    return _chart(scope, lines, lambda value: percent(value, 1))


def _chart(scope: Scope, lines: Sequence[Line], write) -> BarChart:
    bars = [Bar(line.label, line.ours_rate, line.area_rate if scope.beside else None) for line in lines]
    return bar_chart(bars, write=write, ours_name=scope.ours, other_name=scope.beside)


def spend_finding(scope: Scope, lines: Sequence[Line], band: str) -> str:
    """The group that costs most a head, and how it compares."""
    known = [line for line in lines if line.ours_rate is not None and _enough(line)]
    if not known:
        return "There is not enough data to say."
    most = max(known, key=lambda line: line.ours_rate or 0)
    of = "of what is shown, " if any(line.ours_rate is None and line.ours != 0 for line in lines) else ""
    said = f"Aged {band}: {of}most is spent on a person with {_lower(most.label)}, {pounds(most.ours_rate)} a year"
    if not scope.beside or most.area_rate is None or most.ours_rate is None:
        return said + "."
    apart = round(most.ours_rate - most.area_rate)
    if apart == 0:
        return f"{said}, as in {scope.area_name}."
    return f"{said}; that is {pounds(abs(apart))} {'more' if apart > 0 else 'less'} than in {scope.area_name}."


def register_finding(scope: Scope, lines: Sequence[Line]) -> str:
    """The register furthest from the area's, by its share of the area's."""
    known = [line for line in lines if line.ours_rate and line.area_rate and _enough(line)]
    if not known:
        return "There is not enough data to say."
    if not scope.beside:
        most = max(known, key=lambda line: line.ours_rate or 0)
        return f"The largest register is {_lower(most.label)}: {percent(most.ours_rate, 1)}."
    line = max(known, key=lambda line: abs((line.ours_rate or 0) / (line.area_rate or 1) - 1))
    way = "above" if (line.ours_rate or 0) > (line.area_rate or 0) else "below"
    return (
        f"Furthest {way} {scope.area_name}: {_lower(line.label)}, {percent(line.ours_rate, 1)} "
        f"against {percent(line.area_rate, 1)}."
    )


def _enough(line: Line) -> bool:
    """Whether ours are enough people to speak of: a practice sees smaller numbers, but no finding rests on them."""
    return line.ours is not None and line.ours >= settings.SUPPRESS_BELOW


def filters(grids: Sequence[Segmentation], grid: Segmentation | None, scope: Scope) -> list[dict]:
    """What narrows a page, kept in the address."""
    found = []
    if grid is not None:
        found.append(_filter("Age", "age", {band.key: band.label for band in grid.age_bands}, grid.age_bands[-1].key))
        groups = _filter("Groups", "segmentation", {g.key: g.label for g in grids}, queries.DEFAULT_SEGMENTATION)
        found.append(groups | {"also": {"age": None}})  # ages are a segmentation's own
    if scope.may_choose:
        found.append(_filter("Where", "cluster", {"": scope.area_name, **scope.clusters}, ""))
    return found


def _filter(title: str, name: str, options: Mapping[str, str], usual: str) -> dict:
    rows = [{"value": None if key == usual else key, "label": label} for key, label in options.items()]
    return {"title": title, "name": name, "options": rows}


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
