"""Run as a program: writes to the care store again and again, each time killed at another write point, in a child.

`python -m tests.stranger.doomed SEED` (with LOCALCARE_DATA an empty folder) prints, as JSON and by scenario, what
each kill left behind: the point, how the child ended, what stands in the store, whether its audit chain
verifies; and at last what stands there once the work is done again. With DATABASE_URL the stores are databases of
their own on that server, made for this and removed.
"""

# ruff: noqa: E402

import json
import os
import random
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper

from localcare.access import queries as gate
from localcare.access.models import Agreement, Choice
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.careplans import actions as careplans
from localcare.careplans.models import Plan, PlanStep, SectionVersion
from localcare.intake import actions as intake
from localcare.mdt import actions as mdt
from localcare.mdt.models import Case, CaseMinutes
from localcare.mdt.types import NewAction
from localcare.patients.models import Patient, Registration
from localcare.record.models import Statement
from localcare.staff.models import Post
from localcare.tasks import owners
from localcare.tasks.models import Task
from localcare.terminology import codelists
from tests import builders
from tests.intake.builders import NUMBERS, extract_folder
from tests.stranger.scenarios import KILLED

# How many points are drawn, beside the last; an intake takes longer than a save.
DRAWN = {"meeting": 4, "plan": 5, "record": 1, "registrations": 1}
WRITES = ("INSERT", "UPDATE", "DELETE")
WEDNESDAY = datetime(2027, 4, 7, 12, 0, tzinfo=UTC)
USUAL = str(connection.settings_dict["NAME"])
OWN = f"localcare_doomed_{os.getpid()}"


def doom(last: int) -> Callable[[], int]:
    """Let this process die at the `last` write point of the store (0: at none); answers how many it has passed.

    A write point is the moment before a statement that writes, and before a commit.
    """
    passed = 0

    def step() -> None:
        nonlocal passed
        passed += 1
        if passed == last:
            os._exit(KILLED)

    for name in ("execute", "executemany"):
        setattr(CursorWrapper, name, _counted(getattr(CursorWrapper, name), step))
    wrapper = type(connections["default"])
    commit = wrapper._commit
    wrapper._commit = lambda self: (step(), commit(self))[1]
    return lambda: passed


def _counted(real: Callable, step: Callable[[], None]) -> Callable:
    def call(self, sql, *rest):
        if sql.lstrip().startswith(WRITES):
            step()
        return real(self, sql, *rest)

    return call


def coordinator():
    return gate.viewers_of(Post.objects.get(role="care_coordinator").user_id)[0]


def hold_meeting() -> None:
    """Record a case with two actions."""
    by = coordinator()
    given = [NewAction(what, owners.myself(by), date(2027, 4, 9), what) for what in ("Weigh weekly", "Ring daughter")]
    case = Case.objects.get()
    mdt.record_case(case_id=case.id, discussion="Breathless", decision="Visit", actions=given, started_from=0, by=by)


def held() -> list[int]:
    """Minutes, tasks, notes in the record, audit entries of it."""
    recorded = AuditEntry.objects.filter(action="case recorded")
    return [CaseMinutes.objects.count(), Task.objects.count(), Statement.objects.count(), recorded.count()]


def write_plan() -> None:
    """Start a plan and save what matters to the person."""
    plan = careplans.start_plan(patient_id=Patient.objects.get().id, by=coordinator())
    content = {"words": "My garden"}
    careplans.save_section(plan_id=plan.id, section="what_matters", content=content, started_from=0, by=coordinator())


def written() -> list[int]:
    """Plans, their steps and the audit entries of these; sections and theirs."""
    of = AuditEntry.objects.filter
    plans = [Plan.objects.count(), PlanStep.objects.count(), of(action="plan started").count()]
    return [*plans, SectionVersion.objects.count(), of(action="plan section saved").count()]


def take_in() -> None:
    """Load registrations, choices and agreements of an extract."""
    intake.run(folder=settings.DATA / "extract", by=audit.SYSTEM)


def taken_in() -> list[int]:
    """Registrations, choices and agreements, and the audit entries of them."""
    loaded = AuditEntry.objects.filter(action__in=("patients.registrations_loaded", "choices loaded"))
    return [Registration.objects.count(), Choice.objects.count(), Agreement.objects.count(), loaded.count()]


