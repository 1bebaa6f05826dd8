"""Killed at random moments: saves, an intake, a computation and a demo, each a process, and what they leave behind.

Works in a folder of its own; with DATABASE_URL in a database of its own on that server, else on SQLite. BENCH_ROUNDS
(5), BENCH_FRACTION (0.005) and BENCH_SEED (2) say how often, on how many people, and at which moments. A round starts
the work, kills it (SIGKILL) and checks `promises`; the next starts on what is left, and at last one runs to its end.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

TITLE = "Killed at random moments: promises broken"
ROOT = Path(__file__).parents[1]
SAVES_WITHIN_SECONDS = 2.0
BEGUN = "begun"


@dataclass(frozen=True)
class Row:
    what: str
    store: str
    rounds: int
    killed_while_running: int
    promises_broken: int


@dataclass
class Site:
    """An installation to be killed: its folder, the environment of its processes, and when to kill."""

    data: Path
    environment: dict[str, str]
    fraction: float
    moments: random.Random
    broken: list[str] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=(self.data / "said").open("w"),
            text=True,
            start_new_session=True,
        )

    def localcare(self, *arguments: str) -> subprocess.Popen:
        return self.start("localcare.cli", *arguments, "--json")

    def to_its_end(self, *arguments: str) -> float:
        """Run a command unharmed; the seconds it took. Raises RuntimeError where it does not succeed."""
        begun = time.perf_counter()
        process = self.localcare(*arguments)
        process.communicate()
        if process.returncode not in (0, 1):  # 1: done, with rows rejected
            raise RuntimeError(f"{arguments} ended with {process.returncode}: {(self.data / 'said').read_text()}")
        return time.perf_counter() - begun

    def check(self, what: str, before, *, keeps: bool) -> None:
        from bench import promises

        promises.settled()
        self.keep(what, promises.broken(self.data / "dataset", before, keeps=keeps))

    def keep(self, what: str, found: list[str]) -> None:
        """Promises found broken are counted and told."""
        self.broken += found
        for promise in found:
            print(f"kills: {what}: {promise}", file=sys.stderr)


def run() -> list[Row]:
    """A row for each kind of work. The moments drawn follow from the seed; what they hit does not."""
    rounds, seed = int(os.environ.get("BENCH_ROUNDS", "5")), int(os.environ.get("BENCH_SEED", "2"))
    print(f"kills: seed {seed}, {rounds} rounds of each", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="localcare-kills-") as folder:
        data = Path(folder) / "var"
        data.mkdir()
        with _store(data) as environment:
            site = Site(data, environment, float(os.environ.get("BENCH_FRACTION", "0.005")), random.Random(seed))
            return list(_rows(site, rounds))


def _rows(site: Site, rounds: int) -> Iterator[Row]:
    build = ("demo", "--fraction", str(site.fraction))
    seconds = site.to_its_end(*build)
    site.check("demo, unharmed", None, keeps=True)
    yield _row("saves of minutes, plans and tasks", site, rounds, _saves)
    yield _row("intake of another extract", site, rounds, _intakes)
    yield _row("computation of a scenario", site, rounds, _computations)
    yield _row("demo built again", site, rounds, lambda site, rounds: _demos(site, rounds, build, seconds))


def _row(what: str, site: Site, rounds: int, kill: Callable[[Site, int], int]) -> Row:
    from django.db import connection

    before = len(site.broken)
    killed = kill(site, rounds)
    return Row(what, connection.vendor, rounds, killed, len(site.broken) - before)


def _saves(site: Site, rounds: int) -> int:
    """Kill a process that does nothing but save; it is always running."""
    from bench import promises

    before = promises.standing(site.data / "dataset")
    for number in range(rounds):
        process = site.start("bench.kills")
        if (line := process.stdout.readline().strip()) != BEGUN:
            raise RuntimeError(f"no save began: {line} {(site.data / 'said').read_text()}")
        if not _killed(process, site.moments.uniform(0, SAVES_WITHIN_SECONDS)):
            raise RuntimeError(f"the saves ended by themselves: {(site.data / 'said').read_text()}")
        site.check(f"save {number + 1}", before, keeps=True)
    return rounds


def _intakes(site: Site, rounds: int) -> int:
    """Kill the intake of an extract not seen before, each time another; the last is then taken in."""
    from bench import promises

    killed, dataset = 0, site.data / "dataset"
    seconds = site.to_its_end("intake", "run", str(_extract(site, 1)))
    for number in range(rounds):
        extract, before = _extract(site, number + 2), promises.standing(dataset)
        process = site.localcare("intake", "run", str(extract))
        killed += _killed(process, site.moments.uniform(0, seconds))
        site.check(f"intake {number + 1}", before, keeps=True)
    site.to_its_end("intake", "run", str(extract))
    site.check("intake, unharmed at last", before, keeps=True)
    return killed


def _extract(site: Site, seed: int) -> Path:
    from localcare.demo import build

    folder = site.data.parent / f"extract-{seed}"
    return build.generate(folder, fraction=site.fraction, seed=seed).folder / "extracts"


def _computations(site: Site, rounds: int) -> int:
    """Kill a scenario being computed and written over another's results; the last is then computed to its end.

    Promised: the folder holds one scenario's files, whole, and at the end nothing else lies beside it."""
    out = site.data.parent / "computed" / "results"
    texts = [_scenario(site, number) for number in range(2)]
    whole = []
    for text in texts:
        seconds = site.to_its_end("capacity", "run", str(text), "--out", str(out))
        whole.append(_held(out))
    killed = 0
    for number in range(rounds):
        process = site.localcare("capacity", "run", str(texts[number % 2]), "--out", str(out))
        # Half of the kills fall into the last third, where files are written.
        first = seconds * (0.66 if number % 2 else 0.0)
        killed += _killed(process, site.moments.uniform(first, seconds))
        site.keep(f"computation {number + 1}", _computed_faults(out, whole))
    site.to_its_end("capacity", "run", str(texts[0]), "--out", str(out))
    beside = [path.name for path in out.parent.iterdir() if path != out]
    faults = [f"left beside the results: {', '.join(beside)}"] if beside else []
    site.keep("computation, unharmed at last", [*_computed_faults(out, whole[:1]), *faults])
    return killed


