"""The hubs of a plan: the best set, the sets next to it, and what one more or one fewer would mean."""

from dataclasses import dataclass, replace
from typing import Literal

from localcare.capacity.calc import hubs
from localcare.capacity.calc.hub_report import FiveAnswers, HubPlan, five_answers
from localcare.capacity.calc.hubs import HubInputs, Rules

Group = Literal["registered", "resident"]


@dataclass(frozen=True)
class HubsAsked:
    """`group`: registered or resident, never both. `counts`: numbers of hubs to compare. `sets`: how many best sets.
    `minutes`: within which everybody should be, for the five questions."""

    group: Group
    counts: tuple[int, ...]
    sets: int
    minutes: float
    rules: Rules


@dataclass(frozen=True, eq=False)
class HubsResult:
    """`best`: sets of `rules.p` hubs, best first; `curve`: the best set of each count without limits, commitments
    kept."""

    inputs: HubInputs
    asked: HubsAsked
    best: tuple[HubPlan, ...]
    curve: tuple[HubPlan, ...]
    answers: FiveAnswers


def sited(inputs: HubInputs, asked: HubsAsked) -> HubsResult:
    """The best sets under the rules, and the curve without limits, only with what is committed to or ruled out.

    Raises ValueError naming a site that is no candidate."""
    none = {"min_population": None, "budget": None, "staff": None, "max_minutes": None, "max_gap": None}
    free = replace(asked.rules, **none, capacity=())
    counts = dict.fromkeys(max(count, len(asked.rules.open)) for count in sorted(asked.counts))
    curve = hubs.curve(inputs, free, list(counts))
    answers = five_answers(curve, asked.rules, minutes=asked.minutes)
    return HubsResult(inputs, asked, hubs.best_plans(inputs, asked.rules, asked.sets), curve, answers)
