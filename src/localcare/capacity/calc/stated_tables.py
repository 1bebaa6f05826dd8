"""Finance tables that a document printed, beside what the scenario's own assumptions give."""

from collections.abc import Iterator, Mapping

from localcare.capacity.calc import money_cuts, stated
from localcare.capacity.calc.money import KINDS
from localcare.capacity.calc.money_cuts import Cut
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array
from localcare.capacity.calc.tables import Table, Value, Words, ranged

THOUSAND = 1000  # the unit in which they are printed
BY_LINE = ("line", "year", "thousand_pounds", "mark", "how", "scenario_central", "scenario_low", "scenario_high")
DOCUMENT, SCENARIO = "document", "this scenario"


def stated_tables(plan: Plan, service_lines: Cut) -> Iterator[Table]:
    """The finance tables as printed, in thousands, figure by figure with its mark; then where they disagree."""
    tables, own = plan.scenario.stated, _own(plan, service_lines)
    found = stated.recovered(tables)
    for table in tables:
        rows: list[tuple[Value, ...]] = [
            (row.label, year, cell.amount, cell.mark, cell.how, *_thousands(plan, own.get(row.of), year))
            for row in table.rows
            for year, cell in found[table.key][row.label].items()
        ]
        rows += [
            (label, year, None, stated.NOT_THERE, "", *_thousands(plan, own[label], year))
            for label in _beyond(table, service_lines, own)
            for year in table.years
        ]
        yield Table(f"stated_{table.key}", table.title, table.source, BY_LINE, tuple(rows))
    findings = [one for table in tables for one in stated.checked(table)] + stated.compared(tables)
    rows_found = [(one.year, one.says, one.difference) for one in findings]
    says = "Where the printed figures disagree, in thousands of pounds."
    yield Table("stated_findings", "What disagrees", says, ("year", "finding", "difference"), tuple(rows_found))


def _own(plan: Plan, service_lines: Cut) -> Mapping[str, Array]:
    """The scenario's own lines by the name that a printed row is `of`, draws x years."""
    saving = money_cuts.amounts(plan.money, service_lines)["Gross saving"]
    lines = {label: saving[:, :, i] for i, label in enumerate(service_lines.labels)}
    kinds = {kind: plan.money.spent[..., n].sum(2) for n, kind in enumerate(KINDS)}
    whole = {"Gross saving": plan.money.gross, "Investment": plan.money.invested, "Net benefit": plan.money.net}
    return {**lines, **kinds, **whole}


def _beyond(table: stated.Table, service_lines: Cut, own: Mapping[str, Array]) -> list[str]:
    """The scenario's own lines that make its total and that no printed row is: its rows would not add up."""
    named = {row.of for row in table.rows}
    parts = {"Gross saving": service_lines.labels, "Investment": KINDS}.get(table.total.of, ())
    apart = table.total.of == "Gross saving" and named.isdisjoint(parts)  # cut by something else than service lines
    return [label for label in parts if label not in named and not apart and own[label].any()]


def _thousands(plan: Plan, own: Array | None, year: str) -> tuple[Value, Value, Value]:
    """Central value and 80% range of one year; nothing where the scenario has no such line or year."""
    if own is None or year not in plan.scenario.years:
        return None, None, None
    central, _, low, high = ranged(own[:, plan.scenario.years.index(year)])
    return central / THOUSAND, low / THOUSAND, high / THOUSAND


def as_in_the_document(plan: Plan, table: stated.Table, by_line: Table) -> Table:
    """A printed table laid out as it was: its rows and years in their order, the scenario's own figure below each."""
    cells = stated.recovered(plan.scenario.stated)[table.key]
    own = {(row[0], row[1]): row[5] for row in by_line.rows}
    rows: list[tuple[Value, ...]] = []
    beyond = dict.fromkeys(row[0] for row in by_line.rows if row[3] == stated.NOT_THERE)
    for row in table.rows:
        if row is table.total:
            rows += [(label, SCENARIO, *(_rounded(own[label, year]) for year in table.years)) for label in beyond]
        rows.append((row.label, DOCUMENT, *(cells[row.label][year].in_words for year in table.years)))
        if row.of:
            rows.append((row.label, SCENARIO, *(_rounded(own[row.label, year]) for year in table.years)))
    introduced = f"\u201c{table.caption}\u201d " if table.caption else ""
    says = f"{introduced}{table.source}. Thousands of pounds; the scenario's own are central."
    return Table(by_line.name, by_line.title, says, ("line", "by", *table.years), tuple(rows))


def _rounded(value: Value) -> int | None:
    return None if value is None else round(float(value))


def implied(plan: Plan, words: Words) -> Table:
    """What the printed savings ask for: use to be avoided at our price, as a share of use if nothing is done."""
    rows: list[tuple[Value, ...]] = []
    lines = [line for table in plan.scenario.stated for line in table.lines]
    for line in lines:
        for s, key in enumerate(plan.baseline.settings):
            if words.cuts["service_line"][key] == line.of:
                rows += _asked(plan, line, s, words.settings[key])
    says = (
        "The plan's printed saving as use to be avoided at our prices, and as a share of use if nothing is done; "
        "beside it the share that the interventions of this scenario avoid (central), without nights that only "
        "went with an avoided admission."
    )
    columns = ("line", "setting", "year", "thousand_pounds", "units_to_avoid", "share_asked", "share_modelled")
    return Table("implied", "What the printed savings ask for", says, columns, tuple(rows))


def _asked(plan: Plan, line: stated.Line, setting: int, label: str) -> Iterator[tuple[Value, ...]]:
    price = plan.scenario.prices[plan.baseline.settings[setting]].likely
    for year, thousand in line.printed.items():
        if year in plan.scenario.years:
            i = plan.scenario.years.index(year)
            nothing_done = float(plan.account.nothing_done[0, i, :, :, setting].sum())
            units = thousand * 1000 / price
            modelled = _avoided(plan, i, setting) / nothing_done
            yield line.label, label, year, thousand, units, units / nothing_done, modelled


def _avoided(plan: Plan, year: int, setting: int) -> float:
    """Use that the interventions avoid, without nights that only went with an admission: those are no saving twice."""
    mine = {intervention.key for intervention in plan.scenario.interventions}
    steps = [step for step in plan.account.steps if step.key in mine]
    return float(sum((step.followed - step.change)[0, year, :, setting].sum() for step in steps))
