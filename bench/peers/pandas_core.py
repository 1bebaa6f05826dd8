"""The core question in pandas at its best: columns as NumPy arrays, lookups by code, `bincount` and `reduceat`.

People and codes of an edition are dense numbers, and observations are sorted by code: both are used here, and only the
row groups of the codes asked for are read. A crosstab or a merge of the same tables takes ten times as long.
"""

import numpy as np
import pandas as pd
import pyarrow as pa

from bench.peers.question import COUNTED, Question, question, rounded
from localcare.dataset.editions import Edition
from localcare.population.calc.people import months_before


def answer(edition: Edition) -> dict:
    asked = question(edition.as_at)
    person = pd.read_parquet(edition.path("person"), dtype_backend="pyarrow")
    size = len(person)
    day = asked.as_at
    months = day.year * 12 + day.month - (person["birth_year"].astype("int32") * 12 + person["birth_month"]).to_numpy()
    starts, ends, died = (_days(person[name]) for name in ("registered_from", "registered_to", "died_on"))
    here = (starts <= _day(day)) & (np.isnat(ends) | (ends > _day(day))) & (np.isnat(died) | (died > _day(day)))
    known = here & (months >= 0)
    age = months // 12
    cost, mental = _cost(edition, asked, size)
    cost -= np.where(age < asked.loaded.prices.mental_health_from_age, mental, 0.0)
    seen = known & person["observed"].to_numpy(dtype=bool)
    band, group = _band(asked, age), _group(asked, _masks(edition, asked, size))
    cell = (band * len(asked.groups) + group)[seen]
    n, pounds = np.bincount(cell), np.bincount(cell, weights=cost[seen])
    keys = [(band.key, key) for band in asked.grid.age_bands for key, *_ in asked.groups]
    rows = [(*keys[i], n[i], pounds[i]) for i in np.flatnonzero(n)]
    return {"people": int(known.sum()), "answer": rounded(rows)}


def _day(day) -> np.datetime64:
    return np.datetime64(day, "D")


def _days(column: pd.Series) -> np.ndarray:
    return pa.chunked_array(column.array.__arrow_array__()).cast(pa.timestamp("s")).to_numpy().astype("datetime64[D]")


def _read(edition: Edition, table: str, columns: list[str], filters: list | None = None) -> pd.DataFrame:
    return pd.read_parquet(edition.path(table), columns=columns, filters=filters, dtype_backend="pyarrow")


def _masks(edition: Edition, asked: Question, size: int) -> np.ndarray:
    code = _read(edition, "code", ["code", "system", "value"])
    clinical = (code["system"] == "snomedct").to_numpy(dtype=bool)
    value = code["value"].to_numpy()
    diagnosed = np.array([asked.diagnosed.get(v, 0) if c else 0 for v, c in zip(value, clinical, strict=True)])
    resolved = np.array([asked.resolved.get(v, 0) if c else 0 for v, c in zip(value, clinical, strict=True)])
    told = np.flatnonzero(diagnosed | resolved).tolist()
    entries = _read(edition, "observation", ["person", "on", "code"], [("code", "in", told)])
    entries = entries.iloc[np.argsort(entries["person"].to_numpy(), kind="stable")]
    number, on = entries["code"].to_numpy(), _days(entries["on"])
    kept = on <= _day(asked.as_at)
    who, on, number = entries["person"].to_numpy()[kept], on[kept], number[kept]
    mask = np.zeros(size, dtype=np.int64)
    if not len(who):
        return mask
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    mask[who[first]] = np.bitwise_or.reduceat(diagnosed[number], first) & asked.ever
    for condition in asked.timed:
        told = (diagnosed[number] & condition.flag) != 0
        holds = np.zeros(size, dtype=bool)
        if condition.first_within_months:
            earliest = _extreme(who[told], on[told], size, np.minimum, _day("9999-12-31"))
            start = _day(months_before(asked.as_at, condition.first_within_months))
            holds = (earliest > start) & (earliest != _day("9999-12-31"))
        else:
            last = _extreme(who[told], on[told], size, np.maximum, _day("0001-01-01"))
            if condition.within_months:
                holds = last > _day(months_before(asked.as_at, condition.within_months))
            else:
                ended = (resolved[number] & condition.flag) != 0
                end = _extreme(who[ended], on[ended], size, np.maximum, _day("0001-01-01"))
                holds = (last > _day("0001-01-01")) & (last >= end)
        mask[holds] |= condition.flag
    return mask


def _extreme(who, on, size, least_or_most, start) -> np.ndarray:
    found = np.full(size, start, dtype="datetime64[D]")
    if len(who):
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        found[who[first]] = least_or_most.reduceat(on, first)
    return found


def _cost(edition: Edition, asked: Question, size: int) -> tuple[np.ndarray, np.ndarray]:
    prices = asked.loaded.prices
    cost, mental = np.zeros(size), np.zeros(size)
    for table in dict.fromkeys(name for name, *_ in COUNTED):
        rules = [row for row in COUNTED if row[0] == table]
        extra = ["discharged_on"] if table == "admission" else []
        columns = list(dict.fromkeys(["person", "on", *(c for _, _, c, _ in rules if c), *extra]))
        events = _read(edition, table, columns)
        on = _days(events["on"])
        inside = (on > _day(asked.year_before)) & (on <= _day(asked.as_at))
        who, pounds = events["person"].to_numpy()[inside], np.zeros(int(inside.sum()))
        for _, price, column, value in rules:
            counts = slice(None) if column is None else (events[column] == value).to_numpy(dtype=bool)[inside]
            pounds[counts] += prices[price]
        if table == "admission":
            left = _days(events["discharged_on"])[inside]
            nights = np.where(np.isnat(left), _day(asked.as_at), left) - on[inside]
            stay = np.where(nights.astype(int) <= 1, prices["emergency_short"], prices["emergency_long"])
            emergency = (events["kind"] == "emergency").to_numpy(dtype=bool)[inside]
            pounds[emergency] += stay[emergency]
        summed = np.bincount(who, weights=pounds, minlength=size)
        cost += summed
        mental += summed if table == "mental_health_contact" else 0
    return cost + _care(edition, asked, size), mental


def _care(edition: Edition, asked: Question, size: int) -> np.ndarray:
    service = _read(edition, "social_care", ["person", "on", "ended_on", "weekly_cost"])
    service = service[service["weekly_cost"].notna()]
    on, ended = _days(service["on"]), _days(service["ended_on"])
    until = np.minimum(np.where(np.isnat(ended), _day(asked.as_at), ended), _day(asked.as_at))
    since = np.maximum(on, _day(asked.year_before) + 1)
    days = np.maximum((until - since).astype(int) + 1, 0)
    pounds = service["weekly_cost"].to_numpy(dtype=float) * days / 7
    return np.bincount(service["person"].to_numpy(), weights=pounds, minlength=size)


def _band(asked: Question, age: np.ndarray) -> np.ndarray:
    return np.searchsorted([b.last for b in asked.grid.age_bands[:-1]], age, side="left")


def _group(asked: Question, mask: np.ndarray) -> np.ndarray:
    long_term = np.bitwise_count(mask & asked.loaded.conditions.long_term)
    rules = [(mask & any_of) != 0 if any_of else long_term >= at_least for _, any_of, at_least in asked.groups]
    return np.select(rules, range(len(rules)), default=-1)
