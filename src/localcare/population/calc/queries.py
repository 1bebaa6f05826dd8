"""The queries of a run as text: what each of its tables, and each step kept on the way, was computed by.

A step is a table of the connection that several others read. On DuckDB its query stands beside it as the table's
comment, so that it is told by what was done and not by what is thought to have been.
"""

import re
from collections.abc import Mapping

import ibis
from ibis import ir

STEP = re.compile(r'(?:"temp"\."main"\.)?"ibis_(\w+?)_[a-z0-9]{26}"')
# What the pipeline works out in Python (risks, estimates, dictionaries) comes to the connection as a table of its own.
IN_PYTHON = "pandas_memtable"


def keep(name: str, expression: ir.Table) -> ir.Table:
    """Compute once and hold in the connection, as long as it is open. `name`: of the step, in a word or two."""
    backend, known = expression.get_backend(), ibis.util.gen_name(name)
    if backend.name != "pyspark":
        made = backend.create_table(known, expression, temp=True)
        query = _text(expression).replace("'", "''")
        backend.raw_sql(f"COMMENT ON TABLE \"{known}\" IS '{query}'")
        return made
    view = backend.create_view(known, expression)  # Ibis has no temporary tables on Spark
    # Its plan is cut here: Spark would plan each step anew with all the steps before it, twice as long each time.
    backend.raw_sql(f"TABLE `{known}`").localCheckpoint().createOrReplaceTempView(known)
    return view


def queries(tables: Mapping[str, ir.Table]) -> dict[str, str]:
    """The query of each table and of each step they rest on, by name, in DuckDB's SQL.

    A step is read by its plain name. What was worked out in Python is read as "worked_out_in_python"; on Spark the
    steps have no text, and the tables' own is that of DuckDB for the same expressions.
    """
    told = {name: _text(table) for name, table in tables.items()}
    return told | _steps(next(iter(tables.values())))  # a table that is a step itself is told as the step


def _steps(table: ir.Table) -> dict[str, str]:
    backend = table.get_backend()
    if backend.name != "duckdb":
        return {}
    rows = backend.con.execute("SELECT table_name, comment FROM duckdb_tables() WHERE comment IS NOT NULL").fetchall()
    return {STEP.sub(r"\1", f'"{name}"'): query for name, query in sorted(rows)}


def _text(table: ir.Table) -> str:
    query = str(ibis.to_sql(table, dialect="duckdb"))
    return STEP.sub(lambda found: "worked_out_in_python" if found[1] == IN_PYTHON else found[1], query)


def reads(query: str, known: Mapping[str, str]) -> list[str]:
    """The steps among those known that a query reads: plain names, as tables of the edition and columns are quoted."""
    read = set(re.findall(r"(?:FROM|JOIN) (\w+)", query))
    return [name for name in known if name in read and known[name] != query]
