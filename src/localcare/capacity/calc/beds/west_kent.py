"""The starting point: the 68 community beds of 2017 as the plan states them; all else is assumed, as ranges.

"Plan" is the Local Care Plan, NHS West Kent CCG, July 2017. No published source gives arrivals, stays or slots of this
area: whoever plans replaces these assumptions by their own figures. They were chosen to go together: beds some nine
tenths full, and as many people on each pathway as fill the services likewise.
"""

from datetime import date
from typing import Any

from localcare.capacity.calc.beds.system import BEDS, NOWHERE, Onward, Service, Site, Stream, System, growth
from localcare.capacity.calc.quantity import Quantity

START, YEARS = date(2017, 4, 1), 10  # the plan's first financial year, and its horizon
BEDS_2017 = {"Hawkhurst": 22, "Tonbridge": 14, "Sevenoaks": 18, "Edenbridge": 14}  # Plan, pages 23 and 24
PILOT = {"Tonbridge": 8}  # Plan, page 24: "an additional 8 therapy led beds currently being piloted"

GROWTH = (
    0.02  # a year, assumed: some half of the growth of people over 85 in the plan's forecast (page 12, +22% in 5 years)
)


def assumed(low: float, likely: float, high: float, unit: str, why: str = "") -> Quantity:
    return Quantity(low, likely, high, "triangular", unit, f"assumed{': ' if why else ''}{why}")


SLOTS_SOURCE = "assumed: as many slots as keep the service nine tenths full; no public source gives them"
SPREAD_UNIT = "standard deviation over mean"
SPREADS_SOURCE = "assumed: stays differ a little less than if they ended by chance alone (1)"
SEASONS_SOURCE = "assumed: fewer discharges at weekends, more in winter; only the proportions count"

# Fewer discharges at weekends, more in winter: assumed, proportions only.
WEEKDAY = (1.1, 1.1, 1.1, 1.1, 1.3, 0.7, 0.6)
# The same: January first.
MONTH = (1.1, 1.08, 1.03, 0.97, 0.95, 0.95, 0.95, 0.95, 0.96, 0.99, 1.02, 1.05)

NEAREST = tuple(beds / sum(BEDS_2017.values()) for beds in BEDS_2017.values())  # assumed: as the beds lie
ELSEWHERE = assumed(0.6, 0.8, 0.95, "share", "most people take a bed at another site rather than wait in hospital")
HOME, RAPID, LONG_TERM = "support at home", "rapid response", "long-term care assessment"

SERVICES = (
    Service(HOME, (200,), assumed(1.5, 2.2, 3, "visits a day")),
    Service(RAPID, (32,), assumed(2, 3, 4, "visits a day")),
    Service(LONG_TERM, (22,)),
)

AFTER_A_BED = (
    Onward(HOME, assumed(0.3, 0.45, 0.6, "share"), assumed(16, 21, 28, "days"), 0.8),
    Onward(LONG_TERM, assumed(0.05, 0.1, 0.15, "share"), assumed(21, 28, 42, "days"), 0.6),
)


def streams(rate: float = GROWTH, years: int = YEARS) -> tuple[Stream, ...]:
    """The streams of 2017 onwards, growing by `rate` a year."""
    more = growth(rate, years)
    discharged: dict[str, Any] = {"growth": more, "weekday": WEEKDAY, "month": MONTH}
    to_bed: dict[str, Any] = {
        "sites": NEAREST,
        "elsewhere": ELSEWHERE,
        "onward": AFTER_A_BED,
        "growth": more,
        "month": MONTH,
    }
    return (
        Stream(
            "home without support",
            NOWHERE,
            assumed(18_000, 21_000, 24_000, "people a year"),
            assumed(0, 0, 0, "days"),
            pathway=0,
            **discharged,
        ),
        Stream(
            "home with support",
            HOME,
            assumed(1_900, 2_100, 2_300, "people a year"),
            assumed(22, 26, 30, "days", "intermediate care at home usually lasts less than six weeks"),
            0.8,
            pathway=1,
            **discharged,
        ),
        Stream(
            "step-down",
            BEDS,
            assumed(620, 680, 740, "people a year"),
            assumed(23, 26, 29, "days", "intermediate care in a bed usually lasts less than six weeks"),
            0.7,
            pathway=2,
            weekday=WEEKDAY,
            **to_bed,
        ),
        Stream(
            "long-term care",
            LONG_TERM,
            assumed(90, 110, 130, "people a year"),
            assumed(21, 28, 42, "days", "an assessment place for up to six weeks"),
            0.6,
            pathway=3,
            **discharged,
        ),
        Stream(
            "step-up",
            BEDS,
            assumed(90, 120, 150, "people a year"),
            assumed(14, 18, 22, "days"),
            0.8,
            waits=False,
            **to_bed,
        ),
        Stream(
            "rapid response",
            RAPID,
            assumed(1_500, 1_800, 2_100, "people a year"),
            assumed(3, 5, 7, "days"),
            0.8,
            waits=False,
            growth=more,
            month=MONTH,
        ),
    )


def west_kent(*, pilot: bool = False, rate: float = GROWTH, years: int = YEARS) -> System:
    """The area as the plan found it: 68 beds on four sites, 76 with the therapy-led pilot at Tonbridge."""
    beds = {name: count + (PILOT.get(name, 0) if pilot else 0) for name, count in BEDS_2017.items()}
    sites = tuple(Site(name, (count,)) for name, count in beds.items())
    return System(START, years, sites, SERVICES, streams(rate, years))
