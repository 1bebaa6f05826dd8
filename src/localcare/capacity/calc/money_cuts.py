"""Money by everything it can be cut by: what is saved and spent, and by whom, where, for whom; every cut adds up.

One rule for each side. A saving falls where the use was that is avoided (its setting's organisation, place and service
line; its segment; the intervention that avoids it). What is spent for an intervention goes to whom it is for (the
segments whose people its claims reach), to where it is delivered and to who pays it (the shares that the scenario
states), and in service lines to local care. What a scenario does not say stands under "Not said".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from localcare.capacity.calc.activity import Intervention
from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.money import KINDS, Money, present_value
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array

NOT_SAID = "Not said"
LOCAL_CARE = "Local care"
LOCAL_CARE_SOURCE = "Local Care Plan 2017, page 54: its investment is in local care"
FOR_WHOM_SOURCE = (
    "assumed: what is spent for an intervention goes to segments as their people whom its claims reach, in the "
    "baseline year and at the likeliest reach; without a claim, as all people"
)
INTERVENTION, GROUP, SETTING = 2, 3, 4  # the axes of a saving: places in an array, no figures


@dataclass(frozen=True)
class Cut:
    """`gains`: which label each index of a saving's `axis` falls to; `pays`: shares of each intervention's investment.
    Both have a column for each label, and every row adds up to 1. `rule`: how investment is shared out, in words."""

    key: str
    title: str
    rule: str
    labels: tuple[str, ...]
    axis: int
    gains: Array
    pays: Array


def amounts(money: Money, cut: Cut) -> dict[str, Array]:
    """Each line of money, draws x years x labels: gross saving, investment with its kinds, net benefit."""
    others = tuple(axis for axis in (INTERVENTION, GROUP, SETTING) if axis != cut.axis)
    saving = money.saving.sum(others) @ cut.gains
    kinds = [money.spent[..., kind] @ cut.pays for kind in range(len(KINDS))]
    spent = np.asarray(sum(kinds))
    return {
        "Gross saving": saving,
        **dict(zip(KINDS, kinds, strict=True)),
        "Investment": spent,
        "Net benefit": saving - spent,
    }


def worth(money: Money, cut: Cut) -> Array:
    """Net present value, draws x labels."""
    return present_value(amounts(money, cut)["Net benefit"], money.discount)


def cuts(plan: Plan, groups: Mapping[str, str], of_settings: Mapping[str, Mapping[str, str]]) -> list[Cut]:
    """Every cut of a plan's money. `groups`: their names; `of_settings`: by cut, what each setting belongs to."""
    steps, baseline = plan.scenario.interventions, plan.baseline
    places = [one.places for one in plan.scenario.investments]
    payers = [one.payers for one in plan.scenario.investments]
    local = [{LOCAL_CARE: 1.0} for _ in steps]

    def by(key: str, of: str, rule: str, spent: Sequence[Mapping[str, float]]) -> Cut:
        return _by_setting(key, f"Money by {of}", rule, baseline, of_settings[key], spent)

    return [
        _by_intervention(steps),
        _by_group(steps, baseline, groups),
        by("place", "place of delivery", "Investment stands where the scenario says that it is delivered.", places),
        by("organisation", "organisation", "Investment stands with those who pay it, as the scenario says.", payers),
        by("service_line", "service line", "All investment is in local care.", local),
    ]


def _by_intervention(steps: Sequence[Intervention]) -> Cut:
    same = np.eye(len(steps))
    labels = tuple(one.label for one in steps)
    return Cut(
        "intervention",
        "Money by intervention",
        "Investment stands with its own intervention.",
        labels,
        INTERVENTION,
        same,
        same,
    )


def _by_group(steps: Sequence[Intervention], baseline: Baseline, names: Mapping[str, str]) -> Cut:
    labels = tuple(names.get(key, key) for key in baseline.groups)
    pays = np.array([reached(one, baseline) for one in steps]).reshape(len(steps), len(labels))
    rule = "Investment goes to segments as their people whom its claims reach."
    return Cut("segment", "Money by segment", rule, labels, GROUP, np.eye(len(labels)), pays)


def reached(intervention: Intervention, baseline: Baseline) -> Array:
    """Shares of the people whom an intervention's claims reach, by group; who is reached twice counts once, at the
    widest reach."""
    reach = np.zeros_like(baseline.people)
    for claim in intervention.claims:
        ages = [baseline.age_from.index(age) for age in claim.age_from]
        groups = [baseline.groups.index(group) for group in claim.groups]
        cells = np.ix_(ages, groups)
        reach[cells] = np.maximum(reach[cells], claim.reach.likely)
    people = (baseline.people * reach).sum(0)
    if not people.sum():
        people = baseline.people.sum(0)
    return np.asarray(people / people.sum())


def _by_setting(
    key: str,
    title: str,
    rule: str,
    baseline: Baseline,
    of_settings: Mapping[str, str],
    spent: Sequence[Mapping[str, float]],
) -> Cut:
    """A cut by what settings belong to: savings fall with the setting, investment as `spent` shares it."""
    mine = [of_settings[setting] for setting in baseline.settings]
    shares = [dict(one) or {NOT_SAID: 1.0} for one in spent]
    labels = tuple(dict.fromkeys([*mine, *(label for one in shares for label in one)]))
    gains = np.array([[float(one == label) for label in labels] for one in mine])
    pays = np.array([[one.get(label, 0.0) for label in labels] for one in shares]).reshape(len(shares), len(labels))
    return Cut(key, title, rule, labels, SETTING, gains, pays)
