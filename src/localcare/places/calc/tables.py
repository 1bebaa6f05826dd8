"""The files of places: their columns, and the reading of a text into good rows and named rejects."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localcare.places.calc.columns import (
    Column,
    area_code,
    choice,
    code,
    day,
    latitude,
    longitude,
    postcode,
    text,
    whole,
    yes_or_no,
)

ORGANISATION_KINDS = ("practice", "cluster", "network", "area", "trust", "council", "other")
SITE_KINDS = ("practice", "hospital", "community_hospital", "clinic", "other")
SOURCE = Column("source", text(300), required=False, blank="")


@dataclass(frozen=True)
class Table:
    """A file's columns; `key` names those that make a row the same row when it is loaded again."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.csv"


# In the order in which they are loaded: what is pointed at comes first.
TABLES = (
    Table(
        "organisations",
        ("code",),
        (
            Column("code", code),
            Column("name", text(150)),
            Column("kind", choice(*ORGANISATION_KINDS)),
            Column("opened", day, required=False),
            Column("closed", day, required=False),
            Column("clinical_system", text(40), required=False, blank=""),
            Column("dispensing", yes_or_no, required=False),
            Column("phone", text(40), required=False, blank=""),
            SOURCE,
        ),
    ),
    Table(
        "memberships",
        ("member", "group", "starts"),
        (
            Column("member", code),
            Column("group", code),
            Column("starts", day),
            Column("ends", day, required=False),
            SOURCE,
        ),
    ),
    Table(
        "list_sizes",
        ("organisation", "as_at"),
        (Column("organisation", code), Column("as_at", day), Column("registered", whole(1_000_000)), SOURCE),
    ),
    Table(
        "sites",
        ("code",),
        (
            Column("code", code),
            Column("name", text(150)),
            Column("kind", choice(*SITE_KINDS)),
            Column("organisation", code, required=False),
            Column("address", text(300), required=False, blank=""),
            Column("postcode", postcode),
            Column("latitude", latitude, required=False),
            Column("longitude", longitude, required=False),
            Column("beds", whole(5000), required=False),
            SOURCE,
        ),
    ),
    Table(
        "areas",
        ("lsoa11_code",),
        (
            Column("lsoa11_code", area_code),
            Column("name", text(60)),
            Column("district_code", area_code),
            Column("district_name", text(60)),
            Column("imd2015_decile", whole(10, 1)),
            Column("imd2019_decile", whole(10, 1), required=False),
            Column("latitude", latitude),
            Column("longitude", longitude),
            Column("population_mid2017", whole(100_000)),
        ),
    ),
    Table(
        "statements",
        ("subject", "as_at", "source"),
        (
            Column("subject", text(100)),
            Column("value", text(100)),
            Column("as_at", text(40)),
            Column("source", text(300)),
        ),
    ),
)
BY_NAME = {table.name: table for table in TABLES}


@dataclass(frozen=True)
class Reject:
    """Something of a file that was not taken, and why; `line` counts from 1, the header."""

    file: str
    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Row:
    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    rows: tuple[Row, ...]
    rejects: tuple[Reject, ...]


def read(table: Table, content: bytes) -> Read:
    """The good rows of a file as values by column name, and the rejects.

    A header without a required column rejects the file as a whole; every other fault rejects its own line: a row is
    one line, so that a quote left open costs no other row. Values hold the columns of the header only; a column that
    is not known is named in the rejects and left out.
    """
    lines = [line.removesuffix(b"\r") for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n")]
    try:
        header = _cells(lines[0])
    except ValueError as error:
        return Read((), (Reject(table.file, 1, "", str(error)),))
    if fault := _header_fault(table, header):
        return Read((), (Reject(table.file, 1, "", fault),))
    known = {column.name for column in table.columns}
    rejects = [
        Reject(table.file, 1, name, "not a column of this file; left out") for name in header if name not in known
    ]
    rows: list[Row] = []
    first_at: dict[tuple, int] = {}
    for line, raw in enumerate(lines[1:], start=2):
        if not raw.strip():
            continue
        try:
            values = _values(table, header, _cells(raw))
            key = tuple(values[name] for name in table.key)
            if key in first_at:
                raise Fault(", ".join(table.key), f"the same as line {first_at[key]}, which was taken")
        except ValueError as error:
            rejects.append(Reject(table.file, line, getattr(error, "column", ""), str(error)))
        else:
            first_at[key] = line
            rows.append(Row(line, values))
    return Read(tuple(rows), tuple(rejects))


class Fault(ValueError):
    """What is wrong with a row, and in which column."""

    def __init__(self, column: str, reason: str):
        super().__init__(reason)
        self.column = column


def _cells(line: bytes) -> list[str]:
    try:
        cells = next(csv.reader([line.decode()], strict=True), [])
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text; save the file as CSV UTF-8") from None
    except csv.Error as error:
        raise ValueError(f"not readable as CSV: {error}") from None
    return [cell.strip() for cell in cells]


def _header_fault(table: Table, header: list[str]) -> str | None:
    missing = [column.name for column in table.columns if column.required and column.name not in header]
    if missing:
        return f"the header lacks {', '.join(missing)}"
    return "the header names a column twice" if len(set(header)) < len(header) else None


def _values(table: Table, header: list[str], cells: list[str]) -> dict[str, Any]:
    if len(cells) != len(header):
        raise ValueError(f"{len(cells)} cells where the header has {len(header)}")
    given = dict(zip(header, cells, strict=True))
    values: dict[str, Any] = {}
    for column in table.columns:
        if column.name not in given:
            continue
        cell = given[column.name]
        try:
            if column.required and not cell:
                raise ValueError("empty, but needed")
            values[column.name] = column.form.read(cell) if cell else column.blank
        except ValueError as error:
            raise Fault(column.name, str(error)) from None
    _check_row(values)
    return values


def _check_row(values: Mapping[str, Any]) -> None:
    for first, last in (("starts", "ends"), ("opened", "closed")):
        if values.get(first) and values.get(last) and values[last] < values[first]:
            raise Fault(last, f"before {first}")
    if values.get("member") and values["member"] == values["group"]:
        raise Fault("group", "an organisation cannot belong to itself")
