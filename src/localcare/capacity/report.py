"""The report of a plan, for a board: findings in sentences, pictures and tables, and every assumption's source."""

from collections.abc import Iterator
from math import isfinite

from localcare.capacity import report_findings
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.scenario import DRAWS
from localcare.capacity.calc.tables import Table, Value, ranged
from localcare.capacity.plots import Bar, bars, fans, waterfall
from localcare.capacity.report_beds import placed_in_time
from localcare.capacity.report_estate import estate_sections
from localcare.capacity.report_money import full_cost_section, money_sections
from localcare.capacity.report_parts import part_sections
from localcare.capacity.report_stated import stated_sections
from localcare.capacity.running import Computed, words
from localcare.capacity.section import Section, fan, millions, thousands

DRIVERS_SHOWN = 10
WATERFALLS = ("emergency_admission", "emergency_attendance", "outpatient", "emergency_bed_day")


FORECAST = ("forecast_stated", "forecast_tried", "registered_and_resident")


def sections(computed: Computed) -> list[Section]:
    """Everything that the report shows, in its order."""
    tables = {table.name: table for table in computed.tables}
    return [
        _money(computed.plan, tables["money"]),
        *([full_cost_section(computed.plan, computed.full_cost, tables["full_cost"])] if computed.full_cost else ()),
        *_activities(computed.plan, tables["steps"]),
        *_overlaps(tables["overlaps"]),
        _people(computed.plan, tables["people"]),
        *(report_findings.told(tables[name]) for name in FORECAST if name in tables),
        *money_sections(computed.plan, tables),
        _stresses(computed.plan, tables["stresses"]),
        _drivers(computed),
        *part_sections(computed, tables),
        *estate_sections(computed.parts, computed.plan, tables),
        *stated_sections(computed.plan, tables),
        _assumptions(tables["assumptions"]),
    ]


def notes(computed: Computed) -> list[str]:
    """What a reader has to know of the whole before any figure of it."""
    scenario, beds = computed.plan.scenario, computed.parts.beds
    said = []
    if scenario.draws < DRAWS:
        said.append(f"Only {scenario.draws} draws, where {DRAWS} are usual: the ranges are rough.")
    if computed.full_cost:
        own, whole = (ranged(one)[1] for one in (computed.plan.money.net_present_value, computed.full_cost.worth))
        said.append(
            f"The plan's investment is not all that it costs: counted in full it is worth {millions(whole)} instead of "
            f"{millions(own)} (medians; see {computed.full_cost.TITLE.lower()})."
        )
    said += _scaled(computed.plan)
    if beds:
        said.append(placed_in_time(computed.plan, beds))
        said += _site_list(beds.asked.people, float(computed.plan.baseline.people.sum()))
    return said


SAME = 0.005  # people that differ by less than half a per cent are the same area: assumed


def _scaled(plan: Plan) -> Iterator[str]:
    people = float(plan.baseline.people.sum())
    absolute = "investment, arrivals and slots of the bed model and the people of hubs"
    if plan.scenario.for_people is None:
        yield (
            f"The scenario does not say for how many people its figures are: {absolute} are taken as they stand, for a "
            f"baseline of {people:,.0f} people. To have them scaled, write for_people under [money]."
        )
    elif abs(plan.scale - 1) > SAME:
        yield (
            f"{absolute.capitalize()} are stated for {plan.scenario.for_people.likely:,.0f} people; the baseline has "
            f"{people:,.0f}: they are taken times {plan.scale:.3g}."
        )


def _site_list(stated: Quantity | None, people: float) -> Iterator[str]:
    """Beds are never scaled: a reader has to know for whom they were."""
    if stated is None:
        yield "The list of sites does not say for how many people its beds are: write people under [beds]."
    elif abs(people / stated.likely - 1) > SAME:
        yield (
            f"The beds of the sites are for {stated.likely:,.0f} people and the baseline has {people:,.0f}: they are "
            "taken as they stand, and are more or fewer a head than they were."
        )


def named(assumption: str) -> str:
    """An assumption's name in words: "Rapid response, emergency admission: reach"."""
    first, *rest = assumption.replace("_", " ").split(".")
    if first == "intervention":
        key, setting, what = rest
        return f"{key.capitalize()}, {setting}: {what}"
    return f"{first.capitalize()}: {', '.join(rest)}"


def _money(plan: Plan, table: Table) -> Section:
    central, median, low, high = ranged(plan.money.net_present_value)
    worth = "worth" if median >= 0 else "short of its cost by"
    chance = float((plan.money.net_present_value[1:] > 0).mean())
    finding = (
        f"Over {len(plan.scenario.years)} years the plan is {worth} {millions(abs(median))} at today's value "
        f"(8 draws in 10 between {millions(low)} and {millions(high)}); in {chance:.0%} of draws it saves more than it "
        f"costs. With every assumption at its likeliest: {millions(central)}."
    )
    drawing = fans(
        "Gross saving and investment by year",
        plan.scenario.years,
        [fan("Gross saving", plan.money.gross), fan("Investment", plan.money.invested, ours=False)],
        millions,
    )
    return Section("money", "What it saves and costs", finding, drawing, table)


