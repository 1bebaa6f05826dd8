"""How old a copy is, in words that nobody overlooks when they matter."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Age:
    """`words`: the age in brackets; `warning`: what to do about it, empty while the copy is young."""

    words: str
    warning: str


def age(as_at: datetime, now: datetime, *, old: timedelta) -> Age:
    """The age of a copy made at a moment; from `old` on, a warning. A clock before the copy is said, not hidden."""
    if now < as_at:
        return Age(
            "age not known",
            "The clock of this computer stands before the moment the copy was made, so its age cannot be told. "
            "Take it to be old: ask the person, their practice or their papers before you rely on it.",
        )
    words = f"{lasted(now - as_at)} old"
    if now - as_at < old:
        return Age(words, "")
    return Age(
        words,
        f"This copy is {words}. Medicines, allergies and decisions may have changed since. "
        "Ask the person, their practice or their papers before you rely on it.",
    )


def lasted(time: timedelta) -> str:
    """20 minutes, 7 hours, 3 days: whole ones, rounded down, so that it is always at least as old."""
    minutes = int(time.total_seconds() // 60)
    for unit, length in (("day", 24 * 60), ("hour", 60)):
        # 47 hours say more than 1 day.
        if minutes >= length * (2 if unit == "day" else 1):
            return _counted(minutes // length, unit)
    return _counted(minutes, "minute")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
