"""How people of an area are born, survive and move, estimated from nothing but its own yearly counts.

Cohort-component method with rates read from the cohorts themselves (as S. K. Smith, J. Tayman, D. A. Swanson, *A
Practitioner's Guide to State and Local Population Projections*, Springer 2013, chapters 4 to 7):

- *survival* by sex, the same in every district: chance of dying within a year h(a) = exp(level + slope a) (Gompertz
  1825), fitted to what cohorts of 75 to 88 lose in a year, when hardly anybody moves; the last, open age from what
  those of 89 and over lose. Below 75 the fitted line is followed downwards: deaths of the young are too few and count
  as moves;
- *net migration* by district, sex and age: what a cohort gained or lost beyond survival, mean of the years. Gains are
  kept as numbers of people, losses as shares of the cohort, so that nobody is ever below zero and gains do not compound
  (M. E. Hauer, Scientific Data 2019;6:190005, for growing and shrinking cohorts);
- *fertility* by district: children born in a year and living there at its end, per woman of 15 to 44, with the share of
  girls among all.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from localcare.capacity.calc.population import AGES, People
from localcare.capacity.calc.quantity import Array

FIRST_OLD, LAST_OLD = 75, 88  # ages from whose deaths the rate of the oldest is read; assumed
WOMEN = slice(15, 45)  # ages to which births are ascribed: ONS, general fertility rate, 15 to 44
BIRTH_YEARS = 3
"""Fertility has fallen since 2012: it is that of the last three years (assumed; the backtest compares)."""


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """What moves people from one year to the next.

    `dying` (sex, age at the beginning): chance of dying in the year. `joining` (place, sex, age at the end): people who
    come in a year, net. `leaving` (place, sex, age at the end): share of those living who go, net. `children` (place):
    born in a year and there at its end, per woman of 15 to 44. `girls`: their share among all."""

    places: tuple[str, ...]
    dying: Array
    joining: Array
    leaving: Array
    children: Array
    girls: float

    def scaled(self, *, children: float = 1.0, joining: Array | float = 1.0, dying: float = 1.0) -> Self:
        """The same with these multiples; `joining` may be one per place. Chances stay at most 1."""
        by_place = np.broadcast_to(np.asarray(joining, dtype=float), len(self.places))[:, None, None]
        return replace(
            self,
            children=self.children * children,
            joining=self.joining * by_place,
            dying=np.minimum(self.dying * dying, 1.0),
        )


def estimate(residents: People, *, birth_years: int = BIRTH_YEARS) -> Rates:
    """Rates from yearly counts, at least two years of them. Raises ValueError where there are fewer."""
    if len(residents.years) < 2:
        raise ValueError(f"rates need two years or more, here only {residents.years}: add the years before or after")
    before, after = residents.count[:-1], residents.count[1:]
    dying = _dying(before, after)
    living = aged(before * (1 - dying))
    net = (after - living)[..., 1:]
    mean_net, mean_living = net.mean(0), living[..., 1:].mean(0)
    share = np.divide(-mean_net, mean_living, out=np.zeros_like(mean_net), where=mean_living > 0)
    infants = after[-birth_years:, ..., 0].sum(0)
    mothers = (women(before) + women(after))[-birth_years:].sum(0) / 2
    return Rates(
        places=residents.places,
        dying=dying,
        joining=_from_one(np.maximum(mean_net, 0)),
        leaving=_from_one(np.clip(share, 0, 1)),
        children=np.divide(infants.sum(-1), mothers, out=np.zeros_like(mothers), where=mothers > 0),
        girls=float(infants[:, 0].sum() / infants.sum()) if infants.sum() else 0.5,
    )


def net_migration(residents: People, rates: Rates) -> Array:
    """Net migration (year after the first, place) of people aged 1 and over, as the counts show it beyond survival."""
    living = aged(residents.count[:-1] * (1 - rates.dying))
    return np.asarray((residents.count[1:] - living)[..., 1:].sum((-1, -2)))


def aged(living: Array) -> Array:
    """Survivors (..., age) one year older: nobody is left at 0, and the last age takes in the one before."""
    older = np.zeros_like(living)
    older[..., 1:] = living[..., :-1]
    older[..., -1] += living[..., -1]
    return older


def women(count: Array) -> Array:
    """Women of 15 to 44 of people (..., sex, age)."""
    return np.asarray(count[..., 0, WOMEN].sum(-1))


def _dying(before: Array, after: Array) -> Array:
    """Chance of dying (sex, age) from what old cohorts of all places lost, over all years together."""
    start, end = before.sum((0, 1)), after.sum((0, 1))
    ages = np.arange(FIRST_OLD, LAST_OLD + 1)
    dying = np.empty_like(start)
    for sex in range(start.shape[0]):
        kept = np.divide(end[sex, ages + 1], start[sex, ages], out=np.ones(len(ages)), where=start[sex, ages] > 0)
        lost = 1 - kept
        fit = lost > 0
        if fit.sum() >= 2:
            slope, level = np.polyfit(ages[fit], np.log(lost[fit]), 1, w=np.sqrt(start[sex, ages] * lost)[fit])
            dying[sex] = np.minimum(np.exp(level + slope * np.arange(AGES)), 1)
        else:
            dying[sex] = 0
        old = start[sex, -2:].sum()
        dying[sex, -2:] = np.clip(1 - end[sex, -1] / old, 0, 1) if old else 0
    return dying


def _from_one(values: Array) -> Array:
    """Values of ages 1 and over, with 0 put before them: a child of 0 is a birth, never a move."""
    return np.concatenate([np.zeros((*values.shape[:-1], 1)), values], axis=-1)
