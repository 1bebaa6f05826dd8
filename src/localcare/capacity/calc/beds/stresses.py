"""What goes wrong with beds: cases as data, each applied to a system of places in one year."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.beds.people import Expected
from localcare.capacity.calc.beds.system import Onward, Site, Stream, System
from localcare.capacity.calc.quantity import Quantity, exactly

WINTER = (12, 1, 2)  # months, by the calendar


@dataclass(frozen=True, slots=True)
class BedStress:
    """One thing that goes wrong: every stay so many times as long, so many times the people in December to February
    (no fewer in other months), the largest site closed, so many times the slots."""

    key: str
    label: str
    stay: float = 1.0
    winter: float = 1.0
    closed: bool = False
    slots: float = 1.0
    source: str = "assumed: a case to try, no forecast"


# Cases to try, assumed: each says so, and none is a forecast.
STRESSES = (
    BedStress("longer_stays", "Stays a tenth longer", stay=1.1),
    BedStress("hard_winter", "A third more people from December to February", winter=4 / 3),
    BedStress("site_closed", "The largest site closed", closed=True),
    BedStress("fewer_slots", "A fifth fewer home slots", slots=0.8),
)


def assumptions() -> Iterator[tuple[str, Quantity]]:
    """What each case moves, by name."""
    for stress in STRESSES:
        for key, unit in (("stay", "times as long"), ("winter", "times the people"), ("slots", "times the slots")):
            if getattr(stress, key) != 1:
                yield f"beds.stress.{stress.key}.{key}", exactly(getattr(stress, key), unit, stress.source)
        if stress.closed:
            yield f"beds.stress.{stress.key}.sites", exactly(1, "largest site closed", stress.source)


def last_year(system: System) -> System:
    """The last year of a system as one of its own, with the places of that year and its people expected elsewhere."""
    start = system.start.replace(year=system.start.year + system.years - 1)
    sites = tuple(Site(site.name, (_last(site.beds, system.years),)) for site in system.sites)
    services = tuple(replace(one, slots=(_last(one.slots, system.years),)) for one in system.services)
    return System(start, 1, sites, services, tuple(replace(one, growth=(1.0,)) for one in system.streams))


def _last(values: tuple[int, ...], years: int) -> int:
    return values[min(years, len(values)) - 1]


def stressed(system: System, expected: Expected, stress: BedStress) -> tuple[System, Expected]:
    """The same year when one thing goes wrong, and the people expected then."""
    largest = max(system.sites, key=lambda site: site.beds[0])
    sites = tuple(Site(one.name, (0,)) if stress.closed and one is largest else one for one in system.sites)
    services = tuple(replace(one, slots=(int(one.slots[0] * stress.slots),)) for one in system.services)
    streams = tuple(_longer(_in_winter(one, stress.winter), stress.stay) for one in system.streams)
    more: dict[str, npt.ArrayLike] = {
        before.name: np.asarray(expected[before.name]) * (sum(after.month) / sum(before.month))
        for before, after in zip(system.streams, streams, strict=True)
    }
    return replace(system, sites=sites, services=services, streams=streams), more


def _in_winter(stream: Stream, times: float) -> Stream:
    month = tuple(weight * (times if n in WINTER else 1) for n, weight in enumerate(stream.month, start=1))
    return replace(stream, month=month)


def _longer(stream: Stream, times: float) -> Stream:
    onward = tuple(Onward(one.to, one.share, one.stay.times(times), one.spread) for one in stream.onward)
    return replace(stream, stay=stream.stay.times(times), onward=onward)
