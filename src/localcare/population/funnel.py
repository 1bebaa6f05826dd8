"""Shapes the page of variation: the funnel as geometry, what it says in one sentence, the split in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from localcare.population import reports, variation
from localcare.population.calc import variation as calc
from localcare.population.calc.standard import INDICATORS
from localcare.population.models import Run

Row = dict[str, Any]
STEPS = {variation.USUAL_STEP: "Age, sex and deprivation", "age_sex": "Age and sex"}
INNER, OUTER = 0.025, 0.001  # 95% and 99.8% of practices lie within: the limits of Spiegelhalter (2005)
GRID = 40
SAME = "not different"
LEFT, RIGHT, TOP, BOTTOM = 9.0, 97.0, 4.0, 88.0  # of the drawing, in per cent: room for its scales


@dataclass(frozen=True)
class Point:
    """A practice as drawn: place in per cent of the drawing, its name, its standing, whether it is the viewer's."""

    x: float
    y: float
    name: str
    standing: str
    ours: bool

    @property
    def numbered(self) -> bool:
        """Whether it is told apart and named in the key."""
        return self.ours or self.standing != SAME


@dataclass(frozen=True)
class Funnel:
    """Limits as points of lines, practices, ticks (place, words); `one` is the height of the ratio 1."""

    inner: tuple[str, str]
    outer: tuple[str, str]
    points: tuple[Point, ...]
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]
    one: float


@dataclass(frozen=True)
class Mark:
    """A practice on spend (across) and outcome (up) with its intervals, in per cent of the drawing."""

    name: str
    x: float
    left: float
    right: float
    y: float
    low: float
    high: float
    placed: bool
    ours: bool

    @property
    def numbered(self) -> bool:
        """Whether it is told apart and named in the key."""
        return self.ours or self.placed


@dataclass(frozen=True)
class Quadrants:
    """Practices, where 1 lies, ticks (place, words)."""

    marks: tuple[Mark, ...]
    one_across: float
    one_up: float
    across: tuple[tuple[float, str], ...]
    up: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Page:
    """One indicator of all practices, each row as published."""

    indicator: str
    label: str
    step: str
    rows: tuple[Row, ...]
    finding: str
    funnel: Funnel | None
    quadrants: tuple[Row, ...]
    quadrant_finding: str
    quadrants_drawn: "Quadrants | None"

    def to_explain(self, own: str) -> list[Row]:
        """The viewer's own practice and those called different: whose crude difference is told in words."""
        return [r for r in self.rows if r["ratio"] is not None and (r["unit"] == own or r["standing"] != SAME)]


def page(run: Run, indicator: str, step: str, own: str) -> Page:
    """The page of an indicator; nothing asked is the usual. Raises NoRun, UnknownReport for a choice there is not."""
    indicator = _chosen(indicator, INDICATORS, "indicator")
    step = _chosen(step, STEPS, "by")
    of = reports.made(run)
    found = [row for row in reports.build(of, "variation", reports.PRACTICE).rows if row["indicator"] == indicator]
    rows = tuple(_at(row, step) for row in found)
    shown = [row for row in rows if row["ratio"] is not None]
    label = INDICATORS[indicator].label
    drawn = _funnel(of, indicator, step, shown, own) if len(shown) >= calc.FEWEST else None
    placed = reports.build(of, "quadrants", reports.PRACTICE).rows
    said = finding(label, shown, len(rows))
    return Page(
        indicator, label, step, rows, said, drawn, placed, quadrant_finding(placed), draw_quadrants(placed, own)
    )


def _chosen(asked: str, offered: Mapping[str, Any], what: str) -> str:
    if asked and asked not in offered:
        raise reports.UnknownReport(f"There is no {what} {asked!r}. There are: {', '.join(offered)}.")
    return asked or next(iter(offered))


def _at(row: Row, step: str) -> Row:
    if step == variation.USUAL_STEP:
        return row
    return row | {
        "ratio": row["ratio_age_sex"],
        "expected": row["expected_age_sex"],
        "standing": row["standing_age_sex"],
        "low": row["low_age_sex"],
        "high": row["high_age_sex"],
    }


def finding(label: str, shown: Sequence[Row], practices: int) -> str:
    """One sentence: who differs, or that nobody does."""
    if len(shown) < calc.FEWEST:
        return f"There is not enough data to compare: {len(shown)} of {practices} practices have a figure."
    apart = {way: [row["unit_name"] for row in shown if row["standing"] == way] for way in ("above", "below")}
    said = [f"{_names(names)} {_lies(names)} {way}" for way, names in apart.items() if names]
    if not said:
        return f"{label}: none of {len(shown)} practices differs by more than chance and the usual spread between them."
    return (
        f"{label}: of {len(shown)} practices {' and '.join(said)} what their list would lead one to expect, "
        "by more than chance and the usual spread."
    )


def _names(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} practices"


def _lies(names: Sequence[str]) -> str:
    return "lies" if len(names) == 1 else "lie"


