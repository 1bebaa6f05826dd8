"""Shapes what the pages of caseload show, so that templates hold no rules."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from localcare.access.types import named
from localcare.base.clock import LONDON
from localcare.caseload.lists import ListPage
from localcare.caseload.models import CaseloadState
from localcare.caseload.types import ENDING_LABELS, LABELS, Counts, Ending, Entry, State
from localcare.design.paging import ROWS, Page
from localcare.population.queries import ListCounts

FAR = date.max
CHANGES = {"new": "New", "up": "Up", "down": "Down", "same": "Same", "gone": "Gone"}
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
    taken_on, places = counts.room.taken_on, counts.room.places
    room = f"{taken_on} of {places}" if places is not None else taken_on
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
    answered: str
    author: str
    team: str


def steps(history: Iterable[CaseloadState]) -> list[Step]:
    """Every step in words, the latest first."""
    return [
        Step(
            what=LABELS[State(s.state)] + (f": {ENDING_LABELS[Ending(s.ending)].lower()}" if s.ending else ""),
            on=s.at.astimezone(LONDON).date(),
            reason=s.reason,
            answered=f"Told or agreed: {named(s.told, s.told_words)}." if s.told else "",
            author=", ".join(filter(None, (s.author, s.author_organisation))),
            team=s.entry.team.name,
        )
        for s in history
    ]


def practice_rows(counts: ListCounts, names: Mapping[str, str]) -> list[dict]:
    """One line a practice of the cluster, by name."""
    rows = [
        {"code": code, "name": names.get(code, code), "listed": n, "new": counts.new_by_practice[code]}
        for code, n in counts.by_practice.items()
    ]
    return sorted(rows, key=lambda row: row["name"])


def labelled(counts: Mapping[str, int | None], labels: Mapping[str, str]) -> list[tuple[str, int | None]]:
    """Counts with their labels, in the order of the labels, without those nobody has."""
    return [(label, counts[key]) for key, label in labels.items() if counts.get(key, 0) != 0]


def list_paging(page: ListPage, address: Callable[[int], str]) -> Page:
    """The pages before and after this one of a list."""
    first = (page.number - 1) * ROWS + 1 if page.rows else 0
    return Page(
        rows=page.rows,
        total=page.total,
        first=first,
        last=max(first - 1, 0) + len(page.rows),
        before=address(page.number - 1) if page.number > 1 else "",
        after=address(page.number + 1) if page.number < page.pages else "",
    )


def pseudonym_label(pseudonym: str) -> str:
    """What stands for somebody as long as nobody looked."""
    return f"Person {pseudonym[:6].upper()}"


@dataclass(frozen=True)
class Asked:
    """One request to know who somebody is, in words."""

    id: int
    label: str
    practice: str
    who: str
    reason: str
    at: datetime
    standing: str
    answer: str
    open_until: datetime | None


def asked(row: Any, names: Mapping[str, str], now: datetime) -> Asked:
    """A request as the page shows it: waiting, released until, ended, refused."""
    by = f" by {row.decided_by}, {row.decided_role}"
    standing = "Waiting for a second person"
    if row.decided_at and row.ends is None:
        standing = "Refused" + by
    elif row.ends:
        standing = ("Released" if row.ends > now else "Release ended; it was given") + by
    return Asked(
        id=row.id,
        label=pseudonym_label(row.pseudonym),
        practice=names.get(row.practice_code, row.practice_code),
        who=", ".join((row.actor, row.role, row.organisation)),
        reason=row.reason,
        at=row.asked_at,
        standing=standing,
        answer=row.answer,
        open_until=row.ends if row.ends and row.ends > now else None,
    )


def list_filters(groups: Mapping[str, str], reveals: bool) -> list[dict]:
    """What narrows and orders a list, kept in the address; nothing for whoever may not reveal it."""
    if not reveals:
        return []
    return [
        _filter("Order", "order", "Greatest risk first", {"change": "New first", "age": "Oldest first"}),
        _filter("Change since last run", "change", "All on the list", CHANGES),
        _filter("Group", "group", "All", groups),
        _filter("Sex", "sex", "All", {"female": "Female", "male": "Male"}),
        _filter("Already decided", "decided", "Leave out", {"1": "Show too, and the palliative register"}),
    ]


def change_items(changes: Mapping[str, int], asked: str) -> list[dict]:
    """What changed on a practice's list since the run before: counts that are filters too."""
    return [
        {"value": changes.get(key, 0), "label": label, "href": f"?change={key}", "current": asked == key}
        for key, label in CHANGES.items()
        if key != "same"
    ]


def hidden_in_words(hidden: Mapping[str, int]) -> str:
    """ "3 on the caseload, 1 already known"; empty where nobody is hidden."""
    return ", ".join(f"{number:,} {words}" for words, number in hidden.items())


def _filter(title: str, name: str, everything: str, options: Mapping[str, str]) -> dict:
    rows = [{"value": None, "label": everything}, *({"value": v, "label": label} for v, label in options.items())]
    return {"title": title, "name": name, "options": rows}
