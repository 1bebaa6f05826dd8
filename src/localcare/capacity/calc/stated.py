"""Finance tables as a plan printed them: what is legible, what follows, what cannot be recovered, what disagrees.

Nothing is guessed: a cell that is not legible is worked out only where the printed total leaves one value for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One printed row, thousands of pounds by year, without years that are not legible. `sign`: -1 is taken away."""

    label: str
    printed: Mapping[str, int]
    sign: int = 1


@dataclass(frozen=True)
class Table:
    """`total`: the printed row of sums. `source`: document and page."""

    key: str
    title: str
    source: str
    years: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line


@dataclass(frozen=True)
class Cell:
    """`amount` is None where it cannot be recovered; `how`: printed, worked out, or why not."""

    amount: int | None
    how: str


@dataclass(frozen=True)
class Finding:
    """Where printed figures disagree, by how much, and what explains it. `holds`: both can, by rounding."""

    year: str
    says: str
    difference: int
    holds: bool


def recovered(table: Table) -> dict[str, dict[str, Cell]]:
    """Every cell of a table, by label and year."""
    return {line.label: {year: _cell(table, line, year) for year in table.years} for line in table.lines}


def _cell(table: Table, line: Line, year: str) -> Cell:
    if year in line.printed:
        return Cell(line.printed[year], "printed")
    left = remainder(table, year)
    if left is None:
        return Cell(None, "not legible, nor is the total")
    others = [other.label for other in table.lines if year not in other.printed and other is not line]
    if others:
        return Cell(None, f"not legible; with {', '.join(others)} it makes {left:,}")
    return Cell(left * line.sign, "worked out from the total")


def remainder(table: Table, year: str) -> int | None:
    """What the total of a year leaves for lines that are not legible; None where the total is not legible itself."""
    if year not in table.total.printed:
        return None
    return table.total.printed[year] - sum(line.sign * line.printed.get(year, 0) for line in table.lines)


def checked(table: Table) -> list[Finding]:
    """Years whose lines are all legible and do not make the printed total."""
    findings = []
    for year in table.years:
        left = remainder(table, year)
        if left and all(year in line.printed for line in table.lines):
            total = table.total.printed[year]
            says = f"{table.title}: the lines make {total - left:,}, the total says {total:,}"
            gap, parts = abs(left), len(table.lines)
            findings.append(Finding(year, f"{says}; {_explained(gap, parts)}", -left, _by_rounding(gap, parts)))
    return findings


def compared(tables: Sequence[Table]) -> list[Finding]:
    """Where two tables print different figures under names that mean one amount: their totals, or a line of one that is
    another's total (the same in at least half of the years that both print)."""
    rows = [(table, row) for table in tables for row in (*table.lines, table.total)]
    findings = []
    for i, (table, row) in enumerate(rows):
        for other, second in rows[i + 1 :]:
            if table is not other and _one_amount(row, second):
                findings += _differences(table, row, other, second)
    return findings


def _one_amount(first: Line, second: Line) -> bool:
    both = first.printed.keys() & second.printed.keys()
    same = sum(first.printed[year] == second.printed[year] for year in both)
    return len(both) > 1 and 2 * same >= len(both)


def _differences(table: Table, row: Line, other: Table, second: Line) -> list[Finding]:
    found = []
    for year in table.years:
        if year in row.printed and year in second.printed and row.printed[year] != second.printed[year]:
            gap = row.printed[year] - second.printed[year]
            parts = max(len(table.lines), len(other.lines))
            says = f"{table.title} says {row.printed[year]:,}, {other.title} says {second.printed[year]:,}"
            found.append(Finding(year, f"{says}: {_explained(abs(gap), parts)}", gap, _by_rounding(abs(gap), parts)))
    return found


def _explained(gap: int, parts: int) -> str:
    if _by_rounding(gap, parts):
        return "both can hold, since amounts were rounded to the thousand before they were added or taken away"
    return "rounding does not explain it"


def _by_rounding(gap: int, parts: int) -> bool:
    """Amounts rounded apart and then added differ from their sum rounded by up to half a unit each."""
    return 2 * gap <= parts + 1
