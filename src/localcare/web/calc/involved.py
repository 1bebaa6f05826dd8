"""Who is involved with a person, composed from what was read for their page: nothing looked up, nothing invented."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

# A team whose last contact lies further back is not told as involved.
RECENT = timedelta(days=92)


@dataclass(frozen=True)
class Known:
    """Somebody by name and organisation, with a phone where one is known."""

    name: str
    organisation: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Owned:
    """An open task: its owner in words (name, role, organisation), their phone, what is to be done and by when."""

    owner: str
    phone: str
    title: str
    due_on: date


@dataclass(frozen=True)
class Contact:
    """A contact, or a month of them, that a source tells of: the team, the source, the last day of it."""

    team: str
    source: str
    last_on: date


@dataclass(frozen=True)
class Booked:
    """The next meeting on whose agenda the person stands."""

    team: str
    starts_at: datetime


@dataclass(frozen=True)
class Involved:
    """One line: in which role, who, their phone; what comes next and when, or when the last contact was."""

    role: str
    who: str
    phone: str = ""
    next_what: str = ""
    next_on: date | None = None
    late: bool = False
    meets_at: datetime | None = None
    last_on: date | None = None


def compose(
    *,
    coordinator: Known | None,
    plan_coordinator: Known | None,
    owned: Sequence[Owned],
    contacts: Iterable[Contact],
    booked: Booked | None,
    today: date,
) -> list[Involved]:
    """Co-ordinators, then owners of open tasks by their next day, the next meeting, then teams by their last contact.

    The co-ordinator of the plan has a line only where it is somebody other than the team's.
    """
    found = []
    if coordinator:
        found.append(_named("Care co-ordinator", coordinator))
    if plan_coordinator and plan_coordinator.name and (not coordinator or plan_coordinator.name != coordinator.name):
        found.append(_named("Co-ordinates the plan", plan_coordinator))
    found += _owners(owned, today)
    if booked:
        found.append(Involved("Next meeting", booked.team, meets_at=booked.starts_at))
    return found + _teams(contacts, today)


def _named(role: str, one: Known) -> Involved:
    return Involved(role, ", ".join(filter(None, (one.name or "not named yet", one.organisation))), one.phone)


def _owners(owned: Sequence[Owned], today: date) -> list[Involved]:
    """One line an owner: the first of their open tasks."""
    first: dict[str, Owned] = {}
    for task in sorted(owned, key=lambda task: (task.due_on, task.title)):
        first.setdefault(task.owner, task)
    return [
        Involved("Has a task", task.owner, task.phone, task.title, task.due_on, late=task.due_on < today)
        for task in first.values()
    ]


def _teams(contacts: Iterable[Contact], today: date) -> list[Involved]:
    """One line a team of a source, with its last contact, the latest first."""
    last: dict[tuple[str, str], date] = {}
    for contact in contacts:
        if today - RECENT <= contact.last_on <= today:
            key = (contact.team, contact.source)
            last[key] = max(contact.last_on, last.get(key, contact.last_on))
    ordered = sorted(last.items(), key=lambda pair: (-pair[1].toordinal(), pair[0]))
    return [Involved(team, source, last_on=on) for (team, source), on in ordered]
