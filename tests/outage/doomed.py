"""Run as a program: makes outage copies, and joins a spool, each time killed at another point, in a child.

`python -m tests.outage.doomed SEED` (with LOCALCARE_DATA an empty folder) prints, as JSON, what each kill left behind.
A point is the moment before a statement that writes, before a file is put on the disk or takes another's place, or
before a copy goes.
"""

# ruff: noqa: E402

import json
import os
import random
import shutil
import sqlite3
import sys
import threading
from collections.abc import Callable
from contextlib import closing

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from localcare.base import audit, clock, spool
from localcare.base.models import AuditEntry, AuditSpool
from localcare.outage import actions as outage
from localcare.outage import queries, store
from localcare.patients.models import Patient
from localcare.record.models import Statement
from tests import builders
from tests.outage.conftest import say
from tests.outage.doomed_points import KILLED

DRAWN = 10
WRITES = ("INSERT", "UPDATE", "DELETE", "COMMIT", "CREATE")


def doom(last: int) -> Callable[[], int]:
    """Let this process die at the `last` point (0: at none); answers how many it has passed."""
    passed = 0

    def before(owner, name: str, counts: Callable[..., bool] = lambda *_: True) -> None:
        real = getattr(owner, name)

        def call(*args, **more):
            nonlocal passed
            passed += counts(*args)
            if last and passed == last:
                os._exit(KILLED)
            return real(*args, **more)

        setattr(owner, name, call)

    for name in ("execute", "executemany"):
        before(CursorWrapper, name, lambda _, sql, *rest: sql.lstrip().startswith(WRITES))
    before(type(connections["default"]), "_commit")
    for owner, name in ((os, "fsync"), (os, "replace"), (shutil, "rmtree")):
        before(owner, name)
    return lambda: passed


def child(work: Callable[[], object], last: int = 0) -> tuple[int, int]:
    """How a forked child ended that does the work, doomed; and the points that it passed, where it lived."""
    connection.close()
    points = settings.DATA / "points"
    points.write_text("0")
    process = os.fork()
    if process == 0:
        passed = doom(last)
        work()
        points.write_text(str(passed()))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), int(points.read_text())


def prepare() -> None:
    outage.prepare(by=audit.SYSTEM)


def join() -> None:
    outage.join(by=audit.SYSTEM)


def meanwhile(person: Patient) -> list[int]:
    """Allergies in the store and in a copy, where somebody tells of one more while the copy is made."""
    fill = store._fill

    def tell() -> None:
        say(person, "allergy", "Latex")
        connection.close()

    def tell_and_fill(*args):
        store._fill = fill
        teller = threading.Thread(target=tell)
        teller.start()
        teller.join()
        return fill(*args)

    store._fill = tell_and_fill
    prepare()
    with closing(sqlite3.connect(queries.copy_in_use().folder / queries.STORE)) as copy:
        (copied,) = copy.execute("SELECT COUNT(*) FROM record_statement WHERE kind = 'allergy'").fetchone()
    return [Statement.objects.filter(kind="allergy").count(), copied]


def standing() -> dict:
    """The copy in use, whether it is whole, and how many there are; what has joined, and whether the chain holds."""
    copy = queries.copy_in_use()
    return {
        "copy": copy.folder.name,
        "whole": store.whole(copy.folder / queries.STORE),
        "folders": sum(path.is_dir() and not path.is_symlink() for path in settings.STANDBY.iterdir()),
        "joined": AuditEntry.objects.filter(action="looked").count(),
        "mark": AuditSpool.objects.filter(sequence__gt=0).count(),
        "holds": audit.verify().holds,
    }


def killed(work: Callable[[], object], seed: str) -> list[dict]:
    """What a kill leaves, at some points drawn and at the last; then at none."""
    _, points = child(work, 10**9)
    drawn = random.Random(seed).sample(range(1, points), min(DRAWN, points - 1))
    ends = []
    for point in [*sorted(drawn), points]:
        before = queries.copy_in_use().folder.name
        code, _ = child(work, point)
        ends.append({"point": point, "code": code, "before": before, **standing()})
    code, _ = child(work)
    return [*ends, {"point": "none", "code": code, **standing()}]


def main(seed: str) -> None:
    call_command("migrate", verbosity=0)
    area = builders.area()
    person = builders.patient()
    builders.relate(person, area.teams["C1"])
    say(person, "allergy", "Penicillin")
    told = meanwhile(person)
    copies = killed(prepare, seed)
    look = {**audit._content(audit.Entry(audit.SYSTEM, "looked"), clock.now())}
    spool.append(settings.STANDBY, spool.Head("s1"), [look] * 3)
    # The first counts the points of a join on a store of its own.
    connection.close()
    kept = shutil.copy(settings.DATA / "care.sqlite3", settings.DATA / "kept.sqlite3")
    _, points = child(join, 10**9)
    joins = []
    for point in range(1, points + 1):
        connection.close()
        shutil.copy(kept, settings.DATA / "care.sqlite3")
        code, _ = child(join, point)
        joins.append({"point": point, "code": code, **standing()})
    code, _ = child(join)
    joins.append({"point": "none", "code": code, **standing()})
    print(json.dumps({"meanwhile": told, "copies": copies, "joins": joins}))


if __name__ == "__main__":
    main(*sys.argv[1:])
