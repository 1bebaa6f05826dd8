"""Use that several interventions claim: what each would avoid alone, and what it avoids in its turn.

Both are shares of the setting's use in the last year if nothing is done (central). What they would avoid alone, added
up, is what a plan claims that counts the same use twice; in turn, each acts on what those before it left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from localcare.capacity.calc import activity
from localcare.capacity.calc.activity import Intervention
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array


@dataclass(frozen=True)
class Shared:
    """One intervention in a setting in which it meets others (`meets`, their labels)."""

    setting: str
    label: str
    meets: tuple[str, ...]
    alone: float
    in_turn: float


def shared(plan: Plan) -> list[Shared]:
    """Every intervention that meets another, setting by setting, in the scenario's order."""
    found: list[Shared] = []
    for setting in plan.baseline.settings:
        meeting: dict[str, set[str]] = {}
        for overlap in plan.scenario.overlaps:
            if overlap.setting == setting:
                for key in overlap.interventions:
                    meeting.setdefault(key, set()).update(set(overlap.interventions) - {key})
        found += _of_setting(plan, setting, [one for one in plan.scenario.interventions if one.key in meeting], meeting)
    return found


def _of_setting(
    plan: Plan, setting: str, interventions: Sequence[Intervention], meeting: dict[str, set[str]]
) -> Iterator[Shared]:
    at = plan.baseline.settings.index(setting)
    before = plan.account.nothing_done[:1, -1:]
    whole = float(before[..., at].sum())
    in_turn = {step.key: step.change[0, -1, :, at].sum() for step in plan.account.steps}
    for one in interventions:
        alone = activity.alone(before, plan.baseline, one)[..., at].sum()
        labels = tuple(other.label for other in plan.scenario.interventions if other.key in meeting[one.key])
        yield Shared(setting, one.label, labels, -_share(alone, whole), -_share(in_turn[one.key], whole))


def _share(change: Array | float, whole: float) -> float:
    return float(change) / whole if whole else 0.0
