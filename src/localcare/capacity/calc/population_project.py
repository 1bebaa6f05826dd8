"""People carried forward year by year: opening + births - deaths + net migration = closing, in every place and age.

The cohort-component method with the rates of `population_rates`. A whole set of draws is carried at once: every array
may have more axes before (place, sex, age). Four things are uncertain: children per woman, how mortality moves, how
many come, and what the method itself missed in the past (`drift`); each stays for the whole of a draw, so that the
range widens with the years.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.population import AGES, People
from localcare.capacity.calc.population_rates import Rates, aged, net_migration, women
from localcare.capacity.calc.quantity import Array, Quantity, draws

Variant = Literal["low", "principal", "high"]


IMPROVEMENT = Quantity(
    0.0, 0.5, 1.2, "triangular", "% a year", "assumed: hardly any fall in 2011 to 2023, about 1% before"
)


@dataclass(frozen=True, slots=True, eq=False)
class Year:
    """One year's account: `closing`, `deaths` and `moved` (..., place, sex, age at the end), `births` (..., place,
    sex)."""

    closing: Array
    births: Array
    deaths: Array
    moved: Array


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """People from the base year on, and the account of each year after it: (year, place)."""

    people: People
    births: Array
    deaths: Array
    moved: Array


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """`count` (draw, year, place, sex, age), single precision: the base year is the first, alike in all draws."""

    years: tuple[int, ...]
    places: tuple[str, ...]
    count: npt.NDArray[np.float32]

    def of(self, draw: int) -> People:
        return People(self.years, self.places, self.count[draw].astype(float))

    def range(self, values: npt.NDArray[np.floating], *, share: float = 0.8) -> Array:
        """Low, median and high (3, ...) of values (draw, ...): the range holds this share of the draws."""
        return np.quantile(values, [(1 - share) / 2, 0.5, (1 + share) / 2], axis=0)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """`children`: multiple of the estimated children per woman. `mortality`: fall of the chance of dying, % a year.
    `joining`: by place, multiple of the people who come. `drift`: by age band, growth beside what is projected, % a
    year; drawn for each place and band, for ages of no band none."""

    children: Quantity
    mortality: Quantity
    joining: Mapping[str, Quantity]
    drift: Mapping[tuple[int, int], Quantity] = field(default_factory=dict)


def step(
    opening: Array,
    rates: Rates,
    *,
    dying: Array | None = None,
    joining: Array | None = None,
    children: Array | None = None,
    drift: Array | float = 0.0,
) -> Year:
    """One year on from people (..., place, sex, age); the named rates replace those of `rates`, e.g. one per draw.

    `drift`: share of the living who come besides, or go where below 0 (..., place, sex, age)."""
    dying = rates.dying if dying is None else dying
    joining = rates.joining if joining is None else joining
    children = rates.children if children is None else children
    lost = opening * dying
    living = aged(opening - lost)
    moved = joining + living * np.maximum(drift - rates.leaving, -1)
    closing = living + moved
    born = children * (women(opening) + women(closing)) / 2
    births = np.stack([born * rates.girls, born * (1 - rates.girls)], axis=-1)
    closing[..., 0] = births
    return Year(closing, births, aged(lost), moved)


def project(
    base: Array, first: int, last: int, rates: Rates, *, improvement: float = 0.0, extra: Array | None = None
) -> Projection:
    """From people (place, sex, age) in the middle of the year `first` to the year `last`.

    `improvement`: fall of the chance of dying, % a year. `extra` (year after the first, place): people who come
    besides, by the ages of those who come anyway (see `population_housing`). Raises ValueError where `last` is not
    after `first`."""
    years = _years(first, last)
    counts, accounts = [base], []
    for n in range(1, len(years)):
        joining = rates.joining if extra is None else rates.joining + extra[n - 1][:, None, None] * arrivals(rates)
        made = step(counts[-1], rates, dying=rates.dying * (1 - improvement / 100) ** n, joining=joining)
        counts.append(made.closing)
        accounts.append(made)
    return Projection(
        People(years, rates.places, np.stack(counts)),
        births=np.stack([a.births.sum(-1) for a in accounts]),
        deaths=np.stack([a.deaths.sum((-1, -2)) for a in accounts]),
        moved=np.stack([a.moved.sum((-1, -2)) for a in accounts]),
    )


def variant(base: Array, first: int, last: int, rates: Rates, uncertainty: Uncertainty, which: Variant) -> Projection:
    """The low, principal or high projection: every uncertain thing at that end at once. Wider than any 80% range."""
    end = {"low": "low", "principal": "likely", "high": "high"}[which]
    scaled = rates.scaled(
        children=getattr(uncertainty.children, end),
        joining=np.array([getattr(uncertainty.joining[place], end) for place in rates.places]),
    )
    return project(base, first, last, scaled, improvement=getattr(uncertainty.mortality, end))


def project_draws(
    base: Array,
    first: int,
    last: int,
    rates: Rates,
    uncertainty: Uncertainty,
    *,
    seed: int,
    count: int,
    extra: Array | None = None,
) -> Draws:
    """`count` projections at once, each with its own draw of what is uncertain: the same for the same seed.

    Fertility and mortality are drawn once for all places, arrivals and drift for each place. `extra` (year after the
    first, place) or (draw, year, place) as in `project`."""
    years = _years(first, last)
    children = draws(uncertainty.children, "population/children", seed=seed, count=count)[:, None] * rates.children
    fall = 1 - draws(uncertainty.mortality, "population/mortality", seed=seed, count=count) / 100
    come = np.stack(
        [draws(uncertainty.joining[p], f"population/joining/{p}", seed=seed, count=count) for p in rates.places],
        axis=-1,
    )
    joining = come[:, :, None, None] * rates.joining
    drift = _drift(uncertainty.drift, seed=seed, count=count)
    made = np.empty((count, len(years), *base.shape), dtype=np.float32)
    now = np.broadcast_to(base, (count, *base.shape)).copy()
    made[:, 0] = now
    for n in range(1, len(years)):
        dying = np.minimum(rates.dying * (fall**n)[:, None, None, None], 1)
        more = joining if extra is None else joining + extra[..., n - 1, :, None, None] * arrivals(rates)
        now = step(now, rates, dying=dying, joining=more, children=children, drift=drift).closing
        made[:, n] = now
    return Draws(years, rates.places, made)


def observed_uncertainty(
    residents: People,
    rates: Rates,
    *,
    mortality: Quantity = IMPROVEMENT,
    drift: Mapping[tuple[int, int], float] | None = None,
) -> Uncertainty:
    """Ranges from the years observed: the lowest and highest year's children per woman and net migration.

    Arrivals are multiplied so that net migration lies between its lowest and highest year. `drift`: % a year that the
    method missed by age band (`population_check.drift`), taken as the standard deviation of a triangle around 0. Raises
    ValueError where a place has no arrivals to multiply."""
    infants = residents.count[1:, ..., 0].sum((-1, -2))
    mothers = (women(residents.count[:-1]) + women(residents.count[1:])).sum(-1) / 2
    ratio = infants / mothers / (infants[-3:].sum() / mothers[-3:].sum())
    told = f"mid-year estimates {residents.years[0]} to {residents.years[-1]}, lowest and highest year"
    net = net_migration(residents, rates)
    come = rates.joining.sum((-1, -2))
    if (come <= 0).any():
        place = rates.places[int(np.argmin(come))]
        raise ValueError(f"nobody comes to {place} in these years: give its range of arrivals by hand")
    factors = 1 + (net - net.mean(0)) / come
    return Uncertainty(
        children=_around_one(ratio, told),
        mortality=mortality,
        joining={place: _around_one(np.maximum(factors[:, n], 0), told) for n, place in enumerate(rates.places)},
        drift={band: _around_none(missed, told) for band, missed in (drift or {}).items()},
    )


def _drift(bands: Mapping[tuple[int, int], Quantity], *, seed: int, count: int) -> Array:
    """Drift (draw, 1, 1, age) as a share a year: what a method misses it misses everywhere, so the area's range is not
    narrowed by places that make up for each other."""
    made = np.zeros((count, 1, 1, AGES))
    for (low, high), quantity in bands.items():
        drawn = draws(quantity, f"population/drift/{low}", seed=seed, count=count)
        made[:, 0, 0, low : high + 1] = drawn[:, None] / 100
    return made


def arrivals(rates: Rates) -> Array:
    """How those who come spread over (place, sex, age): adds up to 1 in each place that anybody comes to."""
    total = rates.joining.sum((-1, -2), keepdims=True)
    return np.divide(rates.joining, total, out=np.zeros_like(rates.joining), where=total > 0)


def _around_one(values: Array, source: str) -> Quantity:
    return Quantity(min(1.0, float(values.min())), 1.0, max(1.0, float(values.max())), "triangular", "multiple", source)


def _around_none(missed: float, source: str) -> Quantity:
    """A triangle around 0 with this standard deviation, which is a root of six smaller than its half width."""
    told = f"errors of earlier projections on {source.partition(',')[0]}"
    return Quantity(-missed * np.sqrt(6), 0.0, missed * np.sqrt(6), "triangular", "% a year", told)


def _years(first: int, last: int) -> tuple[int, ...]:
    if last <= first:
        raise ValueError(f"a projection from {first} to {last}: choose a last year after the first")
    return tuple(range(first, last + 1))
