"""Finance tables as a plan printed them: what is legible, what follows, what cannot be recovered, what disagrees.

Nothing is guessed: a cell that is not legible is worked out only where the printed total leaves one value for it.
Every figure has a mark. *Worked out*: it follows from other printed figures, to the thousand. *As printed*: nothing
else is known of it, since the document does not say what it was made of. *Not legible*: it cannot be recovered.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args


@dataclass(frozen=True)
class Line:
    """One printed row, thousands of pounds by year, without years that are not legible. `sign`: -1 is taken away. `of`:
    which of the scenario's own lines it is about; empty: of none."""

    label: str
    printed: Mapping[str, int]
    sign: int = 1
    of: str = ""


@dataclass(frozen=True)
class Table:
    """`total`: the printed row of sums. `source`: document and page. `caption`: the document's own words for it."""

    key: str
    title: str
    source: str
    years: tuple[str, ...]
    lines: tuple[Line, ...]
    total: Line
    caption: str = ""

    @property
    def rows(self) -> tuple[Line, ...]:
        """All rows in the order in which they are printed."""
        return (*self.lines, self.total)


Mark = Literal["as printed, all that is known", "printed and confirmed", "worked out", "not legible"]
PRINTED, CONFIRMED, WORKED_OUT, LOST = get_args(Mark)
NOT_THERE = "not in the document"  # a line of the scenario only


@dataclass(frozen=True)
class Cell:
    """`amount` is None where it cannot be recovered; `how`: what it follows from, or what is known of it."""

    amount: int | None
    mark: Mark
    how: str = ""

    @property
    def in_words(self) -> str:
        """As it stands in a table laid out as the document's."""
        if self.amount is None:
            return f"{self.mark}{'; ' + self.how if self.how else ''}"
        return f"{self.amount:,} {self.mark.partition(',')[0]}"


@dataclass(frozen=True)
class Finding:
    """Where printed figures disagree, by how much, and what explains it. `holds`: both can, by rounding."""

    year: str
    says: str
    difference: int
    holds: bool


def recovered(tables: Sequence[Table]) -> dict[str, dict[str, dict[str, Cell]]]:
    """Every cell of every table, by the table's key, the row's label and the year; in the order of the document."""
    return {
        table.key: {
            row.label: {year: _cell(tables[:i], table, row, year) for year in table.years} for row in table.rows
        }
        for i, table in enumerate(tables)
    }


def _cell(before: Sequence[Table], table: Table, row: Line, year: str) -> Cell:
    if year in row.printed:
        how = _follows(before, table, row, year)
        return Cell(row.printed[year], CONFIRMED if how else PRINTED, how)
    left = remainder(table, year)
    if left is None or row is table.total:
        return Cell(None, LOST)
    others = [other.label for other in table.lines if year not in other.printed and other is not row]
    if others:
        return Cell(None, LOST, f"with {', '.join(others)} it makes {left:,}")
    return Cell(left * row.sign, WORKED_OUT, f"what {table.total.label} leaves")


def _follows(before: Sequence[Table], table: Table, row: Line, year: str) -> str:
    """What a printed figure follows from: the lines above it, or a row of an earlier table; else empty."""
    whole = all(year in line.printed for line in table.lines)
    if row is table.total and whole and remainder(table, year) == 0:
        return "the lines above make it"
    for other in before:
        for same in other.rows:
            if _one_amount(row, same) and same.printed.get(year) == row.printed[year]:
                return f"{same.label} of: {other.title}"
    return ""


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
    rows = [(table, row) for table in tables for row in table.rows]
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
