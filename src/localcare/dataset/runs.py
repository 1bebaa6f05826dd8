"""Runs on disk: the tables of `results.toml`, written whole or not at all, and read back.

Layout of a dataset folder: `runs/<id>/{table}.parquet` with `manifest.json` beside. Which run is in use is not said
here: the care store says it, in the transaction that also replaces the lists.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as parquet
from ibis import ir

from localcare.dataset import contract
from localcare.dataset.editions import UNFINISHED, BrokenContract, Finished, alone, fsync

# Small enough that a page's question of some people or a practice leaves most of a large table unread, and that two
# processors share the rest.
ROW_GROUP = 50_000


class NoRun(Exception):
    """There is no such run; the message tells how to make one."""


class RunFolder(Finished):
    """A finished run."""

    @cached_property
    def queries(self) -> dict[str, str]:
        """What each table, and each step on the way, was computed by; empty of a run made before these were kept."""
        path = self.folder / "queries.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def rows(self, table: str, where: str = "true", parameters: Mapping[str, Any] | None = None) -> list[dict]:
        """Rows of one table as dictionaries, in its order; `where` is SQL with `$name` parameters."""
        names = {t.name for t in contract.load(contract.RESULTS).tables.values()}
        if table not in names:
            raise KeyError(f"no table {table!r} in results.toml; there are: {', '.join(sorted(names))}")
        with duckdb.connect(":memory:") as connection:
            path = str(self.path(table)).replace("'", "''")
            found = connection.execute(f"SELECT * FROM '{path}' WHERE {where}", parameters or {})
            columns = [column[0] for column in found.description]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def named(folder: Path, id: str) -> RunFolder:
    """The finished run of that id. Raises NoRun."""
    run = folder / "runs" / id
    if not id or not (run / "manifest.json").exists():
        raise NoRun(f"The results of run {id!r} are not there. Make them: localcare population run")
    return RunFolder(run)


def latest(folder: Path) -> RunFolder:
    """The finished run of the latest day, of several the last made. Raises NoRun."""
    finished = [RunFolder(path.parent) for path in (folder / "runs").glob("*/manifest.json")]
    kept = [run for run in finished if not run.id.startswith(UNFINISHED)]
    if not kept:
        raise NoRun("There are no results yet. Make them: localcare population run")
    return max(kept, key=lambda run: (run.manifest["as_at"], int(run.id.rpartition("-")[2])))


def locked(folder: Path) -> AbstractContextManager[None]:
    """Nobody else makes a run in a dataset folder meanwhile. Raises Busy where somebody does."""
    return alone(folder / "runs", "Another population run is being made here. Wait until it has finished.")


def write(
    folder: Path,
    id: str,
    tables: Mapping[str, ir.Table],
    manifest: Mapping[str, Any],
    queries: Mapping[str, str] | None = None,
) -> RunFolder:
    """Write a run's tables, check them against `results.toml`, and swap the folder in whole.

    `queries`: the text of what each was computed by.

    Raises BrokenContract naming each fault, and then leaves nothing behind.
    """
    runs = folder / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=runs))
    try:
        known = contract.load(contract.RESULTS).tables
        if set(known) != set(tables):
            raise BrokenContract(f"tables differ from results.toml: {sorted(set(known) ^ set(tables))}")
        _write_all(tables, known, building)
        (building / "manifest.json").write_text(json.dumps(dict(manifest), indent=1, default=str), "utf-8")
        (building / "queries.json").write_text(json.dumps(dict(queries or {}), indent=1), "utf-8")
        os.chmod(building, 0o755)
        for path in [*building.iterdir(), building]:
            fsync(path)
        shutil.rmtree(runs / id, ignore_errors=True)  # left by a run killed before it was put in use
        os.rename(building, runs / id)
        fsync(runs)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return RunFolder(runs / id)


def keep_only(folder: Path, ids: set[str]) -> None:
    """Remove the folders of other runs, and what killed runs left."""
    for path in (folder / "runs").iterdir():
        if path.is_dir() and path.name not in ids:
            shutil.rmtree(path)


def _write_all(tables: Mapping[str, ir.Table], known: Mapping[str, contract.Table], building: Path) -> None:
    """While one table is computed the one before is written and checked, which a single core does."""
    with ThreadPoolExecutor(1) as writer:
        written: Future[None] | None = None
        for name, table in known.items():
            computed = _computed(tables[name], table)
            if written:
                written.result()  # no more than two tables in memory, and no work after a fault
            written = writer.submit(_write, computed, table, building / f"{name}.parquet")
        if written:
            written.result()


def _computed(expression: ir.Table, table: contract.Table) -> pa.Table:
    schema = {column.name: column.type for column in table.columns}
    return expression.select(*schema).cast(ibis.schema(schema)).order_by(list(table.sorted_by)).to_pyarrow()


def _write(computed: pa.Table, table: contract.Table, path: Path) -> None:
    parquet.write_table(computed, path, compression="snappy", row_group_size=ROW_GROUP)
    with duckdb.connect(":memory:") as connection:
        if found := contract.faults(connection, table, "'" + str(path).replace("'", "''") + "'"):
            raise BrokenContract("; ".join(found))
