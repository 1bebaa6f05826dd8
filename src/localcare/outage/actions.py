"""Writes of outage: the copy that is shown while the care store is out of reach, and what was done on it, joined."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from localcare.access import actions as access
from localcare.access.types import Joined
from localcare.base import audit, clock, spool
from localcare.base.clock import LONDON
from localcare.dataset.editions import alone
from localcare.outage import store
from localcare.outage.copied import COPIED, Scope, everybody
from localcare.outage.queries import ABOUT, CURRENT, STORE
from localcare.outage.types import CannotCopy, Prepared

# One moment of the care store, without holding up anybody who writes.
SNAPSHOT = {"sqlite": "BEGIN DEFERRED", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


def prepare(*, by: audit.Actor, progress: Callable[[str, int], None] = lambda *_: None) -> Prepared:
    """Write a whole copy of what the unplanned view and the gate need, and let it take the place of the copy before.

    A kill at any moment leaves the copy before in use. Raises CannotCopy on a copy itself, Busy while another is made,
    KeyMissing in production without the key of the spool: on such a copy nobody could be shown.
    """
    if settings.OUTAGE:
        raise CannotCopy("This is the outage copy itself. Prepare one where the care store answers.")
    spool.signing_key()
    standby = settings.STANDBY
    standby.mkdir(parents=True, exist_ok=True)
    standby.chmod(0o700)
    with alone(standby, "Another outage copy is being made. Wait for it to end."):
        _clear(standby)
        as_at = clock.now()
        folder = standby / f"{as_at:%Y%m%dT%H%M%S}-{os.urandom(3).hex()}"
        people, rows = _write(folder, as_at, progress)
        _record(folder, as_at, people, by)
        _swap(folder)
        _clear(standby)
    return Prepared(folder, as_at, people, rows, (folder / STORE).stat().st_size)


def _write(folder: Path, as_at: datetime, progress: Callable[[str, int], None]) -> tuple[int, dict[str, int]]:
    folder.mkdir(mode=0o700)
    with _snapshot():
        scope = Scope(everybody(), as_at.astimezone(LONDON).date(), as_at)
        rows = store.write(folder / STORE, COPIED, scope, progress)
    people = len(scope.people)
    (folder / ABOUT).write_text(json.dumps({"as_at": as_at.isoformat(), "people": people, "rows": rows}), "utf-8")
    for path in (folder / STORE, folder / ABOUT):
        path.chmod(0o600)
        _to_disk(path)
    _to_disk(folder)
    return people, rows


@contextmanager
def _snapshot() -> Iterator[None]:
    """Inside somebody's transaction it is theirs."""
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT[connection.vendor])
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _record(folder: Path, as_at: datetime, people: int, by: audit.Actor) -> None:
    """Before the copy can be shown. How far the spool of the copy before has come is kept: it goes with that copy."""
    with audit.transaction():
        if written := _written_on(folder.parent):
            audit.remember_spool(written)
        audit.record("outage copy made", by=by, copy=folder.name, as_at=as_at.isoformat(), people=people)


def _swap(folder: Path) -> None:
    link = folder.parent / f".{CURRENT}"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    os.replace(link, folder.parent / CURRENT)
    _to_disk(folder.parent)


def _clear(standby: Path) -> None:
    """Copies that are not in use: replaced, or left unfinished by a kill."""
    used = (standby / CURRENT).resolve()
    for path in standby.iterdir():
        if path.is_dir() and not path.is_symlink() and path != used:
            shutil.rmtree(path)


def _to_disk(path: Path) -> None:
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def join(*, folder: Path | None = None, by: audit.Actor) -> Joined:
    """Bring what was spooled in an outage into the chain: from our own standby folder, or one brought back.

    Raises CannotCopy on a copy itself, KeyMissing in production without the key.
    """
    if settings.OUTAGE:
        raise CannotCopy("This is the outage copy itself. Join where the care store answers.")
    standby = folder or settings.STANDBY
    written = _written_on(standby)
    return access.join_spool(
        folder=standby,
        written={written.name: written.number} if written else {},
        earlier_copies=folder is None,
        by=by,
    )


def _written_on(standby: Path) -> spool.Head | None:
    return store.spool_of(standby / CURRENT / STORE)
