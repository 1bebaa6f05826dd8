"""The shipped reference of places, read from its files: the generator needs no database."""

import csv
from importlib.resources import files
from math import cos, radians

import numpy as np

from localcare.demo.draws import Array

DAY = "2017-03-31"
KM_A_DEGREE = 111.2  # of latitude; of longitude times the cosine of the area's latitude
LATITUDE = 51.2


def rows(room: str, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((files(f"localcare.{room}") / name).read_text("utf-8").splitlines()))


def published_lists() -> dict[str, int]:
    """Practice code to its published list of 2016-17, practices then open."""
    found = [row for row in rows("places", "data/list_sizes.csv") if row["as_at"] == DAY]
    return {row["organisation"]: int(row["registered"]) for row in found}


def sites() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows("places", "data/sites.csv")}


def lsoas() -> list[dict[str, str]]:
    return rows("places", "data/areas.csv")


def lsoa_bands() -> dict[str, Array]:
    """LSOA to its people in the nineteen five-year bands."""
    found = rows("places", "data/lsoa_ages_mid2017.csv")
    return {row["lsoa11_code"]: np.array([float(v) for k, v in row.items() if k.startswith("age_")]) for row in found}


def district_ages() -> dict[str, list[tuple[int, int, int]]]:
    """District code to rows of (age, females, males), the last of them 90 and over."""
    found: dict[str, list[tuple[int, int, int]]] = {}
    for row in rows("demo", "district_ages_mid2017.csv"):
        ages = int(row["age"]), int(row["females"]), int(row["males"])
        found.setdefault(row["district_code"], []).append(ages)
    return found


def position(row: dict[str, str]) -> tuple[float, float]:
    """Kilometres east and north on a plane, exact enough for distances within a county."""
    east = float(row["longitude"]) * KM_A_DEGREE * cos(radians(LATITUDE))
    return east, float(row["latitude"]) * KM_A_DEGREE
