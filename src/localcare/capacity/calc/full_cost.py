"""What a plan costs in full: beside its investment what hubs, posts that nobody fills and missing beds cost a year.

Each such part is said to lie inside the investment or to come on top of it. What lies inside is told and never added:
it would be paid twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from localcare.capacity.calc.money import present_value
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_beds import BedsResult
from localcare.capacity.calc.quantity import Array, Assumption, Quantity, draws, exactly
from localcare.capacity.calc.refusal import BadScenario, Path
from localcare.capacity.calc.tables import RANGE, Table, ranged

if TYPE_CHECKING:
    from collections.abc import Callable

    from localcare.capacity.calc.parts import Parts

ON_TOP = "on top"
PARTS = {
    "hubs": "Hubs, as sited",
    "staff": "Posts that nobody fills",
    "beds": "Community beds beyond those there",
}
INVESTED, IN_FULL, NET, NET_IN_FULL = (
    "Investment of the interventions",
    "The plan's cost in full",
    "Net benefit, as the plan counts",
    "Net benefit after the cost in full",
)
DAYS = 365  # of a year, for a price a day
PRICE = "full_cost.beds.pounds a day"


@dataclass(frozen=True)
class Counted:
    """A part of the plan whose cost is told; `price`: of a bed for a day, which only beds need."""

    part: str
    on_top: bool
    source: str
    price: Quantity | None = None


@dataclass(frozen=True, eq=False)
class FullCost:
    """`amounts` of each part: (draws + 1) x years, pounds; the first draw is the central one."""

    counted: tuple[Counted, ...]
    amounts: Mapping[str, Array]
    invested: Array
    net: Array
    discount: float

    TITLE: ClassVar[str] = "The plan's cost in full"

    @property
    def on_top(self) -> Array:
        """What comes on top of the investment, (draws + 1) x years."""
        return sum((self.amounts[one.part] for one in self.counted if one.on_top), np.zeros_like(self.invested))

    @property
    def worth(self) -> Array:
        """Net present value after the cost in full, by draw."""
        return present_value(self.net - self.on_top, self.discount)


def asked(
    tables: Sequence[Mapping[str, Any]], given: Mapping[str, Any], read: "Callable[[Mapping[str, Any], Path], Quantity]"
) -> tuple[Counted, ...]:
    """What a scenario counts; `given`: its content. Raises BadScenario for a part twice, one that the scenario does not
    have, and beds without the price of a day."""
    found: list[Counted] = []
    for i, one in enumerate(tables):
        path: Path = ("full_cost", i)
        part = one["part"]
        if any(part == other.part for other in found):
            raise BadScenario(f"{part} stands there twice; leave one", (*path, "part"))
        if part not in given:
            raise BadScenario(f"this scenario has no {part}: write [{part}], or leave it out here", (*path, "part"))
        if (part == "beds") != ("bed_day" in one):
            said = "give bed_day, what a bed costs a day" if part == "beds" else f"bed_day is of beds, not of {part}"
            raise BadScenario(said, path)
        price = read(one["bed_day"], (*path, "bed_day")) if "bed_day" in one else None
        found.append(Counted(part, one["counted"] == ON_TOP, one["source"], price))
    return tuple(found)


def assumptions(counted: Sequence[Counted]) -> Iterator[tuple[str, Assumption]]:
    """Every figure and choice by name."""
    for one in counted:
        yield (
            f"full_cost.{one.part}.on top",
            exactly(float(one.on_top), "1 on top, 0 inside the investment", one.source),
        )
        if one.price:
            yield PRICE, one.price


def full_cost(plan: Plan, parts: "Parts", counted: Sequence[Counted]) -> FullCost:
    """The parts' cost in every draw and year. Hubs cost the same in all: their cost is not drawn.

    Hubs of which no set keeps to the scenario's rules cost nobody knows what, and are left out."""
    shape = plan.money.net.shape
    made: dict[str, Array] = {}
    for one in counted:
        if one.part == "hubs" and parts.hubs and parts.hubs.best[0].hubs:
            made["hubs"] = np.full(shape, parts.hubs.best[0].yearly_cost)
        elif one.part == "staff" and parts.staff:
            made["staff"] = sum((gap.cost for gap in parts.staff.gaps), np.zeros(shape))
        elif one.part == "beds" and parts.beds and one.price:
            made["beds"] = _missing_beds(plan, parts.beds) * DAYS * _drawn(plan, one.price)[:, None]
    told = tuple(one for one in counted if one.part in made)
    return FullCost(told, made, plan.money.invested, plan.money.net, plan.scenario.discount)


def _drawn(plan: Plan, price: Quantity) -> Array:
    scenario = plan.scenario
    return np.concatenate([[price.likely], draws(price, PRICE, seed=scenario.seed, count=scenario.draws)])


def _missing_beds(plan: Plan, beds: BedsResult) -> Array:
    """Beds that the service level takes beyond those there, (draws + 1) x years; never below nought.

    A draw of the plan takes one replication of the bed model after another; the central one their median."""
    needs = sorted((need for need in beds.planned.needs if need.place == "beds"), key=lambda need: need.year)
    count = plan.scenario.draws
    each = np.array([np.resize(np.asarray(need.replications), count) for need in needs]).T
    central = np.array([[need.places.median for need in needs]])
    there = np.array([sum(site.beds[min(n.year, len(site.beds) - 1)] for site in beds.system.sites) for n in needs])
    return np.maximum(np.concatenate([central, each]) - there, 0.0)


def table(plan: Plan, found: FullCost) -> Table:
    """By year: investment, each part, the cost in full, net benefit before and after; then the net present value."""
    lines = [(INVESTED, "the plan's own", found.invested)]
    for one in found.counted:
        where = ON_TOP if one.on_top else "inside the investment"
        lines.append((PARTS[one.part], where, found.amounts[one.part]))
    lines += [
        (IN_FULL, "the sum of what is not inside", found.invested + found.on_top),
        (NET, "the plan's own", found.net),
        (NET_IN_FULL, "less what is on top", found.net - found.on_top),
    ]
    rows = [
        (year, name, where, *ranged(amounts[:, i]))
        for i, year in enumerate(plan.scenario.years)
        for name, where, amounts in lines
    ]
    rows.append(("all years", "Net present value", "the plan's own", *ranged(plan.money.net_present_value)))
    rows.append(("all years", "Net present value after the cost in full", "less what is on top", *ranged(found.worth)))
    says = "Pounds a year. What lies inside the investment is told and not added; what comes on top is."
    return Table("full_cost", FullCost.TITLE, says, ("year", "line", "counted", *RANGE), tuple(rows))
