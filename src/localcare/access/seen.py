"""Who saw who people are, by person, practice and week: what the Caldicott Guardian reads, from the audit chain."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from django.conf import settings

from localcare.access.calc import unusual as calc
from localcare.access.models import IdentityRequest
from localcare.base import audit, clock
from localcare.base.clock import LONDON
from localcare.base.models import AuditEntry, AuditSubject

REVEALED, REFUSED, DECLARED = "revealed", "refused", "emergency declared"
NOT_OPENED = "emergency not opened"
ASKED, NOT_ASKED, SEEN = "identity asked", "identity not asked", "identity seen"
RELEASED, NOT_RELEASED = "identity released", "identity refused"
COUNTED = (REVEALED, REFUSED, DECLARED, NOT_OPENED, ASKED, NOT_ASKED, RELEASED, NOT_RELEASED, SEEN)
WEEKS = 12


@dataclass(frozen=True)
class Seen:
    """One person's week: people revealed and seen by a release, requests, quota, refusals, emergency accesses.

    `released` and `refused_release` are requests of others that they decided; `unusual` says in words what stands out.
    """

    week: date
    actor_id: int
    actor: str
    role: str
    organisation: str
    practices: tuple[str, ...]
    people: int
    asked: int
    quota: int
    over_quota: int
    released: int
    refused_release: int
    seen: int
    refused: int
    emergencies: int
    unusual: tuple[str, ...]


@dataclass
class _Week:
    """What was found of one person in one week."""

    entry: AuditEntry
    practices: set[str] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    times: Counter = field(default_factory=Counter)
    out_of_hours: int = 0


@cache
def rule() -> calc.Rule:
    """The thresholds of `unusual.toml`."""
    text = resources.files("localcare.access").joinpath("definitions/unusual.toml").read_text("utf-8")
    return calc.Rule(**{key: value for key, value in tomllib.loads(text).items() if key != "version"})


def by_week(until: date, weeks: int = WEEKS) -> list[Seen]:
    """Every person's weeks, the latest first, then those with most people; of the weeks that end with `until`'s."""
    first = monday(until) - timedelta(weeks=weeks - 1)
    found = _gathered(first)
    second = _second_people(first)
    earlier: dict[int, list[int]] = {}
    answer = []
    for (week, actor), held in sorted(found.items(), key=lambda item: item[0]):
        before = earlier.setdefault(actor, [])
        answer.append(_seen(week, actor, held, before, second.get((week, actor), ())))
        before.append(len(held.people))
    return sorted(answer, key=lambda s: (s.week, bool(s.unusual), s.people, s.actor), reverse=True)


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _gathered(first: date) -> dict[tuple[date, int], _Week]:
    since = datetime.combine(first, datetime.min.time(), LONDON)
    rows = AuditEntry.objects.filter(at__gte=since, action__in=COUNTED, actor_id__isnull=False).order_by("sequence")
    entries = list(rows)
    people = _people([e.sequence for e in entries if e.action in (REVEALED, SEEN)])
    found: dict[tuple[date, int], _Week] = {}
    for entry in entries:
        at = entry.at.astimezone(LONDON)
        held = found.setdefault((monday(at.date()), entry.actor_id or 0), _Week(entry))
        held.times[entry.action] += 1
        if practice := audit.detail(entry).get("practice"):
            held.practices.add(practice)
        held.people |= people.get(entry.sequence, set())
        held.out_of_hours += entry.action in (REVEALED, SEEN) and rule().out_of_hours(at)
    return found


def _people(sequences: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    rows = AuditSubject.objects.filter(entry_sequence__among=set(sequences))
    for sequence, patient in rows.values_list("entry_sequence", "patient_id"):
        found.setdefault(sequence, set()).add(patient)
    return found


def _second_people(first: date) -> Mapping[tuple[date, int], tuple[str, ...]]:
    """Who released each request of a person in a week, in the week it was asked."""
    since = datetime.combine(first, datetime.min.time(), LONDON)
    found: dict[tuple[date, int], tuple[str, ...]] = {}
    rows = IdentityRequest.objects.filter(asked_at__gte=since, ends__isnull=False).order_by("id")
    for user, at, by in rows.values_list("user_id", "asked_at", "decided_by"):
        key = monday(at.astimezone(LONDON).date()), user
        found[key] = (*found.get(key, ()), by)
    return found


def _seen(week: date, actor: int, held: _Week, earlier: list[int], second: tuple[str, ...]) -> Seen:
    times, entry = held.times, held.entry
    told = calc.Week(
        revealed=len(held.people),
        out_of_hours=held.out_of_hours,
        asked=times[ASKED],
        quota=settings.IDENTITY_QUOTA,
        refused=times[REFUSED],
        emergencies=times[DECLARED] + times[NOT_OPENED],
        second_people=second,
    )
    return Seen(
        week=week,
        actor_id=actor,
        actor=entry.actor,
        role=entry.role,
        organisation=entry.organisation,
        practices=tuple(sorted(held.practices)),
        people=len(held.people),
        asked=times[ASKED],
        quota=settings.IDENTITY_QUOTA,
        over_quota=times[NOT_ASKED],
        released=times[RELEASED],
        refused_release=times[NOT_RELEASED],
        seen=times[SEEN],
        refused=times[REFUSED],
        emergencies=told.emergencies,
        unusual=calc.unusual(told, earlier, rule()),
    )


def requests(weeks: int = WEEKS) -> list[IdentityRequest]:
    """Every request to know who somebody is, the latest first."""
    since = clock.now() - timedelta(weeks=weeks)
    return list(IdentityRequest.objects.filter(asked_at__gte=since).order_by("-asked_at", "-id"))
