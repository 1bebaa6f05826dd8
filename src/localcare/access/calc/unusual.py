"""What is unusual in one person's week of seeing who people are. Pure; the thresholds are data (`unusual.toml`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median


@dataclass(frozen=True)
class Rule:
    many: int
    times_usual: float
    night_from_hour: int
    night_to_hour: int
    emergencies: int
    refusals: int
    same_second_person: int

    def out_of_hours(self, at: datetime) -> bool:
        """Whether a local moment lies in the night or at the weekend."""
        return at.weekday() >= 5 or not self.night_to_hour <= at.hour < self.night_from_hour


@dataclass(frozen=True)
class Week:
    """One person's week: people revealed, times out of hours, people asked for of a quota, refusals, emergencies.

    `second_people`: who released each request of theirs.
    """

    revealed: int = 0
    out_of_hours: int = 0
    asked: int = 0
    quota: int = 0
    refused: int = 0
    emergencies: int = 0
    second_people: tuple[str, ...] = ()


def unusual(week: Week, earlier: Sequence[int], rule: Rule) -> tuple[str, ...]:
    """In words what stands out; `earlier`, how many people they revealed in each week before that is known."""
    usual = median(earlier) if earlier else 0
    same = len(set(week.second_people)) == 1 and len(week.second_people) >= rule.same_second_person
    found = {
        f"{week.revealed} people, usually {usual:g}": week.revealed >= rule.many
        and bool(earlier)
        and week.revealed > rule.times_usual * usual,
        f"{week.revealed} people in the first week known": week.revealed >= rule.many and not earlier,
        "names seen at night or at the weekend": week.out_of_hours > 0,
        "the whole quota used": 0 < week.quota <= week.asked,
        f"{week.emergencies} emergency accesses": week.emergencies >= rule.emergencies,
        f"refused {week.refused} times": week.refused >= rule.refusals,
        f"all {len(week.second_people)} requests released by the same person": same,
    }
    return tuple(words for words, yes in found.items() if yes)
