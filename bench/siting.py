"""p-median beside spopt, the OR-Library's instances, and the hubs of West Kent.

`BENCH_SPOPT` names the Python of an environment with `bench/peers/spopt.txt`; `BENCH_PMED` a folder with the files
`pmed1` to `pmed20` of the OR-Library (Beasley, EJOR 1985). Where either is not named, it is left out and said so; in
place of instances that are not there, generated ones of the same shape are solved and called generated. The hub model
needs an installation with the places loaded (`LOCALCARE_DATA`).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import floyd_warshall

from localcare.capacity.calc.siting import p_median

TITLE = "p-median beside spopt, the OR-Library's instances, hubs of West Kent"
REPEATS = 3
# The published optima of pmed1 to pmed20 (OR-Library, pmedopt).
OPTIMA = (5819, 4093, 4250, 3034, 1355, 7824, 5631, 4445, 2734, 1255)
OPTIMA += (7696, 6634, 4374, 2968, 1729, 8162, 6999, 4809, 2845, 1789)
# Points, edges and the five p of each block of five instances.
SHAPES = ((100, 200), (200, 800), (300, 1800), (400, 3200))
COUNTS = ((5, 10, 10, 20, 33), (5, 10, 20, 40, 67), (5, 10, 30, 60, 100), (5, 10, 40, 80, 133))


@dataclass(frozen=True)
class Row:
    what: str
    by: str
    seconds: float
    objective: float
    gap: float | None
    note: str = ""


def run() -> list[Row]:
    """All rows."""
    return [*beside_spopt(), *library(), *hub_rows()]


def beside_spopt() -> list[Row]:
    """300 demand points x 86 sites scattered over a square, 500 to 3,000 people each, p = 5."""
    random = np.random.default_rng(1)
    points, sites = random.random((300, 2)), random.random((86, 2))
    demand = random.integers(500, 3000, 300)
    cost = np.hypot(*(points[:, None] - sites[None]).transpose(2, 0, 1))
    answer, seconds = _timed(lambda: p_median(cost, demand, 5))
    what = "p-median 300 x 86, p=5"
    rows = [Row(what, "localcare", round(seconds, 4), answer.objective, answer.gap, answer.status)]
    python = os.environ.get("BENCH_SPOPT")
    if not python:
        print("spopt is left out: name a Python with bench/peers/spopt.txt in BENCH_SPOPT", file=sys.stderr)
        return rows
    for solver in ("CBC", "HiGHS"):
        peer = _peer(python, cost, demand, solver)
        same = abs(peer["objective"] - answer.objective) <= 1e-7 * answer.objective
        note = f"{peer['seconds'] / seconds:.0f} times our time, {'same' if same else 'ANOTHER'} objective"
        rows.append(Row(what, f"spopt with {solver}", round(peer["seconds"], 3), peer["objective"], None, note))
    return rows


def _peer(python: str, cost: Any, demand: Any, solver: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/cost.npy", cost)
        np.save(f"{folder}/demand.npy", demand)
        script = Path(__file__).parent / "peers" / "spopt_p_median.py"
        ask = [python, str(script), folder, solver]
        done = subprocess.run(ask, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONPATH": ""})
    return dict(json.loads(done.stdout.splitlines()[-1]))


def library() -> Iterator[Row]:
    """pmed1 to pmed20: as published where the file is there, else generated of the same shape."""
    folder = os.environ.get("BENCH_PMED")
    for number, optimum in enumerate(OPTIMA):
        file = Path(folder or "/nonexistent") / f"pmed{number + 1}"
        cost, p = _published(file) if file.exists() else _generated(number)
        start = time.perf_counter()
        answer = p_median(cost, np.ones(len(cost)), p)
        seconds = round(time.perf_counter() - start, 3)
        what = f"{file.name if file.exists() else 'generated like ' + file.name}: {len(cost)} points, p={p}"
        known = "as published" if answer.objective == optimum else f"NOT the published {optimum}"
        note = f"{answer.status}; {known if file.exists() else 'optimum not known before'}"
        yield Row(what, "localcare", seconds, answer.objective, answer.gap, note)


def _published(file: Path) -> tuple[Any, int]:
    """Of an edge named twice the last cost holds, as the OR-Library says; then all shortest paths."""
    words = [int(word) for word in file.read_text().split()]
    points, edges, p = words[:3]
    triples = np.array(words[3 : 3 + 3 * edges]).reshape(edges, 3)
    return _paths(points, triples), p


def _generated(number: int) -> tuple[Any, int]:
    """A ring of all points and random chords, whole costs from 1 to 100: the shape of the published graphs."""
    random = np.random.default_rng(number)
    (points, edges), p = SHAPES[number // 5], COUNTS[number // 5][number % 5]
    ring = np.column_stack([np.arange(1, points + 1), np.arange(1, points + 1) % points + 1])
    chords = np.array([random.choice(points, 2, replace=False) + 1 for _ in range(edges - points)])
    return _paths(points, np.column_stack([np.vstack([ring, chords]), random.integers(1, 101, edges)])), p


def _paths(points: int, triples: Any) -> Any:
    cost = np.full((points, points), np.inf)
    np.fill_diagonal(cost, 0)
    for a, b, length in triples:
        cost[a - 1, b - 1] = cost[b - 1, a - 1] = length
    return floyd_warshall(cost)


def hub_rows() -> Iterator[Row]:
    """The 20 best sets, a what-if and the curve of the West Kent hub model, from the places of an installation."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "localcare.config.settings")
    import django

    django.setup()
    from localcare.capacity.calc import hubs
    from localcare.capacity.hub_inputs import default_rules, hub_inputs

    try:
        inputs = hub_inputs()
    except Exception as problem:
        print(f"the hub model is left out: {problem}", file=sys.stderr)
        return
    free, least = hubs.Rules(p=5), default_rules(5)
    best = hubs.plan(inputs, least)
    other = next(site.code for site in inputs.sites if site.code not in best.codes)
    asks: dict[str, Callable[[], Any]] = {
        "20 best sets of 5 hubs, no limits": lambda: hubs.best_plans(inputs, free, 20)[0],
        "20 best sets of 5 hubs, 46,000 people each at least": lambda: hubs.best_plans(inputs, least, 20)[0],
        "what-if: a hub moved": lambda: hubs.what_if(inputs, free, best.codes, moved=[(best.codes[0], other)]),
        "what-if: a hub capped at 60,000": lambda: hubs.what_if(
            inputs, least, best.codes, capped=[(best.codes[1], 60e3)]
        ),
        "curve from 1 to 10 hubs": lambda: hubs.curve(inputs, free, range(1, 11))[-1],
    }
    for what, ask in asks.items():
        plan, seconds = _timed(ask)
        yield Row(
            what, "localcare", round(seconds, 3), plan.objective, plan.gap, f"{plan.status} {plan.reason}".strip()
        )


def _timed(ask: Callable[[], Any]) -> tuple[Any, float]:
    answer, seconds = ask(), []
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - start)
    return answer, statistics.median(seconds)
