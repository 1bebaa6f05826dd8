"""How often a source sends, from the days on which it did. Never said where too few days are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median_low

DAYS_LOOKED_AT = 9
DAYS_NEEDED = 4
# A source without a known rhythm that says nothing for longer than this is told as silent all the same.
NEVER_LONGER = timedelta(days=31)


@dataclass(frozen=True)
class Rhythm:
    """Days from one sending to the next: as a rule, and the longest that has been seen."""

    usual: int
    longest: int


def rhythm(days: Sequence[date]) -> Rhythm | None:
    """The rhythm of the last days on which a source sent; None where it sent on fewer than four."""
    latest = sorted(set(days))[-DAYS_LOOKED_AT:]
    if len(latest) < DAYS_NEEDED:
        return None
    gaps = [(after - before).days for before, after in pairwise(latest)]
    return Rhythm(median_low(gaps), max(gaps))


def is_silent(last: date, known: Rhythm | None, on: date) -> bool:
    """Whether a source has said nothing for longer than it ever did between two sendings, or than a month."""
    return on - last > (timedelta(days=known.longest) if known else NEVER_LONGER)


def in_words(known: Rhythm | None) -> str:
    """How often, as observed."""
    if known is None:
        return "how often is not known yet"
    return {1: "usually daily", 7: "usually weekly"}.get(known.usual, f"usually every {known.usual} days")
