"""Where a plan starts: registered people and a year of their use, by age and group, and people by practice and age.

Aggregated and protected: a baseline can be handed on, so that a plan is computed without anybody's private data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Baseline:
    """`people` (ages x groups), `use` in a year (ages x groups x settings), `practice_people` (practices x ages)."""

    label: str
    as_at: date
    synthetic: bool
    age_from: tuple[int, ...]
    groups: tuple[str, ...]
    settings: tuple[str, ...]
    people: Array
    use: Array
    practices: tuple[str, ...]
    clusters: tuple[str, ...]
    practice_people: Array

    @property
    def rates(self) -> Array:
        """Use of a person in a year, ages x groups x settings; nought where there is nobody."""
        people = self.people[:, :, None]
        return np.divide(self.use, people, out=np.zeros_like(self.use), where=people > 0)

    @property
    def people_of_practices(self) -> Array:
        """People of each practice by age, of each age as many as its groups hold: both were rounded by themselves."""
        held = self.practice_people.sum(0)
        whole = np.divide(self.people.sum(1), held, out=np.zeros_like(held), where=held > 0)
        return self.practice_people * whole

    def of_practices(self) -> Array:
        """Each practice's share of use if its people use what people of their age do; practices x settings."""
        per_head = self.use.sum(1) / np.maximum(self.people.sum(1), 1)[:, None]
        amounts = self.practice_people @ per_head
        totals = amounts.sum(0)
        return np.divide(amounts, totals, out=np.zeros_like(amounts), where=totals > 0)


@dataclass(frozen=True)
class Observed:
    """What a run and its edition hold: people seen and all registered, by age band; before estimate and protection."""

    seen: Array  # people, ages x groups
    use: Array  # of those seen, ages x groups x settings
    registered: Mapping[str, Array]  # ODS code of the practice: people by age band


def estimated(observed: Observed) -> tuple[Array, Array]:
    """People and use of everybody registered: those not seen have the groups and the use of those seen of their age.

    Raises ValueError where nobody of an age band with registered people was seen.
    """
    registered = sum(observed.registered.values(), np.zeros(len(observed.seen)))
    seen = observed.seen.sum(1)
    if unseen := [i for i in range(len(seen)) if registered[i] > 0 and seen[i] == 0]:
        raise ValueError(
            f"nobody of age band {unseen[0] + 1} is observed: the edition covers too few practices to plan from; "
            "name a baseline file in the scenario"
        )
    scale = np.divide(registered, seen, out=np.zeros_like(seen), where=seen > 0)
    return observed.seen * scale[:, None], observed.use * scale[:, None, None]


def protected(
    people: Array, use: Array, *, small: Callable[[float], bool], rounded: Callable[[float], int], middle: float
) -> tuple[Array, Array]:
    """Counts fit to be handed on: small ones stand at the middle of what they may be, others are rounded.

    `small` and `rounded` are those of `dataset.suppression.Rule`. The use of fewer people than are shown stands at
    nought: it would tell of few. Totals are sums of what stands here, so that nothing is won by subtraction.
    """

    def shown(count: float) -> float:
        return middle if small(count) else rounded(count)

    every = np.vectorize(shown, otypes=[float])
    few = np.vectorize(lambda count: small(count) or count == 0, otypes=[bool])(people)
    return every(people), np.where(few[:, :, None], 0.0, every(use))
