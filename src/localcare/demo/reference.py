import csv
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "reference"


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open() as file:
        return list(csv.DictReader(file))


def practices() -> list[dict[str, str]]:
    return [row for row in _rows("gp_practices.csv") if row["open_at_2017_03_31"] == "1"]


def lsoas() -> list[dict[str, str]]:
    return _rows("lsoa11.csv")


def lsoa_bands() -> dict[str, np.ndarray]:
    rows = [row for row in _rows("lsoa11_population_age.csv") if row["year"] == "2017"]
    return {
        row["lsoa11_code"]: np.array([float(v) for k, v in row.items() if k.startswith("age_")]) for row in rows
    }


def district_ages() -> dict[str, list[tuple[int, int, int]]]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for row in _rows("district_population_mid_year_estimates_2011_2023.csv"):
        if row["year"] == "2017":
            ages = int(row["age"]), int(row["females"]), int(row["males"])
            found.setdefault(row["district_name"], []).append(ages)
    return found
