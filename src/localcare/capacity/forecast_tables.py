"""How far the forecast of residents can be believed, as tables of a plan: beside the stated one, tried on the past, and
against registered people."""

from collections.abc import Iterator

from localcare.capacity import forecast, published
from localcare.capacity.calc.tables import Table, Value

TRIED = ("district", "ages", "projected", "came", "error_percent", "unchanged_error_percent")


def forecast_tables() -> Iterator[Table]:
    """Of the area's four districts, whatever a plan assumes."""
    yield _stated()
    yield _tried()
    yield _registered()


def _stated() -> Table:
    lines = forecast.comparison()
    names = tuple(forecast.sources())
    rows = [
        (line.what, line.year, line.stated, line.stated_source, *(line.others[name] for name in names), *_gap(line))
        for line in lines
    ]
    says = (
        "Residents as the Local Care Plan 2017 states them, with 59.4% of Sevenoaks, beside what was estimated and "
        "what is projected now; why ONS's projection of 2018 differs: other people in 2015, and other growth since. "
        "The projections of 2012, which the plan used, are not at hand."
    )
    columns = ("group", "year", "stated", "stated_source", *names, "from_other_people", "from_other_growth")
    return Table("forecast_stated", "Can the forecast be believed?", says, columns, tuple(rows))


def _gap(line: forecast.check.ForecastLine) -> tuple[Value, Value]:
    if line.others[forecast.PUBLISHED] is None:
        return None, None
    found = forecast.gap(line.what, line.year, forecast.PUBLISHED)
    return found.from_base, found.from_growth


def _tried() -> Table:
    found, names = forecast.backtest(), published.stated_2017()["districts"]
    rows = [
        (names[one.place], one.band, one.projected, one.actual, one.error_percent, one.unchanged_error_percent)
        for one in found.misses
    ]
    says = (
        f"Our model as a plan of 2017 could have fitted it, on {found.first} to {found.base}, against the residents of "
        f"{found.last}; beside it the error of assuming that nothing changes."
    )
    return Table("forecast_tried", "The forecast tried on the past", says, TRIED, tuple(rows))


def _registered() -> Table:
    rows = [(line.what, line.people, line.source) for line in forecast.registered_and_resident()]
    says = "From the residents of the four districts to the people registered with the area's practices."
    return Table(
        "registered_and_resident", "Registered and resident people", says, ("line", "people", "source"), tuple(rows)
    )
