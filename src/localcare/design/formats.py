"""How dates, times, NHS numbers, money and counts are written, everywhere."""

from datetime import date, datetime

from django.conf import settings

from localcare.base.clock import LONDON


def day(value: date | None) -> str:
    """6 August 2018"""
    return f"{value.day} {value:%B %Y}" if value else ""


def day_of(value: date | None, precision: str = "day") -> str:
    """6 August 2018, August 2018 or 2018: no more than the source said."""
    if value is None:
        return ""
    return {"year": f"{value.year}", "month": f"{value:%B %Y}"}.get(precision) or day(value)


def weekday(value: date) -> str:
    """Monday 6 August 2018"""
    return f"{value:%A} {day(value)}"


def time(value: datetime) -> str:
    """2:10pm"""
    local = value.astimezone(LONDON)
    return f"{local.hour % 12 or 12}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def moment(value: datetime) -> str:
    """Monday 6 August 2018, 2:10pm"""
    return f"{weekday(value.astimezone(LONDON).date())}, {time(value)}"


def nhs_number(value: str | None) -> str:
    """999 123 4567"""
    return f"{value[:3]} {value[3:6]} {value[6:]}" if value else "not known"


def pounds(value: float | None) -> str:
    """£1,512"""
    return "not shown" if value is None else f"£{value:,.0f}"


def count(value: int | None) -> str:
    """12,800, or in words where suppressed for being small"""
    return f"1 to {settings.SUPPRESS_BELOW - 1}" if value is None else f"{value:,}"


def protected(value: int | None) -> str:
    """A count among others and their sums: a larger one may be hidden too, as it would give a small one away"""
    return f"{count(None)} or hidden" if value is None else count(value)


def percent(value: float | None, places: int = 0) -> str:
    return "not shown" if value is None else f"{100 * value:.{places}f}%"


FILTERS = {
    "day": day,
    "day_of": day_of,
    "weekday": weekday,
    "time": time,
    "moment": moment,
    "nhs_number": nhs_number,
    "pounds": pounds,
    "count": count,
    "protected": protected,
    "percent": percent,
}
