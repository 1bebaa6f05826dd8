"""A whole scenario with 256 draws: computed and written twice in processes of their own, every byte compared.

BENCH_SCENARIO names another than the shipped one. Each time: wall clock, processor time, the most memory; the targets
are 60 s and 4 GB. Fails where a byte differs.
"""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

TITLE = "A whole scenario, 256 draws: 60 s, 4 GB, the same bytes twice"
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Row:
    run: int
    seconds: float
    processor_seconds: float
    peak_gb: float
    files: int
    note: str = ""


def run() -> list[Row]:
    """Both runs; the second says whether it left the same bytes."""
    scenario = os.environ.get("BENCH_SCENARIO", "west-kent-2017")
    with tempfile.TemporaryDirectory(prefix="localcare-scenario-") as folder:
        first, one = _run(1, scenario, Path(folder) / "one", Path(folder) / "var")
        second, other = _run(2, scenario, Path(folder) / "two", Path(folder) / "var")
    if differing := sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name)):
        raise SystemExit(f"the same scenario left other bytes: {', '.join(differing)}")
    return [first, Row(**{**second.__dict__, "note": f"{second.files} files, the same bytes as the first"})]


def _run(number: int, scenario: str, out: Path, data: Path) -> tuple[Row, dict[str, bytes]]:
    command = [sys.executable, "-m", "localcare.cli", "capacity", "run", scenario, "--out", str(out), "--json"]
    environment = {**os.environ, "LOCALCARE_DATA": str(data), "PYTHONPATH": str(ROOT / "src")}
    before, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE)
    seconds, after = time.perf_counter() - begun, getrusage(RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    held = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return Row(number, round(seconds, 1), round(spent, 1), round(after.ru_maxrss / 2**20, 2), len(held)), held
