"""The one clock. Rules never read it: they are given a date."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present moment, aware, shifted by the demo's whole number of days."""
    return timezone.now() + timedelta(days=settings.CLOCK_OFFSET_DAYS)


def today() -> date:
    """Today's date in London."""
    return now().astimezone(LONDON).date()


def at(day: date, when: time) -> datetime:
    """The moment of a time of the day in London."""
    return datetime.combine(day, when, tzinfo=LONDON)
