"""A small store written whole, table by table, from the care store, whatever database that is."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from localcare.base import spool
from localcare.base.models import AuditSpool
from localcare.outage.copied import Copied, Scope

CHUNK = 5_000
# A copy that is not finished is thrown away: nothing of it needs to be safe before it is whole.
WRITING = {"init_command": "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"}
# By these a server knows whether the copy was made by its own version.
MIGRATIONS = Copied(lambda _: MigrationRecorder.Migration.objects.order_by())


def write(
    path: Path, tables: Mapping[str, Copied], scope: Scope, progress: Callable[[str, int], None]
) -> dict[str, int]:
    """A new store at `path` with every table of ours, filled where `tables` says so; the rows of each."""
    rows = {}
    models: list[type[Model]] = [*apps.get_models(), MigrationRecorder.Migration]
    with closing(_opened(path)) as store:
        with store.schema_editor(atomic=False) as editor:
            for model in models:
                editor.create_model(model)
        # Two tables point at each other, and what a row points at may stand in one that is left out.
        store.disable_constraint_checking()
        _fill(store, MIGRATIONS, scope)
        for label, copied in tables.items():
            rows[label] = _fill(store, copied, scope)
            progress(label, rows[label])
    return rows


def _opened(path: Path) -> DatabaseWrapper:
    given = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": WRITING}
    return DatabaseWrapper(connections.configure_settings({"default": given})["default"], "outage_copy")


def _fill(store: DatabaseWrapper, copied: Copied, scope: Scope) -> int:
    rows, instead = copied.rows(scope), copied.instead(scope)
    fields = rows.model._meta.concrete_fields
    told = rows.annotate(**{f"instead_{name}": value for name, value in instead.items()})
    told = told.values_list(*(f"instead_{f.name}" if f.name in instead else f.attname for f in fields))
    count = 0
    with store.cursor() as cursor:
        cursor.execute("BEGIN")
        for chunk in _chunks(told.iterator(chunk_size=CHUNK)):
            ready = [[f.get_db_prep_save(v, store) for f, v in zip(fields, row, strict=True)] for row in chunk]
            cursor.executemany(_insert(rows.model), ready)
            count += len(ready)
        cursor.execute("COMMIT")
    return count


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _insert(model: type[Model]) -> str:
    columns = [field.column for field in model._meta.concrete_fields]
    names, places = ", ".join(f'"{c}"' for c in columns), ", ".join("%s" for _ in columns)
    return f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})'


def spool_of(path: Path) -> spool.Head | None:
    """How far the spool of a copy has come, by the copy itself; None where none was begun or there is no copy."""
    if not path.exists():
        return None
    table = AuditSpool._meta.db_table
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
        try:
            found = store.execute(f"SELECT name, sequence, hash FROM {table}").fetchone()
        except sqlite3.DatabaseError:
            return None
    return spool.Head(*found) if found else None


def whole(path: Path) -> bool:
    """Whether the file is a store without a damaged page."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as store:
        try:
            return store.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        except sqlite3.DatabaseError:
            return False
