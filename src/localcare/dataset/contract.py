"""The contract of an edition, read from `contract.toml`, and the check of a table against it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import duckdb

DUCKDB_TYPES = {
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "float32": "FLOAT",
    "float64": "DOUBLE",
    "bool": "BOOLEAN",
    "string": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


@dataclass(frozen=True)
class Column:
    """A column: its type in the contract's words, its unit where it measures, the table whose dense key it holds."""

    name: str
    type: str
    meaning: str
    nullable: bool = False
    key_of: str | None = None
    unit: str = ""

    @property
    def duckdb_type(self) -> str:
        return DUCKDB_TYPES[self.type]


@dataclass(frozen=True)
class Table:
    name: str
    meaning: str
    shapes: tuple[str, ...]
    key: tuple[str, ...]
    sorted_by: tuple[str, ...]
    columns: tuple[Column, ...]
    source: str | None = None
    dense: bool = True

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError where the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"table {self.name} has no column {name}")

    @property
    def dense_key(self) -> str | None:
        """The key that numbers the rows from 0 without a gap, where the table has one."""
        if self.dense and len(self.key) == 1 and self.column(self.key[0]).type.startswith("int"):
            return self.key[0]
        return None


@dataclass(frozen=True)
class Contract:
    version: int
    tables: dict[str, Table]


EDITIONS, RESULTS = "contract.toml", "results.toml"


@cache
def load(file: str = EDITIONS) -> Contract:
    """The contract of editions, or with `RESULTS` that of runs. Raises ValueError where the file contradicts itself."""
    raw = tomllib.loads(files("localcare.dataset").joinpath(file).read_text("utf-8"))
    version = raw.pop("version")
    contract = Contract(version, {name: _table(name, body) for name, body in raw.items()})
    for table in contract.tables.values():
        _check(table, contract)
    return contract


def _table(name: str, body: dict[str, Any]) -> Table:
    columns = tuple(Column(column, **spec) for column, spec in body["columns"].items())
    shapes, key, order = tuple(body["from"]), tuple(body["key"]), tuple(body["sorted_by"])
    dense = body.get("dense", True)
    return Table(name, body["meaning"], shapes, key, order, columns, body.get("source"), dense)


def _check(table: Table, contract: Contract) -> None:
    names = {column.name for column in table.columns}
    if missing := (set(table.key) | set(table.sorted_by)) - names:
        raise ValueError(f"table {table.name} is keyed or sorted by columns it lacks: {sorted(missing)}")
    for column in table.columns:
        if column.type not in DUCKDB_TYPES:
            raise ValueError(f"{table.name}.{column.name} has the unknown type {column.type}")
        if column.key_of and column.key_of not in contract.tables:
            raise ValueError(f"{table.name}.{column.name} is the key of the unknown table {column.key_of}")


def faults(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> list[str]:
    """What keeps `relation` (a table, view or quoted file of the connection) from being this table; empty when sound.

    Checks columns and types in the contract's order, nulls, the key's uniqueness and, where it is dense, its density.
    """
    found = [(row[0], row[1]) for row in connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()]
    expected = [(column.name, column.duckdb_type) for column in table.columns]
    if found != expected:
        return [f"{table.name}: columns are {found}, the contract has {expected}"]
    return [*_null_faults(connection, table, relation), *_key_faults(connection, table, relation)]


def _null_faults(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> list[str]:
    required = [column.name for column in table.columns if not column.nullable]
    counts = ", ".join(f'count(*) - count("{name}")' for name in required)
    nulls = connection.execute(f"SELECT {counts} FROM {relation}").fetchall()[0]
    return [f"{table.name}.{name}: {n} nulls" for name, n in zip(required, nulls, strict=True) if n]


def _key_faults(connection: duckdb.DuckDBPyConnection, table: Table, relation: str) -> list[str]:
    if not table.key:
        return []
    if key := table.dense_key:
        ask = f'SELECT count(*), count(DISTINCT "{key}"), coalesce(min("{key}"), 0), coalesce(max("{key}"), -1)'
        rows, distinct, low, high = connection.execute(f"{ask} FROM {relation}").fetchall()[0]
        dense = rows == distinct and low == 0 and high == rows - 1
        return [] if dense else [f"{table.name}.{key}: not numbered from 0 to {rows - 1} without gap or repeat"]
    names = ", ".join(f'"{name}"' for name in table.key)
    ask = f"SELECT count(*) FROM (SELECT 1 FROM {relation} GROUP BY {names} HAVING count(*) > 1)"
    repeated = connection.execute(ask).fetchall()[0][0]
    return [f"{table.name}: {repeated} repeated keys ({names})"] if repeated else []


def reference_faults(connection: duckdb.DuckDBPyConnection, table: Table, relation: str, sizes: dict[str, int]) -> list:
    """Columns of `relation` that hold a dense key beyond the table they point at; `sizes` are rows by table."""
    found = []
    for column in table.columns:
        if column.key_of is None or column.key_of == table.name:
            continue
        ask = f'SELECT coalesce(min("{column.name}"), 0), coalesce(max("{column.name}"), -1) FROM {relation}'
        low, high = connection.execute(ask).fetchall()[0]
        if low < 0 or high >= sizes.get(column.key_of, 0):
            found.append(f"{table.name}.{column.name}: points beyond table {column.key_of}")
    return found
