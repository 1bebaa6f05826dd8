"""Plan meets reality: what a plan expects of each month beside what was counted, with limits of chance. Pure.

A year's expected use is spread over its months by their days. Counts of months vary more than chance alone lets them
(seasons, days off, coding), so the Poisson variance is multiplied by how much more the months before the plan varied:
the over-dispersion of Spiegelhalter, Quality and Safety in Health Care 2005;14:347-51. Limits stand three
standard deviations from the line (Shewhart). Signals are a month beyond a limit, or seven months running on one side
(the rules of NHS England's Making Data Count).
"""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

Month = tuple[int, int]  # calendar year, month from 1

SIGMAS = 3.0  # Shewhart's; also what a benefit has to exceed
RUN = 7  # Making Data Count, NHS England: seven points on one side of the line

ON_TRACK, TOO_EARLY, OFF_TRACK = "on track", "too early to tell", "off track"


@dataclass(frozen=True)
class Point:
    """A month: `expected` with the plan, by chance between `lower` and `upper`; `nothing_done`; `actual`: counted."""

    month: Month
    expected: float
    lower: float
    upper: float
    nothing_done: float
    actual: float | None


@dataclass(frozen=True)
class Tracked:
    """`scale`: how much of the baseline year's use the counts hold; `dispersion`: variance as a multiple of chance's.

    `benefit`: use avoided against nothing done over the counted months, with what chance alone could make of it; None
    where no benefit can be claimed."""

    points: tuple[Point, ...]
    scale: float
    dispersion: float
    standing: str
    why: str
    benefit: tuple[float, float] | None


def months_of(first: int) -> list[Month]:
    """The twelve months of a financial year by its first calendar year: April to March."""
    return [(first, month) for month in range(4, 13)] + [(first + 1, month) for month in range(1, 4)]


def spread(yearly: Mapping[int, float]) -> dict[Month, float]:
    """Use of financial years (by first calendar year) spread over their months by days."""
    found: dict[Month, float] = {}
    for first, use in yearly.items():
        days = {month: monthrange(*month)[1] for month in months_of(first)}
        found |= {month: use * length / sum(days.values()) for month, length in days.items()}
    return found


def dispersion(counts: Mapping[Month, float]) -> float:
    """Variance of a year's months around their days' share, as a multiple of Poisson's; 1 at least, and without two."""
    if len(counts) < 2:
        return 1.0
    days = {month: monthrange(*month)[1] for month in counts}
    rate = sum(counts.values()) / sum(days.values())
    if rate == 0:
        return 1.0
    chi = sum((count - rate * days[month]) ** 2 / (rate * days[month]) for month, count in counts.items())
    return max(1.0, chi / (len(counts) - 1))


def tracked(
    planned: Mapping[int, float],
    nothing_done: Mapping[int, float],
    baseline_use: float,
    baseline_year: int,
    counts: Mapping[Month, float],
) -> Tracked:
    """How a plan stands in one setting.

    planned, nothing_done: use of each financial year of the plan, by first calendar year. baseline_use: use of the
    baseline year as the plan has it. counts: whole months as counted, of any years; where the twelve of the baseline
    year are among them, the lines are scaled to what they hold of its use (practices that do not share are missing),
    and their variation widens the limits. Without them the scale is 1 and the variation chance's.
    """
    before = {month: counts[month] for month in months_of(baseline_year) if month in counts}
    whole = len(before) == 12 and baseline_use > 0 and sum(before.values()) > 0
    scale = sum(before.values()) / baseline_use if whole else 1.0
    wide = dispersion(before) if whole else 1.0
    lines, without = spread(planned), spread(nothing_done)
    points = tuple(_point(month, lines[month] * scale, without[month] * scale, wide, counts) for month in sorted(lines))
    seen = [point for point in points if point.actual is not None]
    standing, why = _standing(seen, wide)
    return Tracked(points, scale, wide, standing, why, _benefit(seen, wide) if standing == ON_TRACK else None)


def _point(month: Month, expected: float, without: float, wide: float, counts: Mapping[Month, float]) -> Point:
    margin = SIGMAS * sqrt(wide * expected)
    return Point(month, expected, max(0.0, expected - margin), expected + margin, without, counts.get(month))


def _standing(seen: Sequence[Point], wide: float) -> tuple[str, str]:
    """Off track before too early: what is plainly above the line need not wait for seven months."""
    beyond = [point for point in seen if _actual(point) > point.upper]
    if beyond:
        return OFF_TRACK, f"{_months(len(beyond))} above what chance explains"
    if _longest_above(seen) >= RUN:
        return OFF_TRACK, f"{_longest_above(seen)} months running above the line"
    if len(seen) < RUN:
        return TOO_EARLY, f"{_months(len(seen))} counted; seven are needed"
    asked = sum(point.nothing_done - point.expected for point in seen)
    if asked < _noise(seen, wide):
        return TOO_EARLY, "what the plan avoids by now is less than chance alone could make"
    return ON_TRACK, f"{_months(len(seen))} within what chance explains, or below"


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def _actual(point: Point) -> float:
    assert point.actual is not None
    return point.actual


def _longest_above(seen: Sequence[Point]) -> int:
    longest = here = 0
    for point in seen:
        here = here + 1 if _actual(point) > point.expected else 0
        longest = max(longest, here)
    return longest


def _noise(seen: Sequence[Point], wide: float) -> float:
    """What chance alone could make of the months together."""
    return SIGMAS * sqrt(wide * sum(point.nothing_done for point in seen))


def _benefit(seen: Sequence[Point], wide: float) -> tuple[float, float] | None:
    avoided = sum(point.nothing_done - _actual(point) for point in seen)
    noise = _noise(seen, wide)
    return (avoided, noise) if avoided > noise else None
