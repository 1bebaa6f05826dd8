"""The population run on the current edition of LOCALCARE_DATA, and its core question beside Polars and pandas.

The core question: who has which conditions, what did they use and cost in 12 months, and how many people and how
much money are in each age band and group. All contestants read the same Parquet files, each in a process of its own
on two threads, and must give the same answer. `ibis_core` makes its expressions and their SQL anew each time;
`ibis_again` asks by the SQL that the process made before. `whole_run` is `actions.run` on a copy of the
installation: all tables, results written, lists in use.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from bench.daily import copy_installation
from localcare.dataset import editions
from localcare.dataset.editions import Edition

TITLE = "Population run, and its core question beside Polars and pandas"
CORE = ("ibis_core", "ibis_again", "sql_core", "polars_core", "pandas_core")
CONTESTANTS = ("whole_run", *CORE)
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
THREADS = "2"


@dataclass(frozen=True)
class Row:
    contestant: str
    people: int
    median_seconds: float
    fastest_seconds: float
    cpu_seconds: float
    peak_mb: int
    load_before: float


def run() -> list[Row]:
    """Measure each contestant. Raises SystemExit where there is no edition or answers differ."""
    try:
        edition = editions.current(_dataset())
    except editions.NoEdition as error:
        raise SystemExit(str(error)) from error
    print(f"edition {edition.id} in {_dataset()}, {sum(edition.manifest['rows'].values()):,} rows", file=sys.stderr)
    measured = {name: _measure(name) for name in CONTESTANTS}
    if len({json.dumps(measured[name]["answer"]) for name in CORE}) != 1:
        raise SystemExit(f"answers differ: {[measured[name]['answer'] for name in CORE]}")
    return [_row(name, found) for name, found in measured.items()]


def _dataset() -> Path:
    return Path(os.environ.get("LOCALCARE_DATA", "./var")) / "dataset"


def _row(name: str, found: dict) -> Row:
    return Row(
        contestant=name,
        people=found["people"],
        median_seconds=round(statistics.median(found["seconds"]), 2),
        fastest_seconds=round(min(found["seconds"]), 2),
        cpu_seconds=round(statistics.median(found["cpu"]), 2),
        peak_mb=found["peak_mb"],
        load_before=round(found["load"], 1),
    )


def _measure(name: str) -> dict:
    environment = os.environ | {
        "POLARS_MAX_THREADS": THREADS,
        "OMP_NUM_THREADS": THREADS,
        "OPENBLAS_NUM_THREADS": THREADS,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.population", name], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def _contestant(name: str) -> Callable[[Edition], dict]:
    if name == "whole_run":
        return _whole_run
    return importlib.import_module(f"bench.peers.{name}").answer


def _whole_run(edition: Edition) -> dict:
    """`actions.run` on the copy of the installation that `_work` made; the care store is SQLite."""
    from localcare.base import audit
    from localcare.population import actions

    run = actions.run(edition, by=audit.SYSTEM)
    return {"people": sum(practice["registered"] for practice in run.coverage.values()), "answer": None}


@contextmanager
def _installation(name: str) -> Iterator[None]:
    """For the whole run a copy of the installation, with Django set up on it: a bench leaves no lists behind."""
    if name != "whole_run":
        yield
        return
    import django

    with tempfile.TemporaryDirectory(dir=_dataset().parent.absolute().parent) as folder:
        copy = Path(folder) / "var"
        copy_installation(_dataset().parent, copy)
        os.environ |= {"LOCALCARE_DATA": str(copy), "DJANGO_SETTINGS_MODULE": "localcare.config.settings"}
        os.environ.pop("DATABASE_URL", None)
        django.setup()
        yield


def _work(name: str) -> None:
    with _installation(name):
        print(json.dumps(_measured(name)))


def _measured(name: str) -> dict:
    edition, ask = editions.current(_dataset()), _contestant(name)
    load = os.getloadavg()[0]
    found = ask(edition)
    seconds, cpu = [], []
    for _ in range(REPEATS):
        start, busy = time.perf_counter(), time.process_time()
        found = ask(edition)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - busy)
    peak = getrusage(RUSAGE_SELF).ru_maxrss // 1024
    return {**found, "seconds": seconds, "cpu": cpu, "peak_mb": peak, "load": load}


if __name__ == "__main__":
    _work(sys.argv[1])
