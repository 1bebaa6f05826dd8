"""The bed model: ten years of West Kent, 1,000 replications; and one queue against Erlang's formulas, ciw and simpy.

ciw and simpy stand in an environment of their own, named by `BENCH_CIW` (its Python; what to install stands in
`bench/peers/ciw.txt`), and are left out, saying so, where none is named. The queue has 68 beds, nine tenths full, and
stays of 26 days; a person is one arrival served. Throughput is people a second, whatever the length of the run.
"""

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from localcare.capacity.calc import queues
from localcare.capacity.calc.beds import need, outcome
from localcare.capacity.calc.beds.west_kent import west_kent
from localcare.capacity.calc.quantity import stream

TITLE = "Ten years of beds; one queue beside Erlang, ciw and simpy"
SERVERS, STAY = 68, 26.0
ARRIVALS = 0.9 * SERVERS / STAY
REPLICATIONS, PEOPLE = 2_000, 4_000
PEER_DAYS = 20_000.0
STANDARD_ERRORS = 3.0  # a right pair differs by more in 3 of 1,000 runs


@dataclass(frozen=True)
class Row:
    contestant: str
    what: str
    seconds: float
    people: int
    people_a_second: int
    waited: float | None = None
    mean_wait: float | None = None
    note: str = ""


def run() -> list[Row]:
    """The queue by formula, by us and by the peers; then the bed model whole, and the search."""
    own = _own_queue()
    return [_erlang(), own, _own_loss(), *_peers(own), _ten_years(), _search()]


def _erlang() -> Row:
    asked = {"servers": SERVERS, "arrivals": ARRIVALS, "stay": STAY}
    waited = queues.erlang_c(SERVERS, ARRIVALS * STAY)
    return Row("Erlang C", "queue", 0, 0, 0, round(waited, 4), round(queues.mean_wait(**asked), 4), "by formula")


def _drawn() -> tuple[np.ndarray, np.ndarray]:
    random = stream(1, "bench")
    times = random.exponential(1 / ARRIVALS, (REPLICATIONS, PEOPLE)).cumsum(axis=1)
    return times, random.exponential(STAY, (REPLICATIONS, PEOPLE))


def _own_queue() -> Row:
    start = time.perf_counter()
    times, stays = _drawn()
    waits = (queues.starts(times, stays, SERVERS) - times)[:, PEOPLE // 4 :]
    seconds = time.perf_counter() - start
    off = (waits > 1e-9).mean() / queues.erlang_c(SERVERS, ARRIVALS * STAY) - 1
    mean = waits.mean() / queues.mean_wait(servers=SERVERS, arrivals=ARRIVALS, stay=STAY) - 1
    note = f"off Erlang C by {off:+.2%} (waiting) and {mean:+.2%} (mean wait)"
    return _row("localcare", "queue", seconds, times.size, (waits > 1e-9).mean(), waits.mean(), note)


def _own_loss() -> Row:
    start = time.perf_counter()
    times, stays = _drawn()
    lost = np.isinf(queues.starts(times, stays, SERVERS, wait=False))[:, PEOPLE // 4 :].mean()
    seconds = time.perf_counter() - start
    off = lost / queues.erlang_b(SERVERS, ARRIVALS * STAY) - 1
    return _row("localcare", "queue without waiting", seconds, times.size, note=f"off Erlang B by {off:+.2%}")


def _peers(own: Row) -> list[Row]:
    python = os.environ.get("BENCH_CIW")
    if not python:
        print("ciw and simpy are left out: name a Python with bench/peers/ciw.txt in BENCH_CIW", file=sys.stderr)
        return []
    script, answer = Path(__file__).parent / "peers" / "ciw_queue.py", []
    for package in ("ciw", "simpy"):
        command = [python, str(script), package, *map(str, (SERVERS, ARRIVALS, STAY, PEER_DAYS))]
        done = subprocess.run(
            command, env=os.environ | {"PYTHONPATH": ""}, stdout=subprocess.PIPE, text=True, check=True
        )
        told = json.loads(done.stdout)
        _agree(package, told, own)
        answer.append(_row(package, "queue", told["seconds"], int(told["people"]), told["waited"], told["mean"]))
    return answer


def _agree(package: str, told: dict[str, float], own: Row) -> None:
    """A peer's share who wait and mean wait lie within three of its standard errors of ours, of 2,000 runs.

    Raises SystemExit where they do not: then one of the two is wrong."""
    for what, value in (("waited", own.waited), ("mean", own.mean_wait)):
        apart = (told[what] - value) / told[f"{what}_error"]
        print(f"{package}, {what}: {told[what]:.4f}, ours {value:.4f}, {apart:+.1f} standard errors", file=sys.stderr)
        if abs(apart) > STANDARD_ERRORS:
            raise SystemExit(f"{package} and the bed model's queue differ in {what} by {apart:+.1f} errors")


def _ten_years() -> Row:
    system, start = west_kent(), time.perf_counter()
    told = outcome.simulate(system, seed=1, replications=1_000, workers=2)
    seconds = time.perf_counter() - start
    came = [one.came.median for one in told.waits if one.kind == "stream" and one.group != "home without support"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    return _row(
        "localcare",
        "ten years, 1,000 replications",
        seconds,
        int(sum(came) * 1_000),
        note=f"two processes, {memory:.1f} GB each at most",
    )


def _search() -> Row:
    start = time.perf_counter()
    found = {(one.place, one.year): one.places for one in need.needed(west_kent(), seed=1, replications=100)}
    seconds, first, last = time.perf_counter() - start, found["beds", 0], found["beds", 9]
    note = f"beds for 95% in 24 hours: {first.median:.0f} ({first.low:.0f} to {first.high:.0f}) in the first year, "
    note += f"{last.median:.0f} ({last.low:.0f} to {last.high:.0f}) in the tenth"
    return _row("localcare", "places for a level, 100 replications", seconds, 0, note=note)


def _row(who: str, what: str, seconds: float, people: int, waited=None, mean=None, note: str = "") -> Row:
    shown = [None if value is None else round(float(value), 4) for value in (waited, mean)]
    return Row(who, what, round(seconds, 2), people, int(people / seconds), *shown, note)
