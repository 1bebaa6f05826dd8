"""The k best sets, with whatever must hold of a set and of who goes where.

A set's travel with everybody at the nearest site is never more than its travel under further limits (capacity, least
load, a budget). So sets are listed in order of the former (`siting_bounds`) and each is worked out with its limits
(`siting_milp`), until the k-th best worked out is no more than the next listed: then no set after it can be better
(the lazy enumeration of logic-based Benders, Hooker and Ottosson, Mathematical Programming 2003).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import siting_bounds as bounds
from localcare.capacity.calc import siting_milp as milp
from localcare.capacity.calc.siting_given import Given

Sites = tuple[int, ...]
NODES = 20_000  # of a search, tried: enough for every instance of bench/siting.py
# After so many listed sets the limits bind too hard for a list: the whole programme is solved instead.
LISTED = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A set of sites, each demand point's site, and their sum of demand times cost."""

    sites: Sites
    assignment: npt.NDArray[np.intp]
    cost: float


# What a set costs when worked out, or None where it breaks a limit or costs at least so much.
Work = Callable[[Sites, float], Served | None]


def best_sets(task: Given, p: int, k: int) -> tuple[tuple[Served, ...], float]:
    """The k best sets of p sites, best first, and what no other set can cost less than."""
    plain = bounds.problem(task.weighted, p)
    first = start(task, p)
    found, bound, complete = listed(
        plain, k, lambda chosen, limit: serve(task, chosen, limit=limit), fixed=task.fixed_open, start=first
    )
    return (found, bound) if complete else _programme(task, p, k)


def listed(
    plain: bounds.Problem, k: int, work: Work, *, fixed: Sites = (), start: tuple[Sites, ...] = ()
) -> tuple[tuple[Served, ...], float, bool]:
    """The k best by `work`, which gives a set its travel (at least the plain one) or None where it breaks a limit.

    Returns them best first, what no other set can cost less than, and whether the list was long enough to prove it.
    """
    done: set[Sites] = set()
    kept: list[Served] = []
    wanted = k
    while True:
        found = bounds.search(plain, k=wanted, forced=fixed, starts=start, nodes=NODES)
        for plain_cost, chosen in found.sets:
            limit = kept[-1].cost if len(kept) == k else np.inf
            if plain_cost > limit:
                break
            if chosen not in done and (one := work(chosen, limit)):
                kept = sorted([*kept, one], key=lambda one: (one.cost, one.sites))[:k]
            done.add(chosen)
        ranked = kept
        exhausted = found.proved and len(found.sets) < wanted
        last = ranked[-1].cost if len(ranked) == k else np.inf
        if exhausted or last <= found.bound * (1 + bounds.BILLIONTH):
            return tuple(ranked), last if exhausted else min(last, found.bound), found.proved
        if not found.proved or wanted >= LISTED:
            return tuple(ranked), found.bound, False
        wanted *= 4


def serve(
    task: Given,
    chosen: Sites,
    least: npt.NDArray[np.float64] | None = None,
    limit: float = np.inf,
    gap: float = milp.PROVED,
) -> Served | None:
    """Everybody at the nearest site of a set, or, where that breaks a capacity or a least load, the best that does not.

    None where nothing serves everybody, or nothing for less than `limit`. `gap`: a share above the least."""
    assignment, some = task.nearest(chosen), task.demand > 0
    if (assignment[some] < 0).any():
        return None
    at = np.array(chosen, dtype=np.intp)
    room = None if task.capacity is None else task.capacity[at]
    load = np.bincount(assignment[some], task.demand[some], minlength=task.cost.shape[1])[at]
    if (room is not None and (load > room * (1 + 1e-12)).any()) or (least is not None and (load < least[at]).any()):
        own = np.ix_(np.flatnonzero(some), at)
        weighted = (task.demand[:, None] * np.where(task.allowed, task.cost, 0.0))[own]
        low = None if least is None else least[at]
        answer, share = milp.shared_out(weighted, task.allowed[own], task.demand[some], room, low, limit, gap)
        if answer.values is None:
            return None
        assignment[some] = at[share]
    travel = task.demand[some] * task.cost[some, assignment[some]]
    return Served(chosen, assignment, float(travel.sum()))


def impossible(task: Given, p: int) -> str:
    """Why no set of p sites can serve everybody, or nothing if one may."""
    if reason := task.too_few_sites(p) or task.unreachable() or task.too_small(p):
        return reason
    if not task.limited:
        return ""
    answer, chosen = milp.covered(task.allowed[task.demand > 0], task.demand, None, task.fixed_open)
    if len(chosen) > p and answer.bound > p + 1e-6:
        return f"at least {len(chosen)} sites are needed to leave nobody beyond the limit on cost, not {p}"
    return ""


def start(task: Given, p: int) -> tuple[Sites, ...]:
    """Where few sets serve everybody, one that does: greedy choice alone may find none."""
    if not task.limited:
        return ()
    answer, chosen = milp.covered(task.allowed[task.demand > 0], task.demand, None, task.fixed_open)
    if answer.values is None or len(chosen) > p:
        return ()
    return (bounds.greedy(bounds.problem(task.weighted, p), chosen),)


def _programme(task: Given, p: int, k: int) -> tuple[tuple[Served, ...], float]:
    """The k best as k programmes, each without the sets found before."""
    weighted = np.where(np.isfinite(task.weighted), task.weighted, 0.0)
    found: list[Served] = []
    bound = np.inf
    while len(found) < k:
        answer, chosen, assignment = milp.located(
            weighted,
            task.allowed,
            task.demand,
            p,
            capacity=task.capacity,
            fixed_open=task.fixed_open,
            without=tuple(one.sites for one in found),
        )
        if answer.values is None:
            break
        found.append(Served(chosen, assignment, answer.objective))
        bound = answer.bound
    return tuple(found), bound
