"""Who is registered on a day, and how old."""

from datetime import date

import ibis
from ibis import ir


def months_before(day: date, months: int) -> date:
    """The same day of the month so many months before; the last of the month where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def age_on(birth_year: ir.IntegerValue, birth_month: ir.IntegerValue, day: date) -> ir.IntegerValue:
    """Age in completed years, counted in whole months: a birthday falls on the first of its month."""
    months = (day.year * 12 + day.month) - (birth_year.cast("int32") * 12 + birth_month)
    return (months // 12).cast("int16")


def registered(person: ir.Table, as_at: date) -> ir.Table:
    """People registered and alive at the end of `as_at`.

    In: table `person` of an edition. Out: person, practice, sex, age (years), observed, risk_stratification.
    A registration or a life that ended on the day itself has ended.
    """
    here = (person.registered_from <= as_at) & (person.registered_to.isnull() | (person.registered_to > as_at))
    alive = person.died_on.isnull() | (person.died_on > as_at)
    born = (person.birth_year * 12 + person.birth_month) <= as_at.year * 12 + as_at.month
    return person.filter(here, alive, born).select(
        "person",
        "practice",
        "sex",
        age=age_on(person.birth_year, person.birth_month, as_at),
        observed="observed",
        risk_stratification="risk_stratification",
    )


def in_months_before(events: ir.Table, day: date, months: int) -> ir.Table:
    """The events of the `months` that end with `day`: after the same day so many months before."""
    return events.filter(events.on > ibis.literal(months_before(day, months)), events.on <= ibis.literal(day))
