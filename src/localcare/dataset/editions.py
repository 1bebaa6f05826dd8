"""Editions on disk: opened read-only, listed, and written so that a new one appears whole or not at all.

Layout of a dataset folder: `editions/<id>/{table}.parquet` with `manifest.json` beside, and the file
`editions/current` holding the id in use. Nothing but that one file ever changes under a reader.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import ibis
from ibis import ir
from ibis.backends.duckdb import Backend
from ibis.backends.sql import SQLBackend
from ibis.expr import operations

from localcare.dataset import contract

UNFINISHED = ".unfinished-"
ROW_GROUP = 122_880


class NoEdition(Exception):
    """There is no such edition; the message tells how to make one."""


class BrokenContract(Exception):
    """Tables offered for an edition do not keep the contract; nothing was swapped in."""


@dataclass(frozen=True)
class Finished:
    """What was swapped in whole: `folder` holds its Parquet tables and manifest."""

    folder: Path

    @property
    def id(self) -> str:
        return self.folder.name

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text("utf-8"))

    def path(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"


class Edition(Finished):
    """A finished edition."""

    @property
    def as_at(self) -> date:
        """The last day the edition knows of."""
        return date.fromisoformat(self.manifest["as_at"])

    def duckdb_connection(self, **settings: str | int) -> duckdb.DuckDBPyConnection:
        """A new DuckDB connection with a view per table that can read this edition and no other file.

        `settings` are DuckDB's own, e.g. `memory_limit="3GB"`, `threads=2`.
        """
        connection = duckdb.connect(":memory:", config=dict(settings))
        connection.execute(f"SET allowed_directories = ['{_quoted(self.folder)}/']")
        connection.execute("SET enable_external_access = false")
        for name in contract.load().tables:
            connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM '{_quoted(self.path(name))}'")
        return connection

    def connection(self, **settings: str | int) -> Backend:
        """A new Ibis backend over `duckdb_connection(**settings)`. Not to be shared between threads."""
        return ibis.duckdb.from_connection(self.duckdb_connection(**settings))

    @cached_property
    def _tables(self) -> Backend:
        return self.connection()

    def table(self, name: str) -> ibis.Table:
        """One table as an Ibis expression on this edition's own connection."""
        return self._tables.table(name)


def tables(connection: SQLBackend) -> dict[str, ir.Table]:
    """Every table of the contract on a connection to an edition; the contract says their columns, so none is asked."""
    return {
        table.name: operations.DatabaseTable(
            table.name, ibis.schema({c.name: c.type for c in table.columns}), connection, operations.Namespace()
        ).to_expr()
        for table in contract.load().tables.values()
    }


def unbound() -> dict[str, ir.Table]:
    """Every table of the contract bound to no edition: what is made of them may be composed once
    (`ibis.to_sql(expression, dialect="duckdb")`) and asked of any edition's `duckdb_connection`.
    """
    return {
        table.name: ibis.table({c.name: c.type for c in table.columns}, name=table.name)
        for table in contract.load().tables.values()
    }


def list_editions(folder: Path) -> list[Edition]:
    """Every finished edition of a dataset folder, oldest first."""
    found = [Edition(path.parent) for path in (folder / "editions").glob("*/manifest.json")]
    finished = [edition for edition in found if not edition.id.startswith(UNFINISHED)]
    return sorted(finished, key=lambda edition: (edition.as_at, edition.id))


def current(folder: Path) -> Edition:
    """The edition in use. Raises NoEdition before the first intake."""
    pointer = folder / "editions" / "current"
    if not pointer.exists():
        raise NoEdition("There is no edition yet. Make one: localcare intake run FOLDER")
    return Edition(folder / "editions" / pointer.read_text("utf-8").strip())


def named(folder: Path, id: str) -> Edition:
    """The finished edition of that id. Raises NoEdition, naming those there are."""
    for edition in list_editions(folder):
        if edition.id == id:
            return edition
    known = ", ".join(edition.id for edition in list_editions(folder)) or "none"
    raise NoEdition(f"There is no edition {id!r}. Editions here: {known}")


def keep_current(folder: Path) -> None:
    """Remove every edition but the one in use, each out of sight at once. Does nothing before the first intake."""
    with suppress(NoEdition):
        kept = current(folder)
        for edition in list_editions(folder):
            if edition != kept:
                remove(edition)


def remove(edition: Edition) -> None:
    """Remove a finished edition: out of sight at once, then from the disk. The caller has seen that nobody needs it."""
    doomed = edition.folder.with_name(f"{UNFINISHED}{edition.id}")
    edition.folder.rename(doomed)
    shutil.rmtree(doomed)


