"""An attacker who has every published answer and knows the rule: what each small count can be, by linear programming.

People are put in the smallest groups that any of the answers tells apart. Each answer is a sum of such groups: between
two numbers where it is shown (10 is 8 to 12), one or more where it is suppressed, none where it is zero. The least and
the most that a count can be follow from all of them at once. Nothing here is taken from the guard that is tested.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

MOST = 10_000
DIRECTIONS = 20
Group = Hashable


@dataclass
class Attacker:
    """What somebody knows of the smallest groups; `people` is the truth, which they do not."""

    people: Mapping[Group, int]
    below: int = 8
    half: int = 2
    answers: dict[frozenset, tuple[float, float]] = field(default_factory=dict)
    public: set[frozenset] = field(default_factory=set)

    def learn(self, of: Iterable[Group], shown: int | None) -> None:
        """One answer; another about the same people narrows it."""
        groups = frozenset(of)
        if not groups:
            return
        low, high = self.answers.get(groups, (0, MOST))
        found = (
            (1, MOST) if shown is None else (max(self.below, shown - self.half), shown + self.half) if shown else (0, 0)
        )
        if shown is None and not self.truth(groups):
            found = (0, MOST)
        self.answers[groups] = (max(low, found[0]), min(high, found[1]))

    def know(self, of: Iterable[Group]) -> None:
        """A sum that everybody knows exactly."""
        groups = frozenset(of)
        self.answers[groups] = (self.truth(groups),) * 2
        self.public.add(groups)

    def truth(self, groups: Iterable[Group]) -> int:
        return sum(self.people[group] for group in groups)

    def exact(self) -> list[tuple[frozenset, int]]:
        """Every small count, asked for or the difference of two asked for, that can have one value only.

        What everybody knows anyway is not counted. A count asked for that is not shown may be taken to be small; of a
        difference nobody was told that it is.
        """
        asked = {groups for groups in self.answers if self._small(groups)}
        taken = {one - other for one, other in self._within() if self._small(one - other)}
        wanted = sorted((asked | taken) - self.public, key=lambda groups: sorted(map(str, groups)))
        worlds = _Worlds(list(self.people), self.answers)
        most = [self.below - 1 if groups in asked else MOST for groups in wanted]
        return [
            (groups, self.truth(groups))
            for groups, high, ends in zip(wanted, most, worlds.ends(wanted, most), strict=True)
            if not _open(*ends, high)
        ]

    def _within(self) -> Iterator[tuple[frozenset, frozenset]]:
        """Every pair of answers of which one is about some of the people of the other."""
        at = {group: n for n, group in enumerate(self.people)}
        bits = [(groups, sum(1 << at[group] for group in groups)) for groups in self.answers]
        some_in = [(groups, mask) for groups, mask in bits if self.truth(groups)]
        return ((one, other) for one, all_of in bits for other, some in some_in if some & all_of == some != all_of)

    def _small(self, groups: frozenset) -> bool:
        return 0 < self.truth(groups) < self.below


def _open(low: float, high: float, most: float) -> bool:
    return min(floor(high + 1e-6), most) > ceil(low - 1e-6)


class _Worlds:
    """All that may be true, given the answers: a convex set of which some points are kept as they are found."""

    def __init__(self, groups: list[Group], answers: Mapping[frozenset, tuple[float, float]]) -> None:
        self.at = {group: i for i, group in enumerate(groups)}
        table = self._rows(list(answers))
        low, high = (np.array(end, dtype=float) for end in zip(*answers.values(), strict=True))
        self.sums, self.ends_of_sums = sparse.vstack([table, -table]).tocsr(), np.concatenate([high, -low])

    def ends(self, wanted: list[frozenset], most: list[int]) -> list[tuple[float, float]]:
        """The least and the most of each sum: what chance directions find where that leaves it open, else exactly."""
        chance = np.random.default_rng(1)
        rows = self._rows(wanted)
        points = np.array([self._point(chance.standard_normal(len(self.at))) for _ in range(DIRECTIONS)])
        values = rows @ points.T
        found = list(zip(values.min(axis=1).tolist(), values.max(axis=1).tolist(), strict=True))
        for i, (low, high) in enumerate(found):
            if not _open(low, high, most[i]):
                cost = rows[[i]].toarray()[0]
                found[i] = (float(cost @ self._point(cost)), float(cost @ self._point(-cost)))
        return found

    def _point(self, cost: np.ndarray) -> np.ndarray:
        found = linprog(cost, A_ub=self.sums, b_ub=self.ends_of_sums, bounds=(0, MOST), method="highs")
        assert found.success, "the truth is always possible"
        return found.x

    def _rows(self, sets: list[frozenset]) -> sparse.csr_array:
        held = [(row, self.at[group]) for row, groups in enumerate(sets) for group in groups]
        rows, columns = zip(*held, strict=True)
        return sparse.csr_array((np.ones(len(held)), (rows, columns)), shape=(len(sets), len(self.at)))
