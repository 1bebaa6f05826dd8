"""Activity of a plan, step by step: each step accounts for its effect, and the steps add up to the whole change.

The order of the steps is part of the answer (a later step acts on what earlier ones left), as in the New Hospital
Programme demand model of The Strategy Unit. Arrays have the shape draws x years x ages x groups x settings; draw 0 is
the central one, where every assumption has its likeliest value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.quantity import Quantity

Array = npt.NDArray[np.float64]

# Bed days go with an admission that is avoided: assumed in the same share, as if its stay were of mean length.
NIGHTS_OF = {"emergency_admission": "emergency_bed_day", "planned_admission": "planned_bed_day"}


@dataclass(frozen=True)
class Claim:
    """What an intervention says it does to one setting: to which ages and groups, how many of them it reaches, and the
    share of their use that goes (`effect`; below nought: that comes on top)."""

    setting: str
    age_from: tuple[int, ...]
    groups: tuple[str, ...]
    reach: Quantity
    effect: Quantity
    replaced_by: str = ""
    replaced: Quantity | None = None


@dataclass(frozen=True)
class Intervention:
    """`phase`: the share of its full working in each year of the horizon, 0 to 1."""

    key: str
    label: str
    phase: tuple[float, ...]
    claims: tuple[Claim, ...]
    phase_source: str = "assumed: no source is given"


@dataclass(frozen=True)
class Overlap:
    """Interventions that claim the same use."""

    setting: str
    interventions: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One cause of change; arrays are draws x years x groups x settings, summed over ages.

    `followed` is the part of `change` that only followed: bed days that went with an avoided admission."""

    key: str
    label: str
    change: Array
    followed: Array


@dataclass(frozen=True)
class Account:
    """The baseline year's use (groups x settings), the steps in their order, and use with and without the plan."""

    baseline: Array
    steps: tuple[Step, ...]
    nothing_done: Array
    planned: Array


def overlaps(interventions: Sequence[Intervention]) -> list[Overlap]:
    """Every setting of which some age and group is claimed by more than one intervention.

    A claim on admissions is one on their nights too, which go with them: it meets whoever shortens those stays. (Two
    that meet on admissions meet there once.) One intervention may do both, since its nights act on what is left. Also
    two claims of one intervention to the same, which then stands there twice."""
    claimed: dict[Cell, list[str]] = {}
    followed: dict[Cell, list[str]] = {}
    for intervention in interventions:
        for claim in intervention.claims:
            for age, group in product(claim.age_from, claim.groups):
                claimed.setdefault((claim.setting, age, group), []).append(intervention.key)
                if nights := NIGHTS_OF.get(claim.setting):
                    followed.setdefault((nights, age, group), []).append(intervention.key)
    order = [intervention.key for intervention in interventions]
    found = set()
    for cell, keys in claimed.items():
        every = sorted([*keys, *{*followed.get(cell, ())} - {*keys}], key=order.index)
        if len(every) > 1:
            found.add((cell[0], tuple(every)))
    return [Overlap(*one) for one in sorted(found)]


Cell = tuple[str, int, str]  # setting, age, group


def named(interventions: Sequence[Intervention]) -> Iterator[tuple[str, Quantity]]:
    """Every assumption of interventions under the name its draws go by."""
    for intervention in interventions:
        for claim in intervention.claims:
            name = f"intervention.{intervention.key}.{claim.setting}"
            yield f"{name}.reach", claim.reach
            yield f"{name}.effect", claim.effect
            if claim.replaced:
                yield f"{name}.replaced", claim.replaced


def account(
    baseline: Baseline,
    people_growth: Array,
    health: Array,
    trend: Array,
    interventions: Sequence[Intervention],
    drawn: Mapping[str, Array],
) -> Account:
    """Use in each year with and without the plan, and what each step changed.

    people_growth: people of an age against the baseline year (draws x years x ages). health: use of a person against
    the baseline year (draws x years x ages), for later or earlier illness. trend: use beyond what ages explain (draws x
    years x settings). drawn: the values of `named(interventions)`, by name.
    """
    shape = (*people_growth.shape[:2], *baseline.use.shape)
    use = np.broadcast_to(baseline.use, shape)
    steps = []

    def take(key: str, label: str, changed: Array, followed: Array | None = None) -> None:
        nonlocal use
        change = (changed - use).sum(2)
        steps.append(Step(key, label, change, np.zeros_like(change) if followed is None else followed.sum(2)))
        use = changed

    take("people", "More people, and older", use * people_growth[..., None, None])
    take("health", "Health at each age", use * health[..., None, None])
    take("trend", "Trend beyond age", use * trend[:, :, None, None, :])
    nothing_done = use
    for intervention in interventions:
        take(intervention.key, intervention.label, *_with(use, baseline, intervention, drawn))
    return Account(baseline.use.sum(0), tuple(steps), nothing_done, use)


def alone(use: Array, baseline: Baseline, intervention: Intervention) -> Array:
    """What an intervention changes of this use of the last years, acting alone, each assumption at its likeliest."""
    drawn = {name: np.full(1, quantity.likely) for name, quantity in named([intervention])}
    last = replace(intervention, phase=intervention.phase[-use.shape[1] :])
    return _with(use, baseline, last, drawn)[0] - use


def _with(
    use: Array, baseline: Baseline, intervention: Intervention, drawn: Mapping[str, Array]
) -> tuple[Array, Array]:
    """Use after one intervention, and what of the change only followed.

    Its claims act on what stood before it, admissions first: nights on what the admissions that remain have left, so
    that no night is avoided twice, none is priced with an admission and again, and none is left below nought."""
    after, followed, left = use.copy(), np.zeros_like(use), use.copy()
    phase = np.asarray(intervention.phase)
    for claim in sorted(intervention.claims, key=lambda one: one.setting not in NIGHTS_OF):
        name = f"intervention.{intervention.key}.{claim.setting}"
        share = ((drawn[f"{name}.reach"] * drawn[f"{name}.effect"])[:, None] * phase)[:, :, None, None]
        cells = _cells(claim, baseline, use.shape)
        at = baseline.settings.index
        gone = left[..., at(claim.setting)][cells] * share
        after[..., at(claim.setting)][cells] -= gone
        if nights := NIGHTS_OF.get(claim.setting):
            with_it = left[..., at(nights)][cells] * share
            after[..., at(nights)][cells] -= with_it
            left[..., at(nights)][cells] -= with_it
            followed[..., at(nights)][cells] -= with_it
        if claim.replaced_by:
            after[..., at(claim.replaced_by)][cells] += gone * drawn[f"{name}.replaced"][:, None, None, None]
    return after, followed


def _cells(claim: Claim, baseline: Baseline, shape: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], ...]:
    ages = [baseline.age_from.index(age) for age in claim.age_from]
    groups = [baseline.groups.index(group) for group in claim.groups]
    return np.ix_(range(shape[0]), range(shape[1]), ages, groups)
