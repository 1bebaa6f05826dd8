"""The core question as Localcare asks it: Ibis on DuckDB, by the functions of the run itself.

`answer` makes the expressions and their SQL anew each time; `ibis_again` keeps that SQL for the next edition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import duckdb
import ibis
import pyarrow as pa
from ibis import ir

from bench.peers.question import SEGMENTATION, rounded
from localcare.dataset import editions
from localcare.dataset.editions import Edition
from localcare.population import definitions
from localcare.population.calc import conditions, people, segments, use
from localcare.population.definitions import Definitions

MASKS = {"code": "int32", "diagnosed": "int64", "resolved": "int64"}


@dataclass(frozen=True)
class Composed:
    """The question as SQL on any edition of a day with a table `code_mask`; `known` is asked first, and kept."""

    loaded: Definitions
    known: str
    cells: str


def answer(edition: Edition) -> dict:
    return ask(edition, compose(edition.as_at))


def compose(as_at: date) -> Composed:
    loaded, tables = definitions.load(), editions.unbound()
    codes = ibis.table(MASKS, name="code_mask")
    masks = conditions.flags(tables["observation"], codes, loaded.conditions, as_at)
    registered = people.registered(tables["person"], as_at)
    known = registered.left_join(masks, "person").select("person", "age", "observed", mask=ibis._.mask.fill_null(0))
    cells = _cells(tables, ibis.table(known.schema(), name="known"), loaded, as_at)
    return Composed(loaded, ibis.to_sql(known, dialect="duckdb"), ibis.to_sql(cells, dialect="duckdb"))


def _cells(tables: Mapping[str, ir.Table], known: ir.Table, loaded: Definitions, as_at: date) -> ir.Table:
    used = use.costs(tables, known, loaded.prices, as_at)
    grid = loaded.segmentation(SEGMENTATION)
    placed = {"age_band": segments.age_band(used, grid), "group": segments.group(used, grid, loaded.conditions)}
    return used.group_by(**placed).agg(n=used.count(), pounds=used.cost.sum())


def ask(edition: Edition, composed: Composed) -> dict:
    with edition.duckdb_connection(threads=2) as connection:
        connection.register("code_mask", _masks(connection, composed.loaded))
        connection.execute(f"CREATE TEMP TABLE known AS {composed.known}")
        cells = connection.execute(composed.cells).fetchall()
        n = connection.execute("SELECT count(*) FROM known").fetchall()[0][0]
    return {"people": n, "answer": rounded(cells)}


def _masks(connection: duckdb.DuckDBPyConnection, loaded: Definitions) -> pa.Table:
    held = connection.execute("SELECT code, value FROM code WHERE system = 'snomedct'").fetchall()
    rows = zip(*conditions.masks(held, loaded.conditions), strict=True)
    types = {"int32": pa.int32(), "int64": pa.int64()}
    return pa.table({name: pa.array(column, types[MASKS[name]]) for name, column in zip(MASKS, rows, strict=True)})
