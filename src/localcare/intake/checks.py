"""The checks of a shape as SQL: each a condition that is true for a bad row, with a reason that holds no value."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from localcare.intake.shapes import Column, Shape

EARLIEST = date(1850, 1, 1)


@dataclass(frozen=True)
class Check:
    """`condition` reads the text of a field as `"name"` and its typed value as `"name!"`."""

    column: str
    reason: str
    condition: str


def of_shape(shape: Shape, as_at: date) -> list[Check]:
    """Every check of a shape for an extract of that date, in the order of its columns."""
    found = [check for column in shape.columns for check in _of_column(column, as_at)]
    for names in shape.one_of:
        empty = " AND ".join(f'"{name}" IS NULL' for name in names)
        found.append(Check(" or ".join(names), "is empty; one of them is required", f"({empty})"))
    return found


def typed(column: Column) -> str:
    """The SQL that turns a field's text into its type; null where it cannot be one."""
    text = f'"{column.name}"'
    if column.type == "date":
        return f"CASE WHEN {text} LIKE '____-__-__' THEN try_cast({text} AS DATE) END"
    if column.type == "number":
        return f"CASE WHEN NOT contains({text}, '_') AND isfinite(try_cast({text} AS FLOAT)) THEN {text}::DOUBLE END"
    if column.type == "integer":
        return f"CASE WHEN regexp_full_match({text}, '-?[0-9]+') THEN try_cast({text} AS BIGINT) END"
    if column.type == "boolean":
        return f"CASE WHEN lower({text}) IN ('true', '1') THEN true WHEN lower({text}) IN ('false', '0') THEN false END"
    return text


def faults(checks: list[Check]) -> str:
    """SQL for the set of checks a row fails, as bits; 0 for a good row. Bits are counted only where one fails."""
    bits = " | ".join(f"(({check.condition})::INT::UBIGINT << {bit})" for bit, check in enumerate(checks))
    anything = " OR ".join(check.condition for check in checks)
    return f"CASE WHEN {anything} THEN {bits} ELSE 0::UBIGINT END"


def failed(checks: list[Check], bits: int) -> list[Check]:
    """The checks that a row's `faults` name."""
    return [check for bit, check in enumerate(checks) if bits >> bit & 1]


_NOT_OF_TYPE = {
    "date": "is not a date; write YYYY-MM-DD",
    "number": "is not a number",
    "integer": "is not a whole number",
    "boolean": "is not true or false",
}


def _of_column(column: Column, as_at: date) -> Iterator[Check]:
    text, value = f'"{column.name}"', f'"{column.name}!"'
    present = f"{text} IS NOT NULL"
    if column.required:
        yield Check(column.name, "is empty; it is required", f"({text} IS NULL)")
    if column.type in _NOT_OF_TYPE:
        yield Check(column.name, _NOT_OF_TYPE[column.type], f"({present} AND {value} IS NULL)")
    if column.values:
        listed = ", ".join(f"'{permitted}'" for permitted in column.values)
        reason = f"is not one of {', '.join(column.values)}"
        yield Check(column.name, reason, f"({present} AND {text} NOT IN ({listed}))")
    if column.pattern:
        reason = f"does not have the form {column.pattern}"
        yield Check(column.name, reason, f"({present} AND NOT regexp_full_match({text}, '{column.pattern}'))")
    if column.type == "date":
        yield from _of_date(column, value, as_at)
    for limit, sign, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if limit is not None:
            yield Check(column.name, f"is {word} {limit}", f"coalesce({value} {sign} {limit}, false)")


def _of_date(column: Column, value: str, as_at: date) -> Iterator[Check]:
    yield Check(column.name, f"is before {EARLIEST}", f"coalesce({value} < DATE '{EARLIEST}', false)")
    if not column.may_be_future:
        yield Check(column.name, f"is after the extract's date, {as_at}", f"coalesce({value} > DATE '{as_at}', false)")
    if column.not_before:
        yield Check(column.name, f"is before {column.not_before}", f'coalesce({value} < "{column.not_before}!", false)')
