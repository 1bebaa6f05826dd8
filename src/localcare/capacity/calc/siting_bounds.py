"""The k cheapest sets of p sites, proved: swaps from above, a Lagrangian bound from below, branch and bound between.

Minimise over sets S of p sites: sum of site_cost over S + sum over demand points j of min over i in S of cost[i, j].

* From above: greedy choice, then the best exchange of one open site for one closed until none helps (Teitz and Bart,
  Operations Research 1968; all exchanges of a set are priced at once, as in Resende and Werneck, 2007).
* From below: "everybody is served once" is relaxed with prices l. For any l,
  L(l) = sum of l + the p least of rho_i, rho_i = site_cost_i + sum over j of min(0, cost[i, j] - l_j), is at most the
  optimum (Cornuejols, Fisher, Nemhauser, Management Science 1977); l is improved by subgradient steps.
* A site i left out costs at least L + rho_i - (the worst rho taken), a site taken and missed at least L - rho_i + (the
  best rho left out): what exceeds the k-th best set known settles that site (Beasley, EJOR 1993). What is not settled
  is tried one by one where few sets are left, or split into "open" and "closed".

A search ends when no unexplored part can hold a set better than the k-th by more than a billionth of it; where all
costs are whole numbers, by 1 or more. There is no clock and no chance in it: the same input gives the same sets.
"""

from dataclasses import dataclass, field
from math import comb

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Sites = tuple[int, ...]

BILLIONTH = 1e-9  # differences below it are rounding
# Steps of the search for prices, tried on the instances of bench/siting.py: no result depends on them, only the time.
ROOT_ROUNDS, NODE_ROUNDS = 500, 80
# The same: step lengths, and rounds without gain before one is halved.
FIRST_STEP, LAST_STEP, PATIENCE = 1.5, 0.005, 12
# A part of the search with so few numbers to add up is tried set by set, so many numbers at a time.
ENUMERATE_NUMBERS, BLOCK_NUMBERS = 5_000_000, 500_000
FEW_SETS = 500  # so few are tried one by one


@dataclass(frozen=True, slots=True)
class Found:
    """The cheapest sets, cheapest first, with what each costs; no set that is not among them costs less than `bound`.

    `proved` is False where the search ended at its limit of nodes."""

    sets: tuple[tuple[float, Sites], ...]
    bound: float
    proved: bool
    nodes: int


@dataclass(slots=True)
class Pool:
    """The k best sets so far; `ceiling` is the cost from which on a set is none."""

    k: int
    ceiling: float
    slack: float
    best: dict[Sites, float] = field(default_factory=dict)

    def add(self, chosen: Sites, cost: float) -> None:
        if cost >= self.threshold or chosen in self.best:
            return
        self.best[chosen] = cost
        if len(self.best) > self.k:
            del self.best[max(self.best, key=lambda one: (self.best[one], one))]

    @property
    def threshold(self) -> float:
        return max(self.best.values()) if len(self.best) >= self.k else self.ceiling

    @property
    def cutoff(self) -> float:
        """A set costing this much or more is of no interest."""
        worth = self.threshold
        return worth - (self.slack or BILLIONTH * max(1.0, abs(worth)))

    @property
    def target(self) -> float:
        return min(self.best.values(), default=self.ceiling)

    def ranked(self) -> tuple[tuple[float, Sites], ...]:
        return tuple(sorted((cost, chosen) for chosen, cost in self.best.items()))


@dataclass(slots=True)
class Part:
    """The sets that hold all of `forced` and otherwise only sites of `free`."""

    forced: Sites
    free: npt.NDArray[np.intp]
    prices: Array
    bound: float


@dataclass(frozen=True, slots=True)
class Problem:
    """cost: sites x demand points, all finite; `forbidden` (alike) marks pairs that may not be; they cost `ceiling`."""

    cost: Array
    site_cost: Array
    p: int
    forbidden: npt.NDArray[np.bool_] | None
    ceiling: float

    def price(self, sets: npt.NDArray[np.intp]) -> Array:
        """What each set (a row of site numbers) costs."""
        return self.cost[sets].min(axis=1).sum(axis=1) + self.site_cost[sets].sum(axis=1)


