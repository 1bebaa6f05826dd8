"""Places where people recover, and the streams of people who need them: the bed model as data.

Discharge pathways after the national guidance (Department of Health and Social Care, Hospital discharge and community
support guidance): 0 home without new support, 1 home with support, 2 a bed in the community, 3 long-term care. Others
come from home: step-up to a bed, and rapid response. Days are counted from the start of the plan's first year.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.quantity import Quantity

Array = npt.NDArray[np.float64]

BEDS, NOWHERE = "beds", ""
EVERY_WEEKDAY, EVERY_MONTH = (1.0,) * 7, (1.0,) * 12  # all alike, by the calendar
EVERYBODY = Quantity(1, 1, 1, "fixed", "share", "by definition")  # of people


@dataclass(frozen=True, slots=True)
class Site:
    """A community hospital: its beds year by year, the last figure holding on; 0 while closed."""

    name: str
    beds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Service:
    """Care that takes a slot for each person: support at home ("own bed"), or a long-term care assessment place.

    `visits`: visits a day that each person needs; None where nobody visits."""

    name: str
    slots: tuple[int, ...]
    visits: Quantity | None = None


@dataclass(frozen=True, slots=True)
class Onward:
    """What follows a bed: this share needs a slot of a service, and keeps the bed until there is one."""

    to: str
    share: Quantity
    stay: Quantity  # mean days
    spread: float = 1.0


@dataclass(frozen=True, slots=True)
class Stream:
    """People who come for one reason. Stays follow a gamma distribution with this mean and spread.

    `to`: "beds", a service, or "" (home without support). `spread`: standard deviation over mean; 1 is exponential, 0
    always the same. `growth`: each year's people over the first year's, the last holding on. `waits`: in hospital, in
    the order of coming; otherwise whoever finds no place at once goes elsewhere. `sites`: shares of people by nearest
    site. `elsewhere`: share of them who take a bed at another site; those of a site about to close all do.
    `weekday` (Monday first) and `month` (January first): weights, of which only the proportions matter."""

    name: str
    to: str
    a_year: Quantity
    stay: Quantity
    spread: float = 1.0
    pathway: int | None = None
    waits: bool = True
    growth: tuple[float, ...] = (1.0,)
    sites: tuple[float, ...] = ()
    elsewhere: Quantity = EVERYBODY
    onward: tuple[Onward, ...] = ()
    weekday: tuple[float, ...] = EVERY_WEEKDAY
    month: tuple[float, ...] = EVERY_MONTH


@dataclass(frozen=True, slots=True)
class System:
    """Sites, services and streams over some years. Raises ValueError, saying what to mend, where they do not fit."""

    start: date
    years: int
    sites: tuple[Site, ...]
    services: tuple[Service, ...]
    streams: tuple[Stream, ...]
    days: tuple[int, ...] = field(init=False)  # on which years begin, and the day after the last

    def __post_init__(self) -> None:
        years = range(1, self.years + 1)
        begins = [date(self.start.year + year, self.start.month, self.start.day) for year in years]
        object.__setattr__(self, "days", (0, *((begin - self.start).days for begin in begins)))
        if faults := list(self._faults()):
            raise ValueError("; ".join(faults))

    def _faults(self) -> Iterator[str]:
        known = {service.name for service in self.services}
        yield from _capacity_faults(self)
        for stream in self.streams:
            if stream.to not in {BEDS, NOWHERE, *known}:
                yield f"{stream.name} go to {stream.to!r}: name one of {', '.join([BEDS, *sorted(known)])}"
            if stream.to == BEDS and (len(stream.sites) != len(self.sites) or abs(sum(stream.sites) - 1) > 1e-6):
                yield f"{stream.name}: give a share for each of {len(self.sites)} sites, 1 in all"
            if unknown := {onward.to for onward in stream.onward} - known:
                yield f"{stream.name} go on to {', '.join(sorted(unknown))}: name one of {', '.join(sorted(known))}"
            if stream.onward and stream.to != BEDS:
                yield f"{stream.name}: only people in beds go on to a service"
            if sum(onward.share.high for onward in stream.onward) > 1:
                yield f"{stream.name}: at most all can go on, but the highest shares add to more than 1"
            if len(stream.weekday) != 7 or len(stream.month) != 12:
                yield f"{stream.name}: give seven weights of weekdays and twelve of months"
            if min(*stream.growth, *stream.weekday, *stream.month, stream.spread, stream.a_year.low) < 0:
                yield f"{stream.name}: people, growth, weights and spread cannot be negative"


def _capacity_faults(system: System) -> Iterator[str]:
    for name, count in [(s.name, s.beds) for s in system.sites] + [(s.name, s.slots) for s in system.services]:
        if not count or min(count) < 0:
            yield f"{name}: give beds or slots for the first year at least, none of them negative"
    names = [site.name for site in system.sites] + [service.name for service in system.services]
    if len(set(names)) < len(names) or BEDS in names:
        yield f"sites and services need names of their own, none of them {BEDS!r}"


def by_year(values: tuple[float, ...], years: int) -> tuple[float, ...]:
    """As many values as years, the last one given holding on."""
    return (*values, *[values[-1]] * years)[:years]


def capacity(values: tuple[int, ...], years: int) -> tuple[int, ...]:
    """Beds or slots of each year."""
    return tuple(int(value) for value in by_year(values, years))


def growth(rate: float, years: int) -> tuple[float, ...]:
    """People of each year over the first year's, growing by `rate` a year (0.02 is 2%)."""
    return tuple(accumulate([1.0] + [1 + rate] * (years - 1), lambda one, other: one * other))


def day_shares(system: System, stream: Stream, warmup: int) -> Array:
    """Each day's share of its year's people, weekday and season together; of the warm-up, as the first year's."""
    dates = [system.start + timedelta(day) for day in range(-warmup, system.days[-1])]
    weights = np.array([stream.weekday[day.weekday()] * stream.month[day.month - 1] for day in dates])
    edges = [day + warmup for day in system.days]
    first_year = weights[edges[0] : edges[1]].sum()
    for begin, end in pairwise(edges):
        weights[begin:end] /= weights[begin:end].sum()
    weights[:warmup] /= first_year
    return weights
