"""Which step may follow which, in one table."""

from enum import StrEnum


class Status(StrEnum):
    GIVEN = "given"
    TAKEN = "taken"
    DONE = "done"
    CANCELLED = "cancelled"


class Step(StrEnum):
    GIVE = "given"
    TAKE = "taken"
    COMPLETE = "done"
    HAND_ON = "handed on"
    CANCEL = "cancelled"
    REOPEN = "opened again"
    NOTE = "note"


OPEN = (Status.GIVEN, Status.TAKEN)
TRANSITIONS: dict[tuple[Status, Step], Status] = {
    (Status.GIVEN, Step.TAKE): Status.TAKEN,
    (Status.GIVEN, Step.COMPLETE): Status.DONE,
    (Status.TAKEN, Step.COMPLETE): Status.DONE,
    (Status.GIVEN, Step.HAND_ON): Status.GIVEN,
    (Status.TAKEN, Step.HAND_ON): Status.GIVEN,
    (Status.GIVEN, Step.CANCEL): Status.CANCELLED,
    (Status.TAKEN, Step.CANCEL): Status.CANCELLED,
    (Status.DONE, Step.REOPEN): Status.TAKEN,
    (Status.CANCELLED, Step.REOPEN): Status.GIVEN,
    **{(status, Step.NOTE): status for status in Status},
}
NEEDS_WORDS = frozenset({Step.COMPLETE, Step.CANCEL, Step.NOTE})


class NotPossible(ValueError):
    """The step cannot follow the status the task is in."""


def after(status: Status, step: Step) -> Status:
    """The status that a step leads to. Raises NotPossible."""
    if (status, step) not in TRANSITIONS:
        raise NotPossible(f"This task is {status.value}, so it cannot be {step.value}.")
    return TRANSITIONS[status, step]


def possible(status: Status) -> frozenset[Step]:
    """The steps that may follow a status."""
    return frozenset(step for before, step in TRANSITIONS if before is status)
