"""What an encounter tells the team of somebody on their caseload, by what became known, and what to do next.

Pure."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from localcare.record.types import NOT_HAPPENED, STAYS, EncounterCategory, Item, going_on

# What a team wants to know the same day: stays, A&E, and calls for help. A day case and outpatients are not among them.
TELLING = (*STAYS, EncounterCategory.EMERGENCY_ATTENDANCE, EncounterCategory.AMBULANCE, EncounterCategory.CALL_111)


class Happened(StrEnum):
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    ATTENDED = "attended"
    CALLED = "called"


class Next(StrEnum):
    """A sensible next step: a place on the next agenda, or a task to ring the ward, to visit, to ring the person."""

    MEETING = "meeting"
    WARD = "ward"
    VISIT = "visit"
    RING = "ring"


STEPS = {
    Happened.ADMITTED: (Next.MEETING, Next.WARD),
    Happened.DISCHARGED: (Next.VISIT, Next.MEETING),
    Happened.ATTENDED: (Next.RING, Next.MEETING),
    Happened.CALLED: (Next.RING, Next.MEETING),
}


def next_steps(what: Happened | None, possible: Collection[Next]) -> list[Next]:
    """The steps that suit what happened, the most sensible first, of those that are possible."""
    return [step for step in STEPS[what] if step in possible] if what else []


def happened(item: Item, on: date) -> Happened | None:
    """What an encounter tells on a day; None where it tells nothing yet (planned, cancelled, to come)."""
    if item.status in NOT_HAPPENED or item.started_on is None or item.started_on > on:
        return None
    if item.category in STAYS:
        return Happened.ADMITTED if going_on(item, on) else Happened.DISCHARGED
    if item.category == EncounterCategory.EMERGENCY_ATTENDANCE:
        return Happened.ATTENDED
    return Happened.CALLED if item.category in TELLING else None


def happened_on(item: Item, on: date) -> date:
    """The day of what it tells: of a stay that is over, the day it ended."""
    over = happened(item, on) is Happened.DISCHARGED and item.ended_on
    return over or item.started_on or date.min
