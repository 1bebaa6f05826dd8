"""Whom people opened: by person, day and week, from the audit chain, counted by the store."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Any

from django.db import connection

from localcare.access import seen
from localcare.access.calc import opened as calc
from localcare.base.clock import LONDON
from localcare.base.models import AuditEntry, AuditSubject

WEEKS = 2
# Opened one by one; a page of a list names everybody on it and says nothing of whom somebody looked for.
PAGES = ("person", "unplanned", "care and support plan")
Span = tuple[int, datetime, datetime]
Counted = list[tuple[int, int, str, str, str, int]]
Words = Callable[[Sequence[calc.Opened], int, float], list[tuple[int, str]]]
ENTRY, SUBJECT = AuditEntry._meta.db_table, AuditSubject._meta.db_table


@dataclass(frozen=True)
class Unusual:
    """One line for whoever watches: since which day, who (None: several), and what stands out in words."""

    day: date
    actor_id: int | None
    actor: str
    organisation: str
    words: str


@dataclass(frozen=True)
class Window:
    """A day or a week, of which `day` is the first."""

    day: date
    starts: datetime
    ends: datetime


@cache
def rule() -> calc.Rule:
    """The thresholds of `opened.toml`."""
    text = resources.files("localcare.access").joinpath("definitions/opened.toml").read_text("utf-8")
    return calc.Rule(**{key: value for key, value in tomllib.loads(text).items() if key != "version"})


def unusual(until: date, weeks: int = WEEKS) -> list[Unusual]:
    """What stands out in the weeks that end with `until`'s, the latest first."""
    first = seen.monday(until) - timedelta(weeks=weeks - 1)
    by_week = [_window(first + timedelta(weeks=n), 7) for n in range(weeks)]
    by_day = [_window(first + timedelta(days=n), 1) for n in range((until - first).days + 1)]
    lines = _same_name(by_week[0].starts) + _watched(by_week)
    lines += _told(by_week, _counted(_spans(by_week)), calc.many, rule().many_a_week)
    lines += _told(by_day, _counted(_spans(by_day)), calc.many, rule().many_a_day)
    late = _counted([(n, *span) for n, week in enumerate(by_week) for span in _nights(week)])
    lines += _told(by_week, late, calc.out_of_hours, rule().out_of_hours)
    return sorted(lines, key=lambda line: (line.day, line.actor, line.words), reverse=True)


def _told(windows: Sequence[Window], counted: Counted, words: Words, least: int) -> list[Unusual]:
    found: list[Unusual] = []
    for n, rows in groupby(counted, key=lambda row: row[0]):
        by_actor = {row[1]: row for row in rows}
        asked = [calc.Opened(actor, role, people) for _, actor, _, role, _, people in by_actor.values()]
        for actor, said in words(asked, least, rule().times_role):
            _, _, name, _, organisation, _ = by_actor[actor]
            found.append(Unusual(windows[n].day, actor, name, organisation, said))
    return found


def _window(day: date, days: int) -> Window:
    return Window(day, _at(day, 0), _at(day + timedelta(days=days), 0))


def _spans(windows: Sequence[Window]) -> list[Span]:
    return [(n, w.starts, w.ends) for n, w in enumerate(windows)]


def _nights(week: Window) -> list[tuple[datetime, datetime]]:
    hours, found = seen.rule(), []
    for n in range(7):
        day = week.day + timedelta(days=n)
        if day.weekday() >= 5:
            found.append((_at(day, 0), _at(day + timedelta(days=1), 0)))
        else:
            found.append((_at(day, 0), _at(day, hours.night_to_hour)))
            found.append((_at(day, hours.night_from_hour), _at(day + timedelta(days=1), 0)))
    return found


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), LONDON)


def _counted(spans: Sequence[Span]) -> Counted:
    """(number, actor, name, role, organisation, different people opened or found); a number may have many spans."""
    query = f"""
        SELECT w.n, e.actor_id, min(e.actor), min(e.role), min(e.organisation), count(DISTINCT s.patient_id)
        FROM spans w {_looks()} GROUP BY w.n, e.actor_id ORDER BY w.n, e.actor_id
    """
    return _rows(query, spans)


def _watched(weeks: Sequence[Window]) -> list[Unusual]:
    """People opened by many in a week, by their number."""
    query = f"""
        SELECT w.n, s.patient_id, count(DISTINCT e.actor_id) FROM spans w
        {_looks()} GROUP BY w.n, s.patient_id HAVING count(DISTINCT e.actor_id) >= {rule().viewers_a_week}
        ORDER BY w.n, s.patient_id
    """
    return [
        Unusual(weeks[n].day, None, f"Person {patient}", "", f"was opened by {viewers} different people")
        for n, patient, viewers in _rows(query, _spans(weeks))
    ]


def _looks() -> str:
    # Written so that no store takes the index of actions, which holds years of looks: the time is the narrow one.
    pages = ", ".join(f"'{page}'" for page in PAGES)
    return f"""
        JOIN {ENTRY} e ON e.at >= w.starts AND e.at < w.ends AND e.actor_id IS NOT NULL
            AND (e.action || '' = 'searched' OR e.action || '' = 'looked' AND e.page IN ({pages}))
        JOIN {SUBJECT} s ON s.entry_sequence = e.sequence
    """


def _rows(query: str, spans: Sequence[Span]) -> list[Any]:
    adapt = connection.ops.adapt_datetimefield_value
    kinds = "CAST(%s AS integer), CAST(%s AS timestamptz), CAST(%s AS timestamptz)"
    mark = f"({kinds if connection.vendor == 'postgresql' else '%s, %s, %s'})"
    values = [value for n, starts, ends in spans for value in (n, adapt(starts), adapt(ends))]
    marks = ", ".join([mark] * len(spans))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH spans(n, starts, ends) AS (VALUES {marks}) {query}", values)
        return cursor.fetchall()


def _same_name(since: datetime) -> list[Unusual]:
    rows = AuditEntry.objects.filter(action=calc.SAME_NAME, at__gte=since).order_by("sequence")
    told = rows.values_list("sequence", "at", "actor_id", "actor", "organisation")
    words = "opened somebody of their own family name (entry {})"
    return [
        Unusual(at.astimezone(LONDON).date(), actor, name, organisation, words.format(sequence))
        for sequence, at, actor, name, organisation in told
    ]
