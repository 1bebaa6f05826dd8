"""The report of measures: numerator, denominator and rate, small numbers suppressed."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from localcare.population import sharing

if TYPE_CHECKING:
    from localcare.population.reports import Made, Unit

HOW = (
    "Observed people only, of the practices that share what the measure needs. Crude rates of 12 months, by each "
    "measure's definition, which names its source. A rate is hidden where fewer people stand behind it, or behind "
    "those it leaves, than may be shown, or where one or two make up most of it."
)
FIGURES = ("numerator", "people", "denominator", "rate")


def rows(of: "Made", _segmentation: str, units: Iterable["Unit"]) -> list[dict[str, Any]]:
    """Each measure of each unit; None where suppressed, and no rate where nobody is in the denominator."""
    lost = {m.key: sharing.lost(of.run, sharing.of_measure(m)) for m in of.definitions.measures}
    counts, numerators = _counts(of, lost)
    few = of.dominated("measure", "measure", "numerator", lost)
    people, whole = of.parted(counts, [m.key for m in of.definitions.measures], few)
    return [
        {"unit": unit[1], "measure": m.key, "label": m.label, "better": m.better}
        | _row(numerators[unit, m.key], people[unit, m.key], whole[unit, m.key], m.per, of)
        | sharing.told(sharing.shared(of, unit, lost[m.key]), FIGURES)
        for unit in units
        for m in of.definitions.measures
    ]


def _row(numerator: float, people: int | None, whole: int | None, per: int, of: "Made") -> dict[str, Any]:
    shown = None if people is None else of.rule.rounded(numerator)
    rate = None if shown is None or not whole else round(per * shown / whole, 1)
    return {"numerator": shown, "people": people, "denominator": whole, "rate": rate, "per": per}


def _counts(of: "Made", lost: Mapping[str, frozenset[str]]) -> tuple[dict[tuple, list[float]], dict[tuple, float]]:
    """By (unit, measure) who adds to it of how many, and the numerator, without the practices lost to it."""
    keys = [(unit, measure.key) for unit in of.units for measure in of.definitions.measures]
    counts: dict[tuple, list[float]] = {key: [0.0, 0.0] for key in keys}
    numerators: dict[tuple, float] = dict.fromkeys(keys, 0.0)
    for row in of.folder.rows("measure"):
        if of.practices[row["practice"]][0] in lost[row["measure"]]:
            continue
        for unit in of.above(row["practice"]):
            key = (unit, row["measure"])
            numerators[key] += row["numerator"]
            counts[key][0] += row["people"]
            counts[key][1] += row["denominator"]
    return counts, numerators
