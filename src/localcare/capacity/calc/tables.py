"""The tables of a plan: every result as its central value, its median and its 80% range over the draws.

Central values add up in every cut; medians and ranges do not, since not everything is low at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.fixed import fixed
from localcare.capacity.calc.plan import Driver, Plan, assumptions
from localcare.capacity.calc.quantity import Assumption, Quantity, is_assumed
from localcare.capacity.calc.shared_use import shared

Array = npt.NDArray[np.float64]
Value = str | int | float | None

RANGE = ("central", "median", "low", "high")


@dataclass(frozen=True)
class Table:
    """`name`: as in its file's; `says`: what the table is of, in a sentence."""

    name: str
    title: str
    says: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns' names as they are read."""
        words = (name.replace("_", " ") for name in self.columns)
        return tuple(name[:1].upper() + name[1:] for name in words)


@dataclass(frozen=True)
class Words:
    """What stands on paper for the keys of settings and groups; `cuts`: organisation, place, service line of each."""

    settings: Mapping[str, str]
    units: Mapping[str, str]
    groups: Mapping[str, str]
    cuts: Mapping[str, Mapping[str, str]]


def ranged(draws: Array) -> tuple[float, float, float, float]:
    """Central value (draw 0), median, 10th and 90th percentile of the other draws."""
    low, middle, high = np.quantile(draws[1:], [0.1, 0.5, 0.9])
    return float(draws[0]), float(middle), float(low), float(high)


def age_labels(starts: Sequence[int]) -> list[str]:
    """What stands on paper for bands that begin at these ages: 0-15, 16-44, ..., 85+."""
    ends = [str(after - 1) for after in starts[1:]]
    return [f"{start}-{end}" for start, end in zip(starts, ends, strict=False)] + [f"{starts[-1]}+"]


def people(plan: Plan) -> Table:
    rows = [
        (year, age, *ranged(plan.people[:, i, j]))
        for i, year in enumerate(plan.scenario.years)
        for j, age in enumerate(age_labels(plan.baseline.age_from))
    ]
    return Table("people", "People", "Registered people by age.", ("year", "age", *RANGE), tuple(rows))


def activity(plan: Plan, words: Words) -> Table:
    rows = [
        (year, words.settings[key], words.units[key], case, *ranged(use[:, i, :, :, s].sum((1, 2))))
        for s, key in enumerate(plan.baseline.settings)
        for i, year in enumerate(plan.scenario.years)
        for case, use in (("nothing done", plan.account.nothing_done), ("with the plan", plan.account.planned))
    ]
    says = "Use by setting, if nothing is done and with the plan."
    return Table("activity", "Activity", says, ("year", "setting", "unit", "case", *RANGE), tuple(rows))


def activity_by_age_and_group(plan: Plan, words: Words) -> Table:
    """The last year's use, told apart as the baseline's is."""
    cases = (("nothing done", plan.account.nothing_done), ("with the plan", plan.account.planned))
    rows = [
        (
            words.settings[key], age, words.groups[group], case,
            float(plan.baseline.use[a, g, s]), *ranged(use[:, -1, a, g, s]),
        )
        for s, key in enumerate(plan.baseline.settings)
        for a, age in enumerate(age_labels(plan.baseline.age_from))
        for g, group in enumerate(plan.baseline.groups)
        if plan.baseline.use[a, g, s]
        for case, use in cases
    ]  # fmt: skip
    says = f"Use of {plan.scenario.years[-1]} by age and group, beside that of the baseline year; where there is any."
    columns = ("setting", "age", "group", "case", "baseline", *RANGE)
    return Table("activity_by_age_and_group", "Activity by age and group", says, columns, tuple(rows))


def activity_by_practice(plan: Plan, words: Words) -> Table:
    """The last year's use of each practice's people, as its ages would use what the plan's do."""
    cases = (("nothing done", plan.account.nothing_done), ("with the plan", plan.account.planned))
    last = {case: use[:, -1].sum(2) for case, use in cases}  # draws x ages x settings
    people = plan.baseline.people_of_practices
    shares = np.divide(people, (of := people.sum(0)), out=np.zeros_like(people), where=of > 0)  # practices x ages
    rows = [
        (cluster, code, words.settings[key], case, *ranged(use[..., s] @ share))
        for code, cluster, share in zip(plan.baseline.practices, plan.baseline.clusters, shares, strict=True)
        for s, key in enumerate(plan.baseline.settings)
        for case, use in last.items()
    ]
    says = (
        f"Use of {plan.scenario.years[-1]} by practice, if its people use what people of their age do: no practice's "
        "own use stands in a baseline."
    )
    columns = ("cluster", "practice", "setting", "case", *RANGE)
    return Table("activity_by_practice", "Activity by practice", says, columns, tuple(rows))


