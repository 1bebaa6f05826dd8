"""Audit entries in words for the person they are about. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

PAGES = {
    "person": "Opened your record",
    "unplanned": "Opened the short view of your record for urgent care",
    "find a person": "Searched for you",
    "care and support plan": "Opened your care and support plan",
    "Today": "Saw you on their list of the day",
    "caseload": "Saw you on their team's caseload",
    "oversight": "Reviewed an emergency access to your record",
}
ACTIONS = {
    "searched": "Searched for you and found you",
    "refused": "Tried to see your record and was refused",
    "revealed": "Saw your name on your practice's list of people at greatest risk",
    "emergency declared": "Opened your record in an emergency",
    "emergency not opened": "Tried to open your record in an emergency; it stayed closed",
    "identity released": "Allowed a care co-ordinator to know who you are",
    "identity seen": "Saw who you are, after a second person allowed it",
    "opened for the record feed": "Loaded your record (no person looked)",
    "oversight searched": "Looked up, for you or a review, who saw your record",
}
WHY = {
    "registered": "You are registered with their practice.",
    "relationship": "Their team looks after you.",
    "emergency": "They declared an emergency.",
    "no_relationship": "They are not in your care team.",
    "objected": "You do not want your record shared for care.",
    "consent_missing": "You had not agreed to it.",
    "role": "Their role does not include it.",
}


@dataclass(frozen=True)
class Done:
    """An entry as the chain holds it."""

    at: datetime
    actor: str
    role: str
    organisation: str
    action: str
    page: str
    reason: str
    basis: str


@dataclass(frozen=True)
class Line:
    """What one person did about somebody on one day: how often, what, and why."""

    day: date
    who: str
    role: str
    organisation: str
    what: str
    why: str
    times: int


def what(action: str, page: str) -> str:
    """An action in words for the person it is about."""
    if action == "looked":
        return PAGES.get(page, f"Saw you on the page: {page or 'a list'}")
    return ACTIONS.get(action, f"Recorded: {action}")


def lines(entries: Iterable[Done]) -> list[Line]:
    """By day, the latest first; what the same person did several times on a day is told once."""
    times: dict[tuple[date, str, str, str, str, str], int] = {}
    for e in entries:
        why = " ".join(part for part in (WHY.get(e.basis, ""), e.reason) if part)
        who = e.actor, e.role.replace("_", " "), e.organisation
        key = (e.at.date(), *who, what(e.action, e.page), why)
        times[key] = times.get(key, 0) + 1
    return [Line(*key, n) for key, n in sorted(times.items(), key=lambda item: item[0][0], reverse=True)]
