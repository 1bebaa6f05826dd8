"""What is unusual in whom people opened or searched for. Pure; the thresholds are data (`opened.toml`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# The entry that stands beside a look at somebody of the viewer's own family name.
SAME_NAME = "opened own family name"


@dataclass(frozen=True)
class Rule:
    many_a_day: int
    many_a_week: int
    times_role: float
    out_of_hours: int
    viewers_a_week: int


@dataclass(frozen=True)
class Opened:
    """How many different people somebody of a role opened in some time."""

    actor_id: int
    role: str
    people: int


def many(rows: Sequence[Opened], least: int, times_role: float) -> list[tuple[int, str]]:
    """(actor, in words) of who opened `least` people or more, and so many times what others of the role did.

    Where nobody else of the role looked the number alone decides.
    """
    found = []
    for row in rows:
        others = [r.people for r in rows if r.role == row.role and r.actor_id != row.actor_id]
        usual = median(others) if others else 0
        if row.people >= least and row.people > times_role * usual:
            beside = f"others of the role usually {usual:g}" if others else "nobody else of the role looked"
            found.append((row.actor_id, f"opened {_people(row.people)}, {beside}"))
    return found


def out_of_hours(rows: Sequence[Opened], least: int, times_role: float) -> list[tuple[int, str]]:
    """(actor, in words) of who opened `least` people or more at night or at a weekend; roles are not compared."""
    return [(r.actor_id, f"opened {_people(r.people)} at night or at the weekend") for r in rows if r.people >= least]


def _people(number: int) -> str:
    return f"{number:,} {'person' if number == 1 else 'people'}"
