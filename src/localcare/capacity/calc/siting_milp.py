"""Siting as mixed-integer programmes, solved by HiGHS (Huangfu and Hall, Mathematical Programming Computation 2018).

Used where a constraint ties demand points together (capacity, least load) or where sites are counted (covering); the
plain p-median has a faster proof in `siting_bounds`. Whole demand points are assigned, each to one site.
"""

from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

Array = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Sites = tuple[int, ...]
# Pairs beyond one a point with which a sharing out is first tried.
FIRST_PAIRS = 150


@dataclass(frozen=True, slots=True)
class Answer:
    """`values` is None where no solution exists (`infeasible`) or none was found. Minimisation.

    `reduced`: of a programme without whole variables, what a variable adds at least when raised from 0 to 1."""

    values: Array | None
    objective: float
    bound: float
    infeasible: bool
    reduced: Array | None = None


PROVED = 1e-9  # a relative gap so small is none


@dataclass(slots=True)
class Model:
    """A programme in variables from 0 to 1, whole where marked; rows are added in blocks."""

    objective: Array
    whole: Bools
    blocks: list[sparse.csr_array]
    lower: list[Array]
    upper: list[Array]
    least: Array

    @classmethod
    def of(cls, objective: Array, whole: Bools) -> "Model":
        return cls(objective, whole, [], [], [], np.zeros(len(objective)))

    def rows(self, matrix: sparse.csr_array, lower: Array | float, upper: Array | float) -> None:
        many = matrix.shape[0]
        self.blocks.append(matrix)
        self.lower.append(np.broadcast_to(np.asarray(lower, float), many))
        self.upper.append(np.broadcast_to(np.asarray(upper, float), many))

    def solve(self, *, nodes: int = 1_000_000, gap: float = PROVED) -> Answer:
        """Minimise to a proved gap of 0 (relative 1e-9), or to a wider one, or to the limit of nodes."""
        solver = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "random_seed": 0,
            "threads": 1,
            "mip_rel_gap": gap,
            "mip_abs_gap": 1e-9,
            "mip_feasibility_tolerance": 1e-9,
            "mip_max_nodes": nodes,
        }.items():
            solver.setOptionValue(option, value)
        solver.passModel(self._lp())
        solver.run()
        status, info = solver.getModelStatus(), solver.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Answer(None, np.inf, np.inf, True)
        if not np.isfinite(info.objective_function_value) or info.primal_solution_status != 2:
            return Answer(None, np.inf, float(info.mip_dual_bound), False)
        solution, value = solver.getSolution(), float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if self.whole.any() else value
        return Answer(np.array(solution.col_value), value, bound, False, np.array(solution.col_dual))

    def _lp(self) -> highspy.HighsLp:
        matrix = sparse.vstack(self.blocks, format="csc")
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = matrix.shape
        lp.col_cost_, lp.col_lower_, lp.col_upper_ = self.objective, self.least, np.ones(len(self.objective))
        lp.row_lower_, lp.row_upper_ = np.concatenate(self.lower), np.concatenate(self.upper)
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in self.whole]
        return lp


def located(
    pair_cost: Array,
    allowed: Bools,
    demand: Array,
    p: int | None,
    *,
    capacity: Array | None = None,
    site_cost: Array | None = None,
    fixed_open: Sites = (),
    everybody: bool = True,
    without: tuple[Sites, ...] = (),
) -> tuple[Answer, Sites, npt.NDArray[np.intp]]:
    """Open sites (p of them, if p is given) and assign whole demand points to them at least cost.

    Minimise sum of site_cost_i y_i + sum of pair_cost_ji x_ji over allowed pairs, with sum over i of x_ji = 1 (at most
    1 unless `everybody`), x_ji <= y_i, sum over j of demand_j x_ji <= capacity_i y_i, sum of y = p, x and y 0 or 1;
    none of the sets `without`. Arrays are demand points x sites. Returns the answer, the open sites, each point's site.
    """
    points, sites = allowed.shape
    j, i = np.nonzero(allowed)
    pairs = len(j)
    fees = np.zeros(sites) if site_cost is None else site_cost
    model = Model.of(np.concatenate([fees, pair_cost[j, i]]), np.ones(sites + pairs, bool))
    model.least[list(fixed_open)] = 1.0
    ones, line = np.ones(pairs), np.arange(pairs)
    wide = (points, sites + pairs)
    model.rows(sparse.csr_array((ones, (j, sites + line)), shape=wide), 1.0 if everybody else 0.0, 1.0)
    link = sparse.csr_array((np.r_[ones, -ones], (np.r_[line, line], np.r_[sites + line, i])), (pairs, sites + pairs))
    model.rows(link, -np.inf, 0.0)
    if capacity is not None:
        entries = (np.r_[demand[j], -capacity], (np.r_[i, np.arange(sites)], np.r_[sites + line, np.arange(sites)]))
        model.rows(sparse.csr_array(entries, shape=(sites, sites + pairs)), -np.inf, 0.0)
    if p is not None:
        model.rows(_count(tuple(range(sites)), sites + pairs), p, p)
    for chosen in without:
        model.rows(_count(chosen, sites + pairs), 0.0, len(chosen) - 1.0)
    answer = model.solve()
    if answer.values is None:
        return answer, (), np.full(points, -1, dtype=np.intp)
    return (
        answer,
        tuple(np.flatnonzero(answer.values[:sites] > 0.5).tolist()),
        _assigned(answer.values[sites:], j, i, points),
    )


