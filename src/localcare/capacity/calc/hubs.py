"""The hubs of a local care plan as one model: how many, which, for whom, with which staff, at what cost.

`HubInputs` is the place (demand points, candidate sites, minutes between them), `Rules` what a plan must keep to. The
plan minimises the travel of everybody, each person's minutes weighted by need (age, deprivation):

    sum over points j and modes m of people_jm need_j minutes_jm,i(j,m)

over the sets of p sites, a p-median (`siting`) with two rows for each demand point: those with a car and those without,
who may go to different hubs. What must hold besides (capacity, least population, budget, nobody beyond so many minutes,
gap between fifths) makes a set dearer or rules it out; `siting_best` keeps the proof. Money does not enter the
objective: it is a limit, and stands beside each plan and along the curve.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import siting_best as best
from localcare.capacity.calc import siting_bounds as bounds
from localcare.capacity.calc.hub_report import HubPlan, Service, Status, no_plan, plan_of
from localcare.capacity.calc.siting_given import Given
from localcare.capacity.calc.siting_milp import PROVED

Array = npt.NDArray[np.float64]
Codes = tuple[str, ...]
NOT_PROVED = "the limits bind so hard that the list of sets ended before the proof: the best found stands, with its gap"


@dataclass(frozen=True, slots=True)
class Site:
    """A building that could be a hub. `capacity` people; `yearly_cost` in pounds a year, rent and fixed staff."""

    code: str
    name: str
    kind: str
    latitude: float
    longitude: float
    yearly_cost: float
    capacity: float = np.inf
    across_border: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class HubInputs:
    """The place. Arrays by demand point (n) and, for minutes, by site (n x m).

    `people`: persons; `need`: weight of a person; `without_car`: share, 0 to 1; `fifth`: deprivation, 1 most deprived
    to 5 least, 0 unknown; `car` and `public`: minutes with a car, and by bus or on foot. `group`: "registered" or
    "resident": whose travel this is, never both.
    """

    group: str
    points: Codes
    people: Array
    need: Array
    without_car: Array
    fifth: npt.NDArray[np.intp]
    sites: tuple[Site, ...]
    car: Array
    public: Array

    def __post_init__(self) -> None:
        n, shape = len(self.points), (len(self.points), len(self.sites))
        for name in ("people", "need", "without_car", "fifth"):
            if getattr(self, name).shape != (n,):
                raise ValueError(
                    f"{name} has shape {getattr(self, name).shape}: give one figure for each of {n} points"
                )
        if self.car.shape != shape or self.public.shape != shape:
            raise ValueError(f"car {self.car.shape} and public {self.public.shape}: give minutes as {shape}")

    def times(self, factor: float) -> Self:
        """The same place with so many times as many people."""
        return self if factor == 1 else replace(self, people=self.people * factor)

    def numbers(self, codes: Iterable[str]) -> tuple[int, ...]:
        """The places of sites in the list. Raises ValueError naming a code that is none."""
        at = {site.code: number for number, site in enumerate(self.sites)}
        wanted = tuple(codes)
        if unknown := sorted(set(wanted) - set(at)):
            raise ValueError(f"no candidate site {', '.join(unknown)}; name one of the sites of the inputs")
        return tuple(sorted(at[code] for code in wanted))


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan must keep to; what is None or empty does not bind.

    `open`, `closed`: commitments, by code. `max_minutes`: nobody travels longer, by their own mode. `capacity`: people,
    by code, in place of the site's. `min_population`: people of each hub. `budget`: pounds a year for all hubs.
    `max_gap`: minutes between the worst and the best deprivation fifth. `staff_a_hub`: full-time equivalents that a hub
    needs however small, of `staff` in all.
    """

    p: int
    open: Codes = ()
    closed: Codes = ()
    across_border: bool = True
    max_minutes: float | None = None
    capacity: tuple[tuple[str, float], ...] = ()
    min_population: float | None = None
    budget: float | None = None
    max_gap: float | None = None
    staff_a_hub: float | None = None
    staff: float | None = None
    beyond: float = 30.0
    services: tuple[Service, ...] = field(default=())


def plan(inputs: HubInputs, rules: Rules) -> HubPlan:
    """The best set of `rules.p` hubs. `status` "infeasible" with the reason where there is none."""
    return best_plans(inputs, rules, 1)[0]


def best_plans(inputs: HubInputs, rules: Rules, k: int = 20) -> tuple[HubPlan, ...]:
    """The k best sets, best first; one infeasible plan where there is none."""
    task, allowed = _task(inputs, rules)
    if reason := _ruled_out(task, rules, allowed):
        return (no_plan(rules.p, reason),)
    keep = np.flatnonzero(allowed)
    narrow = _only(task, keep)
    if reason := best.impossible(narrow, rules.p):
        return (no_plan(rules.p, reason),)
    found, bound, proved = best.listed(
        bounds.problem(narrow.weighted, rules.p),
        k,
        lambda chosen, limit: _work(inputs, rules, task, tuple(keep[list(chosen)].tolist()), limit),
        fixed=narrow.fixed_open,
        start=best.start(narrow, rules.p),
    )
    if not found:
        return (no_plan(rules.p, "no set of sites keeps to all rules: loosen one" if proved else NOT_PROVED),)
    return tuple(
        plan_of(inputs, rules, one, "optimal" if proved else "feasible", one.cost if proved else min(bound, one.cost))
        for one in found
    )


