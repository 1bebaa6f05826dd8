"""How old a copy is, in words."""

from datetime import UTC, datetime, timedelta

import pytest

from localcare.outage.calc.age import age

AS_AT = datetime(2017, 4, 3, 5, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(0), "0 minutes old"),
        (timedelta(seconds=119), "1 minute old"),
        (timedelta(minutes=59), "59 minutes old"),
        (timedelta(hours=1), "1 hour old"),
        (timedelta(hours=7, minutes=59), "7 hours old"),
        (timedelta(hours=47), "47 hours old"),
        (timedelta(days=2), "2 days old"),
        (timedelta(days=400), "400 days old"),
    ],
)
def test_is_told_in_the_unit_that_says_most_and_never_rounded_up(later, words):
    assert age(AS_AT, AS_AT + later, old=DAY).words == words


def test_warns_from_the_age_set():
    assert age(AS_AT, AS_AT + DAY - timedelta(minutes=1), old=DAY).warning == ""
    assert age(AS_AT, AS_AT + DAY, old=DAY).warning.startswith("This copy is 24 hours old. Medicines")


def test_a_clock_before_the_copy_makes_no_copy_look_young():
    told = age(AS_AT, AS_AT - timedelta(hours=1), old=DAY)
    assert told.words == "age not known"
    assert "Take it to be old" in told.warning