def load_record() -> None:
    """Load the record of one person from an extract."""
    people = {NUMBERS[0]: Patient.objects.get().id}
    intake.record_feed.load_record(folder=settings.DATA / "extract", people=people, by=audit.SYSTEM)


def recorded() -> list[int]:
    """Statements, and the audit entries of them."""
    return [Statement.objects.count(), AuditEntry.objects.filter(action__startswith="record").count()]


SCENARIOS = {
    "meeting": (hold_meeting, held),
    "plan": (write_plan, written),
    "record": (load_record, recorded),
    "registrations": (take_in, taken_in),
}


def prepare() -> None:
    """A store with one person, their team's co-ordinator and a meeting with their case; and an extract."""
    call_command("migrate", verbosity=0)
    for name in codelists.lists():  # read once here, not in every child
        codelists.codes(name)
    area = builders.area()
    person = builders.patient(nhs_number=NUMBERS[0], birth_date=date(1940, 5, 2), family_name="Archer")
    builders.relate(person, area.teams["C1"])
    by = area.viewer("care_coordinator", "C1")
    meeting = mdt.plan_meeting(starts_at=WEDNESDAY, minutes=60, by=by)
    mdt.add_case(meeting_id=meeting.id, patient_id=person.id, reason="Third admission", told="person", by=by)
    extract_folder(
        settings.DATA / "extract",
        gp_patient=[
            {"patient_id": str(n), "nhs_number": nhs, "sharing_consent": "given"} for n, nhs in enumerate(NUMBERS)
        ],
        gp_observation=[{"patient_id": "0"}],
        agreements=[{"purpose": purpose} for purpose in ("planning", "direct_care")],
    )


def child(store: str, work: Callable[[], None], last: int, answer: Path | None = None) -> int:
    """The exit code of a forked child that does the work on a store, doomed."""
    connection.close()
    process = os.fork()
    if process == 0:
        use(store)
        passed = doom(last)
        work()
        if answer:
            answer.write_text(str(passed()))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def use(store: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = store


def copied(store: str, name: str) -> str:
    """A copy of a store that nobody has open."""
    connection.close()
    if connection.vendor == "sqlite":
        return str(shutil.copy(store, settings.DATA / f"{name}.sqlite3"))
    administer(f'CREATE DATABASE "{OWN}_{name}" TEMPLATE "{store}"')
    return f"{OWN}_{name}"


def administer(*statements: str) -> None:
    use(USUAL)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def run(name: str, store: str, seed: str) -> list[dict]:
    """What a scenario leaves: killed nowhere, at some points drawn, and before its last commit."""
    answer = settings.DATA / f"{name}.points"
    ends = [_end(name, store, 0, answer)]
    points = int(answer.read_text())
    drawn = random.Random(seed).sample(range(1, points), DRAWN[name])
    ends += [_end(name, store, point) for point in [*sorted(drawn), points]]
    work, facts = SCENARIOS[name]
    work()  # on what the last kill left
    return [*ends, {"point": "again", "code": 0, "facts": facts(), "holds": audit.verify().holds}]


def _end(name: str, store: str, point: int, answer: Path | None = None) -> dict:
    work, facts = SCENARIOS[name]
    copy = copied(store, f"{name}-{point}")
    code = child(copy, work, point, answer)
    use(copy)
    return {"point": point, "code": code, "facts": facts(), "holds": audit.verify().holds}


def main(seed: str) -> None:
    if connection.vendor == "sqlite":
        print(json.dumps(_all(USUAL, seed)))
        return
    administer(f'CREATE DATABASE "{OWN}"')
    try:
        print(json.dumps(_all(OWN, seed)))
    finally:
        made = f"SELECT datname FROM pg_database WHERE starts_with(datname, '{OWN}')"
        use(USUAL)
        with connection.cursor() as cursor:
            cursor.execute(made)
            names = [name for (name,) in cursor.fetchall()]
        administer(*(f'DROP DATABASE "{name}" WITH (FORCE)' for name in names))


def _all(store: str, seed: str) -> dict[str, list[dict]]:
    use(store)
    prepare()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return {name: run(name, store, seed) for name in SCENARIOS}


if __name__ == "__main__":
    main(*sys.argv[1:])
