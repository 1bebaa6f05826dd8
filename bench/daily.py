"""A day's files added to the edition in use of LOCALCARE_DATA: `python -m bench.daily [EXTRACTS] [--whole]`.

EXTRACTS (those of LOCALCARE_DATA where none are named) is the folder that the edition was made from, its rows kept.
The day: of every file each thousandth row again,
nine in ten as new rows of the day after, one as a correction of an old one; each thousandth registration moved, ended,
dead, opted out or new. The command works on a copy of the installation, in a process of its own, care store included.
`--whole` also takes everything in at once and compares every table row for row.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import duckdb

from localcare.dataset import contract, editions
from localcare.intake import extract, shapes

TITLE = "A day's files added to the edition in use, care store included"
HERE = Path(os.environ.get("LOCALCARE_DATA", "./var"))
EVERY = 1000


@dataclass(frozen=True)
class Row:
    rows: int
    seconds: float
    peak_mb: int
    differing_tables: str


def run() -> list[Row]:
    """One row. SystemExit where there is no installation made from extracts with its rows kept."""
    if not (HERE / "kept").exists() or not (HERE / "extracts").exists():
        raise SystemExit(
            f"{HERE} holds no edition with its rows kept and the extracts it was made from: localcare demo"
        )
    return [measure(HERE / "extracts", HERE, whole=False)]


def main() -> None:
    named = [argument for argument in sys.argv[1:] if argument != "--whole"]
    measure(Path(named[0]) if named else HERE / "extracts", HERE, whole="--whole" in sys.argv)


def measure(extracts: Path, data: Path, *, whole: bool) -> Row:
    """Add a day to a copy of the installation; with `whole` also everything at once, compared row for row."""
    differing = "not compared"
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        day, copy = Path(folder) / "day", Path(folder) / "var"
        rows = make_day(extracts, day)
        copy_installation(data, copy)
        print(f"{rows:,} rows of a day in {day}", file=sys.stderr, flush=True)
        command = [sys.executable, "-m", "localcare.cli", "intake", "run"]
        start = time.perf_counter()
        told = _run([*command, str(day), "--onto", "current"], copy)
        taken = time.perf_counter() - start
        peak = getrusage(RUSAGE_CHILDREN).ru_maxrss // 1024
        tell = f"{rows:,} rows of a day added in {taken:.1f} s, {peak:,} MB at the peak; edition {told['edition']}"
        print(tell, json.dumps(told["care_store"]), sep="\n", file=sys.stderr)
        if whole:
            one, other = editions.current(copy / "dataset"), _whole(extracts, day, copy, Path(folder), command)
            differing = ", ".join(name for name in contract.load().tables if differ(one, other, name)) or "none"
            kept = sum(one.manifest["rows"].values())
            print(f"rows: {kept:,}; tables that differ from the whole at once: {differing}", file=sys.stderr)
    return Row(rows, round(taken, 1), peak, differing)


def make_day(extracts: Path, day: Path) -> int:
    """Write the files of the day after an extract; how many rows they have."""
    given = extract.read(extracts)
    on = given.as_at + timedelta(days=1)
    day.mkdir()
    (day / "extract.toml").write_text(
        f'as_at = {on}\narea = "{given.area}"\nsynthetic = {str(given.synthetic).lower()}\n'
    )
    rows = 0
    for file in given.files:
        if file.shape.name == "agreements":
            continue
        with file.path.open(newline="") as opened, (day / file.name).open("w", newline="") as written:
            writer = csv.DictWriter(written, file.columns)
            writer.writeheader()
            chosen = csv.DictReader(islice(opened, 1, None, EVERY), file.columns)  # a row is a line in the demo's files
            for n, row in enumerate(chosen):
                writer.writerow(_changed(file.shape, row, n, on.isoformat()))
                rows += 1
    return rows


def _changed(shape: shapes.Shape, row: dict, n: int, on: str) -> dict:
    if shape.name == "gp_patient":
        changes = (
            {"postcode": "TN9 1AA"},
            {"registration_end_datetime": on},
            {"date_of_death": on},
            {"type_1_opt_out": "true"},
            {"patient_id": f"new-{row['patient_id']}", "nhs_number": "", "registration_start_datetime": on},
        )
        return row | changes[n % len(changes)]
    dates = [c.name for c in shape.columns if c.type == "date" and c.required and not c.identifies]
    if n % 10 == 0 or not dates:
        return row
    kept = {name: row[name] for name in shape.key if name in ("Provider_Code", "organisation", "LA_Code")}
    ends = {c.name: "" for c in shape.columns if c.not_before}
    return row | ends | dict.fromkeys(dates, on) | {name: f"9{row[name]}" for name in shape.key} | kept


def copy_installation(data: Path, copy: Path) -> None:
    """A copy of an installation whose large read-only files are the same files."""
    copy.mkdir()
    for name in ("dataset/editions", "kept"):
        if (data / name).exists():
            shutil.copytree(data / name, copy / name, copy_function=os.link)
    shutil.copy2(data / "dataset" / "editions" / "current", copy / "dataset" / "editions" / "fresh")
    (copy / "dataset" / "editions" / "fresh").replace(copy / "dataset" / "editions" / "current")
    for name in ("keys", "site.toml", "care.sqlite3"):
        source = data / name
        shutil.copytree(source, copy / name) if source.is_dir() else shutil.copy2(source, copy / name)


def _whole(extracts: Path, day: Path, copy: Path, folder: Path, command: list[str]) -> editions.Edition:
    """Everything at once: the first files, and the day's under later names."""
    whole, fresh = folder / "whole", folder / "fresh"
    whole.mkdir()
    for path in extracts.glob("*.csv"):
        (whole / path.name).symlink_to(path)
    for path in day.glob("*.csv"):
        (whole / path.name.replace(".", ".zzz.", 1)).symlink_to(path)
    shutil.copy2(day / "extract.toml", whole)
    fresh.mkdir()
    for name in ("keys", "site.toml"):
        source = copy / name
        shutil.copytree(source, fresh / name) if source.is_dir() else shutil.copy2(source, fresh / name)
    _run([*command, str(whole), "--no-care-store"], fresh)
    return editions.current(fresh / "dataset")


def _run(command: list[str], data: Path) -> dict:
    environment = os.environ | {"LOCALCARE_DATA": str(data), "LOCALCARE_KEEP_ROWS": "on"}
    done = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 2:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout)


def differ(one: editions.Edition, other: editions.Edition, table: str) -> int:
    """How many rows stand in one edition and not in the other, repeats counted."""
    both = [f"SELECT * FROM '{edition.path(table)}'" for edition in (one, other)]
    sides = [f"({a} EXCEPT ALL {b})" for a, b in (both, both[::-1])]
    with duckdb.connect(":memory:") as connection:
        return connection.execute(f"SELECT count(*) FROM ({' UNION ALL '.join(sides)})").fetchall()[0][0]


if __name__ == "__main__":
    main()
