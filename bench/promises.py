"""What a kill may never break: the edition in use, the work of a team, the lists, the audit chain.

Reads an installation as it stands, through the settings of this process; each answer is a list of broken promises.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connection

from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.dataset import editions, runs
from localcare.mdt.models import Case, CaseMinutes, Meeting
from localcare.population.models import ListEntry, Run
from localcare.record.models import Statement
from localcare.tasks.models import Task, TaskStep

# Rows of a table, the actions whose audit entries they were written with, and what of the row the entry names.
WRITTEN_WITH = (
    (Meeting, {}, ("meeting planned",), {"pk": "meeting"}),
    (Case, {"carried_from": None}, ("case added",), {"pk": "case"}),
    (CaseMinutes, {}, ("case recorded",), {"case": "case", "number": "version"}),
    (Plan, {}, ("plan started",), {"pk": "plan"}),
    (PlanStep, {}, ("plan started", "plan arranged", "plan agreed"), {"plan": "plan", "number": "version"}),
    (SectionVersion, {}, ("plan section saved",), {"plan": "plan", "section": "section", "number": "version"}),
    (Task, {}, ("task given",), {"pk": "task"}),
    (TaskStep, {}, ("task given", "task taken", "task done", "task note"), {"task": "task", "number": "version"}),
)


@dataclass(frozen=True)
class Standing:
    """An edition as it stood: its id and a hash of each of its files."""

    id: str
    files: dict[str, str]


def standing(dataset: Path) -> Standing | None:
    """The edition in use, if there is one."""
    try:
        edition = editions.current(dataset)
    except editions.NoEdition:
        return None
    return Standing(edition.id, _files(edition.folder))


def broken(dataset: Path, before: Standing | None, *, keeps: bool = True) -> list[str]:
    """Every promise that does not hold. `before` is the edition that was in use; `keeps` says that it must be there
    still, else it may have given way to the one in use now."""
    found = [*_edition(dataset, before, keeps)]
    if connection.vendor == "sqlite":
        found += _integrity()
    if _holds_tables():
        found += [*_work(), *_minutes(), *_lists(dataset), *_chain()]
    return found


def _files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def _edition(dataset: Path, before: Standing | None, keeps: bool) -> Iterable[str]:
    try:
        edition = editions.current(dataset)
    except editions.NoEdition:
        if before:
            yield "no edition is in use, and one was before"
        return
    with edition.duckdb_connection() as tables:
        for name, rows in edition.manifest["rows"].items():
            if tables.execute(f'SELECT count(*) FROM "{name}"').fetchall() != [(rows,)]:
                yield f"edition {edition.id}: {name} is not whole"
    if before and (keeps or edition.id == before.id):
        folder = dataset / "editions" / before.id
        if not folder.exists() or _files(folder) != before.files:
            yield f"the edition before, {before.id}, is not what it was"


def _integrity() -> Iterable[str]:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        if (said := cursor.fetchone()[0]) != "ok":
            yield f"the store is damaged: {said}"


def _holds_tables() -> bool:
    """A store that is still being made holds nothing that could be half-written."""
    models = {model for model, *_ in WRITTEN_WITH} | {AuditEntry, Run, ListEntry, Statement}
    return {model._meta.db_table for model in models} <= set(connection.introspection.table_names())


def _work() -> Iterable[str]:
    """Each row of meetings, plans and tasks has its audit entry and each entry its row."""
    for model, of, actions, names in WRITTEN_WITH:
        rows = Counter(model.objects.filter(**of).values_list(*names))
        entries = AuditEntry.objects.filter(action__in=actions)
        details = [audit.detail(entry) for entry in entries]
        told = Counter(tuple(detail[name] for name in names.values()) for detail in details)
        if rows != told:
            yield f"{model.__name__}: rows without audit entry {rows - told}, entries without row {told - rows}"
    for whole, steps, of in ((Plan, PlanStep, "plan"), (Task, TaskStep, "task")):
        versions = Counter(dict(whole.objects.values_list("pk", "version")))
        if versions != Counter(steps.objects.values_list(of, flat=True)):
            yield f"{whole.__name__}: versions and steps differ"


def _minutes() -> Iterable[str]:
    """A case recorded has all its actions as tasks and its note in the record."""
    for entry in AuditEntry.objects.filter(action="case recorded"):
        detail = audit.detail(entry)
        case, given = detail["case"], Task.objects.filter(origin_ref=f"case:{detail['case']}").count()
        if given != detail["actions"]:
            yield f"case {case}: {detail['actions']} actions agreed, {given} tasks given"
        if not Statement.objects.filter(external_id=f"mdt-case-{case}", superseded_at=None).exists():
            yield f"case {case}: nothing stands in the record"


def _lists(dataset: Path) -> Iterable[str]:
    """The lists are those of the latest run, all of them, and its results are there."""
    latest = Run.objects.order_by("-id").first()
    if latest is None:
        if ListEntry.objects.exists():
            yield "lists of no run"
        return
    entry = AuditEntry.objects.filter(action="population.run").order_by("sequence").last()
    told = audit.detail(entry) if entry else {}
    if (told.get("run"), told.get("listed")) != (latest.name, ListEntry.objects.filter(run=latest).count()):
        yield f"the lists of run {latest.name} are not whole"
    if ListEntry.objects.exclude(run=latest).exists():
        yield "lists of an earlier run are mixed with the latest"
    try:
        runs.named(dataset, latest.name)
    except runs.NoRun:
        yield f"the results of run {latest.name} are gone"


def _chain() -> Iterable[str]:
    return [f"audit entry {finding.sequence}: {finding.fault}" for finding in audit.verify().findings]


def settled(patience_seconds: int = 60) -> None:
    """Read afresh: another file may have the store's name by now. A database server must first have noticed that the
    killed are gone, for a commit sent may still be on its way; this waits for it."""
    connection.close()
    if connection.vendor != "postgresql":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    for _ in range(patience_seconds * 20):
        with connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.05)
    raise RuntimeError("the sessions of a killed process are still there")


def use(data: Path) -> None:
    """Let this process read the installation in another folder, on SQLite with its store."""
    connection.close()
    settings.DATA, settings.DATASET = data, data / "dataset"
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(data / "care.sqlite3")
