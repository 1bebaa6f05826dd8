"""The order in which an evaluation puts people forward: fixed before it starts, checked by anybody afterwards. Pure."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, timedelta


def order(pseudonyms: Collection[str], seed: str) -> list[str]:
    """A random order that everybody can make again: by SHA-256 of seed and pseudonym, read as text.

    No random number generator, whose stream may differ between versions. Raises ValueError for a doubled pseudonym.
    """
    if len(set(pseudonyms)) != len(pseudonyms):
        raise ValueError("Somebody stands in the order twice.")
    return sorted(pseudonyms, key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())


def days(people: int, a_step: int, step_days: int, starts: date) -> list[date]:
    """The day on which each place of an order is put forward: `a_step` people at once, every `step_days` days."""
    return [starts + timedelta(days=step_days * (place // a_step)) for place in range(people)]


def a_step_of_wedge(people: int, steps: int) -> int:
    """How many people a step, for so many steps of equal size (the last may be smaller)."""
    return -(-people // steps)


def fingerprint(places: Sequence[tuple[str, date]]) -> str:
    """Names an order and its days without giving it away; kept in the audit entry of its recording."""
    text = "\n".join(f"{pseudonym} {day.isoformat()}" for pseudonym, day in places)
    return hashlib.sha256(text.encode()).hexdigest()