def shared_out(
    cost: Array,
    allowed: Bools,
    demand: Array,
    capacity: Array | None,
    least: Array | None,
    limit: float = np.inf,
    gap: float = PROVED,
) -> tuple[Answer, npt.NDArray[np.intp]]:
    """Assign whole demand points to sites that are all open, none above its capacity or below its least load.

    The generalised assignment problem: minimise sum of cost_ji x_ji, sum over i of x_ji = 1,
    least_i <= sum over j of demand_j x_ji <= capacity_i. Points may be split in a first programme, which says what each
    pair adds at least; the second has whole points and only pairs that can be in a better solution than the one found.
    No values where the first shows that nothing costs less than `limit`. `gap`: how far above the least it may be, as a
    share, in the second.
    """
    points = len(demand)
    j, i = np.nonzero(allowed)
    relaxed = _sharing(cost, j, i, demand, capacity, least, False)
    nobody = np.full(points, -1, dtype=np.intp)
    if relaxed.values is None or relaxed.reduced is None or relaxed.bound >= limit:
        return Answer(None, np.inf, relaxed.bound, relaxed.infeasible), nobody
    step = np.sort(relaxed.reduced)[min(points + FIRST_PAIRS, len(j)) - 1]
    while True:
        kept = relaxed.reduced <= step
        answer = _sharing(cost, j[kept], i[kept], demand, capacity, least, True, gap)
        room = answer.objective - relaxed.objective + 1e-9 * abs(relaxed.objective)
        if kept.all() or room <= step:
            break
        wider = room if answer.values is not None else 4 * step
        step = wider if step < wider < relaxed.reduced.max() else np.inf
    return answer, nobody if answer.values is None else _assigned(answer.values, j[kept], i[kept], points)


def _sharing(
    cost: Array,
    j: npt.NDArray[np.intp],
    i: npt.NDArray[np.intp],
    demand: Array,
    capacity: Array | None,
    least: Array | None,
    whole: bool,
    gap: float = PROVED,
) -> Answer:
    points, sites = cost.shape
    pairs, line = len(j), np.arange(len(j))
    model = Model.of(cost[j, i], np.full(pairs, whole))
    model.rows(sparse.csr_array((np.ones(pairs), (j, line)), shape=(points, pairs)), 1.0, 1.0)
    loads = sparse.csr_array((demand[j], (i, line)), shape=(sites, pairs))
    model.rows(loads, -np.inf if least is None else least, np.inf if capacity is None else capacity)
    return model.solve(gap=gap)


def covered(within: Bools, demand: Array, p: int | None, fixed_open: Sites = ()) -> tuple[Answer, Sites]:
    """Fewest sites with a site within reach of everybody (p None), or p sites with most demand within reach.

    Set covering (Toregas et al., Operations Research 1971): minimise sum of y_i, sum over i in reach of j of y_i >= 1.
    Maximal covering (Church and ReVelle, Papers of the Regional Science Association 1974): minimise the demand that is
    not covered, u_j >= 1 - sum over i in reach of j of y_i, sum of y = p."""
    points, sites = within.shape
    reach = sparse.csr_array(within.astype(float))
    if p is None:
        model = Model.of(np.ones(sites), np.ones(sites, bool))
        model.rows(reach, 1.0, np.inf)
    else:
        model = Model.of(np.concatenate([np.zeros(sites), demand]), np.arange(sites + points) < sites)
        model.rows(sparse.hstack([reach, sparse.eye_array(points)], format="csr"), 1.0, np.inf)
        model.rows(_count(tuple(range(sites)), sites + points), p, p)
    model.least[list(fixed_open)] = 1.0
    answer = model.solve()
    if answer.values is None:
        return answer, ()
    return answer, tuple(np.flatnonzero(answer.values[:sites] > 0.5).tolist())


def _count(chosen: Sites, width: int) -> sparse.csr_array:
    at = np.array(chosen, dtype=np.intp)
    return sparse.csr_array((np.ones(len(at)), (np.zeros(len(at), dtype=np.intp), at)), shape=(1, width))


def _assigned(values: Array, j: npt.NDArray[np.intp], i: npt.NDArray[np.intp], points: int) -> npt.NDArray[np.intp]:
    chosen = np.full(points, -1, dtype=np.intp)
    used = values > 0.5
    chosen[j[used]] = i[used]
    return chosen
