"""The slow, obvious second version: a file validated, and rows linked, in plain Python."""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from localcare.intake.shapes import Column, Shape

Fault = tuple[int, str | None]


def faults(text: str, shape: Shape, as_at: date) -> tuple[int, set[Fault]]:
    """Rows of a well-quoted file, and (line, column) of each fault; no column where the row's fields do not match."""
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader)
    rows, found, start = 0, set(), reader.line_num + 1
    for fields in reader:
        line, start = start, reader.line_num + 1
        if not fields:
            continue
        rows += 1
        while len(fields) > len(header) and not fields[-1]:
            fields.pop()  # empty fields beyond the last column are ignored
        if len(fields) != len(header):
            found.add((line, None))
        else:
            row = {name: value or None for name, value in zip(header, fields, strict=True)}
            found |= {(line, column) for column in _of_row(row, shape, as_at)}
    return rows, found


def _of_row(row: Mapping[str, str | None], shape: Shape, as_at: date) -> Iterator[str]:
    for column in shape.columns:
        if _is_bad(row[column.name], column, row, as_at):
            yield column.name
    for names in shape.one_of:
        if not any(row[name] for name in names):
            yield " or ".join(names)


def _is_bad(value: str | None, column: Column, row: Mapping[str, str | None], as_at: date) -> bool:
    if value is None:
        return column.required
    if column.values and value not in column.values:
        return True
    if column.pattern and not re.fullmatch(column.pattern, value):
        return True
    if column.type == "boolean":
        return value.lower() not in ("true", "false", "1", "0")
    if column.type == "number":
        number = _number(value)
        return number is None or (column.min is not None and number < column.min)
    return column.type == "date" and _is_bad_date(value, column, row, as_at)


def _is_bad_date(value: str, column: Column, row: Mapping[str, str | None], as_at: date) -> bool:
    day = _date(value)
    if day is None or day.year < 1850 or (day > as_at and not column.may_be_future):
        return True
    before = _date(row[column.not_before] or "") if column.not_before else None
    return before is not None and day < before


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII) else None
    except ValueError:
        return None


def _number(value: str) -> float | None:
    try:
        number = float(value) if value.isascii() and "_" not in value else math.nan
    except ValueError:
        return None
    return number if abs(number) < 3.4e38 else None


def valid_number(text: str | None) -> str | None:
    """The NHS number in ten digits where its check digit holds, worked out as the Data Dictionary words it."""
    digits = (text or "").replace(" ", "").replace("-", "")
    if not re.fullmatch("[0-9]{10}", digits, re.ASCII) or digits == "0000000000":
        return None
    check = 11 - sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11
    return digits if check % 11 == int(digits[9]) and check != 10 else None


def link(row: Mapping[str, str], registrations: Sequence[Mapping[str, str]], name: str | None = None) -> int | None:
    """Which registration's person a row means: the position of the person's first registration, or None."""
    people = [_first(position, registrations) for position in range(len(registrations))]
    number = valid_number(row.get("nhs_number"))
    holders = [p for p, other in enumerate(registrations) if number and valid_number(other["nhs_number"]) == number]
    if holders and any(not contradicts(row, registrations[p]) for p in holders):
        return people[holders[0]]
    if holders:
        number = None
    if not all(row.get(field) for field in ("date_of_birth", "sex", "postcode")) or row["sex"] not in "MF":
        return None
    alike = {people[p] for p, other in enumerate(registrations) if _known_by(other, name) == _known_by(row, name)}
    numbered = {people[p] for p, other in enumerate(registrations) if valid_number(other.get("nhs_number"))}
    return alike.pop() if len(alike) == 1 and not (number and alike & numbered) else None


def contradicts(row: Mapping[str, str], person: Mapping[str, str]) -> bool:
    """Whether a row about a person, without names, speaks against their being who their number says."""
    one, other = date.fromisoformat(row["date_of_birth"]), date.fromisoformat(person["date_of_birth"])
    sexes = {row["sex"], person["sex"]}
    if one == other:
        return False
    if sexes == {"M", "F"}:
        return True
    agreeing = sum(a == b for a, b in zip(one.timetuple()[:3], other.timetuple()[:3], strict=True))
    over = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return agreeing < 2 and not over and abs((one - other).days) > 31


def _known_by(row: Mapping[str, str], name: str | None) -> tuple:
    postcode = row["postcode"].replace(" ", "").upper()
    return row["date_of_birth"], row["sex"], postcode, re.sub("[^A-Z]", "", row[name].upper()) if name else None


def _first(position: int, registrations: Sequence[Mapping[str, str]]) -> int:
    number = valid_number(registrations[position].get("nhs_number"))
    same = [p for p, other in enumerate(registrations) if number and valid_number(other.get("nhs_number")) == number]
    return min([position, *same])
