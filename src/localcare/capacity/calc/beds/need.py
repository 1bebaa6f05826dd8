"""How many beds and home slots a service level takes, now and in each year to come.

For each replication and year the fewest places are sought with which a share of those who came (say 95%) were placed
within a time (say 24 hours). Beds are taken as one list for the whole area with nobody held up after their stay, slots
as asked for by everybody at the end of their stay or on coming: so that places are what is needed where the next place
is never full, and `simulate` shows how near a system with them comes. In such a queue one place more makes nobody wait
longer (`queues.starts`), and the same people come whatever the number: the share placed in time never falls as places
rise, so halving the interval finds the fewest.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import queues
from localcare.capacity.calc.beds.outcome import Spread, spread
from localcare.capacity.calc.beds.people import Expected, People, draw
from localcare.capacity.calc.beds.system import BEDS, System

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

LEAD = 180  # days before each year that fill its beds, which no figure counts


@dataclass(frozen=True, slots=True)
class Need:
    """Places that a service level takes in one year: "beds", or a service's slots; `high` suffices in nine of ten."""

    place: str
    year: int
    places: Spread
    replications: tuple[float, ...] = ()  # the same one by one, to set beside those of another plan with the same seed


def needed(
    system: System,
    *,
    seed: int,
    share: float = 0.95,
    within: float = 1.0,
    replications: int = 100,
    given: Expected | None = None,
) -> tuple[Need, ...]:
    """Beds of the whole area and slots of each service for a service level, year by year.

    Raises ValueError for a share above 1, which nobody reaches."""
    if not 0 <= share <= 1:
        raise ValueError(f"{share:g} of people placed: give a share from 0 to 1")
    rows = slice(0, replications)
    people = draw(system, seed=seed, rows=rows, replications=replications, warmup=LEAD, given=given)
    answer = []
    for place, (times, stays) in asked(system, people).items():
        fewest = _fewest(*_windows(system, times, stays), share, within).reshape(replications, system.years)
        for year in range(system.years):
            each = fewest[:, year].astype(float)
            answer.append(Need(place, year, spread(each), tuple(each.tolist())))
    return tuple(answer)


def asked(system: System, people: People) -> Mapping[str, tuple[Array, Array]]:
    """When each place is asked for and for how long, in the order of asking, (replications x people)."""
    asking: dict[str, list[tuple[Array, Array]]] = {BEDS: []} if system.sites else {}
    asking |= {service.name: [] for service in system.services}
    for number, stream in enumerate(people.streams):
        columns = people.columns(number)
        time, stay = people.time[:, columns], people.stay[:, columns]
        asking[stream.to].append((time, stay))
        if stream.to == BEDS:
            for at, service in enumerate(system.services):
                goes = people.onward[:, columns] == at
                asking[service.name].append((np.where(goes, time + stay, np.inf), people.onward_stay[:, columns]))
    none = np.zeros((len(people.time), 0))
    return {place: _in_order([(none, none), *some]) for place, some in asking.items()}


def _in_order(some: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    times, stays = (np.concatenate(part, axis=1) for part in zip(*some, strict=True))
    order = times.argsort(axis=1, kind="stable")
    return np.take_along_axis(times, order, axis=1), np.take_along_axis(stays, order, axis=1)


def _windows(system: System, times: Array, stays: Array) -> tuple[Array, Array, Flags]:
    """Each replication's years as rows of their own, with the days that lead up to them; and who is counted."""
    cut = []
    for since, until in zip(system.days, system.days[1:], strict=False):
        first, last = (times < since - LEAD).sum(axis=1), (times < until).sum(axis=1)
        cut.append((since, first, last))
    width = max(((last - first).max(initial=0) for _, first, last in cut), default=0)
    rows = [_cut(times, stays, since, first, last, width) for since, first, last in cut]
    shape = (len(times) * system.years, width)
    window, stay, counted = (np.stack(part, axis=1).reshape(shape) for part in zip(*rows, strict=True))
    return window, stay, counted


def _cut(times: Array, stays: Array, since: int, first: Whole, last: Whole, width: int) -> tuple[Array, Array, Flags]:
    columns = first[:, None] + np.arange(width)
    inside = columns < last[:, None]
    columns = np.where(inside, columns, 0)
    each = np.arange(len(times))[:, None]
    window = np.where(inside, times[each, columns] if width else 0.0, np.inf)
    return window, stays[each, columns] if width else window, inside & (window >= since)


def _fewest(times: Array, stays: Array, counted: Flags, share: float, within: float) -> Whole:
    """The fewest servers of each row with which enough of those counted are placed in time."""
    people = counted.sum(axis=1)

    def suffices(servers: Whole) -> Flags:
        begin = queues.starts(times, stays, servers)
        return (counted & (begin <= times + within)).sum(axis=1) >= share * people - 1e-9

    load = _load(times, stays)
    too_few, enough = np.full(len(times), -1), np.where(people > 0, load, 0)
    while (short := ~suffices(enough)).any():
        too_few = np.where(short, enough, too_few)
        enough = np.where(short, enough + load // 4 + 1, enough)
    while (apart := enough - too_few > 1).any():
        middle = np.where(apart, (enough + too_few) // 2, enough)
        good = suffices(middle)
        too_few, enough = np.where(good, too_few, middle), np.where(good, middle, enough)
    return enough


def _load(times: Array, stays: Array) -> Whole:
    """Roughly the places in use on an average day, where the search begins."""
    known = np.isfinite(times)
    last = np.where(known, times, 0).max(axis=1, initial=1)
    days = np.maximum(last - times.min(axis=1, initial=0), 1)
    return np.ceil(np.where(known, stays, 0).sum(axis=1) / days).astype(np.int64)