def problem(cost: Array, p: int, site_cost: Array | None = None) -> Problem:
    """cost: demand points x sites, infinite where a pair may not be."""
    sideways = np.ascontiguousarray(cost.T, dtype=float)
    none = ~np.isfinite(sideways)
    fees = np.zeros(len(sideways)) if site_cost is None else np.asarray(site_cost, dtype=float)
    highest = float(np.max(sideways, where=~none, initial=0.0))
    ceiling = highest * sideways.shape[1] + float(np.abs(fees).sum()) + 1.0
    return Problem(np.where(none, ceiling, sideways), fees, p, none if none.any() else None, ceiling)


def search(task: Problem, *, k: int = 1, forced: Sites = (), starts: tuple[Sites, ...] = (), nodes: int) -> Found:
    """The k cheapest sets of `task.p` sites that hold all of `forced`. `starts` are sets known to be good."""
    whole = all((np.rint(costs) == costs).all() for costs in (task.cost, task.site_cost))
    pool = Pool(k, task.ceiling, 1 - 1e-6 if whole else 0.0)
    free = np.setdiff1d(np.arange(len(task.cost)), forced)
    root = Part(tuple(sorted(forced)), free, np.zeros(task.cost.shape[1]), -np.inf)
    if comb(len(free), max(task.p - len(forced), 0)) > FEW_SETS:
        for start in (greedy(task, forced), *starts):
            improve(task, start, forced, pool)
        if k > 1:
            deepen(task, forced, pool)
        root.prices = _first_prices(task, next(iter(pool.ranked()), (0.0, start))[1])
    return _branch(task, root, pool, nodes)


def _branch(task: Problem, root: Part, pool: Pool, nodes: int) -> Found:
    """Depth first, the part with the site opened first: good sets are found early, and few parts wait at a time."""
    waiting, used = [root], 0
    while waiting:
        part = waiting.pop()
        if part.bound >= pool.cutoff:
            continue
        if used == nodes:
            lowest = min(part.bound, *(other.bound for other in waiting)) if waiting else part.bound
            return Found(pool.ranked(), min(lowest, pool.threshold), False, used)
        used += 1
        waiting += _explore(task, part, pool, ROOT_ROUNDS if used == 1 else NODE_ROUNDS)
    return Found(pool.ranked(), pool.threshold, True, used)


def _explore(task: Problem, part: Part, pool: Pool, rounds: int) -> list[Part]:
    """Bound a part, settle its sites, try the sets that the bound leaves one by one if they are few; else split it."""
    if not _reachable(task, part) or _tried(task, part, pool):
        return []
    taken_share = _relax(task, part, pool, rounds)
    if part.bound >= pool.cutoff or _tried(task, part, pool):
        return []
    split = part.free[np.argmin(np.abs(taken_share - 0.5))]
    rest = part.free[part.free != split]
    opened = tuple(sorted((*part.forced, int(split))))
    return [Part(part.forced, rest, part.prices, part.bound), Part(opened, rest, part.prices.copy(), part.bound)]


def _tried(task: Problem, part: Part, pool: Pool) -> bool:
    """Price every set of a part that its prices do not rule out, if they are few. Whether the part is done with."""
    missing = task.p - len(part.forced)
    if not 0 <= missing <= len(part.free):
        return True
    most = max(1, ENUMERATE_NUMBERS // (max(1, missing) * task.cost.shape[1]))
    at = np.array(part.forced, dtype=np.intp)
    rho = np.minimum(task.cost - part.prices, 0.0).sum(axis=1) + task.site_cost
    budget = pool.cutoff - float(part.prices.sum()) - float(rho[at].sum())
    sets = _sums_below(rho[part.free], missing, budget, most)
    if sets is None:
        return False
    served = task.cost[at].min(axis=0) if len(at) else np.full(task.cost.shape[1], np.inf)
    fees = float(task.site_cost[at].sum())
    block = max(1, BLOCK_NUMBERS // (max(1, missing) * len(served)))
    for start in range(0, len(sets), block):
        some = part.free[sets[start : start + block]]
        near = np.minimum(task.cost[some].min(axis=1), served) if missing else np.tile(served, (len(some), 1))
        prices = near.sum(axis=1) + task.site_cost[some].sum(axis=1) + fees
        for row in np.flatnonzero(prices < pool.threshold):
            pool.add(tuple(sorted((*part.forced, *some[row].tolist()))), float(prices[row]))
    return True


def _sums_below(values: Array, size: int, budget: float, most: int) -> npt.NDArray[np.intp] | None:
    """All sets of `size` of the values (as rows of places) whose sum is below the budget; None if more than `most`.

    Built from the least value up: a beginning is kept only if its least completion is below the budget."""
    order = np.argsort(values, kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(values[order])])
    sets, last, total = np.zeros((1, 0), dtype=np.intp), np.array([-1]), np.zeros(1)
    for left in range(size, 0, -1):
        # Taking place u as the next, the rest costs at least the values that follow it.
        least = sums[left:] - sums[: len(sums) - left]
        many = np.maximum(np.searchsorted(least, budget - total, side="left") - last - 1, 0)
        if many.sum() > most:
            return None
        row = np.repeat(np.arange(len(sets)), many)
        place = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many) + last[row] + 1
        sets, last = np.hstack([sets[row], place[:, None]]), place
        total = total[row] + values[order[place]]
    return order[sets]


