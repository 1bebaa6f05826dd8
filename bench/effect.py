"""Whether the interval of an evaluation covers the truth, in simulated roll-outs where the truth is known.

A world: people listed after a bad year, whose risk falls by itself; some are much sicker than others; winter; deaths.
They are put forward in random order, one week after another or in six waves, and from then on their admissions are
`truth` times as many. Beside it, what a simpler question would have said in the same worlds, and what matching says
where clinicians choose by a need that no record holds.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from localcare.caseload.calc import effect

TITLE = "Does it work? Intervals of evaluations against the truth in simulated roll-outs"
WORLDS = 2_000
TRUTHS = (0.8, 1.0, 1.2)
PEOPLE = 400
# Weeks, and after how many weeks how many people are put forward.
WEEKS = 30
DESIGNS = {"random order, a few each week": (1, 14), "wedge of six waves, four weeks apart": (4, 67)}
ADMISSIONS_A_YEAR = 0.9


@dataclass(frozen=True)
class Row:
    what: str
    figure: float
    unit: str
    of: str


@dataclass(frozen=True)
class World:
    """People by weeks: years at risk, admissions, nights; and the week in which each is put forward."""

    release: NDArray[np.int64]
    years: NDArray[np.float64]
    admissions: NDArray[np.int64]
    nights: NDArray[np.float64]


def world(chance: np.random.Generator, truth: float, design: str, people: int = PEOPLE) -> World:
    """One roll-out. People differ (gamma, squared coefficient of variation 1), nights are heavy-tailed."""
    every, a_step = DESIGNS[design]
    place = chance.permutation(people)
    release = place // a_step * every
    weeks = np.arange(WEEKS)
    course = (1 + np.exp(-weeks / 8)) * (1 + 0.2 * np.cos(2 * np.pi * (weeks - 4) / 52))
    sick = chance.gamma(1.0, 1.0, people)
    dies = chance.exponential(52 / (0.08 * (0.5 + sick)))
    years = np.clip(dies[:, None] - weeks, 0, 1) * 7 / effect.DAYS_A_YEAR
    reached = release[:, None] <= weeks
    rate = ADMISSIONS_A_YEAR * sick[:, None] * course * np.where(reached, truth, 1.0)
    admissions = chance.poisson(rate * years)
    nights = admissions * chance.lognormal(1.3, 1.0, admissions.shape)
    return World(release, years, admissions, nights)


def estimated(one: World, amount: NDArray) -> effect.Effect | None:
    """What the evaluation says, from its periods: weeks between two days of release taken together."""
    cuts = np.unique(one.release[one.release < WEEKS])
    period = np.searchsorted(cuts, np.arange(WEEKS), side="right") - 1
    years, amounts = (_by_period(part, period, len(cuts)) for part in (one.years, amount))
    cells, at = effect.staged(one.release, cuts, years)
    return effect.effect(cells, amounts.ravel()[at], effect.RANDOMISED)


def before_and_after(one: World) -> float:
    """The ratio that comparing people with themselves gives: admissions after they were reached, and before."""
    reached = one.release[:, None] <= np.arange(WEEKS)
    rates = [one.admissions[m].sum() / one.years[m].sum() for m in (reached, ~reached)]
    return float(rates[0] / rates[1])


def chosen_by_need(chance: np.random.Generator, people: int = 4_000) -> effect.Effect | None:
    """Matched people where clinicians choose the sicker by what no record holds; nothing done has any effect."""
    known, hidden = chance.integers(0, 6, people), chance.gamma(2.0, 0.5, people)
    taken = chance.random(people) < 0.1 * hidden
    admissions = chance.poisson((0.2 + 0.2 * known) * hidden)
    everybody = np.arange(people)
    cells = effect.Cells(everybody, known, taken, np.ones(people))
    return effect.effect(cells, admissions, effect.MATCHED)


def coverage(truth: float, design: str, worlds: int, what: str = "admissions") -> tuple[float, float]:
    """The share of intervals that hold the truth, and the mean ratio estimated (on the log scale)."""
    found = [estimated(one, getattr(one, what)) for one in _worlds(truth, design, worlds)]
    made = [one for one in found if one]
    held = np.mean([one.ratio_low <= truth <= one.ratio_high for one in made])
    return float(held), float(np.exp(np.mean([np.log(one.ratio) for one in made])))


def run() -> list[Row]:
    """All rows."""
    rows = []
    for design in DESIGNS:
        for truth in TRUTHS:
            for what in ("admissions", "nights"):
                held, mean = coverage(truth, design, WORLDS, what)
                of = f"{WORLDS:,} roll-outs; estimated on average {mean:.3f}; 95%"
                rows.append(Row(f"{design}, truth {truth}: intervals of {what} that hold it", held, "share", of))
    naive = np.exp(np.mean([np.log(before_and_after(one)) for one in _worlds(1.0, next(iter(DESIGNS)), WORLDS)]))
    rows.append(Row("the same roll-outs, truth 1.0: comparing before with after says", float(naive), "ratio", "1.0"))
    chosen = [chosen_by_need(np.random.default_rng(seed)) for seed in range(WORLDS // 4)]
    mean = np.exp(np.mean([np.log(one.ratio) for one in chosen if one]))
    rows.append(Row("chosen by unrecorded need, truth 1.0: matching says", float(mean), "ratio", "1.0"))
    return rows


def _worlds(truth: float, design: str, worlds: int) -> Iterator[World]:
    for seed in range(worlds):
        yield world(np.random.default_rng([2017, seed]), truth, design)


def _by_period(part: NDArray, period: NDArray, periods: int) -> NDArray:
    return np.stack([part[:, period == p].sum(axis=1) for p in range(periods)], axis=1)
