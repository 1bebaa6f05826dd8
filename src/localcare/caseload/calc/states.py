"""Where somebody stands with a cluster team, which step may follow which, and whom the risk list leaves out. Pure."""

from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Nobody decided yet, taken on, passed over with a reason, or ended."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    ALREADY_KNOWN = "already_known"
    NOT_SUITABLE = "not_suitable"
    DECLINED_BY_PERSON = "declined_by_person"
    CLOSED = "closed"


class Ending(StrEnum):
    """Why a person left the caseload."""

    GOALS_MET = "goals_met"
    DECLINED = "declined"
    MOVED_AWAY = "moved_away"
    DIED = "died"
    OTHER = "other"


DECLINED = frozenset({State.ALREADY_KNOWN, State.NOT_SUITABLE, State.DECLINED_BY_PERSON})
_DECIDED = DECLINED | {State.ACCEPTED}

# Somebody without an entry stands as proposed. Putting a person back undoes a decision made by mistake.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.PROPOSED: _DECIDED,
    State.ALREADY_KNOWN: _DECIDED | {State.PROPOSED},
    State.NOT_SUITABLE: _DECIDED | {State.PROPOSED},
    State.DECLINED_BY_PERSON: _DECIDED | {State.PROPOSED},
    State.ACCEPTED: frozenset({State.CLOSED}),
    State.CLOSED: _DECIDED | {State.PROPOSED},
}

LABELS = {
    State.PROPOSED: "To decide",
    State.ACCEPTED: "On the caseload",
    State.ALREADY_KNOWN: "Already known",
    State.NOT_SUITABLE: "Not suitable",
    State.DECLINED_BY_PERSON: "Person declined",
    State.CLOSED: "Ended",
}
ENDING_LABELS = {
    Ending.GOALS_MET: "Goals met",
    Ending.DECLINED: "The person no longer wants this",
    Ending.MOVED_AWAY: "Moved away",
    Ending.DIED: "Died",
    Ending.OTHER: "Another reason",
}


def may_follow(state: State, then: State) -> bool:
    """Whether `then` may come after `state`."""
    return then in TRANSITIONS[state]


def left_out(state: State, since: datetime, *, change: str, made_at: datetime) -> bool:
    """Whether a risk list made at `made_at` leaves out, by default, a person standing so since `since`.

    People on a caseload or looked after already stay out. Somebody who declined, was not suitable or whose time with
    the team ended comes back only when a later list says that their risk went up.
    """
    if state is State.PROPOSED:
        return False
    if state in (State.ACCEPTED, State.ALREADY_KNOWN):
        return True
    return not (change == "up" and made_at > since)
