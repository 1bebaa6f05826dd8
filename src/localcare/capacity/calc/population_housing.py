"""People of new homes, counted once.

A projection from past counts already has the people of homes like those built before. The rule: new homes first house
the growth that the projection has without them; only people beyond that growth, summed from the base year on, are
added, less the share who move within the district and leave a home behind. They come by the ages of those who come
anyway, and from then on they are born, age and die like everybody.
"""

from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.quantity import Array, Quantity

PER_HOME = Quantity(2.2, 2.4, 2.6, "triangular", "people per new home", "assumed: about the household size of the area")
FROM_OUTSIDE = Quantity(0.4, 0.6, 0.8, "triangular", "share of a new home's people", "assumed")


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes to be finished in a district in the year that ends in the middle of `year`."""

    place: str
    year: int
    homes: float
    source: str


def homes_table(plan: tuple[Homes, ...], places: tuple[str, ...], years: tuple[int, ...]) -> Array:
    """Homes (year after the first, place). Raises ValueError for a place or a year that the projection does not
    have."""
    table = np.zeros((len(years) - 1, len(places)))
    for line in plan:
        if line.place not in places or line.year not in years[1:]:
            raise ValueError(
                f"homes of {line.place}, {line.year}: give a district of {', '.join(places)} and a year from "
                f"{years[1]} to {years[-1]}"
            )
        if line.homes < 0:
            raise ValueError(f"homes of {line.place}, {line.year}: {line.homes:g}; give 0 or more")
        table[line.year - years[1], places.index(line.place)] += line.homes
    return table


def extra_people(homes: Array, growth: Array, *, per_home: Array | float, from_outside: Array | float) -> Array:
    """People to add (..., year, place) for homes (year, place) beyond the growth (..., year, place) projected without
    them.

    `per_home` and `from_outside` are numbers, or one per draw. Adding nothing is right wherever the projection's own
    growth fills the homes. What was once added is never taken away, and a shrinking district has no growth."""
    each = np.asarray(per_home, dtype=float)[..., None, None] * homes
    filled = np.maximum.accumulate(np.maximum(growth.cumsum(-2), 0), axis=-2)
    beyond = each.cumsum(-2) - filled
    needed = np.maximum.accumulate(np.maximum(beyond, 0), axis=-2)
    added = np.diff(needed, axis=-2, prepend=0)
    return np.asarray(added * np.asarray(from_outside, dtype=float)[..., None, None])


def growth(count: Array) -> Array:
    """Growth in a year (..., year after the first, place) of people (..., year, place, sex, age)."""
    return np.asarray(np.diff(count.sum((-1, -2)), axis=-2))
