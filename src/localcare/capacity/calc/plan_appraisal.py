"""The options of a plan on weighted criteria: read from its scenario, ranked, and what the order hangs on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcare.capacity.calc import appraisal
from localcare.capacity.calc.appraisal import Appraisal, Criterion, Option, Ranked, Room
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Assumption, Quantity, exactly
from localcare.capacity.calc.refusal import BadScenario, Path

Read = Callable[[Mapping[str, Any], Path], Quantity]

NEAR = 2.0  # weights from half to double the stated ones, assumed: a wide difference of opinion


@dataclass(frozen=True)
class AppraisalResult:
    """`anyhow`, `near`: the share in which each option wins of all weights there could be, and of those from half to
    double the stated. `beaten`: options that others equal or beat in everything, with those others."""

    asked: Appraisal
    ranking: tuple[Ranked, ...]
    anyhow: Mapping[str, float]
    near: Mapping[str, float]
    room: tuple[Room, ...]
    beaten: Mapping[str, tuple[str, ...]]


def asked(table: Mapping[str, Any], read: Read) -> Appraisal:
    """The options of a scenario. Raises BadScenario where a score is missing or of no criterion, or nothing counts."""
    criteria = tuple(Criterion(**one) for one in table["criterion"])
    names = [one.name for one in criteria]
    _refuse_doubles(names, "criterion", "criteria")
    _refuse_doubles([one["name"] for one in table["option"]], "option", "options")
    options = tuple(_option(one, names, read, ("appraisal", "option", i)) for i, one in enumerate(table["option"]))
    try:
        return Appraisal(criteria, options)
    except ValueError as error:
        raise BadScenario(str(error), ("appraisal", "criterion", 0, "weight")) from error


def _refuse_doubles(names: Sequence[str], key: str, plural: str) -> None:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise BadScenario(f"two {plural} are called {name}: name them apart", ("appraisal", key, i, "name"))


def _option(table: Mapping[str, Any], names: list[str], read: Read, path: Path) -> Option:
    scores = table["scores"]
    if unknown := [name for name in scores if name not in names]:
        raise BadScenario(f"there is no criterion {unknown[0]}: there are {', '.join(names)}", (*path, "scores"))
    if missing := [name for name in names if name not in scores]:
        said = f"{table['name']} has no score for {missing[0]}: give one, as a range where nobody is sure"
        raise BadScenario(said, (*path, "scores"))
    return Option(table["name"], tuple(read(scores[name], (*path, "scores", name)) for name in names))


def assumptions(wanted: Appraisal) -> Iterator[tuple[str, Assumption]]:
    """Weights and scores by name."""
    for criterion in wanted.criteria:
        yield f"appraisal.{criterion.name}.weight", exactly(criterion.weight, "weight", criterion.source)
    for option in wanted.options:
        for criterion, score in zip(wanted.criteria, option.scores, strict=True):
            yield f"appraisal.{option.name}.{criterion.name}", score
    source = "assumed: half to double the stated weights is a wide difference of opinion"
    yield "appraisal.near", exactly(NEAR, "times", source)


def appraised(plan: Plan, wanted: Appraisal) -> AppraisalResult:
    """The options in order, and what moves it."""
    seed = plan.scenario.seed
    return AppraisalResult(
        wanted,
        appraisal.ranking(wanted),
        appraisal.shares_of_wins(wanted, seed=seed),
        appraisal.shares_of_wins(wanted, seed=seed, around=NEAR),
        appraisal.room_of_weights(wanted),
        appraisal.dominated(wanted),
    )
