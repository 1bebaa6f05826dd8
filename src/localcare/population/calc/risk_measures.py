"""How well a risk ranks people and how true its size is, with 95% intervals. Pure NumPy, no loop over people.

Every interval takes people as independent of each other; people of one practice are alike, so that with few practices
the true uncertainty is somewhat larger.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z = 1.959964
# Log odds of a risk of nothing or of one are infinite.
LEAST = 1e-6


@dataclass(frozen=True)
class Estimate:
    """A value and its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """Slope 1 and intercept 0: risks are as large as they say. Slope under 1: high ones too high, low ones too low.

    The intercept is that of calibration in the large (slope held at 1): above 0 more happens than was said.
    """

    slope: Estimate
    intercept: Estimate


@dataclass(frozen=True)
class Top:
    """The share of people at highest risk: how many, how many of them had the outcome, their share of all events."""

    share: float
    people: int
    outcomes: int
    events: int
    events_held: Estimate


def around(value: float, error: float) -> Estimate:
    """The interval of a value with a standard error."""
    return Estimate(value, value - Z * error, value + Z * error)


def _placements(scores: NDArray, happened: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each with the outcome, the share of others ranked below; of each other, the share of those ranked above."""
    ill, well = scores[happened], scores[~happened]
    return _share_below(ill, well), 1 - _share_below(well, ill)


def _share_below(scores: NDArray, others: NDArray) -> NDArray[np.float64]:
    """Of each score the share of the others that are lower; equal ones count half."""
    ordered = np.sort(others)
    below, not_above = (np.searchsorted(ordered, scores, side) for side in ("left", "right"))
    return (below + not_above) / (2 * len(others))


def c_statistic(scores: NDArray, happened: NDArray[np.bool_]) -> Estimate:
    """Chance that of two people, one with the outcome, that one has the higher score; equal ones count half.

    Interval after DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837-845. Needs two people of each
    kind.
    """
    below, above = _placements(scores, happened)
    error = np.sqrt(below.var(ddof=1) / len(below) + above.var(ddof=1) / len(above))
    found = around(float(below.mean()), float(error))
    return Estimate(found.value, max(0.0, found.low), min(1.0, found.high))


def c_gain(first: NDArray, second: NDArray, happened: NDArray[np.bool_]) -> Estimate:
    """By how much c of the second score is above that of the first on the same people (DeLong's paired interval)."""
    (below_1, above_1), (below_2, above_2) = _placements(first, happened), _placements(second, happened)
    below, above = below_2 - below_1, above_2 - above_1
    error = np.sqrt(below.var(ddof=1) / len(below) + above.var(ddof=1) / len(above))
    return around(float(below.mean()), float(error))


def calibration(scores: NDArray, happened: NDArray[np.bool_]) -> Calibration:
    """Slope and intercept of the outcome on the log odds of the score (Cox, Biometrika 1958;45:562-565).

    In: risks 0 to 1 and the outcome; both kinds of outcome must occur. Out: Wald intervals.
    """
    risk = np.clip(scores.astype(np.float64), LEAST, 1 - LEAST)
    odds = np.log(risk / (1 - risk))
    one = np.ones_like(odds)
    both, spread = _logistic(np.column_stack([one, odds]), happened, np.zeros_like(odds))
    alone, width = _logistic(one[:, None], happened, odds)
    return Calibration(
        slope=around(float(both[1]), float(np.sqrt(spread[1, 1]))),
        intercept=around(float(alone[0]), float(np.sqrt(width[0, 0]))),
    )


def calibration_line(odds: NDArray, happened: NDArray) -> tuple[float, float]:
    """Intercept and slope of a logistic fit of what happened on log odds."""
    found, _ = _logistic(np.column_stack([np.ones(len(odds)), odds]), happened.astype(np.float64), np.zeros(len(odds)))
    return float(found[0]), float(found[1])


def _logistic(x: NDArray, happened: NDArray, offset: NDArray) -> tuple[NDArray, NDArray]:
    """Coefficients of an unpenalised logistic fit and their covariance, by Newton's method."""
    found = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(offset + x @ found)))
        information = (x * (chance * (1 - chance))[:, None]).T @ x
        step = np.linalg.solve(information, x.T @ (happened - chance))
        # A step too long would throw a steep curve off; a shorter one comes to the same place.
        found = found + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return found, np.linalg.inv(information)


def top(scores: NDArray, happened: NDArray[np.bool_], events: NDArray, share: float) -> Top:
    """What the share of people with the highest scores (rounded up; equal ones in their order) holds.

    `events`: how often it happened to each. The interval of the share of events is that of a ratio of two sums, by
    linearisation (Cochran, Sampling Techniques, 1977, chapter 6), with the threshold taken as fixed.
    """
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[np.argsort(-scores, kind="stable")[: int(np.ceil(share * len(scores)))]] = True
    everything = float(events.sum())
    held = float(events[chosen].sum()) / everything if everything else 0.0
    error = float(np.sqrt(((events * (chosen - held)) ** 2).sum())) / everything if everything else 0.0
    found = around(held, error)
    return Top(
        share=share,
        people=int(chosen.sum()),
        outcomes=int(happened[chosen].sum()),
        events=int(events[chosen].sum()),
        events_held=Estimate(held, max(0.0, found.low), min(1.0, found.high)),
    )


def wilson(count: float, of: float) -> Estimate:
    """A share and its interval after Wilson, J Am Stat Assoc 1927;22:209-212."""
    share = count / of
    middle = (share + Z**2 / (2 * of)) / (1 + Z**2 / of)
    half = Z / (1 + Z**2 / of) * float(np.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2)))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half))


def equal_parts(scores: NDArray, parts: int) -> NDArray[np.int64]:
    """The part, from 0 for the lowest scores, of each person; parts are of equal size but for one."""
    place = np.empty(len(scores), dtype=np.int64)
    place[np.argsort(scores, kind="stable")] = np.arange(len(scores))
    return place * parts // max(1, len(scores))
