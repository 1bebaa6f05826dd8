"""The people of districts shared out to small areas and to practices; registered and resident people kept apart.

Small areas: iterative proportional fitting (W. E. Deming, F. F. Stephan, Annals of Mathematical Statistics 1940;11:427)
of the last published ages of each small area to two things known of the year: the district's people by sex and age,
which is met exactly, and each small area's people in all, which follow its district's growth unless told otherwise.

Practices: the same fitting, of the area's registered people by age spread by each practice's own shares (under 18, 18
to 64, 65 and over), to the lists in all. A list follows its own growth for a while and then the area's.

Registered people (of practices here, wherever they live) and residents (who live here, wherever registered) are
different people. No function here divides the one by the other but `bridge`, which says how they differ.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.population import AGES, banded
from localcare.capacity.calc.quantity import Array

# As ONS publishes the ages of small areas.
FIVE_YEARS = {f"{age} to {age + 4}": (age, age + 4) for age in range(0, 90, 5)} | {"90 and over": (90, 90)}
# As the published profiles of practices tell ages apart.
PRACTICE_BANDS = {"under 18": (0, 17), "18 to 64": (18, 64), "65 and over": (65, 90)}
ROUNDS, CLOSE = 2000, 1e-9  # of proportional fitting: where it ends, far below a person


def fit(seed: Array, rows: Array, columns: Array) -> Array:
    """The table most like `seed` (row, column) with these row and column sums; columns are met last, so exactly.

    Raises ValueError where the two totals differ, a sum cannot be met (all its seeds are 0) or a number is below 0."""
    _refuse_sums(seed, rows, columns)
    table = seed.astype(float)
    for _ in range(ROUNDS):
        table = table * _ratio(rows, table.sum(1))[:, None]
        table = table * _ratio(columns, table.sum(0))
        if np.abs(table.sum(1) - rows).max() <= CLOSE * max(rows.max(), 1):
            break
    return table


def _refuse_sums(seed: Array, rows: Array, columns: Array) -> None:
    if min(seed.min(), rows.min(), columns.min()) < 0:
        raise ValueError("a number of people is below 0: give numbers of 0 or more")
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9):
        raise ValueError(
            f"rows add up to {rows.sum():g} and columns to {columns.sum():g}: scale the rows to the columns first"
        )
    for name, wanted, there in (("row", rows, seed.sum(1)), ("column", columns, seed.sum(0))):
        if ((wanted > 0) & (there == 0)).any():
            place = int(np.argmax((wanted > 0) & (there == 0)))
            raise ValueError(
                f"{name} {place} should have {wanted[place]:g} people but none to begin with: give it a seed above 0"
            )


def small_areas(ages: Array, district: Array, *, growth: Array | None = None) -> Array:
    """People (area, sex, age) of a district's small areas, from their five-year ages (area, band) and its people (sex,
    age).

    `growth`: each area's growth besides its district's (multiple, e.g. from homes planned there). By age and sex the
    areas add up to the district to the last digit of a float. Raises ValueError as `fit` does."""
    spread = _spread(district, FIVE_YEARS)
    seed = (ages[:, _band_of(FIVE_YEARS)][:, None, :] * spread).reshape(len(ages), -1)
    wanted = ages.sum(1) * (1 if growth is None else growth)
    target = district.reshape(-1)
    return fit(seed, wanted * target.sum() / wanted.sum(), target).reshape(len(ages), *district.shape)


def practices(lists: Array, shares: Array, registered: Array) -> Array:
    """People (practice, sex, age) from lists (practice), shares (practice, `PRACTICE_BANDS`) and registered people
    (sex, age).

    Lists are scaled to the registered people in all. By age and sex practices add up to the registered people. Raises
    ValueError as `fit` does."""
    spread = _spread(registered, PRACTICE_BANDS)
    seed = ((lists[:, None] * shares)[:, _band_of(PRACTICE_BANDS)][:, None, :] * spread).reshape(len(lists), -1)
    target = registered.reshape(-1)
    return fit(seed, lists * target.sum() / lists.sum(), target).reshape(len(lists), *registered.shape)


def list_growth(lists: Array, *, years: Sequence[int], carried: int = 5) -> Array:
    """Growth of each list (year, practice) besides that of all, as a multiple for each of `years` after the last.

    Its growth of the last three years (or as many as there are), a year, carried `carried` years on with straight-line
    damping (both assumed), then held. A list of 0 at either end keeps its share. Raises ValueError with one year
    only."""
    if len(lists) < 2:
        raise ValueError("one year of lists shows no growth: give two or more, or use a growth of 1")
    back = min(3, len(lists) - 1)
    start, end = lists[-1 - back] / lists[-1 - back].sum(), lists[-1] / lists[-1].sum()
    yearly = np.log(np.divide(end, start, out=np.ones_like(end), where=(start > 0) & (end > 0))) / back
    carry = np.maximum(1 - np.arange(max(years)) / carried, 0).cumsum()
    return np.exp(np.array([carry[year - 1] for year in years])[:, None] * yearly)


def registered(residents: Array, lists: float, base: Array) -> Array:
    """Registered people (sex, age) of a year from residents then and in the base year (place, sex, age), and lists
    then.

    The lists of the base year grow, age by age, as the residents do: their ages are taken to be those of the residents,
    as no list by age was published for the area. Weigh the places before."""
    before, now = base.sum(0), residents.sum(0)
    return np.asarray(lists * now / before.sum())


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One line from residents to registered people; `sums` marks the lines that the lines before add up to."""

    what: str
    people: float
    source: str
    sums: bool = False


