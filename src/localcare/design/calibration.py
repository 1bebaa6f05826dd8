"""Foretold beside observed as geometry: points with their intervals and the line where both are equal. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SIZE, LEFT, BOTTOM = 320, 44, 276
WIDTH, HEIGHT = 264, 264


@dataclass(frozen=True)
class Point:
    """Shares, 0 to 1. `observed` is None where it is suppressed: then the point is not drawn."""

    foretold: float
    observed: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class DrawnPoint:
    x: float
    y: float
    top: float
    bottom: float


@dataclass(frozen=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True)
class CalibrationChart:
    """`across` and `up`: the same ticks on both axes, each by its place."""

    points: tuple[DrawnPoint, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def calibration_chart(points: Sequence[Point]) -> CalibrationChart:
    """Scale both axes alike, from 0 to the next tenth above the largest value. Raises ValueError outside 0 to 1."""
    drawn = [p for p in points if p.observed is not None]
    values = [v for p in drawn for v in (p.foretold, p.observed, p.low, p.high) if v is not None]
    if values and not 0 <= min(values) <= max(values) <= 1:
        raise ValueError("a share lies from 0 to 1")
    steps = max(1, ceil(10 * max(values, default=0.1) - 1e-9))
    longest = steps / 10

    def across(value: float) -> float:
        return round(LEFT + WIDTH * value / longest, 1)

    def up(value: float) -> float:
        return round(BOTTOM - HEIGHT * value / longest, 1)

    every = 1 if steps <= 5 else 2
    ticks = [i / 10 for i in range(0, steps + 1, every)]
    return CalibrationChart(
        points=tuple(
            DrawnPoint(
                across(p.foretold),
                up(p.observed or 0),
                up(p.observed or 0) if p.high is None else up(p.high),
                up(p.observed or 0) if p.low is None else up(p.low),
            )
            for p in drawn
        ),
        across=tuple(Tick(across(t), f"{t:.0%}") for t in ticks),
        up=tuple(Tick(up(t), f"{t:.0%}") for t in ticks),
    )
