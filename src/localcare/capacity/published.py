"""The published figures about people that ship with the room, read from its `definitions` (sources: `SOURCES.md`
there)."""

import csv
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from localcare.capacity.calc.population import AGES, People, people
from localcare.capacity.calc.quantity import Array

FOLDER = Path(__file__).parent / "definitions"


@cache
def estimates() -> People:
    """Residents of the four districts, mid-2011 to mid-2023, as ONS estimated them after the census of 2021."""
    return _residents("residents_estimated_2011_2023.csv")


@cache
def projection_2018() -> People:
    """Residents as ONS projected them from 2018 (principal projection), mid-2024 to mid-2043."""
    return _residents("residents_projected_2018_based.csv")


@cache
def components_2018() -> dict[tuple[str, int], dict[str, float]]:
    """ONS's 2018-based components by (district, year): people, births, deaths, net_migration, other; 2018 has people
    only."""
    return {
        (row.pop("district"), int(row.pop("year"))): {name: float(value) for name, value in row.items() if value}
        for row in rows("components_projected_2018_based.csv")
    }


@cache
def stated_2017() -> dict[str, Any]:
    """What the Local Care Plan of 2017 states of residents and registered people, with its pages."""
    return tomllib.loads((FOLDER / "people_2017.toml").read_text())


@cache
def small_areas() -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """Small areas, their districts, and residents (area, five-year band 0 to 4 .. 85 to 89, 90 and over), mid-2020."""
    table = list(rows("lsoa_ages_mid2020.csv"))
    areas, districts = tuple(row.pop("lsoa11") for row in table), tuple(row.pop("district") for row in table)
    return areas, districts, np.array([[float(value) for value in row.values()] for row in table])


@dataclass(frozen=True, slots=True, eq=False)
class PracticeLists:
    """Practices with patients in the last year: `lists` (year, practice), `shares` (practice, `PRACTICE_BANDS`) of
    2018."""

    codes: tuple[str, ...]
    districts: tuple[str, ...]
    lists: Array
    shares: Array


@cache
def practice_lists(last: str = "2016-17") -> PracticeLists:
    """Practices, the district of their premises, and their lists of the financial years from 2014-15 to `last`.

    A practice without published ages takes the mean of the others (assumed). Raises ValueError for another year."""
    table = list(rows("practice_lists.csv"))
    years = [name for name in table[0] if name[:2] == "20"]
    if last not in years:
        raise ValueError(f"no lists of {last}: choose one of {', '.join(years)}")
    kept = [row for row in table if int(row[last] or 0)]
    lists = np.array([[float(row[year] or 0) for row in kept] for year in years[: years.index(last) + 1]])
    ends = np.array(
        [[float(row[end] or "nan") / 100 for end in ("percent_under_18", "percent_65_plus")] for row in kept]
    )
    known = ~np.isnan(ends[:, 0])
    ends[~known] = np.average(ends[known], axis=0, weights=lists[-1, known])
    shares = np.stack([ends[:, 0], 1 - ends.sum(1), ends[:, 1]], axis=1)
    return PracticeLists(tuple(r["practice"] for r in kept), tuple(r["district"] for r in kept), lists, shares)


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one packaged table."""
    with (FOLDER / name).open(newline="") as file:
        yield from csv.DictReader(file)


def _residents(name: str) -> People:
    table = (
        (row["district"], int(row["year"]), row["sex"], [float(row[str(age)]) for age in range(AGES)])
        for row in rows(name)
    )
    return people(table, name=name)
