"""Which feeds of a practice are too thin to use: nothing came, nothing for too long, or far fewer rows than usual."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import TypeVar

import ibis
import pandas as pd
from ibis import ir

from localcare.dataset import suppression
from localcare.population.definitions.judging import Judging, judging

NOWHERE, NOTHING, LATE, FEW = "nothing arrived from anywhere", "nothing arrived", "late", "few rows"
Practice = TypeVar("Practice", int, str)


@dataclass(frozen=True)
class Arrived:
    """Rows of a feed about a practice's people, and their first and last day."""

    rows: int
    first_on: date
    last_on: date

    def late(self, as_at: date, by: Judging) -> bool:
        """Whether it has been silent for longer than it should, where rows were usual in such a time.

        Two rows of one day show no rhythm: as many are asked for as must be missed.
        """
        silent = (as_at - self.last_on).days
        usual = (self.rows - 1) / self.lasted * silent
        return silent > by.late_after_days and min(usual, self.rows) >= by.fewest_expected

    @property
    def lasted(self) -> int:
        """Days from the first to the last."""
        return (self.last_on - self.first_on).days + 1

    def last_told(self, rule: suppression.Rule) -> str:
        """The last day, its month, or nothing: whichever usually has as many rows as may be shown."""
        usual = self.rows / self.lasted
        kept = 10 if usual >= rule.below else 7 if usual * 30 >= rule.below else 0
        return self.last_on.isoformat()[:kept]


def feeds(
    by: Judging,
    arrived: Mapping[tuple[Practice, str], Arrived],
    seen: Mapping[str, Mapping[Practice, int]],
    as_at: date,
) -> dict[tuple[Practice, str], str]:
    """Why each feed of each practice is too thin, where it is; by (practice, feed).

    In: what arrived; `seen`: by feed the people observed in each practice that shares it; the edition's date.
    """
    answer: dict[tuple[Practice, str], str] = {}
    for feed, people in seen.items():
        rows = {code: arrived[code, feed].rows if (code, feed) in arrived else 0 for code in people}
        # Of those from which any came: a feed that most do not send would else seem usual to lack.
        middle = median([rows[code] / people[code] for code in people if rows[code]] or [0.0])
        for code, number in people.items():
            late = rows[code] > 0 and arrived[code, feed].late(as_at, by)
            if why := _why(by, rows[code], middle, number, late):
                answer[code, feed] = why
    return answer


def _why(by: Judging, rows: int, middle: float, people: int, late: bool) -> str:
    usual = middle * people
    if not middle:
        return NOWHERE
    if not rows:
        return NOTHING if usual >= by.fewest_expected else ""
    if late:
        return LATE
    return FEW if usual >= by.fewest_to_compare and rows < by.share_of_middle * usual else ""


def practices(
    arrived: ir.Table, people: ir.Table, sources: Collection[str], lost: Mapping[str, Collection[int]], as_at: date
) -> dict[int, str]:
    """Practices in which a feed of the sources is too thin, and which. What nobody sends is missing to all alike.

    In: `quality.arrived`, registered people, the practices lost to each source.
    """
    by, observed = judging(), people.filter(people.observed).group_by("practice").agg(n=ibis._.count()).to_pandas()
    held = dict(zip(observed["practice"].tolist(), observed["n"].tolist(), strict=True))
    needed = {feed: known.source for feed, known in by.feeds.items() if known.source in sources}
    seen = {f: {k: n for k, n in held.items() if k not in lost.get(source, ())} for f, source in needed.items()}
    rows = {
        (row.practice, row.feed): Arrived(row.rows, *(pd.Timestamp(day).date() for day in (row.first_on, row.last_on)))
        for row in arrived.to_pandas().itertuples()
    }
    found: dict[int, list[str]] = {}
    for (practice, feed), why in feeds(by, rows, seen, as_at).items():
        if why != NOWHERE:
            found.setdefault(practice, []).append(f"{by.feeds[feed].label}: {why}")
    return {practice: "; ".join(whys) for practice, whys in sorted(found.items())}
