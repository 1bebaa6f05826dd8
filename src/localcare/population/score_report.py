"""The report of scores: people by band, small numbers suppressed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from localcare.dataset import differencing, suppression
from localcare.dataset.suppression import Line

if TYPE_CHECKING:
    from localcare.population.reports import Made, Unit

NOT_SCORED = "not_scored"
HOW = (
    "Observed people only, by the bands of each score's definition, which names its source and licence; where no bands "
    "are published they are ours, for display. Cambridge scores lack the conditions that cannot be computed. "
    "Not scored: too young for the score, or nothing recorded or no stay to score."
)


def rows(of: "Made", _segmentation: str, units: Iterable["Unit"]) -> list[dict[str, Any]]:
    """People in each band of each score, and those not scored; None where suppressed."""
    counts = _counts(of)
    bands = {s.key: {**{b.key: b.label for b in s.bands}, NOT_SCORED: "not scored"} for s in of.definitions.scores}
    lines = [Line(None, tuple((u, key, b) for b in held)) for u in of.units for key, held in bands.items()]
    lines += [line for key, held in bands.items() for b in held for line in of.tree(key, b)]
    shown = differencing.published(counts, lines, of.rule)
    seen = {unit: of.rule.rounded(_observed(of, unit)) for unit in of.units}
    return [
        {"unit": unit[1], "score": s.key, "label": s.label, "band": band, "band_label": label}
        | {"people": shown[unit, s.key, band], "share": suppression.rate(shown[unit, s.key, band], seen[unit])}
        for unit in units
        for s in of.definitions.scores
        for band, label in bands[s.key].items()
    ]


def _counts(of: "Made") -> dict[tuple, float]:
    """People by (unit, score, band); together, the bands of a score and those not scored are the observed people."""
    counts: dict[tuple, float] = {
        (unit, score.key, band): 0.0
        for unit in of.units
        for score in of.definitions.scores
        for band in (*(b.key for b in score.bands), NOT_SCORED)
    }
    for unit in of.units:
        for score in of.definitions.scores:
            counts[unit, score.key, NOT_SCORED] = _observed(of, unit)
    for row in of.folder.rows("score_band"):
        for unit in of.above(row["practice"]):
            counts[unit, row["score"], row["band"]] += row["people"]
            counts[unit, row["score"], NOT_SCORED] -= row["people"]
    return counts


def _observed(of: "Made", unit: "Unit") -> float:
    level, code = unit
    held = of.run.coverage.items()
    return float(sum(row["observed"] for p, row in held if level == "area" or code in (p, row["cluster"])))
