"""People by year, place, sex and single year of age: the arrays that every forecast here takes and gives.

Ages run from 0 to 89 in single years; the last, 90, is 90 and over. Sexes are in the order of `SEXES`. Counts are
floats inside a computation and whole only where they are shown (`whole`), so that every cut adds up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from localcare.capacity.calc.quantity import Array

SEXES = ("female", "male")
LAST_AGE = 90  # ONS publishes 90 and over as one age
AGES = LAST_AGE + 1  # counted from 0
# The ages that the plan of 2017 tells apart (pages 12 to 14).
BANDS = {"0 to 15": (0, 15), "16 to 64": (16, 64), "65 to 74": (65, 74), "75 to 84": (75, 84), "85 and over": (85, 90)}


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """`count` (year, place, sex, age) of the people at the middle of each year, in the order of `years` and
    `places`."""

    years: tuple[int, ...]
    places: tuple[str, ...]
    count: Array

    def __post_init__(self) -> None:
        wanted = (len(self.years), len(self.places), len(SEXES), AGES)
        if self.count.shape != wanted:
            raise ValueError(f"people of shape {self.count.shape}: give (years, places, sexes, ages), here {wanted}")
        if list(self.years) != list(range(self.years[0], self.years[0] + len(self.years))):
            raise ValueError(f"years {self.years}: give every year from the first to the last, in order")

    def between(self, first: int, last: int) -> Self:
        """The years from first to last. Raises ValueError where one is not there."""
        start, end = self._row(first), self._row(last)
        return type(self)(self.years[start : end + 1], self.places, self.count[start : end + 1])

    def at(self, year: int) -> Array:
        """People (place, sex, age) in the middle of a year. Raises ValueError where the year is not there."""
        return self.count[self._row(year)]

    def _row(self, year: int) -> int:
        if year not in self.years:
            raise ValueError(f"no people of {year}: choose a year from {self.years[0]} to {self.years[-1]}")
        return self.years.index(year)

    def total(
        self, year: int, *, ages: tuple[int, int] = (0, LAST_AGE), weights: Mapping[str, float] | None = None
    ) -> float:
        """People of these ages (both ends included) in all places; a place's weight, where given, is the share
        counted."""
        weight = np.array([(weights or {}).get(place, 1.0) for place in self.places])
        return float(self.at(year)[..., ages[0] : ages[1] + 1].sum((1, 2)) @ weight)


def people(rows: Iterable[tuple[str, int, str, Sequence[float]]], *, name: str) -> People:
    """From rows (place, year, sex, people by single age 0 to 90) of the table `name`.

    Raises ValueError, with what to do, where a year, a sex or an age is missing, twice there, or below zero."""
    found: dict[tuple[str, int, str], Sequence[float]] = {}
    for place, year, sex, ages in rows:
        _refuse_row(name, (place, year, sex), ages, found)
        found[place, year, sex] = ages
    if not found:
        raise ValueError(f"{name} has no rows: give one for each place, year and sex")
    places = tuple(sorted({place for place, _, _ in found}))
    years = tuple(range(min(year for _, year, _ in found), max(year for _, year, _ in found) + 1))
    wanted = [(place, year, sex) for year in years for place in places for sex in SEXES]
    missing = [key for key in wanted if key not in found]
    if missing:
        place, year, sex = missing[0]
        raise ValueError(f"{name} has no row of {place}, {year}, {sex} ({len(missing)} rows missing): add it")
    count = np.array([found[key] for key in wanted], dtype=float).reshape(len(years), len(places), len(SEXES), AGES)
    return People(years, places, count)


def _refuse_row(
    name: str, key: tuple[str, int, str], ages: Sequence[float], found: Mapping[tuple[str, int, str], object]
) -> None:
    place, year, sex = key
    told = f"{name}, {place}, {year}, {sex}"
    if sex not in SEXES:
        raise ValueError(f"{told}: the sex is one of {' and '.join(SEXES)}")
    if key in found:
        raise ValueError(f"{told} stands there twice: keep one row")
    if len(ages) != AGES:
        raise ValueError(f"{told} has {len(ages)} ages: give {AGES}, 0 to 89 and last 90 and over")
    if not all(count >= 0 for count in ages):
        age = next(age for age, count in enumerate(ages) if not count >= 0)
        raise ValueError(f"{told}, age {age}: {ages[age]} people; give a number of 0 or more")


def banded(count: Array, bands: Mapping[str, tuple[int, int]] = BANDS) -> Array:
    """People (..., age) added up to people (..., band), both ends of a band included."""
    return np.stack([count[..., low : high + 1].sum(-1) for low, high in bands.values()], axis=-1)


def whole(values: Array, total: Array | float | None = None) -> Array:
    """Whole numbers along the last axis that add up to `total` (by default the rounded sum): largest remainders.

    Where two remainders are alike the first gets the one. `total` must be a whole number not more than one per value
    away from the sum, as it is where the sum itself was rounded; raises ValueError otherwise."""
    floors = np.floor(values + 1e-9)
    wanted = np.rint(values.sum(-1)) if total is None else np.asarray(total, dtype=float)
    left = wanted - floors.sum(-1)
    if (left < 0).any() or (left > values.shape[-1]).any():
        raise ValueError("the total is too far from the sum of the parts: scale the parts to it first")
    order = np.argsort(-(values - floors), axis=-1, kind="stable")
    rank = np.argsort(order, axis=-1, kind="stable")
    return floors + (rank < left[..., None])


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """Whole people by single age for each year: `female` and `male` (year, age); `largest` is the longest bar of all
    years."""

    years: tuple[int, ...]
    female: Array
    male: Array

    @property
    def largest(self) -> float:
        return float(max(self.female.max(), self.male.max()))


def pyramid(residents: People, place: str | None = None, *, weights: Mapping[str, float] | None = None) -> Pyramid:
    """The pyramid of one place, or of all (each by its weight), year by year; every year adds up to its rounded total.

    Raises ValueError where the place is not one of theirs."""
    if place is not None and place not in residents.places:
        raise ValueError(f"no people of {place}: choose one of {', '.join(residents.places)}")
    chosen = {place: 1.0} if place else {p: (weights or {}).get(p, 1.0) for p in residents.places}
    weight = np.array([chosen.get(p, 0.0) for p in residents.places])
    count = np.einsum("ypsa,p->ysa", residents.count, weight)
    shown = whole(count.reshape(len(residents.years), -1)).reshape(count.shape)
    return Pyramid(residents.years, shown[:, 0], shown[:, 1])
