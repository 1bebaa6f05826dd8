"""What a siting problem is given, checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """cost: demand points x sites; `allowed`, alike, the pairs that may be; demand by point, capacity by site."""

    cost: Array
    allowed: npt.NDArray[np.bool_]
    demand: Array
    capacity: Array | None
    fixed_open: tuple[int, ...]

    @property
    def limited(self) -> bool:
        """Whether some pair of a demand point that has demand may not be."""
        return not bool(self.allowed[self.demand > 0].all())

    @property
    def weighted(self) -> Array:
        """Demand times cost, infinite where a pair may not be, 0 where nobody is."""
        weighted = np.zeros_like(self.cost)
        some = self.demand > 0
        np.multiply(self.cost, self.demand[:, None], out=weighted, where=some[:, None] & self.allowed)
        weighted[some[:, None] & ~self.allowed] = np.inf
        return weighted

    def nearest(self, chosen: Sequence[int]) -> npt.NDArray[np.intp]:
        """Each demand point's nearest of the chosen sites; -1 where none of them may serve it."""
        if not len(chosen):
            return np.full(len(self.demand), -1, dtype=np.intp)
        own = np.where(self.allowed, self.cost, np.inf)[:, list(chosen)]
        at = np.asarray(chosen, dtype=np.intp)[own.argmin(axis=1)]
        return np.where(np.isfinite(own.min(axis=1)), at, -1)

    def within(self, radius: float) -> Self:
        return replace(self, allowed=self.allowed & (self.cost <= radius))

    def too_few_sites(self, p: int) -> str:
        sites = self.cost.shape[1]
        if p > sites:
            return f"{p} sites are to be open and there are {sites}"
        if len(self.fixed_open) > p:
            return f"{len(self.fixed_open)} sites are fixed open and only {p} may be"
        return ""

    def unreachable(self) -> str:
        alone = np.flatnonzero((self.demand > 0) & ~self.allowed.any(axis=1))
        if not len(alone):
            return ""
        return f"{len(alone)} demand points have no site within the limit on cost, the first is number {alone[0]}"

    def too_small(self, p: int) -> str:
        if self.capacity is None:
            return ""
        fixed = list(self.fixed_open)
        others = np.sort(np.delete(self.capacity, fixed))[::-1][: p - len(fixed)]
        room, people = float(self.capacity[fixed].sum() + others.sum()), float(self.demand.sum())
        return (
            "" if room >= people * (1 - 1e-12) else f"the largest {p} sites hold {room:g} and the demand is {people:g}"
        )


def given(
    cost: npt.ArrayLike,
    demand: npt.ArrayLike,
    p: int,
    *,
    capacity: npt.ArrayLike | None = None,
    fixed_open: Sequence[int] = (),
    max_cost: float | None = None,
) -> Given:
    """Raises ValueError with the next step where a shape or a value is wrong."""
    table, people = np.array(cost, dtype=float), np.array(demand, dtype=float)
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"cost has shape {table.shape}: give a table of demand points x sites, at least one of each")
    if people.shape != table.shape[:1]:
        raise ValueError(f"demand has shape {people.shape}: give one figure for each of the {len(table)} rows of cost")
    if np.isnan(table).any() or (table < 0).any():
        raise ValueError("cost has a blank or a negative entry: give minutes or km, and inf where a pair may not be")
    if not np.isfinite(people).all() or (people < 0).any():
        raise ValueError("demand has a blank, infinite or negative entry: give people, 0 where nobody is")
    if p < 1:
        raise ValueError(f"{p} sites asked for: ask for 1 or more")
    fixed = tuple(sorted({int(site) for site in fixed_open}))
    if fixed and not 0 <= fixed[0] <= fixed[-1] < table.shape[1]:
        raise ValueError(f"fixed_open names sites {fixed}: name columns of cost, 0 to {table.shape[1] - 1}")
    allowed = np.isfinite(table) & (table <= (np.inf if max_cost is None else max_cost))
    return Given(table, allowed, people, _capacity(capacity, table.shape[1]), fixed)


def _capacity(capacity: npt.ArrayLike | None, sites: int) -> Array | None:
    if capacity is None:
        return None
    room = np.array(capacity, dtype=float)
    if room.shape != (sites,):
        raise ValueError(f"capacity has shape {room.shape}: give one figure for each of the {sites} columns of cost")
    if np.isnan(room).any() or (room < 0).any():
        raise ValueError("capacity has a blank or a negative entry: give people, inf where there is no limit")
    return room