def _reachable(task: Problem, part: Part) -> bool:
    """Whether everybody can be served. A site that alone can serve somebody is forced open."""
    while task.forbidden is not None:
        waiting = task.forbidden[list(part.forced)].all(axis=0) if part.forced else np.ones(task.cost.shape[1], bool)
        choices = (~task.forbidden[part.free][:, waiting]).sum(axis=0)
        if (choices == 0).any():
            return False
        only = np.flatnonzero(waiting)[choices == 1]
        if not len(only):
            break
        must = part.free[~task.forbidden[part.free, only[0]]]
        part.forced = tuple(sorted((*part.forced, *must.tolist())))
        part.free = np.setdiff1d(part.free, must)
    return len(part.forced) <= task.p


@dataclass(slots=True)
class Climb:
    """A run of subgradient steps: the prices now, the last direction, how far to step and whether it still helps."""

    prices: Array
    last: Array
    step: float = FIRST_STEP
    waited: int = 0
    highest: float = -np.inf
    leader: Sites = ()

    def note(self, bound: float) -> bool:
        """Whether this bound is the highest yet; steps are halved when none was for a while."""
        higher = bound > self.highest
        self.waited = 0 if bound > self.highest + 1e-6 * abs(self.highest) else self.waited + 1
        self.highest = max(bound, self.highest)
        if self.waited >= PATIENCE:
            self.step, self.waited = self.step / 2, 0
        return higher

    def move(self, unserved: Array, distance: float) -> None:
        self.last = unserved + 0.3 * self.last
        length = float(self.last @ self.last)
        if length == 0:
            self.step = 0.0
        else:
            self.prices = self.prices + self.step * distance / length * self.last


def _relax(task: Problem, part: Part, pool: Pool, rounds: int) -> Array:
    """Raise a part's bound by subgradient steps, settling sites on the way. Share of rounds in which each was taken."""
    climb = Climb(part.prices.copy(), np.zeros_like(part.prices))
    count, cost = np.zeros(len(task.cost)), None
    for _ in range(rounds):
        missing = task.p - len(part.forced)
        if climb.step <= LAST_STEP or part.bound >= pool.cutoff or not 0 < missing < len(part.free):
            break
        if cost is None:
            rows = np.concatenate([np.array(part.forced, dtype=np.intp), part.free])
            cost, ours = task.cost[rows], len(part.forced)
            below = np.empty_like(cost)
        np.subtract(cost, climb.prices, out=below)
        np.minimum(below, 0.0, out=below)
        rho = below.sum(axis=1) + task.site_cost[rows]
        ranks = ours + np.argpartition(rho[ours:], (missing - 1, missing))
        opened = np.concatenate([np.arange(ours), ranks[:missing]])
        bound = float(climb.prices.sum() + rho[opened].sum())
        count[rows[opened]] += 1
        if climb.note(bound):
            part.prices, part.bound = climb.prices.copy(), max(part.bound, bound)
            climb.leader = tuple(sorted(rows[opened].tolist()))
            if _settle(part, pool, bound, rho[ours:], ranks - ours, missing):
                cost = None
        goal = pool.target if pool.target < task.ceiling else max(bound * 1.05, bound + 1.0)
        climb.move(1.0 - (below[opened] < 0).sum(axis=0), max(goal - bound, BILLIONTH * abs(goal)))
    if climb.leader and part.bound < pool.cutoff:
        improve(task, climb.leader, part.forced, pool)
    return count[part.free] / max(float(count.sum()) / task.p, 1.0)


