"""Which step of a plan may follow which, in one table."""

from enum import StrEnum


class Status(StrEnum):
    DRAFT = "draft"
    AGREED = "agreed"
    UNDER_REVIEW = "under review"
    ENDED = "ended"


class Step(StrEnum):
    START = "started"
    ARRANGE = "arranged"
    AGREE = "agreed"
    REVIEW = "review begun"
    END = "ended"


TRANSITIONS: dict[tuple[Status, Step], Status] = {
    (Status.DRAFT, Step.AGREE): Status.AGREED,
    (Status.UNDER_REVIEW, Step.AGREE): Status.AGREED,
    (Status.AGREED, Step.REVIEW): Status.UNDER_REVIEW,
    **{(status, Step.ARRANGE): status for status in Status if status is not Status.ENDED},
    **{(status, Step.END): Status.ENDED for status in Status if status is not Status.ENDED},
}


class NotPossible(ValueError):
    """The step cannot follow the status the plan is in."""


def after(status: Status, step: Step) -> Status:
    """The status that a step leads to. Raises NotPossible."""
    if (status, step) not in TRANSITIONS:
        raise NotPossible(f"This plan is {status.value}: that step cannot follow. Read the plan again.")
    return TRANSITIONS[status, step]