class Busy(Exception):
    """Another process is writing an edition into this folder."""


def locked(folder: Path) -> AbstractContextManager[None]:
    """Nobody else writes or removes editions of a dataset folder meanwhile. Raises Busy where somebody does."""
    return alone(folder / "editions", "Another intake is writing an edition here. Wait until it has finished.")


@contextmanager
def alone(folder: Path, otherwise: str) -> Iterator[None]:
    """One process at a time in a folder, made where there is none. Raises Busy, saying `otherwise`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(otherwise) from error
        yield


class EditionWriter:
    """Builds an edition in an unfinished folder beside the finished ones and swaps it in whole.

    Use as a context manager: `write` each table, then `finish`. Leaving without `finish` removes what was written;
    a killed process leaves unfinished folders, which nobody reads and the next writer clears away. `scratch` is a
    folder for working files, private to this process and removed at the end.
    """

    def __init__(self, folder: Path, id: str, as_at: date) -> None:
        self.folder, self.id, self.as_at = folder / "editions", id, as_at
        self.rows: dict[str, int] = {}

    def __enter__(self) -> "EditionWriter":
        self._lock = ExitStack()
        self._lock.enter_context(locked(self.folder.parent))
        for left in self.folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        self.building = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        self.scratch = Path(tempfile.mkdtemp(prefix=f"{UNFINISHED}scratch-", dir=self.folder))
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.building, ignore_errors=True)
        shutil.rmtree(self.scratch, ignore_errors=True)
        self._lock.close()

    def write(self, connection: duckdb.DuckDBPyConnection, name: str, query: str) -> int:
        """Write one table from a query with the contract's column names; the number of rows."""
        write_table(connection, contract.load().tables[name], query, self.building / f"{name}.parquet")
        relation = f"'{_quoted(self.building / f'{name}.parquet')}'"
        self.rows[name] = connection.execute(f"SELECT count(*) FROM {relation}").fetchall()[0][0]
        return self.rows[name]

    def finish(self, manifest: Mapping[str, Any]) -> Edition:
        """Validate all tables, make them durable, and swap the edition in. Raises BrokenContract naming each fault.

        The edition becomes the current one unless a later-dated edition already is. One of the same id is kept as it
        is: the id says that it was made from the same input by the same rules.
        """
        self._validate()
        whole = {"id": self.id, "as_at": self.as_at.isoformat(), "contract": contract.load().version} | dict(manifest)
        whole["rows"] = self.rows
        (self.building / "manifest.json").write_text(json.dumps(whole, indent=1, default=str), "utf-8")
        os.chmod(self.building, 0o755)
        for path in [*self.building.iterdir(), self.building]:
            fsync(path)
        final = self.folder / self.id
        if not (final / "manifest.json").exists():
            os.rename(self.building, final)
            fsync(self.folder)
        self._point_at(final)
        return Edition(final)

    def _point_at(self, final: Path) -> None:
        with suppress(NoEdition, FileNotFoundError):
            if current(self.folder.parent).as_at > self.as_at:
                return
        fresh = self.folder / f"{UNFINISHED}current"
        fresh.write_text(final.name, "utf-8")
        fsync(fresh)
        os.replace(fresh, self.folder / "current")
        fsync(self.folder)

    def _validate(self) -> None:
        if missing := set(contract.load().tables) - set(self.rows):
            raise BrokenContract(f"tables not written: {', '.join(sorted(missing))}")
        found: list[str] = []
        with duckdb.connect(":memory:") as connection:
            for table in contract.load().tables.values():
                relation = f"'{_quoted(self.building / f'{table.name}.parquet')}'"
                found += contract.faults(connection, table, relation)
                found += contract.reference_faults(connection, table, relation, self.rows)
        if found:
            raise BrokenContract("; ".join(found))


def write_table(connection: duckdb.DuckDBPyConnection, table: contract.Table, query: str, path: Path) -> None:
    """Write a query's rows as Parquet: the contract's columns, types and order of rows."""
    columns = ", ".join(f'"{c.name}"::{c.duckdb_type} AS "{c.name}"' for c in table.columns)
    order = ", ".join(f'"{name}"' for name in table.sorted_by)
    connection.execute(
        f"COPY (SELECT {columns} FROM ({query}) ORDER BY {order}) TO '{_quoted(path)}' "
        f"(FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE {ROW_GROUP})"
    )


def fsync(path: Path) -> None:
    """Make a file's or folder's present content survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