def _settle(part: Part, pool: Pool, bound: float, rho: Array, ranks: npt.NDArray[np.intp], missing: int) -> bool:
    """Force open or drop the free sites without or with which no set of interest is left. Whether there were any."""
    taken = np.zeros(len(rho), bool)
    taken[ranks[:missing]] = True
    out = ~taken & (bound + rho - rho[ranks[missing - 1]] >= pool.cutoff)
    must = taken & (bound - rho + rho[ranks[missing]] >= pool.cutoff)
    if not (out.any() or must.any()):
        return False
    part.forced = tuple(sorted((*part.forced, *part.free[must].tolist())))
    part.free = part.free[~(out | must)]
    return True


def greedy(task: Problem, forced: Sites) -> Sites:
    """Open the site that saves most, one after the other."""
    chosen = list(forced)
    served = task.cost[chosen].min(axis=0) if chosen else np.full(task.cost.shape[1], task.ceiling)
    while len(chosen) < task.p:
        price = np.minimum(task.cost, served).sum(axis=1) + task.site_cost
        price[chosen] = np.inf
        chosen.append(int(np.argmin(price)))
        served = np.minimum(served, task.cost[chosen[-1]])
    return tuple(sorted(chosen))


def improve(task: Problem, start: Sites, forced: Sites, pool: Pool) -> None:
    """Exchange one site for another while it helps; every set priced on the way may enter the pool."""
    chosen, cost = start, float(task.price(np.array([start], dtype=np.intp))[0])
    pool.add(tuple(sorted(chosen)), cost)
    while True:
        better, price = _exchange(task, chosen, forced, pool)
        if price >= cost - BILLIONTH * abs(cost):
            return
        chosen, cost = better, price


def deepen(task: Problem, forced: Sites, pool: Pool) -> None:
    """Exchange one site in each set of the pool, until none leads to a better pool."""
    seen: set[Sites] = set()
    while new := [chosen for _, chosen in pool.ranked() if chosen not in seen]:
        seen.add(new[0])
        _exchange(task, new[0], forced, pool)


def _exchange(task: Problem, chosen: Sites, forced: Sites, pool: Pool) -> tuple[Sites, float]:
    """Put the best exchanges into the pool; the best of them with its cost."""
    table = exchanges(task, chosen)
    table[[at for at, site in enumerate(chosen) if site in forced]] = np.inf
    few = np.argpartition(table, min(pool.k, table.size) - 1, axis=None)[: pool.k]
    prices = table.ravel()[few]
    for flat, price in zip(few[prices < pool.threshold], prices[prices < pool.threshold], strict=True):
        pool.add(_exchanged(chosen, int(flat), table.shape[1]), float(price))
    best = int(table.argmin())
    return _exchanged(chosen, best, table.shape[1]), float(table.flat[best])


def _exchanged(chosen: Sites, flat: int, sites: int) -> Sites:
    out, into = divmod(flat, sites)
    return tuple(sorted((*chosen[:out], into, *chosen[out + 1 :])))


def exchanges(task: Problem, chosen: Sites) -> Array:
    """p x sites: the cost of the set in which a site takes the place of each chosen one; infinite for chosen ones."""
    own = task.cost[list(chosen)]
    nearest = own.argmin(axis=0)
    first = own[nearest, np.arange(own.shape[1])]
    second = np.partition(own, 1, axis=0)[1] if len(chosen) > 1 else np.full_like(first, np.inf)
    kept = np.minimum(task.cost, first)
    lost = np.minimum(task.cost, second) - kept
    whose = np.zeros((len(chosen), own.shape[1]))
    whose[nearest, np.arange(own.shape[1])] = 1.0
    fees = task.site_cost[list(chosen)]
    table = kept.sum(axis=1)[None] + whose @ lost.T + (fees.sum() - fees)[:, None] + task.site_cost[None]
    table[:, list(chosen)] = np.inf
    return table


def _first_prices(task: Problem, chosen: Sites) -> Array:
    """What somebody's second nearest site costs; the nearest where the second may not serve."""
    own = np.sort(task.cost[list(chosen)], axis=0)
    second = own[min(1, len(own) - 1)]
    return np.where(second < task.ceiling, second, own[0])
