"""Whether variation between practices calls anybody different who is not, and how long suppression takes.

`null worlds`: practices of one area that differ by chance and by the spread that all practices share; nobody is
different. `worlds with one outlier`: one practice of middling size has so many times what is expected of it.
"""

import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from localcare.dataset.suppression import Line, Rule, suppressed
from localcare.population.calc import variation

TITLE = "Suppression of a cube; practices called different in worlds where none is"
REPEATS = 5
WORLDS, WORLDS_WITH_ONE = 10_000, 400
PRACTICES, INDICATORS = 60, 7
# The spread of true ratios (standard deviation) and how much chance varies more than Poisson: as many worlds of each.
SPREADS, CLUSTERINGS = (0.0, 0.05, 0.15, 0.3), (1.0, 3.0)


@dataclass(frozen=True)
class Row:
    what: str
    figure: float
    unit: str
    of: str


def run() -> list[Row]:
    """All rows."""
    return [*suppression_rows(), *null_rows(), *power_rows()]


def null_rows() -> list[Row]:
    """How many practices are called different, on any of the indicators, in worlds where none is."""
    called = np.array([_called(chance, spread, clustering) for chance, spread, clustering in _worlds(WORLDS)])
    of = f"{WORLDS} null worlds of {PRACTICES} practices and {INDICATORS} indicators"
    anyone = called.any(axis=(1, 2))
    return [
        Row("practices called, mean", round(100 * float(called.any(axis=1).mean()), 3), "%", of),
        Row("worlds in which anyone is called", round(100 * float(anyone.mean()), 2), "%", of),
        Row("most practices called in one world", int(called.any(axis=1).sum(axis=1).max()), "practices", of),
    ]


def power_rows() -> list[Row]:
    """How often the one that differs is called, and how many others with it."""
    rows = []
    for times in (1.25, 1.5, 2.0, 3.0):
        worlds = [(s, np.array(_called(*world, times))) for world in _worlds(WORLDS_WITH_ONE) for s in [world[1]]]
        for spread in SPREADS:
            called = np.array([found for s, found in worlds if s == spread])
            others = float(called[:, :, 1:].any(axis=1).mean())
            of = f"{len(called)} worlds, one practice {times} times the others, spread {spread}; others: {others:.2%}"
            rows.append(Row("the one that differs is called", round(100 * float(called[:, 0, 0].mean())), "%", of))
    return rows


def _worlds(many: int) -> Iterator[tuple[np.random.Generator, float, float]]:
    kinds = list(product(SPREADS, CLUSTERINGS))
    for seed in range(many):
        yield np.random.default_rng(seed), *kinds[seed % len(kinds)]


def _called(chance: np.random.Generator, spread: float, clustering: float, times: float = 1.0) -> list[np.ndarray]:
    """Who is called on which indicator; the first practice, of middling size, may have `times` as much of the first."""
    people = chance.uniform(2000, 20_000, PRACTICES)
    people[0] = 11_000
    p = []
    for indicator, rate in enumerate((0.1, 0.3, 0.5, 0.25, 0.02, 0.005, 0.9)):
        expected = people * rate
        true = expected * (chance.gamma(1 / spread**2, spread**2, PRACTICES) if spread else 1)
        true[0] *= times if indicator == 0 else 1
        seen = (
            chance.poisson(true)
            if clustering == 1
            else chance.negative_binomial(true / (clustering - 1), 1 / clustering)
        )
        expected *= seen.sum() / expected.sum()
        p.append(variation.judge(seen.astype(float), expected, clustering * expected, True).p)
    return np.split(variation.discoveries(np.concatenate(p)), INDICATORS)


def suppression_rows() -> list[Row]:
    """The cube of 60 practices, 9 age bands and 5 groups: with all its margins, and as the segments report has it."""
    rows = []
    for name, (counts, lines) in {"all margins": _cube(), "levels and known ages": _levels()}.items():
        seconds = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            hidden = suppressed(counts, lines, Rule())
            seconds.append(time.perf_counter() - start)
        of = f"60 x 9 x 5 cube, {name}: {len(counts)} counts, {len(hidden)} suppressed"
        rows.append(Row("suppression", round(1000 * statistics.median(seconds)), "ms", of))
    return rows


def _counts() -> dict[tuple, int]:
    chance = random.Random(1)
    usual = (400, 120, 40, 12, 4)
    return {
        (p, b, g): max(0, round(chance.gauss(usual[g] * (0.3 + chance.random()), usual[g] ** 0.5)))
        for p, b, g in product(range(60), range(9), range(5))
    }


def _cube() -> tuple[dict, list[Line]]:
    cells = _counts()
    counts, lines = dict(cells), []
    for way, size in enumerate((60, 9, 5)):
        others = [["all"] if at == way else [*range(n), "all"] for at, n in enumerate((60, 9, 5))]
        for key in product(*others):
            lines.append(Line(key, tuple((*key[:way], i, *key[way + 1 :]) for i in range(size))))
            counts.setdefault(key, 0)
    for cell, n in cells.items():
        for key in product(*((i, "all") for i in cell)):
            if key != cell:
                counts[key] += n
    return counts, lines


def _levels() -> tuple[dict, list[Line]]:
    counts, lines = dict(_counts()), []
    clusters = {f"cluster {c}": [p for p in range(60) if p % 7 == c] for c in range(7)}
    for total, parts in {**clusters, "area": [*clusters]}.items():
        for b, g in product(range(9), range(5)):
            lines.append(Line((total, b, g), tuple((part, b, g) for part in parts)))
            counts[total, b, g] = sum(counts[part, b, g] for part in parts)
    units = [*range(60), *clusters, "area"]
    return counts, lines + [Line(None, tuple((u, b, g) for g in range(5))) for u in units for b in range(9)]
