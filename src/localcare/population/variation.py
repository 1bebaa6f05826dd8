"""Variation between practices as published: small numbers suppressed, nobody called different by chance alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from localcare.dataset import differencing, suppression
from localcare.dataset.runs import RunFolder
from localcare.population.calc import variation
from localcare.population.calc.standard import INDICATORS, STEPS

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

USUAL_STEP = "deprivation"
JUDGED_BY = ("age_sex", USUAL_STEP)
SPEND, OUTCOME = "spend_elsewhere", "emergency_admissions"
SURE = 0.95
UNCLEAR = "not clear"
HOW = (
    "Observed people, 12 months. Expected: what the practice's people would use at the rates of all practices for "
    "their five years of age, sex and deprivation fifth of their home (indirect standardisation; Index of Multiple "
    "Deprivation of 2015, of editions from 2020 on of 2019). A "
    "practice is called above or below only beyond chance, beyond the spread that all practices share (Spiegelhalter "
    "2005), and so that at most 5% of all calls over all indicators are false (Benjamini and Hochberg 1995)."
)
HOW_QUADRANTS = (
    "Spend outside A&E and emergency admissions against emergency admissions, both against what is expected by age, "
    "sex and deprivation. Ratios are best guesses of what lies behind what was seen, drawn towards 1 by how little is "
    "known, with 95% intervals that also hold that the spread among practices is not known (Gelman 2006). A "
    "practice is placed only where the probability of its place is 95% or more."
)


@dataclass(frozen=True)
class Figures:
    """One practice on one indicator: its rows of `standardised` by step, and how unusual it is by step."""

    by_step: Mapping[str, Row]
    p: Mapping[str, float]
    called: Mapping[str, bool]

    def ratio(self, step: str) -> float | None:
        row = self.by_step.get(step)
        return row["amount"] / row["expected"] if row and row["expected"] else None


@dataclass(frozen=True)
class Compared:
    """All practices on all indicators, the spread among practices by (indicator, step), and what is suppressed.

    `true_ratios` of spend and outcome, where there are practices enough to tell.
    """

    figures: Mapping[tuple[str, str], Figures]
    spread: Mapping[tuple[str, str], float]
    true_ratios: Mapping[tuple[str, str], Row]
    hidden: frozenset


@dataclass(frozen=True)
class _Asked:
    """A run to compare the practices of; two with the same results and the same rule are the same."""

    folder: RunFolder
    rule: suppression.Rule
    of: Made = field(compare=False)


def compared(of: Made) -> Compared:
    """Every practice of a run judged; `figures` by (practice's code, indicator)."""
    return _compared(_Asked(of.folder, of.rule, of))


@lru_cache(maxsize=4)
def _compared(asked: _Asked) -> Compared:
    of = asked.of
    held: dict[tuple[int, str], dict[str, Row]] = {}
    for row in of.folder.rows("standardised"):
        held.setdefault((row["practice"], row["indicator"]), {})[row["adjusted_for"]] = row
    p, spread = {}, {}
    for step in JUDGED_BY:
        for indicator in INDICATORS:
            keys = [key for key in held if key[1] == indicator and held[key][step]["expected"] > 0]
            rows = [held[key][step] for key in keys]
            if rows:
                amount, expected, variance = (
                    np.array([row[name] for row in rows]) for name in ("amount", "expected", "variance")
                )
                judged = variation.judge(amount, expected, np.maximum(variance, 1e-9), INDICATORS[indicator].whole)
                spread[indicator, step] = judged.spread
                p.update({(step, *key): value for key, value in zip(keys, judged.p.tolist(), strict=True)})
    called = {step: _called(p, step) for step in JUDGED_BY}
    figures = {
        (of.practices[number][0], indicator): Figures(
            by_step,
            {step: p.get((step, number, indicator), 1.0) for step in JUDGED_BY},
            {step: (number, indicator) in called[step] for step in JUDGED_BY},
        )
        for (number, indicator), by_step in held.items()
    }
    true = {key: row for name in (SPEND, OUTCOME) for key, row in _true_ratios(figures, name).items()}
    return Compared(figures, spread, true, _hidden(of, held))


def _true_ratios(figures: Mapping[tuple[str, str], Figures], name: str) -> dict[tuple[str, str], Row]:
    found = {key: of.by_step[USUAL_STEP] for key, of in figures.items() if key[1] == name}
    rows = {key: row for key, row in found.items() if row["expected"]}
    if len(rows) < variation.FEWEST:
        return {}
    amount, expected, chance = (np.array([r[k] for r in rows.values()]) for k in ("amount", "expected", "variance"))
    true = variation.true_ratios(amount / expected, np.maximum(chance, 1e-9) / expected**2)
    parts = ("guess", "low", "high", "above")
    columns = [getattr(true, part).tolist() for part in parts]
    return {
        key: dict(zip(parts, values, strict=True)) for key, values in zip(rows, zip(*columns, strict=True), strict=True)
    }


def _called(p: Mapping[tuple, float], step: str) -> set[tuple]:
    """False discoveries are held down over all practices and indicators at once."""
    keys = [key for key in p if key[0] == step]
    if not keys:
        return set()
    found = variation.discoveries(np.array([p[key] for key in keys]))
    return {key[1:] for key, yes in zip(keys, found, strict=True) if yes}


def _hidden(of: Made, held: Mapping[tuple[int, str], dict[str, Row]]) -> frozenset:
    """Few users or people, or one or two who make up most of it; and what protects these."""
    users: dict[tuple[Unit, str], float] = {(unit, name): 0.0 for unit in of.units for name in INDICATORS}
    few = set()
    for (number, indicator), by_step in held.items():
        row = by_step["nothing"]
        unit = of.above(number)[-1]
        for above in of.above(number):
            users[above, indicator] += row["users"]
        largest = (row["largest"], row["second"])
        if of.rule.small(row["people"]) or of.rule.dominated(row["amount"], largest):
            few.add((unit, indicator))
    lines = [line for name in INDICATORS for line in of.tree(name)]
    return differencing.withheld(users, lines, of.rule, few)


def rows(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """One row a practice and indicator; every figure None where suppressed or the practice has none."""
    every = compared(of)
    return [
        {"unit": unit[1], "indicator": name, "label": indicator.label, "measure": _measure(name)}
        | _row(every, unit, name, of.rule)
        for unit in units
        for name, indicator in INDICATORS.items()
    ]


def _measure(name: str) -> str:
    return "number" if INDICATORS[name].whole else "pounds"


EMPTY = (
    "people", "amount", "expected", "ratio", "low", "high", "standing", "ratio_crude", "ratio_age_sex",
    "standing_age_sex", "expected_age_sex", "low_age_sex", "high_age_sex", "ratio_conditions",
    "by_age_and_sex", "by_deprivation", "by_recorded_conditions", "left",
)  # fmt: skip


def _row(every: Compared, unit: Unit, name: str, rule: suppression.Rule) -> Row:
    figures = every.figures.get((unit[1], name))
    row = figures.by_step[USUAL_STEP] if figures else None
    if figures is None or row is None or (unit, name) in every.hidden or not row["expected"]:
        return dict.fromkeys(EMPTY)
    amount = _shown(row, name, rule)
    ratios = {step: _over(amount, figures.by_step.get(step)) for step in STEPS}
    low, high = _interval(ratios[USUAL_STEP], row)
    low_age_sex, high_age_sex = _interval(ratios["age_sex"], figures.by_step["age_sex"])
    return {
        "people": rule.rounded(row["people"]),
        "amount": amount,
        "expected": round(row["expected"]),
        "ratio": ratios[USUAL_STEP],
        "low": low,
        "high": high,
        "standing": _standing(figures, USUAL_STEP),
        "ratio_crude": ratios["nothing"],
        "ratio_age_sex": ratios["age_sex"],
        "standing_age_sex": _standing(figures, "age_sex"),
        "expected_age_sex": round(figures.by_step["age_sex"]["expected"]),
        "low_age_sex": low_age_sex,
        "high_age_sex": high_age_sex,
        "ratio_conditions": ratios["conditions"],
        **_split(figures, amount),
    }


def _interval(ratio: float | None, row: Row) -> tuple[float | None, float | None]:
    """The 95% interval by chance of a ratio, at a step's own expectation and variance."""
    if ratio is None:
        return None, None
    part = 1.96 * row["variance"] ** 0.5 / row["expected"]
    return round(max(0.0, ratio - part), 2), round(ratio + part, 2)


def _shown(row: Row, name: str, rule: suppression.Rule) -> int:
    if INDICATORS[name].whole:
        return rule.rounded(row["amount"])
    return suppression.money(row["amount"], row["people"], rule)[0]


def _over(amount: float, row: Row | None) -> float | None:
    return round(amount / row["expected"], 2) if row and row["expected"] else None


def _standing(figures: Figures, step: str) -> str:
    if not figures.called[step]:
        return "not different"
    return "above" if (figures.ratio(step) or 0) > 1 else "below"


def _split(figures: Figures, amount: float) -> Row:
    """Factors that multiply up to the crude ratio: what goes with the list, with the coding, and what is left."""
    steps = [figures.by_step.get(step) for step in STEPS]
    expected = tuple(row["expected"] for row in steps if row)
    factors = variation.shares(expected, amount)
    names = ("by_age_and_sex", "by_deprivation", "by_recorded_conditions")[: len(expected) - 1]
    return dict.fromkeys(EMPTY[-4:]) | {
        name: round(factor, 2) for name, factor in zip((*names, "left"), factors, strict=True)
    }


def quadrants(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """Where each practice stands on spend and outcome, with the probability of its place."""
    every = compared(of)
    return [{"unit": unit[1]} | _quadrant(every, unit) for unit in units]


def _quadrant(every: Compared, unit: Unit) -> Row:
    on_spend, on_outcome = (_place(every, unit, name) for name in (SPEND, OUTCOME))
    names = [f"{axis}_{part}" for axis in ("spend", "outcome") for part in ("ratio", "low", "high")]
    if on_spend is None or on_outcome is None:
        return dict.fromkeys((*names, "place", "probability"))
    more_spend, more_outcome = on_spend["above"], on_outcome["above"]
    chances = {
        f"{'more' if s else 'less'} spend, {'more' if o else 'fewer'} emergency admissions": (
            (more_spend if s else 1 - more_spend) * (more_outcome if o else 1 - more_outcome)
        )
        for s in (True, False)
        for o in (True, False)
    }
    likeliest = max(chances, key=lambda place: chances[place])
    place = likeliest if chances[likeliest] >= SURE else UNCLEAR
    values = [max(0.0, of[part]) for of in (on_spend, on_outcome) for part in ("guess", "low", "high")]
    figures = dict(zip(names, (round(value, 2) for value in values), strict=True))
    return {**figures, "place": place, "probability": round(chances[likeliest], 2)}


def _place(every: Compared, unit: Unit, name: str) -> Row | None:
    """What the true ratio may be, as `calc.variation.TrueRatios` of one practice."""
    return None if (unit, name) in every.hidden else every.true_ratios.get((unit[1], name))
