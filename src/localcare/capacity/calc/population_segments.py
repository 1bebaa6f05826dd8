"""Segments that age with the people: the share of each age and sex in each segment, kept or shifted by health.

With shares kept, a segment grows as its ages grow. The shift is the health-status adjustment of The Strategy Unit's New
Hospital Programme demand model (`nhp_model`): people of a later year may be as healthy at an age as people somewhat
younger are today. A shift of 1.5 years takes the shares of age 78.5 for those of 80; below 0 illness begins earlier.
"""

from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.population import AGES, SEXES
from localcare.capacity.calc.quantity import Array, Quantity

FIRST_SHIFTED = 55
"""Below this age shares are kept: long-term illness that comes with age is what the shift is about (assumed)."""

HEALTHIER = Quantity(
    -0.5,
    0.5,
    1.5,
    "triangular",
    "years of age later at which illness begins, per ten years",
    "assumed: no local figure",
)


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """`share` (segment, sex, age): shares of each age and sex in each segment, adding up to 1 over the segments."""

    names: tuple[str, ...]
    share: Array


def segments(names: tuple[str, ...], count: Array) -> Segments:
    """Shares from people counted (segment, sex, age), e.g. those of a run.

    An age and sex of nobody takes the shares of the nearest age of that sex with somebody (the younger of two as near).
    Raises ValueError for another shape, a number below 0, or a sex of nobody."""
    if count.shape != (len(names), len(SEXES), AGES):
        raise ValueError(
            f"people of shape {count.shape}: give (segments, sexes, ages), here {(len(names), len(SEXES), AGES)}"
        )
    if (count < 0).any():
        raise ValueError("a number of people is below 0: give numbers of 0 or more")
    everyone = count.sum(0)
    if (everyone.sum(1) == 0).any():
        raise ValueError("nobody of one sex has a segment: count the segments of both sexes")
    share = np.empty_like(count, dtype=float)
    for sex in range(len(SEXES)):
        known = np.flatnonzero(everyone[sex])
        near = known[np.abs(np.arange(AGES)[:, None] - known).argmin(1)]
        share[:, sex] = count[:, sex, near] / everyone[sex, near]
    return Segments(names, share)


def shifted(shares: Segments, years: float) -> Segments:
    """The shares of people `years` younger from age 55 on; they still add up to 1 at every age."""
    ages = np.arange(AGES, dtype=float)
    looked_up = np.where(
        ages >= FIRST_SHIFTED, np.clip(np.maximum(ages - years, FIRST_SHIFTED if years > 0 else 0), 0, AGES - 1), ages
    )
    below = np.floor(looked_up).astype(int)
    above = np.minimum(below + 1, AGES - 1)
    part = looked_up - below
    return Segments(shares.names, shares.share[..., below] * (1 - part) + shares.share[..., above] * part)


def people_by_segment(count: Array, shares: Segments, *, base_year: int, first: int, healthier: float = 0.0) -> Array:
    """People (..., year, segment) of people (..., year, place, sex, age), the first of them of the year `first`.

    `healthier`: years of age per ten years since `base_year`, the year of the shares. The segments of a year add up to
    all its people."""
    years = count.shape[-4]
    made = []
    for n in range(years):
        of_year = shifted(shares, healthier * (first + n - base_year) / 10)
        made.append(np.einsum("...psa,gsa->...g", count[..., n, :, :, :], of_year.share))
    return np.stack(made, axis=-2)


def ages_of_segments(count: Array, shares: Segments) -> Array:
    """People (..., segment, sex, age) of people (..., sex, age), shares as they are: for a table or the next model."""
    return np.asarray(count[..., None, :, :] * shares.share)
