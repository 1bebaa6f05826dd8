"""The published workforce of practices and networks, read from `definitions` (sources: `SOURCES.md` there)."""

from dataclasses import dataclass
from functools import cache

from localcare.capacity.published import rows


@dataclass(frozen=True, slots=True)
class PracticeYear:
    """Whole-time equivalents in the area's practices, a year ending in March; `gps` without trainees and locums."""

    year: int
    practices: int
    patients: float
    gps: float
    locums_and_trainees: float
    nurses: float
    direct_care: float
    admin: float


@dataclass(frozen=True, slots=True)
class NetworkStaff:
    """Staff of the area's networks who made a return: month of the census, group and role, records and WTE."""

    month: str
    group: str
    role: str
    records: int
    posts: float


@cache
def practice_years() -> tuple[PracticeYear, ...]:
    """2016 to 2024; the first is visibly incomplete, and practices without a return count as nothing."""
    table = ([float(value) for value in row.values()] for row in rows("practice_workforce.csv"))
    return tuple(PracticeYear(int(year), int(practices), *others) for year, practices, *others in table)


@cache
def network_staff() -> tuple[NetworkStaff, ...]:
    """March 2020 to September 2022, by quarter; the early quarters are incomplete."""
    table = (tuple(row.values()) for row in rows("network_workforce.csv"))
    return tuple(NetworkStaff(month, group, role, int(n), float(fte)) for month, group, role, n, fte in table)