def steps(plan: Plan, words: Words) -> Table:
    rows = [
        (year, words.settings[key], step.label, *ranged(step.change[:, i, :, s].sum(1)))
        for s, key in enumerate(plan.baseline.settings)
        for i, year in enumerate(plan.scenario.years)
        for step in plan.account.steps
    ]
    says = "What each step changes against the baseline year; the central values add up to the whole change."
    return Table("steps", "Step by step", says, ("year", "setting", "step", *RANGE), tuple(rows))


def overlaps(plan: Plan, words: Words) -> Table:
    """Use that several interventions claim, apportioned in the open; empty where none meet."""
    rows: list[tuple[Value, ...]] = []
    for _, same in groupby(shared(plan), key=lambda one: one.setting):
        mine = list(same)
        setting = words.settings[mine[0].setting]
        rows += [(setting, one.label, ", ".join(one.meets), one.alone, one.in_turn) for one in mine]
        rows.append((setting, "together", "", sum(one.alone for one in mine), sum(one.in_turn for one in mine)))
    says = (
        f"Interventions that claim the same use, as shares of the setting's use in {plan.scenario.years[-1]} if "
        "nothing is done (central): what each would avoid alone, and what it avoids in turn, of what those before it "
        "left. Only the share in turn is counted."
    )
    columns = ("setting", "intervention", "meets", "share_alone", "share_in_turn")
    return Table("overlaps", "Use that several interventions claim", says, columns, tuple(rows))


def practices(plan: Plan) -> Table:
    """Gross saving of each practice's people: each setting's saving shared by what their ages would use."""
    by_setting = plan.money.saving.sum((2, 3))
    shares = plan.baseline.of_practices()
    rows = [
        (year, cluster, code, *ranged(by_setting[:, i] @ share))
        for code, cluster, share in zip(plan.baseline.practices, plan.baseline.clusters, shares, strict=True)
        for i, year in enumerate(plan.scenario.years)
    ]
    says = "Pounds a year, shared among practices by what people of their ages would use."
    return Table("saving_by_practice", "Saving by practice", says, ("year", "cluster", "practice", *RANGE), tuple(rows))


def stresses(plan: Plan) -> Table:
    cases = [("As planned", plan.money), *((stress.label, money) for stress, money in plan.stresses)]
    rows = [(label, *ranged(money.net_present_value)) for label, money in cases]
    says = "Net present value, pounds, when one thing goes wrong."
    return Table("stresses", "If things go wrong", says, ("case", *RANGE), tuple(rows))


def drivers(found: Sequence[Driver]) -> Table:
    rows = [
        (one.name, one.quantity.low, one.quantity.high, one.quantity.unit, one.at_low, one.at_high) for one in found
    ]
    says = "Net present value when one assumption stands at its lowest or highest and all others at their likeliest."
    columns = ("assumption", "lowest", "highest", "unit", "value_at_lowest", "value_at_highest")
    return Table("drivers", "What drives this", says, columns, tuple(rows))


def assumed(plan: Plan, more: Iterable[tuple[str, Assumption]] = ()) -> Table:
    """Every assumption with its source, drawn or not; `more`: those of the parts."""
    every: Iterable[tuple[str, Assumption]] = (*assumptions(plan.scenario), *fixed(plan.scenario), *more)
    rows = tuple(_assumption(name, one) for name, one in every)
    columns = ("assumption", "low", "likely", "high", "shape", "unit", "basis", "source")
    return Table("assumptions", "Assumptions and their sources", "Every figure that went in.", columns, rows)


def _assumption(name: str, one: Assumption) -> tuple[Value, ...]:
    if isinstance(one, Quantity):
        return name, one.low, one.likely, one.high, one.shape, one.unit, _basis(one.source), one.source
    listed = ", ".join(f"{value:g}" for value in one.values)
    return name, min(one.values), listed, max(one.values), "listed", one.unit, _basis(one.source), one.source


def _basis(source: str) -> str:
    if is_assumed(source):
        return "assumed"
    return "chosen" if source.startswith("chosen") else "published"
