"""What the report of a plan says of its buildings and of its options."""

from collections.abc import Iterator, Mapping

from localcare.capacity.calc import estate
from localcare.capacity.calc.estate_tables import WITHOUT
from localcare.capacity.calc.parts import Parts
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_appraisal import AppraisalResult
from localcare.capacity.calc.plan_estate import EstateResult
from localcare.capacity.calc.tables import Table, ranged
from localcare.capacity.plots import Bar, bars
from localcare.capacity.section import Section


def estate_sections(found: Parts, plan: Plan, tables: Mapping[str, Table]) -> Iterator[Section]:
    """Sites, rooms, developers' money; then the options, where the scenario has any."""
    if found.estate:
        yield _sites(found.estate, tables["estate_sites"])
        yield _rooms(plan, found.estate, tables["estate_rooms"])
        yield _plain(tables["estate_placed"])
        yield _money(plan, found.estate, tables["estate_money"])
    if found.appraisal:
        yield _options(found.appraisal, tables["options"])
        yield _weights(found.appraisal, tables["options_weights"])
        yield _plain(tables["options_scores"])


def _plain(table: Table) -> Section:
    return Section(table.name, table.title, table.says, None, table)


def _sites(found: EstateResult, table: Table) -> Section:
    """How much of the space is known to be in use, leases and condition: what nobody knows is told first of all."""
    known = [(str(row[0]), float(row[6])) for row in table.rows if isinstance(row[6], float)]
    sites, aim = found.asked.sites, found.asked.aim.likely
    unknown, ungraded = estate.leases_unknown(sites), estate.by_condition(sites)["unknown"]
    parts = [f"How far they are used is known of {len(known)} of {len(sites)} sites"]
    if known:
        name, share = min(known, key=lambda one: one[1])
        parts = [f"{parts[0]}; least of {name}: {share:.0%}, where {aim:.0%} could be"]
    if found.ending:
        ends = ", ".join(f"{site.name} ({site.lease_ends:%-d %B %Y})" for site in found.ending)
        parts.append(f"Leases that end within the plan's years: {ends}")
    if unknown:
        parts.append(f"Leased until nobody knows when: {', '.join(site.name for site in unknown)}")
    parts.append(f"Condition is not graded of {ungraded} of {len(sites)}")
    lines = [Bar(name, 0, share * 100) for name, share in known]
    drawing = bars("Share of each site's space in use, where it is known", lines, lambda share: f"{share:.0f}%")
    return Section(table.name, table.title, ". ".join(parts) + ".", drawing if known else None, table)


def _rooms(plan: Plan, found: EstateResult, table: Table) -> Section:
    if not found.needs:
        finding = "The scenario does not say which contacts take a room: write [[estate.room_use]] for each."
        return Section(table.name, table.title, finding, None, table)
    year = plan.scenario.years[-1]
    said = []
    for need in found.needs:
        _, median, low, high = ranged(need.rooms[:, -1])
        said.append(f"{median:.0f} more {need.use.kind}s ({low:.0f} to {high:.0f})")
    without = sum(need.placed.without_room for need in found.needs)
    finding = f"By {year} the plan takes {', '.join(said)}; {without:,.0f} sessions a week are {WITHOUT} that is known."
    return Section(table.name, table.title, finding, None, table)


def _money(plan: Plan, found: EstateResult, table: Table) -> Section:
    if not found.asked.contributions:
        return _plain(table)
    last = found.funds[-1]
    finding = (
        f"Of {last.agreed:,.0f} pounds agreed, {last.spent:,.0f} are spent by the end of {plan.scenario.years[-1]}, "
        f"{last.in_hand:,.0f} in hand, {last.not_yet_due:,.0f} not yet due and {last.gone_back:,.0f} gone back unspent."
    )
    return Section(table.name, table.title, finding, None, table)


def _options(found: AppraisalResult, table: Table) -> Section:
    best = [one for one in found.ranking if one.place == 1]
    names = " and ".join(one.option for one in best)
    first = best[0].option
    finding = (
        f"{names} {'has' if len(best) == 1 else 'have'} most points ({best[0].points:.1f}) at the stated weights. "
        f"{first} wins with {found.near[first]:.0%} of the weights from half to double these, and with "
        f"{found.anyhow[first]:.0%} of all weights there could be."
    )
    guessed = sum(score.assumed for option in found.asked.options for score in option.scores)
    total = len(found.asked.options) * len(found.asked.criteria)
    if guessed:
        finding += f" {guessed} of {total} scores are assumed: the order is no finding about the area."
    lines = [Bar(one.option, 0, one.points, ours=one.place == 1) for one in found.ranking]
    drawing = bars("Points of each option", lines, lambda points: f"{points:.1f}")
    return Section(table.name, table.title, finding, drawing, table)


def _weights(found: AppraisalResult, table: Table) -> Section:
    hangs = [room for room in found.room if room.below or room.above]
    if not hangs:
        finding = "No weight of a single criterion, from none to all, puts another option first."
    else:
        first = hangs[0]
        to = [f"{first.least:.0%} ({first.below} below)"] if first.below else []
        to += [f"{first.most:.0%} ({first.above} above)"] if first.above else []
        may = f"its {first.share:.0%} of the weight may go to {' or '.join(to)}"
        finding = f"The order hangs most on {first.criterion}: {may}."
    return Section(table.name, table.title, finding, None, table)
