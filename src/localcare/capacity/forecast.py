"""The forecast that the Local Care Plan of 2017 states, beside what came and what is projected now.

The plan used the 2012-based subnational projections (page 12), which are not at hand: its figures stand as stated. The
ages of 85 and over are stated as growth only; their people of 2015 are what 144% of them, 18,048, implies.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from localcare.capacity import published
from localcare.capacity.calc import population_check as check
from localcare.capacity.calc.population import AGES, LAST_AGE, SEXES, People
from localcare.capacity.calc.population_places import (
    BridgeLine,
    bridge,
    list_growth,
    practices,
    registered,
    small_areas,
)
from localcare.capacity.calc.population_project import IMPROVEMENT, Uncertainty, observed_uncertainty, project
from localcare.capacity.calc.population_rates import Rates, estimate
from localcare.capacity.calc.quantity import Array

EVERYBODY, OLDEST = "all ages", "85 and over"
GROUPS = {EVERYBODY: (0, LAST_AGE), OLDEST: (85, LAST_AGE)}
ESTIMATED, PUBLISHED = "mid-year estimates", "ONS 2018-based"
REGISTERED_BASE = 2016
AS_OF_2015, AS_OF_2023 = "our model from 2015", "our model from 2023"


@cache
def model(base: int = 2023, last: int = 2043) -> People:
    """Residents by the cohort model fitted on the mid-year estimates up to the base year, principal variant."""
    known = published.estimates().between(published.estimates().years[0], base)
    return project(known.at(base), base, last, estimate(known), improvement=IMPROVEMENT.likely).people


def continued() -> People:
    """Residents as estimated, and after the last estimate (2023) as ONS's projection grows from 2024: its first year is
    taken as the model's, since the projection of 2018 does not continue from the estimates."""
    known, later = published.estimates(), published.projection_2018()
    bridge = model(known.years[-1], later.years[0]).at(later.years[0])
    ratio = np.divide(later.count, later.count[:1], out=np.ones_like(later.count), where=later.count[:1] > 0)
    return People((*known.years, *later.years), known.places, np.concatenate([known.count, bridge * ratio]))


def uncertainty(base: int = 2023) -> tuple[Rates, Uncertainty]:
    """Rates and ranges from the mid-year estimates up to the base year, for `project_draws`."""
    known = published.estimates().between(published.estimates().years[0], base)
    rates = estimate(known)
    return rates, observed_uncertainty(known, rates, drift=check.drift(known))


def sources() -> Mapping[str, People]:
    """What the stated forecast is held against."""
    return {
        ESTIMATED: published.estimates(),
        PUBLISHED: published.projection_2018(),
        AS_OF_2015: model(2015),
        AS_OF_2023: model(2023),
    }


def stated() -> dict[tuple[str, int], tuple[float, str]]:
    """The figures of the plan by (group, year) and where they stand; with Sevenoaks at 59.4% as there."""
    forecast = published.stated_2017()["forecast"]
    base, last = forecast["base_year"], forecast["last_year"]
    oldest = round(100 * forecast["aged_85_growth"][str(last)] / forecast["aged_85_growth_percent"][str(last)])
    figures = {(EVERYBODY, int(year)): (float(count), "page 12") for year, count in forecast["residents"].items()}
    figures[OLDEST, base] = (float(oldest), "page 14: implied by +18,048 being +144%")
    for year, growth in forecast["aged_85_growth"].items():
        figures[OLDEST, int(year)] = (float(oldest + growth), f"page 14: implied base and +{growth:,}")
    return figures


def comparison() -> tuple[check.ForecastLine, ...]:
    """The stated figures beside every source, each with Sevenoaks at 59.4%."""
    return check.compare(stated(), sources(), groups=GROUPS, weights=shares())


def gap(group: str, year: int, source: str) -> check.Gap:
    """Why a source's figure of a year differs from the stated: from the people of 2015, and from growth since then.

    Raises ValueError where the source does not have the year."""
    figures, base_year = stated(), published.stated_2017()["forecast"]["base_year"]
    base = published.estimates().total(base_year, ages=GROUPS[group], weights=shares())
    end = sources()[source].total(year, ages=GROUPS[group], weights=shares())
    return check.explain(figures[group, base_year][0], figures[group, year][0], base, end)