def _funnel(of: reports.Made, indicator: str, step: str, shown: Sequence[Row], own: str) -> Funnel:
    every = variation.compared(of)
    rows = [figures.by_step[step] for (_, name), figures in every.figures.items() if name == indicator]
    chance = sum(row["variance"] for row in rows) / sum(row["expected"] for row in rows)
    largest = max(row["expected"] for row in shown)
    grid = np.linspace(max(min(row["expected"] for row in shown) * 0.8, largest / 200, 1.0), largest, GRID)
    variance = chance * grid + every.spread[indicator, step] * grid**2
    whole = INDICATORS[indicator].whole
    lines = [line for outside in (INNER, OUTER) for line in calc.limits(grid, variance, whole, outside)]
    ratios = [row["ratio"] for row in shown]
    top = max(1.5, max(ratios) * 1.05, min(float(lines[3][GRID // 4]), 3.0))
    drawn = [_line(grid, line, largest, top) for line in lines]
    points = tuple(
        Point(
            _x(row["expected"], largest), _y(row["ratio"], top), row["unit_name"], row["standing"], row["unit"] == own
        )
        for row in shown
    )
    across = tuple((_x(value, largest), f"{value:,.0f}") for value in _ticks(largest))
    up = tuple((_y(value, top), f"{value:g}") for value in (0, 0.5, 1, 1.5, 2, 3) if value <= top)
    return Funnel((drawn[0], drawn[1]), (drawn[2], drawn[3]), points, across, up, _y(1, top))


def _ticks(largest: float) -> list[float]:
    step = 10 ** np.floor(np.log10(largest))
    step = step if largest / step >= 3 else step / 2
    return [float(value) for value in np.arange(0, largest * 1.001, step)]


def _x(expected: float, largest: float) -> float:
    return round(LEFT + (RIGHT - LEFT) * expected / largest, 2)


def _y(ratio: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * min(ratio, top) / top, 2)


def _line(grid: np.ndarray, ratio: np.ndarray, largest: float, top: float) -> str:
    places = zip(grid.tolist(), ratio.tolist(), strict=True)
    return " ".join(f"{_x(e, largest)},{_y(r, top)}" for e, r in places)


def split_in_words(row: Row) -> str:
    """Is it the list, the coding or the care? What the crude difference goes with, in one sentence."""
    if row["ratio_crude"] is None:
        return "Not enough data to say."
    parts = [
        ("age and sex", row["by_age_and_sex"]),
        ("deprivation", row["by_deprivation"]),
        ("recorded conditions", row["by_recorded_conditions"]),
    ]
    said = [f"{_percent(factor)} with {name}" for name, factor in parts if factor is not None]
    return f"{_percent(row['ratio_crude'])} in all: {', '.join(said)}; {_percent(row['left'])} is left."


def _percent(factor: float) -> str:
    """1.12 as 12% more."""
    apart = round(100 * (factor - 1))
    return "no difference" if apart == 0 else f"{abs(apart)}% {'more' if apart > 0 else 'less'}"


def quadrant_finding(rows: Sequence[Row]) -> str:
    """One sentence on spend against outcome: how many practices can be placed at all, and where."""
    known = [row for row in rows if row["place"]]
    placed: dict[str, list[str]] = {}
    for row in known:
        if row["place"] != variation.UNCLEAR:
            placed.setdefault(row["place"], []).append(row["unit_name"])
    if not known:
        return "There is not enough data to say."
    if not placed:
        return f"For none of {len(known)} practices is it clear on which side of both it lies."
    said = "; ".join(f"{_names(names)} ({place})" for place, names in sorted(placed.items()))
    return f"Of {len(known)} practices these can be placed with 95% probability: {said}."


def draw_quadrants(rows: Sequence[Row], own: str) -> Quadrants | None:
    """Both ratios to one scale of its own each, wide enough for every interval; None where nobody has both."""
    known = [row for row in rows if row["place"]]
    if not known:
        return None
    spend, outcome = ([row[f"{of}_{end}"] for row in known for end in ("low", "high")] for of in ("spend", "outcome"))
    across, up = _scale(spend, LEFT, RIGHT), _scale(outcome, BOTTOM, TOP)
    marks = tuple(
        Mark(
            name=row["unit_name"],
            x=across(row["spend_ratio"]),
            left=across(row["spend_low"]),
            right=across(row["spend_high"]),
            y=up(row["outcome_ratio"]),
            low=up(row["outcome_low"]),
            high=up(row["outcome_high"]),
            placed=row["place"] != variation.UNCLEAR,
            ours=row["unit"] == own,
        )
        for row in known
    )
    ticks = (
        tuple((at(value), f"{value:g}") for value in _round_ratios(of)) for at, of in ((across, spend), (up, outcome))
    )
    return Quadrants(marks, across(1), up(1), *ticks)


def _scale(values: Sequence[float], start: float, end: float) -> Callable[[float], float]:
    """Where a value lies between two places of the drawing; 1 is always in it."""
    least, most = _span(values)
    return lambda value: round(start + (end - start) * (value - least) / (most - least), 2)


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Every value and some room, so that no interval lies on the edge."""
    least, most = min(*values, 0.95), max(*values, 1.05)
    room = (most - least) / 20
    return least - room, most + room


def _round_ratios(values: Sequence[float]) -> list[float]:
    """Three to six round ratios over the span, 1 among them."""
    least, most = _span(values)
    step = next(step for step in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 1e9) if (most - least) / step < 6)
    return [round(n * step, 2) for n in range(int(np.ceil(least / step)), int(most / step) + 1)]


def filters() -> list[dict[str, Any]]:
    """What narrows the page, kept in the address; the first of each is the usual one."""
    offered = {"indicator": ("What", {k: i.label for k, i in INDICATORS.items()}), "by": ("Taking account of", STEPS)}
    return [
        {
            "title": title,
            "name": name,
            "options": [{"value": key if at else None, "label": label} for at, (key, label) in enumerate(of.items())],
        }
        for name, (title, of) in offered.items()
    ]
