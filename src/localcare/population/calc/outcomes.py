"""What happened to people in given periods: admissions, A&E, nights in hospital, and what they cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import numpy as np
from ibis import ir
from numpy.typing import NDArray

from localcare.population.definitions import Prices

DAYS_A_YEAR = 365.25
OUTCOMES = ("admissions", "attendances", "nights", "pounds")
_PRICED = {"day_case": "day_case", "elective": "elective", "other": "other_admission"}


@dataclass(frozen=True)
class Happened:
    """Of N people in P periods: years at risk (N, P), and by outcome of `OUTCOMES` an amount (N, P).

    admissions: emergency admissions. attendances: A&E. nights: of emergency admissions. pounds: A&E and every
    admission at the unit costs of the price year.
    """

    years: NDArray[np.float64]
    amounts: Mapping[str, NDArray[np.float64]]


def happened(
    tables: Mapping[str, ir.Table], people: Sequence[int], cuts: Sequence[date], until: date, prices: Prices
) -> Happened:
    """What happened to `people` (numbers of the edition, each once) from each of `cuts` to the day before the next.

    cuts: first day of each period, rising; the last period ends with `until`. Years count while somebody is registered
    and alive; what happened before or after does not count, what happened on the day of a death does. An admission
    counts whole in the period in which it began; a stay that has not ended is counted to `until`.
    """
    asked = ibis.memtable([(int(p), i) for i, p in enumerate(people)], schema={"person": "int32", "row": "int32"})
    lives = _ordered(tables["person"], asked, "registered_from", "registered_to", "died_on")
    starts, ends = _stay_here(lives, until)
    years = _years(starts, ends, cuts, until)
    amounts = {name: np.zeros(years.shape) for name in OUTCOMES}
    for rows in (_attendances(tables, asked, prices), _admissions(tables, asked, prices, until)):
        _add(amounts, rows, years, starts, _last_days(lives, ends), cuts)
    return Happened(years, amounts)


def _ordered(table: ir.Table, asked: ir.Table, *columns: str) -> dict[str, NDArray]:
    found = table.inner_join(asked, "person").select("row", *columns).order_by("row").to_pandas()
    return {name: found[name].to_numpy() for name in ("row", *columns)}


def _stay_here(lives: Mapping[str, NDArray], until: date) -> tuple[NDArray, NDArray]:
    """First day here, and first day no longer here, of each person."""
    after = np.datetime64(until + timedelta(days=1))
    starts = lives["registered_from"].astype("datetime64[D]")
    ends = [np.where(np.isnat(day), after, day) for day in _days(lives, "registered_to", "died_on")]
    return starts, np.minimum.reduce([*ends, np.full(len(starts), after)])


def _last_days(lives: Mapping[str, NDArray], ends: NDArray) -> NDArray:
    """The last day whose events count: an admission on the day of death belongs to the life."""
    (died,) = _days(lives, "died_on")
    return np.where(ends == died, ends, ends - np.timedelta64(1, "D"))


def _days(columns: Mapping[str, NDArray], *names: str) -> list[NDArray]:
    return [columns[name].astype("datetime64[D]") for name in names]


def _years(starts: NDArray, ends: NDArray, cuts: Sequence[date], until: date) -> NDArray[np.float64]:
    edges = np.array([*cuts, until + timedelta(days=1)], dtype="datetime64[D]")
    first, last = np.maximum(starts[:, None], edges[None, :-1]), np.minimum(ends[:, None], edges[None, 1:])
    return np.maximum((last - first).astype(np.int64), 0) / DAYS_A_YEAR


def _attendances(tables: Mapping[str, ir.Table], asked: ir.Table, prices: Prices) -> dict[str, NDArray]:
    found = _ordered(tables["emergency_attendance"], asked, "on")
    each = np.ones(len(found["row"]))
    return {**found, "attendances": each, "pounds": each * prices["emergency_attendance"]}


def _admissions(tables: Mapping[str, ir.Table], asked: ir.Table, prices: Prices, until: date) -> dict[str, NDArray]:
    found = _ordered(tables["admission"], asked, "on", "discharged_on", "kind")
    on, left = _days(found, "on", "discharged_on")
    nights = (np.where(np.isnat(left), np.datetime64(until), left) - on).astype(np.int64)
    emergency = found["kind"] == "emergency"
    by_length = np.where(nights > 1, prices["emergency_long"], prices["emergency_short"])
    pounds = np.where(emergency, by_length, 0.0)
    for kind, price in _PRICED.items():
        pounds = np.where(found["kind"] == kind, prices[price], pounds)
    return {**found, "admissions": emergency * 1.0, "nights": emergency * nights * 1.0, "pounds": pounds}


def _add(
    amounts: Mapping[str, NDArray],
    rows: Mapping[str, NDArray],
    years: NDArray,
    starts: NDArray,
    last_days: NDArray,
    cuts: Sequence[date],
) -> None:
    """Add rows to the periods in which they began; people and periods without years take nothing."""
    on = rows["on"].astype("datetime64[D]")
    period = np.searchsorted(np.array(cuts, dtype="datetime64[D]"), on, side="right") - 1
    inside = (period >= 0) & (on >= starts[rows["row"]]) & (on <= last_days[rows["row"]])
    row, period = rows["row"][inside], period[inside]
    for name in OUTCOMES:
        if name in rows:
            np.add.at(amounts[name], (row, period), rows[name][inside] * (years[row, period] > 0))