def bridge(
    residents: Mapping[str, float],
    registered_share: Mapping[str, float],
    registered_people: float,
    *,
    names: Mapping[str, str],
    sources: Mapping[str, str],
) -> tuple[BridgeLine, ...]:
    """From residents by place to registered people, line by line.

    `registered_share`: share of a place's people registered with practices here (places not named: all). `sources`: of
    `residents`, `share` and `registered`. The last difference is not known by its parts: people who live elsewhere and
    are registered here, less those the other way round, and people still listed who moved or died."""
    lines = [
        BridgeLine(f"residents of {names.get(p, p)}", count, sources["residents"]) for p, count in residents.items()
    ]
    everyone = sum(residents.values())
    lines.append(BridgeLine("residents of all districts", everyone, sources["residents"], sums=True))
    for place, share in registered_share.items():
        lines.append(
            BridgeLine(
                f"of {names.get(place, place)}, registered elsewhere", -residents[place] * (1 - share), sources["share"]
            )
        )
    here = sum(line.people for line in lines if not line.sums)
    lines.append(BridgeLine("residents counted as of this area", here, "computed", sums=True))
    lines.append(
        BridgeLine(
            "registered here and living elsewhere, less the other way round; listed and gone; different days",
            registered_people - here,
            "the difference; its parts are not published",
        )
    )
    return (*lines, BridgeLine("registered with practices here", registered_people, sources["registered"], sums=True))


def _spread(count: Array, bands: Mapping[str, tuple[int, int]]) -> Array:
    """Share of each (sex, age) in its band of both sexes together."""
    total = banded(count, bands).sum(0)[_band_of(bands)]
    return np.divide(count, total, out=np.zeros_like(count), where=total > 0)


def _band_of(bands: Mapping[str, tuple[int, int]]) -> npt.NDArray[np.int_]:
    """The row of each single age's band."""
    found = np.empty(AGES, dtype=int)
    for row, (low, high) in enumerate(bands.values()):
        found[low : high + 1] = row
    return found


def _ratio(wanted: Array, there: Array) -> Array:
    return np.divide(wanted, there, out=np.zeros_like(there), where=there > 0)
