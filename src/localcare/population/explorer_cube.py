"""The cube of a run, read for one kind of question: sums by place and cut."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import duckdb

from localcare.population.explorer_protect import Cell, Unit

AREA: Unit = ("area", "")
UNKNOWN = "not_known"
SEEN = "_seen"
COLUMNS = {"age": "age", "sex": "sex", "deprivation": "fifth", "group": "part", "condition": "part"}
Sums = Sequence[float]


@dataclass(frozen=True)
class Places:
    """Where people are registered and where they live: (practice, code, cluster); (LSOA, district, fifth).

    `lost`: the practices (numbers) whose people a setting's figures, or those of spend, leave out.
    """

    practices: tuple[tuple[int, str, str], ...]
    homes: tuple[tuple[str, str, str], ...]
    lost: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def lost_to(self, name: str) -> tuple[int, ...]:
        return dict(self.lost).get(name, ())


@dataclass(frozen=True)
class Reading:
    """What to read: the grid, the band of each age, dimensions, measures, by home or by practice."""

    path: Path
    grid: str
    ages: tuple[tuple[int, str], ...]
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]
    by_home: bool


@lru_cache(maxsize=64)
def read(what: Reading, of: Places) -> Mapping[Cell, Sums]:
    """Sums of the measures by unit and cut, over any of the dimensions; what nobody has is left out."""
    levels = ("district", "lsoa") if what.by_home else ("cluster", "practice")
    names = sorted(what.dimensions)
    sums: dict[Cell, Sums] = {}
    for upper, lower, *row in _rows(what, of):
        unit = (levels[1], lower) if lower is not None else (levels[0], upper) if upper is not None else AREA
        cut = tuple((name, value) for name, value in zip(names, row, strict=False) if value is not None)
        sums[unit, cut] = row[len(names) :]
    return sums


def _rows(what: Reading, of: Places) -> list[tuple]:
    place = "district, lsoa" if what.by_home else "cluster, ods_code"
    cuts = ", ".join(COLUMNS[name] for name in sorted(what.dimensions))
    measures = ", ".join(map(_summed, what.measures))
    by = f"ROLLUP({place})" + (f", CUBE({cuts})" if cuts else "")
    query = f"SELECT {place}, {cuts + ', ' if cuts else ''}{measures} FROM cut GROUP BY {by}"
    with duckdb.connect(":memory:") as connection:
        _prepare(connection, what, of)
        return connection.execute(query).fetchall()


POUNDS = ("spend", "social_care")


def _summed(name: str) -> str:
    """Pounds as exact decimals, so that they come out the same in whichever order rows are read; the rest is whole."""
    if name.endswith("_largest"):
        return f"max({name})"
    if name.endswith("_squares"):
        return f"sum({name})"
    return f"sum({name}::DECIMAL(18, 4))::DOUBLE" if name in POUNDS else f"sum({name})::DOUBLE"


def _prepare(connection: duckdb.DuckDBPyConnection, what: Reading, of: Places) -> None:
    _lay(connection, "registered", {"practice": "SMALLINT", "ods_code": "TEXT", "cluster": "TEXT"}, of.practices)
    _lay(connection, "home", {"lsoa11_code": "TEXT", "district": "TEXT", "fifth": "TEXT"}, of.homes)
    _lay(connection, "band", {"age_from": "SMALLINT", "age": "TEXT"}, what.ages)
    connection.execute(
        f"CREATE TEMP VIEW cut AS SELECT {_kept(of)} {_missing(connection, what)} {_seen(what, of)} "
        f"r.cluster, r.ods_code, "
        f"coalesce(h.district, '{UNKNOWN}') AS district, coalesce(h.lsoa11_code, '{UNKNOWN}') AS lsoa, "
        f"coalesce(h.fifth, '{UNKNOWN}') AS fifth, b.age "
        f"FROM {_text(str(what.path))} c JOIN registered r ON r.practice = c.practice "
        f"LEFT JOIN home h ON h.lsoa11_code = c.lsoa11_code JOIN band b ON b.age_from = c.age_from "
        f"WHERE c.grid = {_text(what.grid)}"
    )


def _kept(of: Places) -> str:
    """The cube's columns; a practice that does not share all that spend is made from has no spend."""
    if not (lost := of.lost_to("spend")):
        return "c.*,"
    kept = ", ".join(f"{_unless(lost, name, 'c.' + name)}" for name in ("spend", "spend_largest", "spend_squares"))
    return f"c.* REPLACE ({kept}),"


def _seen(what: Reading, of: Places) -> str:
    """Of how many people each amount is known: `<name>_seen`."""
    names = [name for name in what.measures if name.endswith(SEEN)]
    return "".join(f"{_unless(of.lost_to(name.removesuffix(SEEN)), name, 'c.people')}, " for name in names)


def _unless(lost: Sequence[int], name: str, value: str) -> str:
    numbers = ", ".join(map(str, lost))
    return f"{f'CASE WHEN c.practice IN ({numbers}) THEN 0 ELSE {value} END' if lost else value} AS {name}"


def _missing(connection: duckdb.DuckDBPyConnection, what: Reading) -> str:
    """In a run from before its cube told of concentration, each sum counts as one person's: no money is shown."""
    held = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {_text(str(what.path))}").fetchall()}
    return "".join(f"1e18 AS {name}, " for name in what.measures if name not in held and not name.endswith(SEEN))


def _lay(connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str], rows: Sequence[tuple]) -> None:
    unnested = ", ".join(f"unnest(${column})::{kind} AS {column}" for column, kind in columns.items())
    held = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {unnested}", held)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
