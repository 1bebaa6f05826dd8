"""The place the synthetic people live in: real practices, lists, home areas, ages and deprivation."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from localcare.demo import reference
from localcare.demo.draws import Array
from localcare.demo.parameters import parameters
from localcare.places.calc.list_sizes import scale_lists

OLDEST = 105
HALVING_YEARS = 2.0  # past 90 the published ages are one group: assumed to halve every two years


@dataclass(frozen=True)
class Area:
    practice_codes: tuple[str, ...]
    practice_list: Array  # people at fraction 1, by practice
    practice_xy: Array  # km, by practice
    lsoa_codes: tuple[str, ...]
    lsoa_xy: Array
    lsoa_people: Array
    lsoa_district: tuple[str, ...]
    lsoa_decile: Array  # 1 most deprived .. 10 least
    age_sex: Array  # by LSOA, share of each (age * 2 + sex), sex 0 male, 1 female; rows sum to 1


@cache
def area() -> Area:
    sites, lsoas, stated = reference.sites(), reference.lsoas(), parameters()["lists"]
    lists = scale_lists(
        reference.published_lists(),
        total=stated["registered"],
        largest=stated["largest"],
        smallest=stated["smallest"],
    )
    return Area(
        practice_codes=tuple(lists),
        practice_list=np.array(list(lists.values())),
        practice_xy=np.array([reference.position(sites[code]) for code in lists]),
        lsoa_codes=tuple(row["lsoa11_code"] for row in lsoas),
        lsoa_xy=np.array([reference.position(row) for row in lsoas]),
        lsoa_people=np.array([int(row["population_mid2017"]) for row in lsoas], float),
        lsoa_district=tuple(row["district_name"] for row in lsoas),
        lsoa_decile=np.array([int(row["imd2015_decile"]) for row in lsoas]),
        age_sex=_age_sex(lsoas),
    )


def _age_sex(lsoas: list[dict[str, str]]) -> Array:
    """Five-year bands of the LSOA, filled with the single years and sexes of its district."""
    bands = reference.lsoa_bands()
    by_district = {code: _years(rows) for code, rows in reference.district_ages().items()}
    table = np.stack([_spread(bands[row["lsoa11_code"]], by_district[row["district_code"]]) for row in lsoas])
    return table / table.sum(axis=1, keepdims=True)


def _years(rows: list[tuple[int, int, int]]) -> Array:
    """People by single year and sex to OLDEST from rows of (age, females, males), the last of them 90 and over."""
    people = np.zeros((OLDEST + 1, 2))
    for age, females, males in rows:
        people[age] = males, females
    tail = 0.5 ** (np.arange(OLDEST + 1 - 90) / HALVING_YEARS)
    people[90:] = people[90] * (tail / tail.sum())[:, None]
    return people


def _spread(bands: Array, years: Array) -> Array:
    band = np.minimum(np.arange(OLDEST + 1) // 5, 18)
    in_band = np.bincount(band, years.sum(axis=1), minlength=19)
    return (years * (bands / in_band)[band][:, None]).ravel()
