"""What the score may use by law, and what each source gives it: the same model fitted and tested without the source."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from numpy.typing import NDArray

from localcare.dataset.purposes import SOURCES
from localcare.population.calc import risk
from localcare.population.calc import risk_measures as measures
from localcare.population.definitions import Definitions, Risk

OUTCOME = "acute"
NO_OUTCOME = "Hospital data may not be used for risk stratification, and without them there is nothing to learn from."


@dataclass(frozen=True)
class Loss:
    """What leaving a source out costs: the predictors and conditions lost, and the change in c with its interval."""

    source: str
    predictors: tuple[str, ...]
    conditions: int
    change: measures.Estimate


def allowed(definitions: Definitions, barred: Collection[str]) -> Definitions:
    """The definitions with a score that uses none of the barred sources."""
    return replace(definitions, risk=narrowed(definitions.risk, barred)) if barred else definitions


def narrowed(chosen: Risk, barred: Collection[str]) -> Risk:
    """The score without the predictors and conditions that the barred sources fill."""
    return replace(
        chosen,
        allowed=tuple(source for source in chosen.allowed if source not in barred),
        predictors=tuple(p for p in chosen.predictors if p.source not in barred),
        conditions=() if chosen.conditions_source in barred else chosen.conditions,
    )


def not_used(chosen: Risk) -> frozenset[str]:
    """The sources that the score does not use: their rows are kept from it."""
    return frozenset(SOURCES) - set(chosen.allowed)


def losses(
    whole: NDArray, asked: NDArray, told: Callable[[Risk], NDArray], definitions: Definitions
) -> tuple[Loss, ...]:
    """For each source of the score, the same model fitted and asked without it, beside the whole one.

    In: `whole`: the whole model's risks of those asked; whether it happened to those `asked`; `told`: the risks of the
    same people by a score. Out: changes in c on the same people (DeLong's paired interval).
    """
    found = []
    for source in definitions.risk.allowed:
        less = narrowed(definitions.risk, [source])
        if not risk.terms(less):
            continue
        scores = told(less)
        gone = tuple(p.key for p in definitions.risk.predictors if p not in less.predictors)
        dropped = len(definitions.risk.conditions) - len(less.conditions)
        found.append(Loss(source, gone, dropped, measures.c_gain(whole, scores, asked)))
    return tuple(found)
