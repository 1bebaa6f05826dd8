"""What being put forward changes: people reached against people alike not yet reached, with an interval. Pure NumPy.

Mathematics. A *cell* is one person in one stratum (a period of an evaluation, or a set of matched people), reached or
not, with an amount y (admissions, nights, pounds) in t years. In stratum s, with sums A, T1 over those reached and B,
T0 over those not,

    R = sum_s w_s A_s / T1_s,   S = sum_s w_s B_s / T0_s,   ratio = R / S,   difference a year = (R - S) / sum_s w_s.

Randomised order: w_s = T1_s T0_s / T_s, the Mantel-Haenszel estimator for person-time (Mantel and Haenszel, J Natl
Cancer Inst 1959;22:719-748; Rothman and Boice 1979): within a period only chance decides who was reached, so that the
season, and risks that fall by themselves after a bad year, bear on both sides alike. In each period all released
before are compared with all released later: a stepped wedge of persons (Hussey and Hughes, Contemp Clin Trials
2007;28:182-191), by intention: everybody counts by the day fixed for them, whatever happened. Matched people: w_s =
T1_s, the rate that those reached would have had at the rates of the others (coarsened exact matching, Iacus, King and
Porro, Polit Anal 2012;20:1-24).

Interval. One person's cells belong together, so that whole persons are left out in turn (jackknife: Efron and Stein,
Ann Stat 1981;9:586-596): var = (n - 1)/n sum_i u_i^2 with u_i = l_i - mean l, and l the log ratio, or the difference.
Limits by Student's t with 2 (sum u^2)^2 / (sum u^4 - (sum u^2)^2 / n) degrees of freedom (Satterthwaite, Biometrics
Bull 1946;2:110-114): where few people carry most of the nights, the interval knows how little it knows.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RANDOMISED, MATCHED = "randomised", "matched"
LEAST_PEOPLE = 10
CONFIDENCE = 0.95
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Cells:
    """Equal-long arrays: person and stratum as numbers from 0, reached or not, years at risk."""

    person: NDArray[np.int64]
    stratum: NDArray[np.int64]
    reached: NDArray[np.bool_]
    years: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len({len(self.person), len(self.stratum), len(self.reached), len(self.years)}) != 1:
            raise ValueError("Cells need columns of one length.")

    @property
    def compared(self) -> NDArray[np.bool_]:
        """Cells of strata in which there are years on both sides; only these tell anything."""
        size = int(self.stratum.max(initial=-1)) + 1
        sides = [np.bincount(self.stratum[m], self.years[m], size) for m in (self.reached, ~self.reached)]
        both = (sides[0] > 0) & (sides[1] > 0)
        return both[self.stratum] & (self.years > 0)


@dataclass(frozen=True)
class Effect:
    """Amounts a person and year on both sides, at the same weights of strata; their ratio and difference, with limits.

    people_reached, people_not: with years on that side. with_reached, with_not: of them, with more than nothing.
    """

    people_reached: int
    people_not: int
    with_reached: int
    with_not: int
    rate_reached: float
    rate_not: float
    ratio: float
    ratio_low: float
    ratio_high: float
    difference: float
    difference_low: float
    difference_high: float


def effect(cells: Cells, amount: NDArray, method: str, confidence: float = CONFIDENCE) -> Effect | None:
    """The effect of being reached; None where fewer than `LEAST_PEOPLE` people on a side have more than nothing.

    amount: what each cell used. Raises ValueError for an unknown method or amounts of another length.
    """
    if method not in (RANDOMISED, MATCHED):
        raise ValueError(f"method {method!r} is not one of {RANDOMISED}, {MATCHED}")
    if len(amount) != len(cells.person):
        raise ValueError("There must be one amount a cell.")
    used = cells.compared
    person, reached, years = cells.person[used], cells.reached[used], cells.years[used]
    y = np.asarray(amount, dtype=np.float64)[used]
    sides = [_side(person[m], y[m]) for m in (reached, ~reached)]
    if min(some for _, some in sides) < LEAST_PEOPLE:
        return None
    stratum = np.unique(cells.stratum[used], return_inverse=True)[1]
    weighed = _Weighed(stratum, reached, years, y, method)
    whole, without = weighed.whole(), weighed.without(np.unique(person, return_inverse=True)[1])
    low, high = _limits(np.log(whole[0] / whole[1]), np.log(without[0] / without[1]), confidence)
    apart = _limits((whole[0] - whole[1]) / whole[2], (without[0] - without[1]) / without[2], confidence)
    return Effect(
        people_reached=sides[0][0],
        people_not=sides[1][0],
        with_reached=sides[0][1],
        with_not=sides[1][1],
        rate_reached=float(whole[0] / whole[2]),
        rate_not=float(whole[1] / whole[2]),
        ratio=float(whole[0] / whole[1]),
        ratio_low=float(np.exp(low)),
        ratio_high=float(np.exp(high)),
        difference=float((whole[0] - whole[1]) / whole[2]),
        difference_low=float(apart[0]),
        difference_high=float(apart[1]),
    )


def staged(release: NDArray, cuts: NDArray, years: NDArray) -> tuple[Cells, NDArray[np.int64]]:
    """The cells of an evaluation, and where each stands in an array of people by periods laid row after row.

    In: day of release of each of N people and first day of each of P periods, as numbers; years (N, P) at risk.
    Somebody is reached in a period that begins on their day or later; those without years in it are left out.
    """
    people, periods = years.shape
    person, stratum = np.divmod(np.arange(people * periods), periods)
    at = np.flatnonzero(years.ravel() > 0)
    reached = release[person] <= cuts[stratum]
    return Cells(person[at], stratum[at], reached[at], years.ravel()[at]), at


def cuts(release: list[date], until: date) -> list[date]:
    """The first day of each period: every day of release up to and with `until`, the last day of the data."""
    return sorted({day for day in release if day <= until})


def harms(cells: Cells, amount: NDArray, limit: float) -> bool:
    """The stop rule: whether the 99.9% interval of the ratio lies above `limit`.

    So strict that looking often does no harm to the 95% interval (Haybittle, Br J Radiol 1971;44:793-797; Peto and
    others, Br J Cancer 1976;34:585-612).
    """
    found = effect(cells, amount, RANDOMISED, confidence=0.999)
    return found is not None and found.ratio_low > limit


def _side(person: NDArray, y: NDArray) -> tuple[int, int]:
    return len(np.unique(person)), len(np.unique(person[y > 0]))


class _Weighed:
    """Sums by stratum, and the same with one person left out."""

    def __init__(self, stratum: NDArray, reached: NDArray, years: NDArray, y: NDArray, method: str) -> None:
        self.stratum, self.method = stratum, method
        self.own = (y * reached, y * ~reached, years * reached, years * ~reached)
        self.sums = tuple(np.bincount(stratum, part) for part in self.own)

    def whole(self) -> tuple[float, float, float]:
        r, s, w = (float(part.sum()) for part in self._parts(*self.sums))
        return r, s, w

    def without(self, person: NDArray) -> NDArray:
        """R, S and the sum of weights without each person in turn: (3, people)."""
        here = [part[self.stratum] for part in self._parts(*self.sums)]
        left = self._parts(*(s[self.stratum] - own for s, own in zip(self.sums, self.own, strict=True)))
        lost = [np.bincount(person, h - part) for h, part in zip(here, left, strict=True)]
        return np.array([total - gone for total, gone in zip(self.whole(), lost, strict=True)])

    def _parts(self, a: NDArray, b: NDArray, t1: NDArray, t0: NDArray) -> tuple[NDArray, NDArray, NDArray]:
        both = (t1 > 1e-12) & (t0 > 1e-12)
        t1, t0 = np.where(both, t1, 1.0), np.where(both, t0, 1.0)
        w = np.where(both, t1 * t0 / (t1 + t0) if self.method == RANDOMISED else t1, 0.0)
        return w * a / t1, w * b / t0, w


def _limits(value: float, without: NDArray, confidence: float) -> tuple[float, float]:
    squares = np.square(without - without.mean())
    n, total, spread = len(without), squares.sum(), np.square(squares).sum() - squares.sum() ** 2 / len(without)
    df = 2 * total**2 / spread if spread > 0 else n - 1
    reach = float(stats.t.ppf((1 + confidence) / 2, max(1.0, df)) * np.sqrt((n - 1) / n * total))
    return value - reach, value + reach
