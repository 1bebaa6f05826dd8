"""How many of a practice's people would be on a register at the rates of other practices, and how sure that is. Pure.

Indirect standardisation by age and sex with the practice's own people left out of the rates; the interval of the
number seen is the exact one of Poisson (F. Garwood, Biometrika 1936;28:437). It says who records less than others for
people of the same ages and sexes, never how many have the condition. Of all registers of a unit together at most 5% of
those called different are so by chance, on average (`calc/variation`: Benjamini and Hochberg 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from localcare.population.calc import variation

Column = NDArray[np.float64]
SURE = 0.95


def of_others(unit: NDArray[np.int64], stratum: NDArray[np.int64], people: Column, having: Column) -> Column:
    """By unit (numbered from 0), the number expected at the rates of all other units.

    In: one row a unit and stratum: people, and how many of them have something. In a stratum where no other unit has
    anybody, the rate of all other units together holds. NaN where there is no other unit with anybody.
    """
    units, strata = int(unit.max(initial=-1)) + 1, int(stratum.max(initial=-1)) + 1
    own_people, own_having = np.zeros((units, strata)), np.zeros((units, strata))
    np.add.at(own_people, (unit, stratum), people)
    np.add.at(own_having, (unit, stratum), having)
    others = own_people.sum(axis=0) - own_people
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = (own_having.sum(axis=0) - own_having) / others
        overall = (own_having.sum() - own_having.sum(axis=1)) / others.sum(axis=1)
    rate = np.where(others > 0, rate, overall[:, None])
    # A unit expects nothing of a stratum in which it has nobody, whatever the rate there.
    return np.where(own_people > 0, own_people * rate, 0.0).sum(axis=1)


@dataclass(frozen=True)
class Compared:
    """What was seen against what was expected: how many fewer (below 0: more), with the 95% interval of that."""

    expected: float
    fewer: float
    fewer_low: float
    fewer_high: float


def called(found: Sequence[Compared]) -> list[int]:
    """For each of a unit's registers: 1 where fewer people than expected are on it beyond chance, -1 more, else 0."""
    expected = np.array([one.expected for one in found])
    fewer = np.array([one.fewer for one in found])
    some = expected > 0  # where nothing was expected there is nothing to be different from
    p = np.ones(len(found))
    p[some] = variation.tails(expected[some] - fewer[some], expected[some], expected[some], True)
    return [int(one) for one in np.where(variation.discoveries(p), np.sign(fewer), 0)]


def compare(seen: int, expected: float) -> Compared:
    """The number on a register against that expected, which is taken as known."""
    outside = (1 - SURE) / 2
    low = float(stats.chi2.ppf(outside, 2 * seen) / 2) if seen else 0.0
    high = float(stats.chi2.ppf(1 - outside, 2 * (seen + 1)) / 2)
    return Compared(expected, expected - seen, expected - high, expected - low)
