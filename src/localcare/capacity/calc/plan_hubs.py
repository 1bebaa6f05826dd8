"""The hubs of a plan: the best set, the sets next to it, and what one more or one fewer would mean."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from localcare.capacity.calc import hubs
from localcare.capacity.calc.hub_report import FiveAnswers, HubPlan, five_answers
from localcare.capacity.calc.hubs import HubInputs, Rules
from localcare.capacity.calc.quantity import Assumption, exactly

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


def chosen(asked: HubsAsked) -> Iterator[tuple[str, Assumption]]:
    """The limits that a scenario sets, by name."""
    rules, source = asked.rules, "chosen: a limit of the scenario, or its default below"
    yield "hubs.minutes", exactly(asked.minutes, "minutes", source)
    for key, unit in LIMITS.items():
        if (given := getattr(rules, key)) is not None:
            yield f"hubs.{key}", exactly(given, unit, source)
    for code, people in rules.capacity:
        yield f"hubs.capacity.{code}", exactly(people, "people", source)
    yield "hubs.beyond", exactly(rules.beyond, "minutes", "assumed: a trip longer than this is called long")


LIMITS = {
    "max_minutes": "minutes",
    "min_population": "people",
    "budget": "pounds a year",
    "max_gap": "minutes",
    "staff": "full-time equivalents",
}


def sited(inputs: HubInputs, asked: HubsAsked) -> HubsResult:
    """The best sets under the rules, and the curve without limits, only with what is committed to or ruled out.

    Raises ValueError naming a site that is no candidate."""
    free = replace(
        asked.rules, min_population=None, budget=None, staff=None, max_minutes=None, max_gap=None, capacity=()
    )
    counts = dict.fromkeys(max(count, len(asked.rules.open)) for count in sorted(asked.counts))
    curve = hubs.curve(inputs, free, list(counts))
    answers = five_answers(curve, asked.rules, minutes=asked.minutes)
    return HubsResult(inputs, asked, hubs.best_plans(inputs, asked.rules, asked.sets), curve, answers)
