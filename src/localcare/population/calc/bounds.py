"""Worst-case bounds of a figure of a part of the people, where some of them are not seen. Pure.

Method: Manski CF, "Anatomy of the selection problem", Journal of Human Resources 24 (1989) 343-360, and "Partial
Identification of Probability Distributions" (Springer, 2003), chapter 1: what is not seen may take any value it can
take. Nothing is assumed of why somebody is not seen, and no sampling error is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Age:
    """People of an age band who are not seen, people seen without all of their spend, the most pounds a head."""

    not_seen: int
    unpriced: int
    most_a_head: int


def people(seen: int, not_seen: int) -> tuple[int, int]:
    """Lowest: those seen in the part. Highest: were everybody of its ages who is not seen in it too."""
    return seen, seen + not_seen


def highest_spend(seen: int, people_seen: int, ages: Iterable[Age]) -> int:
    """Pounds, were everybody of the ages who is not seen, or not priced, in the part, each at the most a head.

    Spend has no greatest value, and a bound needs one: that those people cost, on average, at most `most_a_head`, as
    the dearest group seen of their age does, is assumed. The lowest is what is seen.
    """
    return seen + sum(age.most_a_head * (age.not_seen + min(people_seen, age.unpriced)) for age in ages)
