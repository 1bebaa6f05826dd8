"""How long people travel: a stated model on coordinates, or a matrix from a file.

The model knows no roads and no timetable. It turns the straight line into a road by a detour factor and the road into
minutes by speeds that rise with distance; without a car people walk or take a bus, whichever is sooner. Every figure
stands in `MODEL` with its source or the word "assumed". A planner with a router uses it instead (`routing`), or its
matrix as a file (`read_matrix`).
"""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.quantity import Quantity

Array = npt.NDArray[np.float64]
KM_PER_DEGREE = 111.2  # a degree of latitude: 40,030 km round the Earth (mean radius 6,371 km, IUGG) in 360 parts
KM_PER_MILE = 1.609344  # by definition, 1959

BOSCOE = "assumed for Kent; near the mean of Boscoe, Henry, Zdeb, Professional Geographer 64(2), 2012 (United States)"
DFT = (
    "Department for Transport, Travel time measures for local 'A' roads, January to December 2017: 25.2 miles an hour "
    "on average in England, all hours"
)

MODEL: Mapping[str, Quantity] = {
    "detour": Quantity(1.2, 1.4, 1.6, "triangular", "km by road a km of straight line", BOSCOE),
    "near_speed": Quantity(20.0, 25.2 * KM_PER_MILE, 45.0, "triangular", "km an hour by car, first km", DFT),
    "near_km": Quantity(5.0, 10.0, 15.0, "triangular", "km by road at the near speed", "assumed"),
    "far_speed": Quantity(50.0, 65.0, 80.0, "triangular", "km an hour by car, the km beyond", "assumed"),
    "car_ends": Quantity(2.0, 4.0, 8.0, "triangular", "minutes to and from the car", "assumed"),
    "walk_speed": Quantity(3.2, 4.8, 5.5, "triangular", "km an hour on foot", "assumed: 3 miles an hour"),
    "walk_detour": Quantity(1.1, 1.25, 1.5, "triangular", "km on foot a km of straight line", "assumed"),
    "bus_speed": Quantity(12.0, 18.0, 25.0, "triangular", "km an hour by bus, stops and changes included", "assumed"),
    "bus_walk": Quantity(4.0, 8.0, 15.0, "triangular", "minutes on foot to and from the stops", "assumed"),
    "bus_wait_town": Quantity(5.0, 10.0, 20.0, "triangular", "minutes of waiting in a town", "assumed"),
    "bus_wait_country": Quantity(15.0, 30.0, 60.0, "triangular", "minutes of waiting in the country", "assumed"),
}


def likely(model: Mapping[str, Quantity] = MODEL) -> dict[str, float]:
    """Each figure's most likely value."""
    return {name: quantity.likely for name, quantity in model.items()}


def straight_km(points: Array, sites: Array) -> Array:
    """Straight lines from (points, 2) to (sites, 2) of latitude and longitude in degrees: km, points x sites.

    Flat at the middle latitude: within 0.1% over one county."""
    middle = np.radians((points[:, 0].mean() + sites[:, 0].mean()) / 2)
    north = points[:, None, 0] - sites[None, :, 0]
    east = (points[:, None, 1] - sites[None, :, 1]) * np.cos(middle)
    return KM_PER_DEGREE * np.hypot(north, east)


def by_car(km: Array, figures: Mapping[str, float]) -> Array:
    """Minutes by car over straight lines of so many km."""
    road = km * figures["detour"]
    near = np.minimum(road, figures["near_km"])
    hours = near / figures["near_speed"] + (road - near) / figures["far_speed"]
    return figures["car_ends"] + 60 * hours


def without_car(km: Array, country: npt.NDArray[np.bool_], figures: Mapping[str, float]) -> Array:
    """Minutes on foot or by bus, the sooner. `country`: for each point (row), whether it is rural."""
    walk = 60 * km * figures["walk_detour"] / figures["walk_speed"]
    wait = np.where(country, figures["bus_wait_country"], figures["bus_wait_town"])
    bus = figures["bus_walk"] + wait[:, None] + 60 * km * figures["detour"] / figures["bus_speed"]
    return np.minimum(walk, bus)


def read_matrix(text: str, points: Sequence[str], sites: Sequence[str], *, minutes: str = "minutes") -> Array:
    """A matrix from CSV with the columns `from`, `to` and one of minutes: points x sites in the order given.

    A blank is a pair that cannot be travelled (infinite); pairs of others are passed over. Raises ValueError that names
    the line and the mend."""
    rows, at = {code: n for n, code in enumerate(points)}, {code: n for n, code in enumerate(sites)}
    table = np.full((len(points), len(sites)), np.nan)
    reader = csv.DictReader(StringIO(text))
    if missing := {"from", "to", minutes} - set(reader.fieldnames or ()):
        raise ValueError(f"line 1: no column {', '.join(sorted(missing))}; the first line names from, to and {minutes}")
    for row in reader:
        pair = rows.get(row["from"]), at.get(row["to"])
        if pair[0] is None or pair[1] is None:
            continue
        if not np.isnan(table[pair]):
            raise ValueError(f"line {reader.line_num}: {row['from']} to {row['to']} is there twice; leave one of them")
        table[pair] = _minutes(row[minutes], reader.line_num)
    if len(gaps := np.argwhere(np.isnan(table))):
        j, i = gaps[0]
        raise ValueError(
            f"{len(gaps)} pairs are missing, the first from {points[j]} to {sites[i]}: "
            "add a line for each, with the minutes blank where one cannot travel"
        )
    return table


def _minutes(word: str | None, line: int) -> float:
    if not (word or "").strip():
        return np.inf
    try:
        value = float(word or "")
    except ValueError:
        value = np.nan
    if not 0 <= value < np.inf:
        raise ValueError(f"line {line}: {word!r} is no number of minutes; give 0 or more, or leave it blank")
    return value
