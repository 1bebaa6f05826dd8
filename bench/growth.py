"""How a run and its core question grow with an area, and what that says of England.

The current edition of LOCALCARE_DATA is made a quarter, half, once and twice as large: each fourth or second person
with all that happened to them, or everybody twice. Seconds follow a power of the number of people; the last row carries
it on to England's 62 million, with the largest residual of the fit. That row is arithmetic, not a measurement.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from localcare.dataset import contract, editions
from localcare.dataset.editions import Edition

TITLE = "Growth of a run with the number of people"
SIZES = (0.25, 0.5, 1.0, 2.0)
ENGLAND = 62_000_000
HERE = Path(os.environ.get("LOCALCARE_DATA", "./var"))
REPEATS = {"ibis_core": 5, "whole_run": 1}


@dataclass(frozen=True)
class Row:
    contestant: str
    people: int
    seconds: float
    cpu_seconds: float
    peak_mb: int
    note: str = ""


def run() -> list[Row]:
    """Measure each size. Raises SystemExit where there is no edition."""
    try:
        edition = editions.current(HERE / "dataset")
    except editions.NoEdition as error:
        raise SystemExit(str(error)) from error
    with tempfile.TemporaryDirectory() as folder:
        places = {size: _scaled(edition, Path(folder) / str(size), size) for size in SIZES}
        measured = {name: [_measure(name, places[size]) for size in SIZES] for name in REPEATS}
    return [row for name, rows in measured.items() for row in [*rows, _england(name, rows)]]


def _scaled(edition: Edition, data: Path, size: float) -> Path:
    """A data folder with the edition at another size, rows in the contract's order."""
    folder = data / "dataset" / "editions" / edition.id
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text((edition.folder / "manifest.json").read_text("utf-8"), "utf-8")
    (folder.parent / "current").write_text(edition.id, "utf-8")
    for name in ("keys", "site.toml", "care.sqlite3"):  # the whole run puts its lists in use, in a copy
        (data / name).symlink_to((HERE / name).absolute())
    with duckdb.connect(":memory:", config={"threads": 2}) as connection:
        people = connection.execute(f"SELECT count(*) FROM '{edition.path('person')}'").fetchall()[0][0]
        for table in contract.load().tables.values():
            rows = f"FROM '{edition.path(table.name)}'"
            if size != 1 and table.name != "pseudonym" and any(c.name == "person" for c in table.columns):
                rows = _part(rows, int(1 / size)) if size < 1 else _copies(rows, int(size), people)
            editions.write_table(connection, table, rows, folder / f"{table.name}.parquet")
    return data


def _part(rows: str, every: int) -> str:
    return f"SELECT * REPLACE (person // {every} AS person) {rows} WHERE person % {every} = 0"


def _copies(rows: str, times: int, people: int) -> str:
    return " UNION ALL ".join(f"SELECT * REPLACE (person + {n * people} AS person) {rows}" for n in range(times))


def _measure(name: str, data: Path) -> Row:
    environment = os.environ | {"LOCALCARE_DATA": str(data), "BENCH_REPEATS": str(REPEATS[name])}
    done = subprocess.run(
        [sys.executable, "-m", "bench.population", name], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    found = json.loads(done.stdout.splitlines()[-1])
    seconds, cpu = (round(float(np.median(found[key])), 2) for key in ("seconds", "cpu"))
    return Row(name, found["people"], seconds, cpu, found["peak_mb"])


def _england(name: str, rows: list[Row]) -> Row:
    people = [row.people for row in rows]
    seconds, cpu = ([getattr(row, key) for row in rows] for key in ("seconds", "cpu_seconds"))
    (clock, power, residual), (busy, *_) = _carried_on(people, seconds), _carried_on(people, cpu)
    grown = f"a quarter to the whole {seconds[2] / seconds[0]:.1f} times (processor {cpu[2] / cpu[0]:.1f})"
    memory = rows[-1].peak_mb * ENGLAND // rows[-1].people
    note = f"worked out: people^{power:.2f}, residual {residual:.0%}; {grown}"
    return Row(name, ENGLAND, clock, busy, memory, note)


def _carried_on(people: list[int], seconds: list[float]) -> tuple[float, float, float]:
    """Seconds for England by the power of the number of people that fits best, that power, its largest residual."""
    x, y = np.log(people), np.log(seconds)
    power, level = np.polyfit(x, y, 1)
    residual = float(np.abs(y - (power * x + level)).max())
    return round(math.exp(power * math.log(ENGLAND) + level)), power, residual
