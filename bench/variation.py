"""Whether variation between practices calls anybody different who is not, and how long suppression takes.

`null worlds`: practices of one area that differ by chance and by the spread that all practices share; nobody is
different. `worlds with one outlier`: one practice of middling size has so many times what is expected of it.
"""

import random
import statistics
import time
from dataclasses import dataclass
from itertools import product

from localcare.dataset.suppression import Line, Rule, suppressed

TITLE = "Suppression of a cube; practices called different in worlds where none is"
REPEATS = 5


@dataclass(frozen=True)
class Row:
    what: str
    figure: float
    unit: str
    of: str


def run() -> list[Row]:
    """All rows."""
    return suppression_rows()


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
