"""Where to put p sites: p-median, p-centre, covering, and the k best sets, each with a proof.

All take `cost`: demand points x sites, in any unit (minutes, km), not negative, infinite where a pair may not be; and
`demand`: people (or weight) at each demand point. A whole demand point goes to one site. What `optimal` says is proved
to a billionth of the objective. A problem without solution is answered, not raised: status `infeasible`, with the
reason in words. Wrong shapes and values raise ValueError with the next step.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import siting_best as best
from localcare.capacity.calc import siting_milp as milp
from localcare.capacity.calc.siting_given import Given, given

Array = npt.NDArray[np.float64]
Status = Literal["optimal", "feasible", "infeasible"]
PROVED = 1e-8  # a gap below rounding of the machine is none
NOBODY = "no set of sites serves everybody within the capacities and the limit on cost"


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """A set of sites and who goes where.

    `open_sites`: columns of `cost`, ascending. `assignment`: for each demand point its site, -1 where it has none.
    `objective`: what was minimised (for covering by p sites: the demand within reach, maximised). `bound`: what no
    solution can pass; `gap` = |objective - bound| / |objective|, 0.0 where proved. `feasible` is a solution whose proof
    is incomplete: its gap says by how much. `infeasible`: no sites, objective and gap infinite, `reason` says why.
    """

    open_sites: tuple[int, ...]
    assignment: npt.NDArray[np.intp]
    objective: float
    bound: float
    gap: float
    status: Status
    reason: str = ""


def p_median(
    cost: npt.ArrayLike,
    demand: npt.ArrayLike,
    p: int,
    *,
    capacity: npt.ArrayLike | None = None,
    fixed_open: Sequence[int] = (),
    max_cost: float | None = None,
) -> Siting:
    """The p sites with the least sum of demand times cost (Hakimi, Operations Research 1964; ReVelle and Swain 1970).

    Minimise sum over j, i of demand_j cost_ji x_ji; each j is assigned once (sum over i of x_ji = 1), to open sites
    (x_ji <= y_i), p of which are open, those of `fixed_open` among them; no pair above `max_cost`; with `capacity` (per
    site, in units of demand) sum over j of demand_j x_ji <= capacity_i. Points without demand constrain nothing.
    """
    return k_best(cost, demand, p, 1, capacity=capacity, fixed_open=fixed_open, max_cost=max_cost)[0]


def k_best(
    cost: npt.ArrayLike,
    demand: npt.ArrayLike,
    p: int,
    k: int,
    *,
    capacity: npt.ArrayLike | None = None,
    fixed_open: Sequence[int] = (),
    max_cost: float | None = None,
) -> tuple[Siting, ...]:
    """The k best sets of the p-median, best first: all there are, where fewer than k satisfy the constraints.

    No set left out is better than the last by more than a billionth. `bound` of each is what no set that ranks after
    those before it can cost less than: its own objective where proved. A tuple with one `infeasible` where none exists.
    """
    task = given(cost, demand, p, capacity=capacity, fixed_open=fixed_open, max_cost=max_cost)
    if k < 1:
        raise ValueError(f"{k} sets asked for: ask for 1 or more")
    if reason := best.impossible(task, p):
        return (infeasible(task, reason),)
    sets, bound = best.best_sets(task, p, k)
    if not sets:
        return (infeasible(task, NOBODY),)
    return tuple(_siting(one.sites, one.assignment, one.cost, min(one.cost, bound)) for one in sets)


def p_center(
    cost: npt.ArrayLike,
    demand: npt.ArrayLike,
    p: int,
    *,
    capacity: npt.ArrayLike | None = None,
    fixed_open: Sequence[int] = (),
    max_cost: float | None = None,
) -> Siting:
    """The p sites with the least cost of the worst served demand point (Hakimi 1964); of those the best p-median.

    The objective is one of the costs in the matrix: found by bisection over them, each step a question of covering
    (Minieka, SIAM Review 1970). Points without demand do not count.
    """
    task = given(cost, demand, p, capacity=capacity, fixed_open=fixed_open, max_cost=max_cost)
    if reason := best.impossible(task, p):
        return infeasible(task, reason)
    steps = np.unique(task.cost[task.allowed & (task.demand > 0)[:, None]])
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _served_within(task, p, float(steps[middle])) else (middle + 1, high)
    if low == len(steps):
        return infeasible(task, NOBODY)
    radius = float(steps[low])
    one = best.best_sets(task.within(radius), p, 1)[0][0]
    return _siting(one.sites, one.assignment, radius, radius)


def covering(
    cost: npt.ArrayLike,
    demand: npt.ArrayLike,
    p: int | None = None,
    *,
    reach: float,
    capacity: npt.ArrayLike | None = None,
    fixed_open: Sequence[int] = (),
) -> Siting:
    """Without p: the fewest sites that leave nobody beyond `reach`; with p: p sites that have most demand within it.

    Set covering (Toregas et al. 1971) and maximal covering (Church and ReVelle 1974). With `capacity`, who is within
    reach must also fit. The objective is the number of sites, or the demand within reach; points beyond have site -1.
    """
    task = given(cost, demand, p or 1, capacity=capacity, fixed_open=fixed_open, max_cost=reach)
    if p is None:
        if reason := task.unreachable():
            return infeasible(task, reason)
        return _fewest(task)
    if reason := task.too_few_sites(p):
        return infeasible(task, reason)
    return _most(task, p)


def infeasible(task: Given, reason: str) -> Siting:
    nobody = np.full(len(task.demand), -1, dtype=np.intp)
    return Siting((), nobody, np.inf, np.inf, np.inf, "infeasible", reason)


def _fewest(task: Given) -> Siting:
    if task.capacity is None:
        answer, chosen = milp.covered(task.allowed[task.demand > 0], task.demand, None, task.fixed_open)
        return _siting(chosen, task.nearest(chosen), answer.objective, np.ceil(answer.bound - 1e-6))
    answer, chosen, assignment = milp.located(
        np.zeros_like(task.cost),
        task.allowed,
        task.demand,
        None,
        capacity=task.capacity,
        site_cost=np.ones(task.cost.shape[1]),
        fixed_open=task.fixed_open,
    )
    if answer.infeasible:
        return infeasible(task, "even all sites together cannot serve everybody within reach: raise a capacity")
    return _siting(chosen, assignment, float(len(chosen)), np.ceil(answer.bound - 1e-6))


def _most(task: Given, p: int) -> Siting:
    total = float(task.demand.sum())
    if task.capacity is None:
        answer, chosen = milp.covered(task.allowed, task.demand, p, task.fixed_open)
        assignment, bound = task.nearest(chosen), total - answer.bound
    else:
        gain = -np.broadcast_to(task.demand[:, None], task.cost.shape)
        answer, chosen, assignment = milp.located(
            gain,
            task.allowed,
            task.demand,
            p,
            capacity=task.capacity,
            fixed_open=task.fixed_open,
            everybody=False,
        )
        bound = -answer.bound
    reached = float(task.demand[assignment >= 0].sum())
    return _siting(chosen, assignment, reached, max(bound, reached))


def _siting(chosen: tuple[int, ...], assignment: npt.NDArray[np.intp], objective: float, bound: float) -> Siting:
    gap = abs(objective - bound) / max(abs(objective), 1e-12)
    proved = gap <= PROVED
    assignment.setflags(write=False)
    return Siting(
        chosen,
        assignment,
        objective,
        objective if proved else bound,
        0.0 if proved else gap,
        "optimal" if proved else "feasible",
    )


def _served_within(task: Given, p: int, radius: float) -> bool:
    """Whether p sites can serve everybody within a radius; with capacities, whether those who fit can be shared out."""
    narrower = task.within(radius)
    if best.impossible(narrower, p):
        return False
    return task.capacity is None or bool(best.best_sets(narrower, p, 1)[0])
