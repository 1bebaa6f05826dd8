"""How far to believe a projection: held against what came, against doing nothing, and against what others projected."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from localcare.capacity.calc.population import BANDS, SEXES, People, banded
from localcare.capacity.calc.population_project import Draws, project
from localcare.capacity.calc.population_rates import Rates, estimate
from localcare.capacity.calc.quantity import Array

SHORTEST, LONGEST = 2, 5  # years over which past forecasts are tried; assumed


@dataclass(frozen=True, slots=True)
class Miss:
    """What was projected for a place and age band, what came, and the errors of projecting and of assuming no
    change."""

    place: str
    band: str
    projected: float
    actual: float
    unchanged: float

    @property
    def error_percent(self) -> float:
        return 100 * (self.projected / self.actual - 1)

    @property
    def unchanged_error_percent(self) -> float:
        return 100 * (self.unchanged / self.actual - 1)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Fitted on the years `first` to `base`, projected to `last`."""

    first: int
    base: int
    last: int
    misses: tuple[Miss, ...]

    def mape(self, *, unchanged: bool = False) -> float:
        """Mean absolute error of place and band, %."""
        return float(np.mean(np.abs(self._errors(unchanged))))

    def mean_error(self, *, unchanged: bool = False) -> float:
        """Mean error, %: below 0 where too few were projected."""
        return float(np.mean(self._errors(unchanged)))

    def of(self, *, band: str | None = None, place: str | None = None) -> "Backtest":
        """Only one band or place."""
        kept = tuple(m for m in self.misses if band in (None, m.band) and place in (None, m.place))
        return replace(self, misses=kept)

    def _errors(self, unchanged: bool) -> list[float]:
        return [miss.unchanged_error_percent if unchanged else miss.error_percent for miss in self.misses]


def backtest(
    residents: People, *, first: int, base: int, last: int, bands: Mapping[str, tuple[int, int]] = BANDS
) -> Backtest:
    """Fit on first to base, project to last, compare by place and age band with the residents of that year.

    Nothing known after the base year enters. Raises ValueError where a year is not there."""
    made = project(residents.at(base), base, last, estimate(residents.between(first, base))).people
    columns = (made.at(last), residents.at(last), residents.at(base))
    projected, actual, before = (banded(count.sum(1), bands) for count in columns)
    misses = (
        Miss(place, band, float(projected[p, b]), float(actual[p, b]), float(before[p, b]))
        for p, place in enumerate(residents.places)
        for b, band in enumerate(bands)
    )
    return Backtest(first, base, last, tuple(misses))


def drift(residents: People, bands: Mapping[str, tuple[int, int]] = BANDS) -> dict[tuple[int, int], float]:
    """What projections of these years missed in a year, % of an age band: root mean square over places and base years.

    Every base year with two years before and after is tried, each projected five years on or as far as there are years.
    Raises ValueError with fewer than five years."""
    first, last = residents.years[0], residents.years[-1]
    if last - first < 2 * SHORTEST:
        raise ValueError(f"errors need five years or more, here {first} to {last}: add the years before or after")
    found = []
    for base in range(first + SHORTEST, last - SHORTEST + 1):
        end = min(base + LONGEST, last)
        tried = backtest(residents, first=first, base=base, last=end, bands=bands)
        found.append([100 * np.log(miss.actual / miss.projected) / (end - base) for miss in tried.misses])
    errors = np.array(found).reshape(-1, len(bands))
    return dict(zip(bands.values(), np.sqrt((errors**2).mean(0)).tolist(), strict=True))


def covered(drawn: Draws, actual: Array, bands: Mapping[str, tuple[int, int]] = BANDS, *, share: float = 0.8) -> float:
    """Share of places and bands whose people (place, sex, age) in the last year lie within the draws' range."""
    low, _, high = drawn.range(banded(drawn.count[:, -1].sum(2).astype(float), bands), share=share)
    came = banded(actual.sum(1), bands)
    return float(((low <= came) & (came <= high)).mean())


@dataclass(frozen=True, slots=True)
class ForecastLine:
    """One group in one year: as stated, and by each other source, None where it does not have the year."""

    what: str
    year: int
    stated: float
    stated_source: str
    others: Mapping[str, float | None]


def compare(
    stated: Mapping[tuple[str, int], tuple[float, str]],
    others: Mapping[str, People],
    *,
    groups: Mapping[str, tuple[int, int]],
    weights: Mapping[str, float],
) -> tuple[ForecastLine, ...]:
    """Stated figures by (group, year) beside those of other sources, all with the same ages and weights of places."""
    return tuple(
        ForecastLine(
            what,
            year,
            figure,
            source,
            {name: _total(people, year, groups[what], weights) for name, people in others.items()},
        )
        for (what, year), (figure, source) in stated.items()
    )


def _total(residents: People, year: int, ages: tuple[int, int], weights: Mapping[str, float]) -> float | None:
    return residents.total(year, ages=ages, weights=weights) if year in residents.years else None


@dataclass(frozen=True, slots=True)
class Base:
    """The people that a stated growth began from: exactly, where they are stated, or the least and most that round to
    it."""

    least: float
    most: float

    @property
    def likely(self) -> float:
        return (self.least + self.most) / 2


def implied_base(growth: float, percent: float) -> Base:
    """The people a growth of so many, stated as a whole percentage, can have begun from."""
    return Base(growth / ((percent + 0.5) / 100), growth / ((percent - 0.5) / 100))


@dataclass(frozen=True, slots=True)
class Gap:
    """Why a stated figure differs from a newer one: they began from other people, and grew otherwise. They add up."""

    from_base: float
    from_growth: float

    @property
    def total(self) -> float:
        return self.from_base + self.from_growth


def explain(stated_base: float, stated_end: float, base: float, end: float) -> Gap:
    """Newer less stated, split: the newer base at the stated growth, then the newer growth from the newer base."""
    grown = base * stated_end / stated_base
    return Gap(from_base=grown - stated_end, from_growth=end - grown)


def without_moves(rates: Rates) -> Rates:
    """The same with nobody coming or going: what births, ageing and deaths alone make of the people."""
    none = np.zeros((len(rates.places), len(SEXES), rates.joining.shape[-1]))
    return replace(rates, joining=none, leaving=none)
