"""Shapes what the pages of caseload show, so that templates hold no rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from localcare.base.clock import LONDON
from localcare.caseload.models import CaseloadState
from localcare.caseload.types import ENDING_LABELS, LABELS, Counts, Ending, Entry, State

FAR = date.max
ORDERS = {
    "since": lambda e: e.since,
    "review": lambda e: e.review_on or FAR,
    "coordinator": lambda e: (not e.coordinator_name, e.coordinator_name),
}


def state_asked(text: str) -> State:
    """The state a filter in the address asks for; the caseload itself unless it is one of ours."""
    return State(text) if text in set(State) - {State.PROPOSED} else State.ACCEPTED


def narrowed(entries: Sequence[Entry], show: str, order: str, today: date) -> list[Entry]:
    """Entries that a count in the address asks for, in the order it asks for; the latest first without one."""
    if show == "review":
        entries = [e for e in entries if e.review_on and e.review_on <= today]
    elif show == "nobody":
        entries = [e for e in entries if e.coordinator_post_id is None]
    key = ORDERS.get(order.removeprefix("-"))
    return sorted(entries, key=key, reverse=order.startswith("-")) if key else list(entries)


def count_items(counts: Counts, asked: Mapping[str, str]) -> list[dict]:
    """The counts on top, which are filters too."""
    show, mine = asked.get("show", ""), asked.get("mine") == "1"
    everybody = not show and not mine and asked.get("state", State.ACCEPTED) == State.ACCEPTED
    room = f"{counts.taken_on_this_month} of {counts.room}" if counts.room is not None else counts.taken_on_this_month
    return [
        {"value": counts.on_caseload, "label": "On the caseload", "href": "?", "current": everybody},
        {"value": counts.mine, "label": "Co-ordinated by me", "href": "?mine=1", "current": mine},
        {
            "value": counts.review_due,
            "label": "Review due",
            "href": "?show=review",
            "current": show == "review",
            "late": counts.review_due > 0,
        },
        {
            "value": counts.without_coordinator,
            "label": "Without a co-ordinator",
            "href": "?show=nobody",
            "current": show == "nobody",
        },
        {"value": room, "label": "Taken on this month", "href": ""},
    ]


def caseload_filters(at_practice: bool) -> list[dict]:
    """Which states one may look at: a practice its own decisions too, a team its caseload and what ended."""
    shown = [s for s in LABELS if s is not State.PROPOSED] if at_practice else [State.ACCEPTED, State.CLOSED]
    options = [{"value": None if s is State.ACCEPTED else s.value, "label": LABELS[s]} for s in shown]
    return [{"title": "Where they stand", "name": "state", "options": options}]


@dataclass(frozen=True)
class Step:
    """One line of a person's history with the team."""

    what: str
    on: date
    reason: str
    author: str
    team: str


def steps(history: Iterable[CaseloadState]) -> list[Step]:
    """Every step in words, the latest first."""
    return [
        Step(
            what=LABELS[State(s.state)] + (f": {ENDING_LABELS[Ending(s.ending)].lower()}" if s.ending else ""),
            on=s.at.astimezone(LONDON).date(),
            reason=s.reason,
            author=", ".join(filter(None, (s.author, s.author_organisation))),
            team=s.entry.team.name,
        )
        for s in history
    ]
