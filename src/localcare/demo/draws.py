"""Drawing from distributions: shares to whole numbers, quotas, rows, dates."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

Array = NDArray
EPOCH = date(1970, 1, 1)
DECADES = np.arange(0, 100, 10)


def day(when: date) -> int:
    """Days since 1970-01-01, as Arrow counts dates."""
    return (when - EPOCH).days


def largest_remainder(shares: Array, total: int) -> Array:
    """Whole numbers in proportion to `shares` that sum to `total`."""
    exact = np.asarray(shares, float) * (total / np.sum(shares))
    whole = np.floor(exact).astype(np.int64)
    short = total - whole.sum()
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return whole


def by_age(weights: tuple[float, ...] | list[float], age: Array) -> Array:
    """Weight at each age, between the points at 0, 10 .. 90 on a straight line."""
    return np.interp(age, DECADES, weights)


def chosen_by_quota(rng: np.random.Generator, weight: Array, stratum: Array, quota: dict[int, int]) -> Array:
    """Mask of those chosen: exactly `quota` in each stratum, each time the likelier the greater the weight.

    Adding Gumbel noise to log weights and taking the greatest is sampling without replacement by weight.
    """
    with np.errstate(divide="ignore"):
        score = np.log(weight) + rng.gumbel(size=len(weight))
    chosen = np.zeros(len(weight), bool)
    for number, size in quota.items():
        members = np.flatnonzero((stratum == number) & (weight > 0))
        size = min(size, len(members))
        if size:
            chosen[members[np.argpartition(-score[members], size - 1)[:size]]] = True
    return chosen


def rows_of(rng: np.random.Generator, mean: Array) -> Array:
    """Index of each person repeated as often as events fall to them (Poisson with the mean of each)."""
    return np.repeat(np.arange(len(mean), dtype=np.int32), rng.poisson(mean))


@dataclass(frozen=True)
class Calendar:
    """Days of the window with their relative weight, drawn by table: `step` maps equal shares of weight to days."""

    first: int
    cumulative: Array
    step: Array

    @classmethod
    def of(cls, first: date, days: int, by_month: list[float], by_weekday: list[float]) -> "Calendar":
        start = np.datetime64(first)
        all_days = start + np.arange(days)
        month = all_days.astype("datetime64[M]").astype(int) % 12
        weekday = (all_days.astype(int) + 3) % 7
        weight = np.asarray(by_month)[month] * np.asarray(by_weekday)[weekday]
        cumulative = np.concatenate([[0.0], np.cumsum(weight) / weight.sum()])
        middle = (np.arange(1 << 16) + 0.5) / (1 << 16)
        return cls(int(all_days[0].astype(int)), cumulative, np.searchsorted(cumulative, middle, "right") - 1)

    def draw(self, rng: np.random.Generator, starts: Array, ends: Array) -> Array:
        """A day for each pair of first and last day (days since 1970-01-01), by season."""
        low = self.cumulative[np.clip(starts - self.first, 0, len(self.cumulative) - 2)]
        high = self.cumulative[np.clip(ends - self.first + 1, 1, len(self.cumulative) - 1)]
        at = low + rng.random(len(starts), np.float32) * (high - low)
        drawn = self.step[np.minimum((at * (1 << 16)).astype(np.int64), (1 << 16) - 1)] + self.first
        return np.clip(drawn, starts, np.maximum(ends, starts)).astype(np.int32)
