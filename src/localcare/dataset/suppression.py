"""Disclosure control of published counts, in one place: small counts, rounding, and what totals would give away.

A count above 0 and below the threshold is suppressed; other counts are rounded. Where published totals would let a
reader work a suppressed count out, further counts are suppressed until they do not (secondary suppression). The
test of that is exact: totals are taken as published to the last person, and a count is safe if the equations
"total = sum of parts" leave it free. Rates, means and money follow the rule of their denominator.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse import linalg

PRIME = 2**61 - 1
BY_ELIMINATION = 60  # up to so many unknowns exact elimination is as quick as anything
RIDGE, PASSES = 1e-5, 5
K = Any  # the key of a count: whatever hashable value the caller numbers its cells by


@dataclass(frozen=True)
class Rule:
    """Counts from 1 to one less than `below` are suppressed, others rounded to `round_to`; `up`: never to less.

    Money is suppressed where the one or the two who account for most of it are too large a part: the (n, k) rule of
    dominance (Hundepool et al., Statistical Disclosure Control, Wiley 2012), with k = 85% for two as the research
    data centre of the Deutsche Bundesbank has it (package sdcLog), and for one our own: not more than half.
    """

    below: int = 8
    round_to: int = 5
    one_share: float = 0.5
    two_share: float = 0.85
    up: bool = False

    def small(self, count: float) -> bool:
        return 0 < count < self.below

    def dominated(self, total: float, largest: Sequence[float]) -> bool:
        """Whether the one or two largest contributions, given in falling order, make up too much of a sum."""
        shares = ((1, self.one_share), (2, self.two_share))
        return total > 0 and any(sum(largest[:n]) > share * total for n, share in shares)

    def concentrated(self, total: float, largest: float, squares: float) -> bool:
        """`dominated` from what can be summed: the total, the largest and the sum of squares of the contributions.

        The second largest is at most what is left of the squares: so it hides at least what `dominated` does.
        """
        return self.dominated(total, (largest, min(largest, sqrt(max(0.0, squares - largest**2)))))

    def rounded(self, count: float) -> int:
        """The nearest multiple of `round_to`, halves up; or the next."""
        times = count / self.round_to
        return self.round_to * (ceil(times) if self.up else floor(times + 0.5))


@dataclass(frozen=True)
class Line:
    """A published sum: `total` is a count's key, or None for a sum that everybody knows (a practice's list size)."""

    total: K | None
    parts: tuple[K, ...]

    @property
    def counts(self) -> tuple[K, ...]:
        return self.parts if self.total is None else (*self.parts, self.total)


def suppressed(counts: Mapping[K, float], lines: Iterable[Line], rule: Rule, also: Iterable[K] = ()) -> frozenset[K]:
    """The keys of all counts to suppress: the small ones, those of `also`, and those that protect them.

    Lines may overlap in any way (rows, columns, levels). Where everything around a count is already suppressed and
    sums that everybody knows still give it away, nothing can protect it.
    """
    hidden = {key for key, count in counts.items() if rule.small(count)} | set(also)
    everything = list(lines)
    touching: dict[K, list[Line]] = defaultdict(list)
    for line in everything:
        for key in line.counts:
            touching[key].append(line)
    fresh = set(hidden)
    while fresh:
        _beside_lone_ones(fresh, hidden, touching, counts)
        fresh = _against_sums_of_sums(hidden, everything, counts)
    return frozenset(hidden)


def _beside_lone_ones(
    fresh: Iterable[K], hidden: set[K], touching: Mapping[K, Sequence[Line]], counts: Mapping[K, float]
) -> None:
    """A count that alone is suppressed in a line follows from it: suppress another beside it, until none is alone."""
    waiting = sorted({line for key in fresh for line in touching[key]}, key=str, reverse=True)
    while waiting:
        line = waiting.pop()
        if len([key for key in line.counts if key in hidden]) == 1:
            choice = least_loss([line], hidden, counts)
            if choice is not None:
                hidden.add(choice)
                waiting.extend(touching[choice])


def _against_sums_of_sums(hidden: set[K], lines: Sequence[Line], counts: Mapping[K, float]) -> set[K]:
    """Suppress, in each part of the table that hangs together, one more count where several lines give one away."""
    lying = [line for line in lines if not hidden.isdisjoint(line.counts)]
    found = [_protector(exposed, around, hidden, counts) for exposed, around in _exposed_by_component(hidden, lying)]
    added = {key for key in found if key is not None}
    hidden |= added
    return added


def _protector(exposed: set[K], around: Sequence[Line], hidden: set[K], counts: Mapping[K, float]) -> K | None:
    """The least loss that may protect: the smallest count above 0, a part before a total, beside an exposed count.

    Where nothing beside is left, a sum further off gives the count away: then of all lines around.
    """
    beside = [line for line in around if exposed.intersection(line.counts)]
    for lines in (beside, around):
        if (choice := least_loss(lines, hidden, counts)) is not None:
            return choice
    return None


def least_loss(lines: Sequence[Line], hidden: set[K], counts: Mapping[K, float]) -> K | None:
    totals = {line.total for line in lines}
    choice = {key for line in lines for key in line.counts if key in counts and key not in hidden}
    return min(choice, key=lambda k: (counts[k] == 0, k in totals, counts[k], str(k)), default=None)


def _exposed_by_component(hidden: set[K], lines: Sequence[Line]) -> list[tuple[set[K], list[Line]]]:
    """Suppressed counts that the lines determine, with the lines of the part of the table that hangs together."""
    found = [(_exposed(keys, around), around) for keys, around in _components(hidden, lines)]
    return [(keys, around) for keys, around in found if keys]


def _components(hidden: set[K], lines: Sequence[Line]) -> list[tuple[list[K], list[Line]]]:
    parent: dict[K, K] = {key: key for key in hidden}

    def root(key: K) -> K:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    unknown = [[key for key in line.counts if key in hidden] for line in lines]
    for keys in unknown:
        for key in keys[1:]:
            parent[root(keys[0])] = root(key)
    members: dict[K, tuple[list[K], list[Line]]] = {}
    for key in sorted(hidden, key=str):
        members.setdefault(root(key), ([], []))[0].append(key)
    for line, keys in zip(lines, unknown, strict=True):
        if keys:
            members[root(keys[0])][1].append(line)
    return list(members.values())


def _exposed(unknown: Sequence[K], lines: Sequence[Line]) -> set[K]:
    return solvable(unknown, lines) if len(unknown) <= BY_ELIMINATION else solvable_at_size(unknown, lines)


def solvable_at_size(unknown: Sequence[K], lines: Sequence[Line]) -> set[K]:
    """`solvable` for many unknowns: those in which no solution of the homogeneous equations differs from nothing.

    A random vector less its projection on the equations is such a solution, and with probability one is 0 only where
    all are. Each pass of the ridge below takes out what the last one left of that projection. In floating point, so
    that it errs on the side of calling a count solvable (below a millionth).
    """
    at = {key: i for i, key in enumerate(unknown)}
    held = [(row, at[key], times) for row, line in enumerate(lines) for key, times in _unknown_terms(line, at).items()]
    rows, columns, times = zip(*held, strict=True)
    equations = sparse.csr_array((np.array(times, float), (rows, columns)), shape=(len(lines), len(unknown)))
    ridged = sparse.csc_array(equations.T @ equations / RIDGE + sparse.eye_array(len(unknown)))
    factor = linalg.splu(ridged, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    solution = np.random.default_rng(len(unknown)).standard_normal(len(unknown))
    for _ in range(PASSES):
        solution = factor.solve(solution)
    if np.abs(equations @ solution).max() > 1e-9:
        return solvable(unknown, lines)
    return {key for key, i in at.items() if abs(solution[i]) < 1e-6}


def solvable(unknown: Sequence[K], lines: Sequence[Line]) -> set[K]:
    """Which of the unknown counts follow from the lines, all other counts being known exactly.

    Gauss-Jordan elimination over the unknowns: each line gives one of them in terms of those still free, and one that
    needs none of the free is worked out. Sparse, and modulo a large prime, so that it is exact and quick.
    """
    degree = Counter(key for line in lines for key in line.counts)
    given: dict[K, dict[K, int]] = {}
    users: dict[K, set[K]] = defaultdict(set)
    for line in lines:
        free = _in_free_terms(_unknown_terms(line, set(unknown)), given)
        if free:
            pivot = min(free, key=lambda key: (degree[key], str(key)))
            scale = pow(-free.pop(pivot), -1, PRIME)
            terms = {key: times * scale % PRIME for key, times in free.items()}
            _replace(pivot, terms, given, users)
            given[pivot] = terms
            for key in terms:
                users[key].add(pivot)
    return {key for key, terms in given.items() if not terms}


def _unknown_terms(line: Line, unknown: Container[K]) -> dict[K, int]:
    terms: dict[K, int] = {}
    for key in line.parts:
        if key in unknown:
            terms[key] = terms.get(key, 0) + 1
    if line.total in unknown:
        terms[line.total] = terms.get(line.total, 0) - 1
    return terms


def _in_free_terms(terms: Mapping[K, int], given: Mapping[K, Mapping[K, int]]) -> dict[K, int]:
    """The same sum with every unknown that others give written in terms of those still free."""
    free: dict[K, int] = defaultdict(int)
    for key, times in terms.items():
        for other, more in given.get(key, {key: 1}).items():
            free[other] = (free[other] + times * more) % PRIME
    return {key: times for key, times in free.items() if times}


def _replace(key: K, terms: Mapping[K, int], given: dict[K, dict[K, int]], users: dict[K, set[K]]) -> None:
    """Write `key`, no longer free, in its terms wherever it was used."""
    for user in users.pop(key, set()):
        row = given[user]
        factor = row.pop(key)
        for other, times in terms.items():
            row[other] = (row.get(other, 0) + factor * times) % PRIME
            if row[other]:
                users[other].add(user)
            else:
                del row[other]
                users[other].discard(user)


def money(total: float, people: float, rule: Rule) -> tuple[int, int]:
    """Pounds in all and a head as they may be published beside a rounded count: neither gives the exact count away."""
    a_head = round(total / people) if people else 0
    return a_head * rule.rounded(people), a_head


def rate(count: int | None, denominator: int | None) -> float | None:
    """A share of two published counts; None where either is suppressed or nobody is there."""
    if count is None or not denominator:
        return None
    return round(count / denominator, 4)