def curve(inputs: HubInputs, rules: Rules, counts: Sequence[int]) -> tuple[HubPlan, ...]:
    """The best plan for each number of hubs: what one more hub buys in minutes and what it costs."""
    return tuple(plan(inputs, replace(rules, p=p)) for p in counts)


def what_if(
    inputs: HubInputs,
    rules: Rules,
    hubs: Sequence[str],
    *,
    opened: Sequence[str] = (),
    closed: Sequence[str] = (),
    moved: Sequence[tuple[str, str]] = (),
    capped: Sequence[tuple[str, float]] = (),
    gap: float = 0.0,
) -> HubPlan:
    """A set of hubs changed by hand and worked out: no siting, only who goes where. Every change by code.

    `moved`: (from, to). `capped`: (hub, people). Who no longer fits is shared out at least travel, proved; with
    a `gap`, within that share of the least, which is found sooner. A set that breaks a rule
    is answered `infeasible` with the reason."""
    sites = (set(hubs) | set(opened) | {to for _, to in moved}) - set(closed) - {away for away, _ in moved}
    limits = tuple((dict(rules.capacity) | dict(capped)).items())
    changed = replace(rules, p=len(sites), open=tuple(sorted(sites)), closed=(), capacity=limits, across_border=True)
    if not sites:
        return no_plan(0, "no hub is left: open one")
    task, _ = _task(inputs, changed)
    served = best.serve(task, task.fixed_open, _least(changed, len(inputs.sites)), gap=max(gap, PROVED))
    if served is None:
        return no_plan(len(sites), "not everybody fits: raise a capacity, the minutes, or lower the least population")
    if reason := _broken(inputs, changed, served):
        return no_plan(len(sites), reason)
    status: Status = "feasible" if gap else "optimal"
    return plan_of(inputs, changed, served, status, served.cost * (1 - gap))


def _task(inputs: HubInputs, rules: Rules) -> tuple[Given, npt.NDArray[np.bool_]]:
    """Rows: everybody with a car, then everybody without. And which sites may be a hub at all."""
    fixed, shut = inputs.numbers(rules.open), inputs.numbers(rules.closed)
    minutes = np.vstack([inputs.car, inputs.public])
    people = np.concatenate([inputs.people * (1 - inputs.without_car), inputs.people * inputs.without_car])
    near = np.isfinite(minutes) & (minutes <= (np.inf if rules.max_minutes is None else rules.max_minutes))
    allowed = np.ones(len(inputs.sites), bool)
    allowed[list(shut)] = False
    if not rules.across_border:
        allowed &= ~np.array([site.across_border for site in inputs.sites])
    room = np.array([dict(rules.capacity).get(site.code, site.capacity) for site in inputs.sites], float)
    inputs.numbers(code for code, _ in rules.capacity)
    weighted = minutes * np.tile(inputs.need, 2)[:, None]
    return Given(weighted, near, people, None if np.isinf(room).all() else room, fixed), allowed


def _only(task: Given, keep: npt.NDArray[np.intp]) -> Given:
    room = None if task.capacity is None else task.capacity[keep]
    fixed = tuple(np.searchsorted(keep, task.fixed_open).tolist())
    return Given(task.cost[:, keep], task.allowed[:, keep], task.demand, room, fixed)


def _ruled_out(task: Given, rules: Rules, allowed: npt.NDArray[np.bool_]) -> str:
    if rules.p < 1 or rules.p > int(allowed.sum()):
        return f"{rules.p} hubs asked for and {int(allowed.sum())} sites may be one"
    if not allowed[list(task.fixed_open)].all():
        return "a site is both committed to and closed, or lies across the border where none may"
    if rules.staff is not None and rules.staff_a_hub and rules.p * rules.staff_a_hub > rules.staff:
        return f"{rules.p} hubs need {rules.p * rules.staff_a_hub:g} full-time staff and there are {rules.staff:g}"
    if rules.min_population is not None and rules.p * rules.min_population > task.demand.sum():
        return f"{rules.p} hubs of {rules.min_population:g} people are more than the {task.demand.sum():.0f} there are"
    return ""


def _work(inputs: HubInputs, rules: Rules, task: Given, chosen: tuple[int, ...], limit: float) -> best.Served | None:
    if rules.budget is not None and _yearly(inputs, chosen) > rules.budget:
        return None
    served = best.serve(task, chosen, _least(rules, len(inputs.sites)), limit)
    return None if served is None or _broken(inputs, rules, served) else served


def _broken(inputs: HubInputs, rules: Rules, served: best.Served) -> str:
    if rules.budget is None and rules.max_gap is None and rules.staff is None:
        return ""
    made = plan_of(inputs, rules, served, "feasible", served.cost)
    if rules.budget is not None and made.yearly_cost > rules.budget:
        return f"these hubs cost {made.yearly_cost:.0f} pounds a year, the budget is {rules.budget:.0f}"
    if rules.max_gap is not None and made.fifth_gap > rules.max_gap:
        return f"the fifths of deprivation are {made.fifth_gap:.1f} minutes apart, the limit is {rules.max_gap:g}"
    if rules.staff is not None and made.staff > rules.staff:
        return f"these hubs need {made.staff:g} full-time staff and there are {rules.staff:g}"
    return ""


def _least(rules: Rules, sites: int) -> Array | None:
    return None if rules.min_population is None else np.full(sites, float(rules.min_population))


def _yearly(inputs: HubInputs, chosen: tuple[int, ...]) -> float:
    return sum(inputs.sites[site].yearly_cost for site in chosen)
