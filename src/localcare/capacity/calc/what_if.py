"""A set of hubs tried by hand beside a scenario's own: what it changes, who is far, what one more saves. Pure.

The set is held against the scenario's rules, and worked out without them where it breaks one: a planner sees what it
would mean, and which rule says no.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import hubs
from localcare.capacity.calc.hub_report import HubPlan, no_plan
from localcare.capacity.calc.hubs import HubInputs, Rules

Array = npt.NDArray[np.float64]
GAP = 0.0005  # of travel: less than a page shows, and found in a fraction of the time to the proof
NOT_COMPUTED = "the best set within its budget, gap or staff is not known yet: compute the scenario to have it"
NONE_KEEPS = "no set that keeps to all rules was found when it was computed"
MOST_HUBS = 20  # as the schema of a scenario allows


@dataclass(frozen=True)
class Choice:
    """Hubs by code, the people that capped sites take, and the minutes beyond which a trip is called long."""

    hubs: tuple[str, ...]
    caps: tuple[tuple[str, float], ...]
    beyond: float

    def moved(self, away: str, to: str) -> "Choice":
        """One hub closed, one opened; either may be empty."""
        return replace(self, hubs=tuple(sorted((set(self.hubs) - {away}) | ({to} if to else set()))))

    def capped(self, at: str, people: float | None) -> "Choice":
        """A site that takes so many people; None: as many as come."""
        caps = {**dict(self.caps), at: people}
        return replace(self, caps=tuple((code, most) for code, most in sorted(caps.items()) if most is not None))


@dataclass(frozen=True, eq=False)
class Answer:
    """`tried` beside `own`. `broken`: the rule that the tried set breaks, empty where it keeps to all; it is then
    worked out without rules. `wanted`: people by hub if no site were capped."""

    own: HubPlan
    tried: HubPlan
    broken: str
    wanted: dict[str, float]


@dataclass(frozen=True)
class Far:
    """People of a deprivation fifth (0 unknown) and mode, and those of them whose trip is long."""

    fifth: int
    mode: str
    people: float
    far: float


def own_choice(inputs: HubInputs, rules: Rules, computed: tuple[str, ...] | None = None) -> HubPlan:
    """The scenario's own set. `computed`: as a computation told it, empty where it found none; None before the first.

    Where no set keeps to its rules, or finding one that does takes a computation, the best without them, with why as
    its reason."""
    if computed and (known := hubs.what_if(inputs, rules, computed, gap=GAP)).hubs:
        return known
    told = NOT_COMPUTED if computed is None else NONE_KEEPS
    found = no_plan(rules.p, told) if _takes_long(rules) else hubs.plan(inputs, rules)
    if found.hubs:
        return found
    lifted = hubs.plan(inputs, replace(_lifted(rules), p=max(1, min(rules.p, len(inputs.sites)))))
    return replace(lifted, reason=found.reason)


def _takes_long(rules: Rules) -> bool:
    """Whether sets have to be tried one by one: unless every hub is committed to."""
    tried = (rules.budget, rules.max_gap, rules.staff)
    return len(rules.open) < rules.p and any(limit is not None for limit in tried)


def answer(inputs: HubInputs, rules: Rules, own: HubPlan, choice: Choice) -> Answer:
    """Work a choice out. Raises ValueError naming a site that is no candidate."""
    ruled = replace(rules, capacity=(), beyond=choice.beyond)
    free = hubs.what_if(inputs, _lifted(ruled), choice.hubs)
    found = hubs.what_if(inputs, ruled, choice.hubs, capped=choice.caps, gap=GAP)
    return Answer(
        own=_counted_beyond(inputs, rules, own, choice.beyond),
        tried=found if found.hubs else free,
        broken="" if found.hubs else found.reason,
        wanted={hub.code: hub.people for hub in free.hubs},
    )


def _counted_beyond(inputs: HubInputs, rules: Rules, own: HubPlan, beyond: float) -> HubPlan:
    """A plan as it is, its long trips counted from other minutes."""
    return own if beyond == rules.beyond else replace(own, beyond=_share_far(inputs, own, beyond))


def _lifted(rules: Rules) -> Rules:
    return replace(
        rules, capacity=(), min_population=None, budget=None, staff=None, max_minutes=None, max_gap=None, open=()
    )


def far(inputs: HubInputs, plan: HubPlan, beyond: float) -> tuple[Far, ...]:
    """Who travels longer than so many minutes, by deprivation fifth and mode."""
    people, minutes = _travel(inputs, plan)
    return tuple(
        Far(fifth, mode, float(people[row][of].sum()), float(people[row][of & (minutes[row] > beyond)].sum()))
        for fifth in (1, 2, 3, 4, 5, 0)
        for row, (mode, of) in enumerate((mode, inputs.fifth == fifth) for mode in ("car", "without a car"))
        if people[row][of].sum() > 0
    )


def _share_far(inputs: HubInputs, plan: HubPlan, beyond: float) -> float:
    people, minutes = _travel(inputs, plan)
    return float(people[minutes > beyond].sum() / max(people.sum(), 1e-12))


def saved_by_opening(inputs: HubInputs, plan: HubPlan) -> Array:
    """By site: minutes that opening it too would save on average, were everybody free to go there; 0 for a hub."""
    people, minutes = _travel(inputs, plan)
    saved = sum(
        (people[row][:, None] * np.maximum(minutes[row][:, None] - table, 0)).sum(0)
        for row, table in enumerate((inputs.car, inputs.public))
    )
    return np.asarray(saved / max(people.sum(), 1e-12))


def _travel(inputs: HubInputs, plan: HubPlan) -> tuple[Array, Array]:
    """People and minutes by mode (with a car, without) and demand point."""
    people = np.array([inputs.people * (1 - inputs.without_car), inputs.people * inputs.without_car])
    rows = np.arange(len(inputs.points))
    minutes = np.array([table[rows, plan.assignment[row]] for row, table in enumerate((inputs.car, inputs.public))])
    return people, np.where(people > 0, minutes, 0.0)
