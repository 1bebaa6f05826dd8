"""What a plan of hubs means: minutes by deprivation fifth and mode, who travels long, loads, services, cost, staff."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from localcare.capacity.calc.hubs import HubInputs, Rules
    from localcare.capacity.calc.siting_best import Served

Array = npt.NDArray[np.float64]
Status = Literal["optimal", "feasible", "infeasible"]
MODES = ("car", "without a car")


@dataclass(frozen=True, slots=True)
class Service:
    """A service of hubs. A core one is in every hub; another only where the hub has its least population.

    `catchment_minutes`: within which people count as reached. `yearly_cost` in pounds, `staff` in full-time
    equivalents, both for each hub that has it."""

    name: str
    core: bool
    min_population: float
    catchment_minutes: float
    yearly_cost: float
    staff: float


@dataclass(frozen=True, slots=True)
class Hub:
    """One hub of a plan: whom it serves (persons), how far they travel (minutes, mean), what it offers."""

    code: str
    name: str
    people: float
    without_car: float
    minutes: float
    services: tuple[str, ...]
    yearly_cost: float
    staff: float


@dataclass(frozen=True, slots=True)
class Offered:
    """A service in a plan: the hubs that have it, the share of people within its catchment, by their own mode."""

    name: str
    hubs: tuple[str, ...]
    share_within: float


@dataclass(frozen=True, slots=True, eq=False)
class HubPlan:
    """A set of hubs worked out. Minutes are means over people, one way.

    `objective`: need-weighted minutes of all people; `bound` what no set can go below, `gap` between them as a share.
    `assignment`: site number by demand point, with a car (row 0) and without (row 1), -1 where nobody is.
    `by_fifth`: (fifth, minutes), 1 most deprived; `fifth_gap`: between the worst and the best. `beyond`: share of
    people who travel longer than the rules' `beyond` minutes."""

    status: Status
    reason: str
    p: int
    hubs: tuple[Hub, ...]
    assignment: npt.NDArray[np.intp]
    objective: float
    bound: float
    gap: float
    minutes: float
    longest: float
    by_mode: tuple[tuple[str, float], ...]
    by_fifth: tuple[tuple[int, float], ...]
    fifth_gap: float
    beyond: float
    yearly_cost: float
    staff: float
    services: tuple[Offered, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(hub.code for hub in self.hubs)


@dataclass(frozen=True, slots=True)
class FiveAnswers:
    """The plan's five questions (local-care-plan-2017, page 42), from a curve; None where no number on it does, or the
    rules give no such limit: a limit that nobody stated is not kept to.

    `economically`: most hubs within the budget; `sensible`: most for which each has its least population;
    `accessible`: fewest with nobody beyond the minutes; `staffed`: most for which there is staff; `pragmatic`: of the
    sets of the curve that keep to every limit given, the one with least travel, by code."""

    economically: int | None
    sensible: int | None
    accessible: int | None
    staffed: int | None
    pragmatic: tuple[str, ...]


def five_answers(plans: Sequence[HubPlan], rules: Rules, *, minutes: float) -> FiveAnswers:
    """Read off a curve made without the limits themselves, so that each question has an answer of its own."""
    real = [plan for plan in plans if plan.hubs]
    near = [plan for plan in real if plan.longest <= minutes]
    kept = [plan for plan in near if all(_kept(plan, rules, limit) is not False for limit in LIMITS)]
    chosen = min(kept, key=lambda plan: plan.objective, default=None)

    def most(limit: str) -> int | None:
        return max((plan.p for plan in real if _kept(plan, rules, limit)), default=None)

    return FiveAnswers(
        most("budget"),
        most("min_population"),
        min((plan.p for plan in near), default=None),
        most("staff"),
        chosen.codes if chosen else (),
    )


LIMITS = ("budget", "min_population", "staff", "max_minutes", "max_gap", "capacity")


def _kept(plan: HubPlan, rules: Rules, limit: str) -> bool | None:
    """Whether a set keeps to a limit of the rules; None where they give none."""
    given = getattr(rules, limit)
    if given is None or given == ():
        return None
    if limit == "capacity":
        room = dict(given)
        return all(hub.people <= room.get(hub.code, np.inf) for hub in plan.hubs)
    if limit == "min_population":
        return bool(min(hub.people for hub in plan.hubs) >= given)
    reached = {"budget": plan.yearly_cost, "staff": plan.staff, "max_minutes": plan.longest, "max_gap": plan.fifth_gap}
    return bool(reached[limit] <= given)


def no_plan(p: int, reason: str) -> HubPlan:
    nobody = np.zeros((2, 0), dtype=np.intp)
    inf = float("inf")
    return HubPlan("infeasible", reason, p, (), nobody, inf, inf, inf, inf, inf, (), (), inf, 1.0, inf, inf, ())


def plan_of(inputs: HubInputs, rules: Rules, served: Served, status: Status, bound: float) -> HubPlan:
    """Work a set out."""
    n = len(inputs.points)
    assignment = served.assignment.reshape(2, n)
    people = np.array([inputs.people * (1 - inputs.without_car), inputs.people * inputs.without_car])
    own = np.take_along_axis(np.stack([inputs.car, inputs.public]), np.maximum(assignment, 0)[:, :, None], axis=2)
    minutes = np.where(people > 0, own[:, :, 0], 0.0)
    fifths = tuple(
        (fifth, _mean(minutes[:, inputs.fifth == fifth], people[:, inputs.fifth == fifth]))
        for fifth in range(1, 6)
        if people[:, inputs.fifth == fifth].sum() > 0
    )
    hubs = tuple(_hub(inputs, rules, site, assignment, people, minutes) for site in served.sites)
    spread = [mean for _, mean in fifths]
    return HubPlan(
        status=status,
        reason="",
        p=len(hubs),
        hubs=hubs,
        assignment=assignment,
        objective=served.cost,
        bound=bound,
        gap=max(served.cost - bound, 0.0) / max(served.cost, 1e-12),
        minutes=_mean(minutes, people),
        longest=float(minutes.max(initial=0.0)),
        by_mode=tuple((mode, _mean(minutes[row], people[row])) for row, mode in enumerate(MODES)),
        by_fifth=fifths,
        fifth_gap=max(spread) - min(spread) if spread else 0.0,
        beyond=float(people[minutes > rules.beyond].sum() / max(people.sum(), 1e-12)),
        yearly_cost=sum(hub.yearly_cost for hub in hubs),
        staff=sum(hub.staff for hub in hubs),
        services=tuple(_offered(inputs, service, hubs, people) for service in rules.services),
    )


def _hub(
    inputs: HubInputs, rules: Rules, site: int, assignment: npt.NDArray[np.intp], people: Array, minutes: Array
) -> Hub:
    place, mine = inputs.sites[site], (assignment == site) & (people > 0)
    load = float(people[mine].sum())
    offers = [service for service in rules.services if service.core or load >= service.min_population]
    return Hub(
        code=place.code,
        name=place.name,
        people=load,
        without_car=float(people[1][mine[1]].sum()),
        minutes=_mean(minutes[mine], people[mine]),
        services=tuple(service.name for service in offers),
        yearly_cost=place.yearly_cost + sum(service.yearly_cost for service in offers),
        staff=(rules.staff_a_hub or 0.0) + sum(service.staff for service in offers),
    )


def _offered(inputs: HubInputs, service: Service, hubs: tuple[Hub, ...], people: Array) -> Offered:
    codes = tuple(hub.code for hub in hubs if service.name in hub.services)
    at = list(inputs.numbers(codes))
    within = [
        table[:, at].min(axis=1, initial=np.inf) <= service.catchment_minutes for table in (inputs.car, inputs.public)
    ]
    return Offered(service.name, codes, float(people[np.array(within)].sum() / max(people.sum(), 1e-12)))


def _mean(minutes: Array, people: Array) -> float:
    return float((minutes * people).sum() / people.sum()) if people.sum() > 0 else 0.0