def _activities(plan: Plan, table: Table) -> Iterator[Section]:
    """For each setting that the plan is about: the way from the baseline year to the last."""
    labels, last = words().settings, len(plan.scenario.years) - 1
    for key in WATERFALLS:
        s = plan.baseline.settings.index(key)
        steps = [(step.label, float(step.change[0, last, :, s].sum())) for step in plan.account.steps]
        steps = [(name, change) for name, change in steps if abs(change) >= 0.5]
        begun = float(plan.account.baseline[:, s].sum())
        nothing = plan.account.nothing_done[:, last, :, :, s].sum((1, 2))
        planned = plan.account.planned[:, last, :, :, s].sum((1, 2))
        share = ranged(1 - planned / nothing)
        year = plan.scenario.years[last]
        finding = (
            f"{labels[key]} go from {thousands(begun)} to {thousands(float(nothing[0]))} in {year} if nothing is done "
            f"and to {thousands(float(planned[0]))} with the plan: {share[1]:.1%} fewer "
            f"({share[2]:.1%} to {share[3]:.1%})."
        )
        drawing = waterfall(
            f"{labels[key]}: from the baseline year to {year}", begun, steps, f"{year}, planned", thousands
        )
        rows = tuple(row for row in table.rows if row[1] == labels[key] and row[0] == year)
        mine = Table(f"{table.name}_{key}", table.title, table.says, table.columns, rows)
        yield Section(key, labels[key], finding, drawing, mine)


def _overlaps(table: Table) -> Iterator[Section]:
    """How use that several interventions claim is shared out; nothing where none meet."""
    together = [(str(row[0]), float(row[3] or 0), float(row[4] or 0)) for row in table.rows if row[1] == "together"]
    if together:
        most = max(together, key=lambda one: one[1] - one[2])
        finding = (
            f"Interventions meet on the same use in: {', '.join(one[0] for one in together)}. Each acts on what "
            f"those before it left. {most[0]}: added up they would avoid {most[1]:.1%}, in turn they avoid "
            f"{most[2]:.1%}, and only that is counted."
        )
        yield Section(table.name, table.title, finding, None, table)


def _people(plan: Plan, table: Table) -> Section:
    first, last = plan.baseline.people.sum(), plan.people[:, -1].sum(1)
    old = plan.people[:, -1, -1] / plan.baseline.people.sum(1)[-1] - 1
    _, median, low, high = ranged(old)
    finding = (
        f"Registered people go from {first:,.0f} to {ranged(last)[1]:,.0f} by {plan.scenario.years[-1]}; those of "
        f"{plan.baseline.age_from[-1]} and over grow by {median:.0%} ({low:.0%} to {high:.0%})."
    )
    drawing = fans(
        f"People of {plan.baseline.age_from[-1]} and over by year",
        plan.scenario.years,
        [fan(f"{plan.baseline.age_from[-1]} and over", plan.people[:, :, -1])],
        thousands,
    )
    return Section("people", "How many people", finding, drawing, table)


def _stresses(plan: Plan, table: Table) -> Section:
    cases = [("As planned", plan.money), *((stress.label, money) for stress, money in plan.stresses)]
    figures = [(label, ranged(money.net_present_value)) for label, money in cases]
    worst = min(figures, key=lambda one: one[1][1])
    finding = f"The worst of the cases tried is: {worst[0].lower()}; the plan is then worth {millions(worst[1][1])}."
    lines = [Bar(label, four[2], four[3], ours=label == "As planned") for label, four in figures]
    return Section("stresses", "If things go wrong", finding, bars("Net present value", lines, millions), table)


def _drivers(computed: Computed) -> Section:
    table = next(table for table in computed.tables if table.name == "drivers")
    first = computed.drivers[:DRIVERS_SHOWN]
    finding = "Every assumption is a single figure: nothing drives the result."
    if first:
        most = first[0]
        finding = (
            f"What counts most is {named(most.name).lower()}: between its ends the plan's value goes from "
            f"{millions(most.at_low)} to {millions(most.at_high)}."
        )
    lines = [Bar(named(one.name), one.at_low, one.at_high) for one in first]
    drawing = bars("Net present value between the ends of each assumption", lines, millions) if first else None
    return Section("drivers", "What drives this", finding, drawing, table)


def _assumptions(table: Table) -> Section:
    guessed = sum(1 for row in table.rows if row[6] == "assumed")
    finding = (
        f"{guessed} of {len(table.rows)} figures that went in are nobody's published figure: they say assumed. What "
        "the scenario's author decided, such as a service level, says chosen."
    )
    return Section("assumptions", table.title, finding, None, table)


NOISE = 1e-9  # what is left of nought after sums of floats


def shown(value: Value) -> str:
    """A cell of a report's table."""
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "not known"
    if isinstance(value, float):
        value = 0.0 if abs(value) < NOISE else value
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"
    return f"{value:,}" if isinstance(value, int) else value
