"""What the report of a plan says of beds, staff and hubs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from localcare.capacity import report_findings
from localcare.capacity.calc.beds.outcome import Spread
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_beds import BedsResult
from localcare.capacity.calc.plan_hubs import HubsResult
from localcare.capacity.calc.plan_staff import StaffResult
from localcare.capacity.calc.tables import Table, ranged
from localcare.capacity.plots import Bar, Fan, bars, fans
from localcare.capacity.running import Computed
from localcare.capacity.section import Section, fan, millions
from localcare.design.drawing import Area, Box, Drawing, Item, Words
from localcare.places import queries as places

BEDS = "beds"
HUBS_TOLD = ("hubs_best", "hubs_catchments", "hubs_minutes", "hubs_fifths", "hubs_out_of_reach", "hubs_questions")
SHADES = ("#cfe0f1", "#e8edee", "#b5cfe8", "#d8dde0", "#9bbfdf")  # catchments that touch differ; names say which
SHEET, MAP = (1064, 923), 760  # the outlines' own sheet, and the width that it is drawn at


def part_sections(computed: Computed, tables: Mapping[str, Table]) -> Iterator[Section]:
    """A section for each table of the parts that the scenario asks for; the first of each has its picture."""
    found = computed.parts
    if found.beds:
        yield _beds(computed.plan, found.beds, tables["beds_needed"])
        for name in ("beds_occupied", "beds_visits", "beds_waits"):
            yield report_findings.told(tables[name])
        yield _bed_stresses(tables["beds_stresses"])
    if found.staff:
        yield _staff(computed.plan, found.staff, tables["staff"])
        yield report_findings.told(tables["staff_area"])
        yield _gap(computed.plan, found.staff, tables["staff_gap"])
        for name in ("staff_checks", "staff_drivers"):
            yield report_findings.told(tables[name])
    if found.hubs:
        yield _hubs(found.hubs, tables["hubs"])
        yield _curve(found.hubs, tables["hubs_curve"])
        for name in HUBS_TOLD:
            if name in tables:
                yield report_findings.told(tables[name])


def _beds(plan: Plan, beds: BedsResult, table: Table) -> Section:
    needs = [need for need in beds.planned.needs if need.place == BEDS]
    without = [need.places for need in beds.nothing_done.needs if need.place == BEDS]
    there = tuple(
        float(sum(site.beds[min(i, len(site.beds) - 1)] for site in beds.system.sites)) for i in range(len(needs))
    )
    spreads = [need.places for need in needs]
    first, last = spreads[0], spreads[-1]
    years = plan.scenario.years
    finding = (
        f"{there[0]:.0f} community beds are there in {years[0]}; the service level takes {first.median:.0f} "
        f"({first.low:.0f} to {first.high:.0f}), and {last.median:.0f} ({last.low:.0f} to {last.high:.0f}) in "
        f"{years[-1]}; if nothing is done {without[-1].median:.0f} ({without[-1].low:.0f} to {without[-1].high:.0f})."
    )
    lines = [
        _fan("with the plan", spreads),
        _fan("nothing done", without, ours=False),
        Fan("there", there, there, there, ours=False),
    ]
    return Section(
        "beds", "Community beds", finding, fans("Beds needed and there by year", years, lines, _count), table
    )


def _fan(label: str, spreads: Sequence[Spread], *, ours: bool = True) -> Fan:
    middle, low, high = (tuple(getattr(one, key) for one in spreads) for key in ("median", "low", "high"))
    return Fan(label, middle, low, high, ours)


def _bed_stresses(table: Table) -> Section:
    figures = {str(row[0]): (float(row[1] or 0), float(row[4] or 0)) for row in table.rows}
    planned = figures.pop("As planned")
    worst = max(figures, key=lambda case: figures[case][1])
    finding = (
        "The last year on its own, after a year like it (in the run of all years queues begin shorter): as planned "
        f"{planned[0]:.0%} of those for a bed are placed in time and people wait {planned[1]:,.0f} days in a year. "
        f"Of the cases tried these days are most with {worst[0].lower()}{worst[1:]}: "
        f"{figures[worst][1]:,.0f}, and {figures[worst][0]:.0%} placed in time."
    )
    return Section(table.name, table.title, finding, None, table)


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _staff(plan: Plan, staff: StaffResult, table: Table) -> Section:
    posts, years = staff.posts.sum((2, 3)), plan.scenario.years
    last = ranged(posts[:, -1])
    cost = ranged(staff.cost[:, -1])
    finding = (
        f"The cluster teams take {last[1]:.0f} whole-time posts in {years[-1]} ({last[2]:.0f} to {last[3]:.0f}), "
        f"{millions(cost[1])} a year; hospital wards could release {ranged(staff.released[:, -1])[1]:.0f} of them."
    )
    lines = [fan("posts needed", posts), fan("wards could release", staff.released, ours=False)]
    return Section("staff", "Staff", finding, fans("Posts by year", years, lines, _count), table)


def _gap(plan: Plan, staff: StaffResult, table: Table) -> Section:
    """Need against those there, of the roles whose supply the scenario gives."""
    if not staff.gaps:
        finding = "The scenario does not say who there is: write [[staff.supply]] for each role."
        return Section(table.name, table.title, finding, None, table)
    years = plan.scenario.years
    needed = np.asarray(sum(one.needed for one in staff.gaps))
    there = np.asarray(sum(one.moved + np.array(one.filled) for one in staff.gaps))
    _, middle, low, high = ranged(np.asarray(sum(one.gap[:, -1] for one in staff.gaps)))
    moved = ranged(np.asarray(sum(one.moved[:, -1] for one in staff.gaps)))[1]
    roles = ", ".join(one.role for one in staff.gaps)
    by_wards = f", {moved:.0f} of them by staff of wards who moved" if moved >= 0.5 else ""
    finding = (
        f"Of {roles}, {ranged(needed[:, -1])[1]:.0f} whole-time posts are needed in {years[-1]} and "
        f"{ranged(there[:, -1])[1]:.0f} would be filled{by_wards}. Role by role {middle:.0f} are missing ({low:.0f} to "
        f"{high:.0f})."
    )
    lines = [fan("needed", needed), fan("filled", there, ours=False)]
    drawing = fans("Posts needed and filled by year", years, lines, _count)
    return Section(table.name, table.title, finding, drawing, table)


def _hubs(hubs: HubsResult, table: Table) -> Section:
    best = hubs.best[0]
    if not best.hubs:
        return Section(
            "hubs", "Where hubs should be", f"No set of hubs keeps to all rules: {best.reason}.", None, table
        )
    names = ", ".join(hub.name for hub in best.hubs)
    finding = (
        f"{len(best.hubs)} hubs at {names}: {best.minutes:.0f} minutes on average, {best.longest:.0f} at most, "
        f"{best.fifth_gap:.0f} minutes between the deprivation fifths; {_how_sure(hubs)}. "
        f"They cost {millions(best.yearly_cost)} a year, which is not in the plan's investment."
    )
    return Section("hubs", "Where hubs should be", finding, catchments(hubs), table)


def _curve(hubs: HubsResult, table: Table) -> Section:
    found = [one for one in hubs.curve if one.hubs]
    if not found:
        finding = f"No number of hubs asked for can be sited: {hubs.curve[0].reason}."
        return Section("hubs_curve", "How many hubs", finding, None, table)
    first, *more = found
    gains = [
        f"{one.p} save {before.minutes - one.minutes:.1f} minutes against {before.p}" for before, one in pairwise(found)
    ]
    kept = f", with the {len(hubs.asked.rules.open)} that the scenario opens" if hubs.asked.rules.open else ""
    finding = f"Without limits{kept}, {_hubs_of(first.p)}: {first.minutes:.1f} minutes on average"
    finding += f"; {', '.join(gains)}." if more else "."
    lines = [Bar(_hubs_of(one.p), 0, one.minutes) for one in found]
    return Section("hubs_curve", "How many hubs", finding, bars("Mean minutes by number of hubs", lines, _count), table)


def _how_sure(hubs: HubsResult) -> str:
    """Whether a set was sited, and how near the best it is; one that the scenario names in full was not."""
    best = hubs.best[0]
    if set(best.codes) <= set(hubs.asked.rules.open):
        return "chosen by the scenario, none sited"
    return f"{'proved the best' if best.status == 'optimal' else f'within {best.gap:.1%} of the best'} under its rules"


def _hubs_of(number: int) -> str:
    return "1 hub" if number == 1 else f"{number} hubs"


def catchments(hubs: HubsResult) -> Drawing:
    """The area with each small area shaded by the hub that its people with a car go to, and the hubs by number."""
    best, scale = hubs.best[0], MAP / SHEET[0]
    order = {site: number for number, site in enumerate(sorted(set(best.assignment[0].tolist())))}
    outlines = places.outlines()
    items: list[Item] = []
    middle: dict[int, list[tuple[float, float]]] = {}
    for point, site in zip(hubs.inputs.points, best.assignment[0].tolist(), strict=True):
        if point in outlines:
            for ring in rings(outlines[point]):
                drawn = tuple((x * scale, y * scale) for x, y in ring)
                items.append(Area(drawn, SHADES[order[site] % len(SHADES)]))
                middle.setdefault(site, []).extend(drawn)
    for site, points in middle.items():
        x, y = np.mean(points, axis=0)
        name = hubs.inputs.sites[site].name
        items += [Box(float(x) - 4, float(y) - 4, 8, 8), Words(float(x), float(y) - 8, name, "middle", bold=True)]
    label = "Map of the catchments of the best set of hubs; each name stands in the middle of its catchment"
    return Drawing(MAP, SHEET[1] * scale, label, tuple(items))


def rings(path: str) -> Iterator[list[tuple[float, float]]]:
    """The rings of an outline: an SVG path of a start (M) and relative lines (l), closed (z)."""
    for part in path.split("M")[1:]:
        numbers = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?", part)]
        steps = np.array(list(zip(numbers[::2], numbers[1::2], strict=True)))
        yield [(float(x), float(y)) for x, y in steps.cumsum(0)]
