"""A guard against answers taken from one another: what rounded figures together tell of those not shown. Pure.

Whoever asks for a group, then for the group without somebody, learns the difference as closely as rounding leaves it.
One difference is never exact; several sums over the same count narrow it, at times to one value. Here everything that
can be asked is taken together, whoever asks: each figure shown is an interval (10 is 8 to 12), each sum narrows the
intervals of its terms by those of the others, until nothing changes (the shuttle algorithm: L. Buzzigoli and
A. Giusti, Statistical Data Protection, Eurostat 1999). Counts that this narrows at all are then bounded by linear
programming, which takes all sums at once.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from localcare.dataset import suppression
from localcare.dataset.suppression import Line, Rule, least_loss

K = Any
REST = "rest of a sum"
LEAST = 3  # values that must remain where sums narrow one by one; assumed: one is exact, one more may be lost to all
LEAST_OF_ALL = 2  # values that must remain once all sums are solved together
MOST = 1e9  # more than any count
PASSES = 50
SLACK = 1e-6

Array = NDArray[np.float64]


def published(
    counts: Mapping[K, float], lines: Iterable[Line], rule: Rule, also: Iterable[K] = ()
) -> dict[K, int | None]:
    """Every count as it may be published: rounded, or None where withheld."""
    gone = withheld(counts, lines, rule, also)
    return {key: None if key in gone else rule.rounded(count) for key, count in counts.items()}


def withheld(counts: Mapping[K, float], lines: Iterable[Line], rule: Rule, also: Iterable[K] = ()) -> frozenset[K]:
    """The keys of all counts not to publish: those of `also`, the small ones, and what would give them away.

    First as though sums were shown exactly (`suppression.suppressed`), then for what rounding itself tells: five parts
    of 8 and two of 1 make 42, and shown as 40 beside five of 10 they leave nothing but 1 and 1.
    """
    everything = list(lines)
    return guarded(counts, counts, suppression.suppressed(counts, everything, rule, also), everything, rule)


def guarded(
    own: Mapping[K, float], counts: Mapping[K, float], hidden: Iterable[K], lines: Sequence[Line], rule: Rule
) -> frozenset[K]:
    """The keys hidden, and those of `own` hidden besides so that no small count is narrowed to fewer than `LEAST`.

    counts: every count that the lines hold, exactly. Lines whose total is None are sums that everybody knows.
    """
    gone = set(hidden)
    counts, rests = _with_rests(counts, lines, rule)
    gone |= {line.total for line in rests}
    lines = [*lines, *rests]
    while found := narrowed(counts, gone, lines, rule):
        more = {_protector({key}, gone, own, lines) for key in sorted(found, key=str)} - {None}
        if not more:
            break
        gone |= more
    return frozenset(gone)


def _with_rests(counts: Mapping[K, float], lines: Sequence[Line], rule: Rule) -> tuple[dict[K, float], list[Line]]:
    """The counts, and as counts of their own the few that one part leaves of a sum that everybody knows.

    Nobody asks for them, but whoever takes the part from the sum has them.
    """
    every, rests = dict(counts), []
    for line in lines:
        whole = sum(counts[part] for part in line.parts)
        for part in line.parts if line.total is None and len(line.parts) > 2 else ():
            if rule.small(left := whole - counts[part]):
                others = tuple(one for one in line.parts if one != part)
                every[REST, others] = left
                rests.append(Line((REST, others), others))
    return every, rests


def _protector(found: set[K], gone: set[K], own: Mapping[K, float], lines: Sequence[Line]) -> K | None:
    """The least loss beside a count, else beside those that it hangs together with: a sum further off narrows it."""
    around = [line for line in lines if not found.isdisjoint(line.counts)]
    if (choice := least_loss(around, gone, own)) is not None:
        return choice
    beside = found.union(*(gone.intersection(line.counts) for line in around))
    return None if beside == found else _protector(beside, gone, own, lines)


def narrowed(counts: Mapping[K, float], hidden: Iterable[K], lines: Sequence[Line], rule: Rule) -> set[K]:
    """The small counts hidden of which too few values remain possible."""
    gone = set(hidden)
    small = [key for key in gone if key in counts and rule.small(counts[key])]
    if not small:
        return set()
    sums = _Sums.of(counts, gone, lines, rule)
    known = sums.narrowed()
    left = {key: _left(known[key], rule) for key in small}
    if found := {key for key, values in left.items() if values < LEAST}:
        return found
    doubtful = sorted((key for key, values in left.items() if values < rule.below - 1), key=str)
    return {key for key, ends in sums.solved(doubtful, rule) if _left(ends, rule) < LEAST_OF_ALL}


def _left(ends: tuple[float, float], rule: Rule) -> float:
    """How many small values lie between two ends."""
    return min(floor(ends[1] + SLACK), rule.below - 1) - max(ceil(ends[0] - SLACK), 1) + 1


def bounds(
    counts: Mapping[K, float], hidden: Iterable[K], lines: Sequence[Line], rule: Rule
) -> dict[K, tuple[float, float]]:
    """The least and the most that every count can be for somebody who sees all that is shown and knows the rule.

    By the shuttle algorithm: never narrower than can be known, at times wider.
    """
    return _Sums.of(counts, set(hidden), lines, rule).narrowed()


@dataclass(frozen=True)
class _Sums:
    """Counts between two ends each, and sums of them: of each term its row, column and sign, of each row its value."""

    at: Mapping[K, int]
    low: Array
    high: Array
    terms: tuple[NDArray, NDArray, NDArray]
    known: Array

    @classmethod
    def of(cls, counts: Mapping[K, float], gone: Container[K], lines: Sequence[Line], rule: Rule) -> "_Sums":
        at = {key: i for i, key in enumerate(counts)}
        ends = [_hidden(counts[key]) if key in gone else shown_as(counts[key], rule) for key in counts]
        low, high = (np.array(end, dtype=float) for end in zip(*ends, strict=True))
        held = [(i, at[key], sign) for i, line in enumerate(lines) for key, sign in _terms(line)]
        row, column, sign = (np.array([one[part] for one in held], dtype=int) for part in range(3))
        known = np.array([sum(counts[k] for k in line.parts) if line.total is None else 0.0 for line in lines])
        return cls(at, low, high, (row, column, sign), known)

    def narrowed(self) -> dict[K, tuple[float, float]]:
        low, high = self.low.copy(), self.high.copy()
        _narrow(low, high, self.terms, self.known)
        return dict(zip(self.at, zip(low.tolist(), high.tolist(), strict=True), strict=True))

    def solved(self, keys: Sequence[K], rule: Rule) -> Iterator[tuple[K, tuple[float, float]]]:
        """The ends of some counts by linear programming over all sums at once; of sums that do not agree, none follow.

        What is found for all of them together, or for one, is possible for the others too, and mostly leaves them open.
        """
        points = self._far_points(keys) if keys else np.empty((0, len(self.at)))
        for key in keys:
            if self._left(points, key, rule) < LEAST_OF_ALL:
                points = np.vstack([points, self._far_points([key])])
                of = points[:, self.at[key]]
                yield key, (float(of.min()), float(of.max())) if len(of) else (0.0, MOST)

    def _left(self, points: Array, key: K, rule: Rule) -> float:
        of = points[:, self.at[key]]
        return _left((float(of.min()), float(of.max())), rule) if len(of) else 0

    def _far_points(self, keys: Sequence[K]) -> Array:
        """All counts as they may be where those of some are least in sum, and where they are most."""
        goal = np.zeros(len(self.at))
        goal[[self.at[key] for key in keys]] = 1.0
        found = [
            linprog(sign * goal, A_eq=self._table, b_eq=self.known, bounds=self._ends, method="highs")
            for sign in (1.0, -1.0)
        ]
        return np.array([one.x for one in found if one.success]).reshape(-1, len(self.at))

    @cached_property
    def _table(self) -> sparse.csr_array:
        row, column, sign = self.terms
        return sparse.csr_array((sign, (row, column)), shape=(len(self.known), len(self.at)))

    @cached_property
    def _ends(self) -> Array:
        return np.column_stack([self.low, self.high])


def shown_as(count: float, rule: Rule) -> tuple[float, float]:
    """The counts that are shown as this one is."""
    shown = rule.rounded(count)
    if not count:
        return 0.0, 0.0
    half = rule.round_to / 2
    low, high = (shown - rule.round_to + 1, shown) if rule.up else (ceil(shown - half), ceil(shown + half) - 1)
    return float(max(low, rule.below)), float(high)


def _hidden(count: float) -> tuple[float, float]:
    """A reader may take it that there is somebody: a zero is hidden only where nothing else protects."""
    return (1.0 if count else 0.0), MOST


def _terms(line: Line) -> list[tuple[K, int]]:
    return [(key, 1) for key in line.parts] + ([] if line.total is None else [(line.total, -1)])


def _narrow(low: Array, high: Array, terms: tuple[NDArray, NDArray, NDArray], known: Array) -> None:
    """Each sum bounds each of its terms by the least and the most of its other terms; in place, until all agree."""
    row, column, sign = terms
    plus = sign > 0
    for _ in range(PASSES):
        low_of, high_of = low[column], high[column]
        least = np.bincount(row, np.where(plus, low_of, -high_of), len(known))
        most = np.bincount(row, np.where(plus, high_of, -low_of), len(known))
        over, under = (known - least)[row], (known - most)[row]
        before = low.copy(), high.copy()
        np.minimum.at(high, column, np.where(plus, over + low_of, low_of - under))
        np.maximum.at(low, column, np.where(plus, under + high_of, high_of - over))
        if np.array_equal(low, before[0]) and np.array_equal(high, before[1]):
            return
