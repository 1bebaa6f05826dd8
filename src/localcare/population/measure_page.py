"""Shapes the page of measures: own figures exactly, other places as published, one measure in its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localcare.design.charts import Bar, BarChart, bar_chart
from localcare.population import reports, sharing
from localcare.population.dashboard import AREA_UNIT, Place, Unit
from localcare.population.definitions import Measure
from localcare.population.reports import AREA, CLUSTER, PRACTICE, Made
from localcare.population.words import lowered

FIGURES = ("numerator", "denominator", "rate")
BETTER = {"lower": "fewer are better", "higher": "more are better", "neither": "neither way is better"}


@dataclass(frozen=True)
class MeasureLine:
    """A measure at a place: how many of whom, its rate, the rates of the places beside; None where not shown."""

    measure: Measure
    numerator: int | None
    denominator: int | None
    rate: float | None
    shared: bool
    others: tuple[float | None, ...]
    others_shared: tuple[bool, ...]

    @property
    def better(self) -> str:
        return BETTER[self.measure.better]


def lines(of: Made, place: Place) -> list[MeasureLine]:
    """Every measure of the run at a place: exact for one's own practice, else as published."""
    ours = _own(of, place.unit[1]) if place.exact else _published(of, place.unit)
    beside = [_published(of, unit) for unit, _ in place.beside]
    return [
        MeasureLine(
            measure=measure,
            **{name: ours[measure.key][name] for name in FIGURES},
            shared=ours[measure.key]["shared_by"] != sharing.NONE,
            others=tuple(rows[measure.key]["rate"] for rows in beside),
            others_shared=tuple(rows[measure.key]["shared_by"] != sharing.NONE for rows in beside),
        )
        for measure in of.definitions.measures
    ]


def _published(of: Made, unit: Unit) -> dict[str, Any]:
    return {row["measure"]: row for row in reports.build(of, "measures", unit[0], unit=unit[1]).rows}


def _own(of: Made, practice_code: str) -> dict[str, Any]:
    """A practice's own measures, exact; one whose sources it does not share has no figure."""
    number = next(n for n, (code, _) in of.practices.items() if code == practice_code)
    held = {row["measure"]: row for row in of.folder.rows("measure", "practice = $p", {"p": number})}
    return {
        measure.key: _own_row(held.get(measure.key), measure.per)
        | sharing.told(sharing.by_own(of.run, practice_code, sharing.of_measure(measure)), FIGURES)
        for measure in of.definitions.measures
    }


def _own_row(row: dict[str, Any] | None, per: int) -> dict[str, Any]:
    counted, among = (round(row["numerator"]), round(row["denominator"])) if row else (0, 0)
    return {"numerator": counted, "denominator": among, "rate": round(per * counted / among, 1) if among else None}


def finding(found: Sequence[MeasureLine], place: Place) -> str:
    """One sentence: the measure furthest from the area's, or that there is nothing to compare."""
    known = [line for line in found if line.rate and line.others and line.others[-1]]
    if not place.beside:
        return f"{len(found)} measures of {place.name}; choose one to see its parts."
    if not known:
        return "There is not enough data to compare."
    line = max(known, key=lambda one: abs((one.rate or 0) / (one.others[-1] or 1) - 1))
    times = (line.rate or 0) / (line.others[-1] or 1)
    return (
        f"Furthest from {place.area_name}: {lowered(line.measure.label)}, {times:.1f} times its rate ({line.better})."
    )


@dataclass(frozen=True)
class Part:
    """A place one level down, as published."""

    unit: Unit
    name: str
    rate: float | None
    numerator: int | None
    denominator: int | None
    shared: bool


def chosen(of: Made, key: str) -> Measure | None:
    """The measure that is asked for, None where none is. Raises UnknownReport, naming what there is."""
    known = {measure.key: measure for measure in of.definitions.measures}
    if key and key not in known:
        raise reports.UnknownReport(f"This run has no measure {key!r}. It has: {', '.join(known)}.")
    return known.get(key)


def parts(of: Made, place: Place, measure: Measure) -> list[Part]:
    """A measure by cluster for the area, by practice within a cluster, as published, highest first."""
    level = CLUSTER if place.unit[0] == AREA else PRACTICE
    within = place.cluster[1] if place.cluster else ""
    rows = reports.build(of, "measures", level).rows
    found = [
        Part(
            (level, row["unit"]), row["unit_name"], row["rate"], row["numerator"], row["denominator"],
            row["shared_by"] != sharing.NONE,
        )
        for row in rows
        if row["measure"] == measure.key and (level == CLUSTER or of.run.coverage[row["unit"]]["cluster"] == within)
    ]  # fmt: skip
    return sorted(found, key=lambda part: (part.rate is None, -(part.rate or 0), part.name))


def chart(of: Made, measure: Measure, found: Sequence[Part], place: Place, may: Sequence[Unit]) -> BarChart:
    """The parts against the area's rate; those that the viewer `may` look at lead to their own page."""
    area = _published(of, AREA_UNIT)[measure.key]["rate"]
    bars = [
        Bar(part.name, part.rate, area, f"?at={':'.join(part.unit)}&measure={measure.key}" if part.unit in may else "")
        for part in found
        if part.shared
    ]
    return bar_chart(
        bars,
        write=lambda value: "not shown" if value is None else f"{value:,.1f}",
        ours_name="Each place",
        other_name=place.area_name,
    )


def parts_finding(measure: Measure, found: Sequence[Part]) -> str:
    """The highest and the lowest in one sentence, and how many are not shown."""
    known = [part for part in found if part.rate is not None]
    if len(known) < 2:
        return f"{measure.label}: there is not enough data to compare."
    hidden = len(found) - len(known)
    more = f"; {hidden} not shown" if hidden else ""
    high, low = known[0], known[-1]
    said = f"from {low.rate:,.1f} ({low.name}) to {high.rate:,.1f} ({high.name}) for {measure.per:,}"
    return (
        f"{measure.label}: {said}{more}. {BETTER[measure.better].capitalize()}; by chance alone they would differ too."
    )


def file_rows(found: Sequence[MeasureLine], place: Place) -> list[dict[str, Any]]:
    """Measures as rows of a file."""
    return [
        {"measure": line.measure.key, "label": line.measure.label, "better": line.measure.better}
        | {"shared": line.shared, "numerator": line.numerator, "denominator": line.denominator}
        | {"per": line.measure.per, "rate": line.rate}
        | {f"rate_{name}": value for (_, name), value in zip(place.beside, line.others, strict=True)}
        | {"source": line.measure.source, "assumed": line.measure.assumed}
        for line in found
    ]
