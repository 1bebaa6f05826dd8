"""How often a source sends, and when its silence is longer than it ever was."""

from datetime import date, datetime, timedelta

import pytest

from localcare.base import audit
from localcare.base.clock import LONDON
from localcare.record import actions, queries
from localcare.record.calc.rhythm import Rhythm, in_words, is_silent, rhythm
from localcare.record.models import Source
from localcare.record.types import NewStatement, SourceOf
from tests import builders

MONDAY = date(2017, 4, 3)


def days_ago(*numbers):
    return [MONDAY - timedelta(days=n) for n in numbers]


@pytest.mark.parametrize(
    ("days", "found", "words"),
    [
        (days_ago(3, 2, 1, 0), Rhythm(1, 1), "usually daily"),
        (days_ago(10, 7, 6, 5, 4, 3, 0), Rhythm(1, 3), "usually daily"),  # not at weekends
        (days_ago(21, 14, 7, 0), Rhythm(7, 7), "usually weekly"),
        (days_ago(12, 8, 4, 0, 0), Rhythm(4, 4), "usually every 4 days"),
        (days_ago(2, 1, 0), None, "how often is not known yet"),
        ([], None, "how often is not known yet"),
    ],
)
def test_the_rhythm_is_observed_or_not_said(days, found, words):
    assert rhythm(days) == found
    assert in_words(found) == words


def test_only_the_latest_days_count():
    assert rhythm([*days_ago(*range(20)), *days_ago(400, 300, 200)]) == Rhythm(1, 1)


@pytest.mark.parametrize(
    ("last", "known", "silent"),
    [
        (1, Rhythm(1, 3), False),
        (3, Rhythm(1, 3), False),
        (4, Rhythm(1, 3), True),
        (7, Rhythm(7, 7), False),
        (8, Rhythm(7, 7), True),
        (31, None, False),
        (32, None, True),
    ],
)
def test_silence_is_longer_than_ever_between_two_sendings_or_a_month_where_no_rhythm_is_known(last, known, silent):
    assert is_silent(MONDAY - timedelta(days=last), known, MONDAY) is silent


@pytest.mark.django_db
def test_each_day_a_source_is_heard_is_kept_once_and_its_rhythm_follows():
    patient = builders.patient()
    for day in (10, 11, 12, 12, 13):
        note = NewStatement(patient.id, "note", f"n{day}", "Seen", started_on=date(2017, 3, day))
        at = datetime(2017, 3, day, 6, 10, tzinfo=LONDON)
        actions.add_statements(statements=[note], source=SourceOf("Hospital"), received_at=at, by=audit.SYSTEM)
    assert (Source.objects.get().usual_days, Source.objects.get().longest_days) == (1, 1)
    (heard,) = queries.heard([])
    assert (heard.last_on, heard.next_on, heard.silent(MONDAY)) == (date(2017, 3, 13), date(2017, 3, 14), True)
