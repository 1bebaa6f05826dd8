"""How many more people of each age there are in each year of a plan than in its baseline year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.population import People
from localcare.capacity.calc.population_housing import extra_people
from localcare.capacity.calc.population_housing import growth as yearly_growth
from localcare.capacity.calc.quantity import Array, Quantity


@dataclass(frozen=True)
class Housing:
    """Homes of a district (a place of the forecast) by the year that ends in its middle; people of a home, and the
    share of them from outside."""

    district: str
    first_year: int
    dwellings: tuple[float, ...]
    per_home: Quantity
    from_outside: Quantity


@dataclass(frozen=True)
class Forecast:
    """Residents from the baseline year on; `weights`: the share of a district's residents that counts, else 1."""

    residents: People
    weights: Mapping[str, float]


def growth(
    forecast: Forecast | None,
    years: int,
    age_from: Sequence[int],
    housing: Sequence[Housing],
    values: Mapping[str, Array],
) -> Array:
    """People of an age band against the baseline year; (draws or 1) x years x ages.

    values: draws of `housing.<n>.per_home` and `.from_outside` by name. People of new homes have the ages of their
    district. Without a forecast nobody is added and nobody ages.
    """
    if forecast is None:
        return np.ones((1, years, len(age_from)))
    people = forecast.residents
    weight = np.array([forecast.weights.get(place, 1.0) for place in people.places])
    banded = np.add.reduceat(people.count.sum(2), list(age_from), axis=2)  # year, place, band
    counted = banded[None]
    for number, one in enumerate(housing):
        counted = counted + _added(people, banded, one, number, values)
    whole = (counted * weight[:, None]).sum(2)
    return whole[:, 1:] / whole[:, :1]


def _added(people: People, banded: Array, housing: Housing, number: int, values: Mapping[str, Array]) -> Array:
    """People of new homes, draws x years x places x bands."""
    homes = np.zeros((len(people.years) - 1, len(people.places)))
    place = people.places.index(housing.district)
    for i, dwellings in enumerate(housing.dwellings):
        homes[housing.first_year + i - people.years[1], place] = dwellings
    more = extra_people(
        homes,
        yearly_growth(people.count),
        per_home=values[f"housing.{number}.per_home"],
        from_outside=values[f"housing.{number}.from_outside"],
    ).cumsum(1)
    mix = banded / banded.sum(2, keepdims=True)
    return np.concatenate([np.zeros_like(more[:, :1]), more], axis=1)[..., None] * mix
