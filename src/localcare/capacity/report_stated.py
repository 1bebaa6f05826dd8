"""What the report says of a document's own finance tables: laid out as printed, beside what the scenario gives."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from localcare.capacity import report_findings
from localcare.capacity.calc import stated
from localcare.capacity.calc.money import present_value
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.stated_tables import THOUSAND, as_in_the_document
from localcare.capacity.calc.tables import Table, ranged
from localcare.capacity.section import Section, millions


def stated_sections(plan: Plan, tables: Mapping[str, Table]) -> Iterator[Section]:
    """Each printed table, what disagrees between them, and what their savings would ask for."""
    for table in plan.scenario.stated:
        by_line = tables[f"stated_{table.key}"]
        finding = f"{_legible(by_line)} {_beside(plan, table)}".strip()
        laid_out = as_in_the_document(plan, table, by_line)
        yield Section(by_line.name, f"As printed: {table.title}", finding, None, laid_out)
    if plan.scenario.stated:
        for name in ("stated_findings", "implied"):
            yield report_findings.told(tables[name])


def _legible(by_line: Table) -> str:
    """How many figures stand under which mark, and which cannot be recovered."""
    printed = [row for row in by_line.rows if row[3] != stated.NOT_THERE]
    marks = Counter(str(row[3]) for row in printed)
    lost = [f"{row[0]} {row[1]} ({row[4]})" if row[4] else f"{row[0]} {row[1]}" for row in printed if row[2] is None]
    finding = (
        f"As printed, which is all that is known of them: {marks[stated.PRINTED]} of {len(printed)} figures; "
        f"printed, and others confirm it: {marks[stated.CONFIRMED]}; "
        f"worked out from others: {marks[stated.WORKED_OUT]}; not legible: {len(lost)}."
    )
    return f"{finding} Not to be recovered: {'; '.join(lost)}." if lost else finding


def _beside(plan: Plan, table: stated.Table) -> str:
    """The total of the last printed year beside the scenario's own, and for a net position what all of it is worth."""
    own = {"Gross saving": plan.money.gross, "Investment": plan.money.invested, "Net benefit": plan.money.net}
    years = [year for year in table.years if year in plan.scenario.years and year in table.total.printed]
    if not years or table.total.of not in own:
        return ""
    amounts, last = own[table.total.of], years[-1]
    central, _, low, high = ranged(amounts[:, plan.scenario.years.index(last)])
    said = (
        f"{table.total.label} of {last}: {millions(table.total.printed[last] * THOUSAND)} printed; this scenario's own "
        f"assumptions give {millions(central)} at their likeliest (8 draws in 10: {millions(low)} to {millions(high)})."
    )
    return f"{said} {_worth(plan, table, years)}" if table.total.of == "Net benefit" else said


def _worth(plan: Plan, table: stated.Table, years: list[str]) -> str:
    discount, first = plan.scenario.discount, plan.scenario.years.index(years[0])
    in_print = np.array([[table.total.printed[year] * THOUSAND for year in years]], dtype=float)
    printed = float(present_value(in_print, discount)[0])
    central, _, low, high = ranged(present_value(plan.money.net[:, first : first + len(years)], discount))
    return (
        f"At {discount:.1%} a year the {len(years)} printed years are worth {millions(printed)}, the same years of "
        f"this scenario {millions(central)} at its likeliest (8 draws in 10: {millions(low)} to {millions(high)})."
    )
