"""What the report of a plan says of its money, cut by cut: who gains and who pays, where, for whom."""

from collections.abc import Iterator, Mapping

from localcare.capacity.calc import money_cuts
from localcare.capacity.calc.full_cost import PARTS, FullCost
from localcare.capacity.calc.money_cuts import NOT_SAID, Cut
from localcare.capacity.calc.money_tables import summary
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.tables import Table, ranged
from localcare.capacity.plots import Bar, bars, fans
from localcare.capacity.running import words
from localcare.capacity.section import Section, fan, millions


def full_cost_section(plan: Plan, found: FullCost, table: Table) -> Section:
    """What a board pays beside the investment, and what the plan is worth then."""
    last = plan.scenario.years[-1]
    on_top = [one for one in found.counted if one.on_top]
    named = [f"{PARTS[one.part].lower()} {millions(float(found.amounts[one.part][0, -1]))}" for one in on_top]
    inside = [PARTS[one.part].lower() for one in found.counted if not one.on_top]
    whole = ranged((found.invested + found.on_top)[:, -1])
    worth = ranged(found.worth)
    finding = (
        f"In full the plan costs {millions(whole[0])} in {last} with every assumption at its likeliest "
        f"({millions(whole[2])} to {millions(whole[3])}): {millions(float(found.invested[0, -1]))} of investment"
        f"{' and on top ' + ' and '.join(named) if named else ''}. After that it is worth {millions(worth[1])} over "
        f"{len(plan.scenario.years)} years ({millions(worth[2])} to {millions(worth[3])})."
    )
    if inside:
        finding += f" Told and not added, as it lies inside the investment: {', '.join(inside)}."
    lines = [fan("In full", found.invested + found.on_top), fan("Investment alone", found.invested, ours=False)]
    drawing = fans("The plan's cost in full by year", plan.scenario.years, lines, millions)
    return Section("full_cost", table.title, finding, drawing, table)


def money_sections(plan: Plan, tables: Mapping[str, Table]) -> Iterator[Section]:
    """Which interventions pay; then the plan's money by segment, place of delivery, organisation and service line."""
    for cut in money_cuts.cuts(plan, words().groups, words().cuts):
        table = summary(plan, cut, tables[f"money_by_{cut.key}"])
        if cut.key == "intervention":
            yield _by_intervention(plan, cut, table)
        else:
            yield _by(plan, cut, table)


def _by_intervention(plan: Plan, cut: Cut, table: Table) -> Section:
    title = "Which interventions pay"
    if not cut.labels:
        return Section("interventions", title, "The scenario has no intervention.", None, table)
    net = money_cuts.amounts(plan.money, cut)["Net benefit"][:, -1]
    ranges = [(label, ranged(net[:, i])) for i, label in enumerate(cut.labels)]
    paying = [label for label, figures in ranges if figures[2] > 0]
    finding = (
        f"In {plan.scenario.years[-1]} {len(paying)} of {len(ranges)} interventions save more than they cost in at "
        f"least 9 draws of 10{': ' + ', '.join(paying) if paying else ''}."
    )
    lines = [Bar(label, figures[2], figures[3]) for label, figures in ranges]
    drawing = bars("Net benefit of each intervention in the last year, 80% range", lines, millions)
    return Section("interventions", title, finding, drawing, table)


def _by(plan: Plan, cut: Cut, table: Table) -> Section:
    """Where most is gained and where most is spent: they are seldom one."""
    worth = money_cuts.worth(plan.money, cut)
    found = money_cuts.amounts(plan.money, cut)
    saved, spent = (found[line][0].sum(0) for line in ("Gross saving", "Investment"))
    most, dearest = cut.labels[int(saved.argmax())], cut.labels[int(spent.argmax())]
    finding = (
        f"Most is saved under {most} ({millions(float(saved.max()))} over {len(plan.scenario.years)} years, central) "
        f"and most is spent under {dearest} ({millions(float(spent.max()))}). {cut.rule}"
    )
    if NOT_SAID in cut.labels:
        finding += f" {NOT_SAID}: interventions of which the scenario does not say it."
    lines = [Bar(label, *ranged(worth[:, i])[2:]) for i, label in enumerate(cut.labels)]
    drawing = bars("Net present value of each part, 80% range", lines, millions)
    return Section(f"money_{cut.key}", cut.title, finding, drawing, table)
