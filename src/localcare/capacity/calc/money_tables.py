"""The tables of a plan's money: the whole, then every cut of it, as planned and when one thing goes wrong."""

from collections.abc import Iterator, Mapping

import numpy as np

from localcare.capacity.calc import money_cuts
from localcare.capacity.calc.money import KINDS, Money
from localcare.capacity.calc.money_cuts import Cut
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import RANGE, Table, Value, ranged

AS_PLANNED, WORTH, ALL_YEARS, WHOLE = "As planned", "Net present value", "all years", "Whole plan"
Rows = tuple[tuple[Value, ...], ...]


def cases(plan: Plan) -> list[tuple[str, Money]]:
    """A plan's money as planned, then under each stress, by name."""
    return [(AS_PLANNED, plan.money), *((stress.label, money) for stress, money in plan.stresses)]


def cut_tables(plan: Plan, cuts: list[Cut]) -> Iterator[Table]:
    """One table for each cut: every line in every year, and what each part is worth."""
    for cut in cuts:
        rows = tuple(row for case, money in cases(plan) for row in _rows(plan, cut, case, money))
        says = (
            f"Pounds of {plan.scenario.price_year}. Savings fall where the use was that is avoided. {cut.rule} In each "
            "draw the parts add up to the plan's money."
        )
        yield Table(f"money_by_{cut.key}", cut.title, says, ("case", cut.key, "line", "year", *RANGE), rows)


def _rows(plan: Plan, cut: Cut, case: str, money: Money) -> Iterator[tuple[Value, ...]]:
    found = money_cuts.amounts(money, cut)
    worth = _ranges(money_cuts.worth(money, cut))
    for i, label in enumerate(cut.labels):
        for line, amounts in found.items():
            if case == AS_PLANNED or line not in KINDS:
                ranges = _ranges(amounts[:, :, i])
                for n, year in enumerate(plan.scenario.years):
                    yield case, label, line, year, *ranges[n]
        yield case, label, WORTH, ALL_YEARS, *worth[i]


def _ranges(draws: Array) -> list[tuple[float, ...]]:
    """`ranged` of each column of draws x columns."""
    low, middle, high = np.quantile(draws[1:], [0.1, 0.5, 0.9], axis=0)
    return [tuple(float(value) for value in four) for four in zip(draws[0], middle, low, high, strict=True)]


def summary(plan: Plan, cut: Cut, of: Table) -> Table:
    """A cut as a board reads it: the last year and the present value of each part, case by case, the whole first."""
    rows = tuple((case, *row) for case, money in cases(plan) for row in (_whole(money), *_parts(money, cut)))
    last = plan.scenario.years[-1]
    says = (
        f"{of.says} Saving, investment and net benefit are those of {last}, central; every year: tables/{of.name}.csv."
    )
    return Table(of.name, of.title, says, ("case", cut.key, *LINES, "present_value", "low", "high"), rows)


LINES = ("gross_saving", "investment", "net_benefit")


def _whole(money: Money) -> tuple[Value, ...]:
    central, _, low, high = ranged(money.net_present_value)
    lines = (money.gross, money.invested, money.net)
    return WHOLE, *(float(one[0, -1]) for one in lines), central, low, high


def _parts(money: Money, cut: Cut) -> Iterator[tuple[Value, ...]]:
    found = money_cuts.amounts(money, cut)
    lines = [found[line] for line in ("Gross saving", "Investment", "Net benefit")]
    for i, (central, _, low, high) in enumerate(_ranges(money_cuts.worth(money, cut))):
        yield cut.labels[i], *(float(one[0, -1, i]) for one in lines), central, low, high


def by_kind(plan: Plan) -> Mapping[str, Array]:
    """Every line of the whole plan's money, draws x years."""
    kinds = {line: plan.money.spent[..., n].sum(2) for n, line in enumerate(KINDS)}
    return {"Gross saving": plan.money.gross, **kinds, "Investment": plan.money.invested, "Net benefit": plan.money.net}


def money(plan: Plan) -> Table:
    """The whole plan's money, year by year, and what it is worth."""
    rows = [
        (year, label, *ranged(amounts[:, i]))
        for label, amounts in by_kind(plan).items()
        for i, year in enumerate(plan.scenario.years)
    ]
    rows.append((ALL_YEARS, WORTH, *ranged(plan.money.net_present_value)))
    says = f"Pounds of {plan.scenario.price_year}; present value at {plan.money.discount:.1%} a year."
    return Table("money", "Money", says, ("year", "line", *RANGE), tuple(rows))