def shares() -> Mapping[str, float]:
    """The share of a district's residents that the plan counts as the area's."""
    counted: Mapping[str, float] = published.stated_2017()["registered"]["share"]
    return counted


def registered_and_resident() -> tuple[BridgeLine, ...]:
    """From the residents at the end of 2016 (midway between two mid-years) to the 484,460 registered people of that
    day."""
    told = published.stated_2017()
    before, after = (published.estimates().at(year).sum((1, 2)) for year in (2016, 2017))
    residents = dict(zip(published.estimates().places, ((before + after) / 2).tolist(), strict=True))
    return bridge(
        residents,
        shares(),
        told["registered"]["people"],
        names=told["districts"],
        sources={
            "residents": "ONS mid-year estimates, mean of mid-2016 and mid-2017",
            "share": "Local Care Plan 2017, page 11",
            "registered": "Local Care Plan 2017, page 11, at 31 December 2016",
        },
    )


def by_small_area(residents: People, year: int) -> tuple[tuple[str, ...], Array]:
    """The 309 small areas and their people (area, sex, age) of a year, by district adding up to `residents`.

    Areas keep the share of their district that they had in mid-2020. Raises ValueError where the year is not there."""
    areas, districts, ages = published.small_areas()
    made = np.empty((len(areas), len(SEXES), AGES))
    for n, place in enumerate(residents.places):
        here = np.array([district == place for district in districts])
        made[here] = small_areas(ages[here], residents.at(year)[n])
    return areas, made


def registered_people(residents: People, year: int) -> Array:
    """Registered people (sex, age) of a year: the 484,460 of the end of 2016, grown age by age as the residents grow.

    Residents of mid-2016, with the plan's share of Sevenoaks, are the ages it begins from (assumed)."""
    counted = np.array([shares().get(place, 1.0) for place in residents.places])[:, None, None]
    lists = published.stated_2017()["registered"]["people"]
    return registered(residents.at(year) * counted, lists, published.estimates().at(REGISTERED_BASE) * counted)


def by_practice(residents: People, year: int, *, lists: str = "2016-17") -> tuple[tuple[str, ...], Array]:
    """Practices with a list in that financial year, and their registered people (practice, sex, age) of a later year.

    All together are `registered_people`. Each list keeps its own growth for five years, then grows as all do. Raises
    ValueError where the year is not after the lists'."""
    found = published.practice_lists(lists)
    ahead = year - int(lists[:4])
    if ahead < 1:
        raise ValueError(f"lists of {lists} carried to {year}: choose a later year")
    own = list_growth(found.lists, years=[ahead])[0] if len(found.lists) > 1 else np.ones(len(found.codes))
    return found.codes, practices(found.lists[-1] * own, found.shares, registered_people(residents, year))


@cache
def backtest() -> check.Backtest:
    """Fitted on 2011 to 2016, as a plan of 2017 could have been, against the residents of 2023."""
    return check.backtest(published.estimates(), first=2011, base=2016, last=2023)


@dataclass(frozen=True, slots=True)
class Total:
    """A district's residents of 2023: as estimated, and as projected from 2018 by the model, by ONS and by no
    change."""

    place: str
    estimated: float
    model: float
    published: float
    unchanged: float


def totals_of_2023() -> tuple[Total, ...]:
    """The model fitted on 2011 to 2018 beside ONS's 2018-based projection: the years in which both can be held to
    account.

    ONS's ages of 2019 to 2023 are not at hand, only the people in all."""
    came, before, made = published.estimates().at(2023), published.estimates().at(2018), model(2018, 2023).at(2023)
    return tuple(
        Total(
            place,
            float(came[n].sum()),
            float(made[n].sum()),
            published.components_2018()[place, 2023]["people"],
            float(before[n].sum()),
        )
        for n, place in enumerate(published.estimates().places)
    )
