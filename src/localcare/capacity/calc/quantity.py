"""An assumption: a figure with its range, its unit and where it comes from; and its draws.

Every draw of an assumption comes from a stream of its own, made of the seed and the assumption's name: an assumption
added or taken away changes no other's draws. The draws are stratified (one from each of as many equally likely parts as
there are draws; McKay, Beckman, Conover, Technometrics 1979), so that medians and ranges settle with few of them.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

Shape = Literal["fixed", "uniform", "triangular"]
Array = npt.NDArray[np.float64]

ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure between low and high, most likely `likely`.

    `source` says "assumed" where any part of it is nobody's published figure."""

    low: float
    likely: float
    high: float
    shape: Shape
    unit: str
    source: str

    def __post_init__(self) -> None:
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"low {self.low:g}, likely {self.likely:g}, high {self.high:g}: put them in this order")

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Self:
        """From a table of a scenario: `value`, or `low` and `high`, or those with `likely`; `unit`, `source`.

        Raises ValueError where the three are not in order."""
        unit, source = table.get("unit", ""), table["source"]
        if "value" in table:
            return cls(table["value"], table["value"], table["value"], "fixed", unit, source)
        low, high = table["low"], table["high"]
        if "likely" in table:
            return cls(low, table["likely"], high, "triangular", unit, source)
        return cls(low, (low + high) / 2, high, "uniform", unit, source)

    @property
    def assumed(self) -> bool:
        return is_assumed(self.source)

    def times(self, factor: float) -> Self:
        """The same for so many times as much."""
        return replace(self, low=self.low * factor, likely=self.likely * factor, high=self.high * factor)

    def at(self, chance: Array) -> Array:
        """The values below which these shares of all draws lie (0 to 1): the inverse of the distribution."""
        width = self.high - self.low
        if self.shape == "fixed" or width == 0:
            return np.full_like(chance, self.likely)
        if self.shape == "uniform":
            return self.low + width * chance
        rise = (self.likely - self.low) / width
        values = np.where(
            chance < rise,
            self.low + width * np.sqrt(chance * rise),
            self.high - width * np.sqrt((1 - chance) * (1 - rise)),
        )
        return np.clip(values, self.low, self.high)


@dataclass(frozen=True, slots=True)
class Series:
    """Figures one after another with one source: a phase by year, weights of months."""

    values: tuple[float, ...]
    unit: str
    source: str

    @property
    def assumed(self) -> bool:
        return is_assumed(self.source)


Assumption = Quantity | Series


def exactly(value: float, unit: str, source: str) -> Quantity:
    """A single figure."""
    return Quantity(value, value, value, "fixed", unit, source)


def is_assumed(source: str) -> bool:
    """Whether a source says that a figure, or a part of it, is assumed."""
    return ASSUMED in source.lower()


def stream(seed: int, name: str) -> np.random.Generator:
    """The random numbers of one named thing under a seed."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "big"))


def draws(quantity: Quantity, name: str, *, seed: int, count: int) -> Array:
    """`count` draws of an assumption, in the unit it is given in; the same for the same seed, name and count."""
    random = stream(seed, name)
    return quantity.at((random.permutation(count) + random.random(count)) / count)