def _computed_faults(out: Path, whole: list[dict[str, bytes]]) -> list[str]:
    """Between two renames the results before stand under their other name, from which the next run takes them back."""
    from localcare.capacity.writing import ASIDE

    aside = out.parent / f"{ASIDE}{out.name}"
    held = _held(out if out.exists() else aside)
    return [] if held in whole else [f"{out.name} holds {len(held)} files that no scenario left"]


def _held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _scenario(site: Site, number: int) -> Path:
    """The shipped scenario with few draws and without its beds and hubs, under a title of its own."""
    from localcare.capacity import definitions

    text = definitions.text_of(definitions.shipped()[0])
    head, money = text[: text.index("[beds]")], text[text.index("[[stated]]") :]
    path = site.data.parent / f"scenario-{number}.toml"
    path.write_text(f"{head}{money}".replace('title = "', f'title = "{number}: ', 1), "utf-8")
    return path


def _demos(site: Site, rounds: int, build: tuple[str, ...], seconds: float) -> int:
    """Kill a demo being built again over what the kill before left; the last is then built to its end."""
    from bench import promises

    killed, dataset = 0, site.data / "dataset"
    for number in range(rounds):
        before = promises.standing(dataset)
        killed += _killed(site.localcare(*build), site.moments.uniform(0, seconds))
        site.check(f"demo {number + 1}", before, keeps=False)
    site.to_its_end(*build)
    site.check("demo, unharmed at last", before, keeps=False)
    return killed


def _killed(process: subprocess.Popen, seconds: float) -> bool:
    """Kill the process and all it started after so many seconds; False if it had ended by then."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return True
    return False


@contextmanager
def _store(data: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that use the folder and a store of its own, which this process reads too."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    os.environ.setdefault("LOCALCARE_DATA", str(data))
    django.setup()
    from django.db import connection

    from bench import promises

    promises.use(data)
    environment = {**os.environ, "LOCALCARE_DATA": str(data), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    if connection.vendor == "sqlite":
        yield environment
        return
    usual, own = connection.settings_dict["NAME"], f"localcare_kills_{os.getpid()}"
    _administer(usual, f"CREATE DATABASE {own}")
    try:
        connection.settings_dict["NAME"] = own
        yield {**environment, "DATABASE_URL": urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=own))}
    finally:
        _administer(usual, f"DROP DATABASE {own} WITH (FORCE)")


def _administer(database: str, sql: str) -> None:
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = database
    with connection.cursor() as cursor:
        cursor.execute(sql)
    connection.close()


def save_for_ever() -> None:
    """Hold meetings, write a plan and do tasks as the demo's care co-ordinator until killed."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    django.setup()
    from localcare.access import queries as gate
    from localcare.accounts.models import User
    from localcare.mdt.models import Case

    by = gate.viewers_of(User.objects.get(username="coordinator").pk)[0]
    people = sorted(set(Case.objects.values_list("patient_id", flat=True)))
    print(BEGUN, flush=True)
    while True:
        for patient_id in people:
            _meet(patient_id, by)
            _plan(patient_id, by)
            _work(patient_id, by)


def _meet(patient_id: int, by) -> None:
    from localcare.base import clock
    from localcare.mdt import actions as mdt
    from localcare.mdt.types import NewAction
    from localcare.tasks import owners

    now = clock.now()
    meeting = mdt.plan_meeting(starts_at=now, minutes=60, by=by)
    case = mdt.add_case(meeting_id=meeting.pk, patient_id=patient_id, reason="bench", told="person", by=by)
    actions = [NewAction(what, owners.myself(by), now.date(), what) for what in ("Weigh weekly", "Ring daughter")]
    mdt.record_case(case_id=case.pk, discussion="bench", decision="Visit", actions=actions, started_from=0, by=by)
    mdt.close_meeting(meeting_id=meeting.pk, by=by)


def _plan(patient_id: int, by) -> None:
    from localcare.base import clock
    from localcare.careplans import actions as careplans
    from localcare.careplans.models import SectionVersion

    plan = careplans.start_plan(patient_id=patient_id, by=by)
    started_from = SectionVersion.objects.filter(plan=plan, section="what_matters").count()
    careplans.save_section(
        plan_id=plan.pk,
        section="what_matters",
        content={"words": f"My garden, {clock.now()}"},
        started_from=started_from,
        by=by,
    )


def _work(patient_id: int, by) -> None:
    from localcare.base import clock
    from localcare.tasks import actions as tasks
    from localcare.tasks import owners

    due_on = clock.today() + timedelta(days=1)
    task = tasks.give(title="bench", owner=owners.myself(by), due_on=due_on, patient_id=patient_id, by=by)
    task = tasks.take(task_id=task.pk, seen=task.version, by=by)
    task = tasks.add_note(task_id=task.pk, seen=task.version, words="Rang, nobody there", by=by)
    tasks.complete(task_id=task.pk, seen=task.version, words="Done", by=by)


if __name__ == "__main__":
    save_for_ever()
