"""Which index of deprivation holds on an edition's day: one for the run, its lists and the explorer."""

from datetime import date

from localcare.places import queries as places

# English Indices of Deprivation 2019, published on 26 September 2019: for editions from the next year on (assumed).
LATER_FROM = 2020


def index_of(as_at: date) -> int:
    """The year of the Index of Multiple Deprivation that holds on a day."""
    return 2019 if as_at.year >= LATER_FROM else 2015


def tenths(as_at: date) -> dict[str, int]:
    """The national tenth (1 the most deprived) of each small area (LSOA 2011) of which it is known."""
    column = f"imd{index_of(as_at)}_decile"
    return {area.lsoa11_code: tenth for area in places.areas() if (tenth := getattr(area, column))}
