"""Where somebody stands with a cluster team, which step may follow which, and whom the risk list leaves out. Pure."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Nobody decided yet, named by a clinician, taken on, passed over with a reason, or ended."""

    PROPOSED = "proposed"
    NAMED = "named"
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
_BACK = frozenset({State.PROPOSED, State.NAMED})
# Whatever changes since: people on a caseload, or looked after already.
STAYS_OUT = frozenset({State.ACCEPTED, State.ALREADY_KNOWN})

# Somebody without an entry stands as proposed. Putting a person back undoes a decision made by mistake.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.PROPOSED: _DECIDED | {State.NAMED},
    State.NAMED: _DECIDED | {State.PROPOSED},
    State.ALREADY_KNOWN: _DECIDED | _BACK,
    State.NOT_SUITABLE: _DECIDED | _BACK,
    State.DECLINED_BY_PERSON: _DECIDED | _BACK,
    State.ACCEPTED: frozenset({State.CLOSED}),
    State.CLOSED: _DECIDED | _BACK,
}

LABELS = {
    State.PROPOSED: "To decide",
    State.NAMED: "Named by a clinician",
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


def left_out(state: State, since: datetime, *, changes: Collection[str] | None, change: str, made_at: datetime) -> bool:
    """Whether a risk list made at `made_at` leaves out, by default, a person standing so since `since`.

    People on a caseload or looked after already stay out. Somebody who declined, was not suitable or whose time with
    the team ended comes back only when something changed: `changes` since the decision (`calc.changed`), or, where
    nothing was kept of that day (None), a later list saying that their risk went up (`change`).
    """
    if state in (State.PROPOSED, State.NAMED):
        return False
    if state in STAYS_OUT:
        return True
    came_back = change == "up" if changes is None else bool(changes)
    return not (came_back and made_at > since)
