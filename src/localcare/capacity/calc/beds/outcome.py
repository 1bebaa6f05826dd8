"""What a plan's years look like: occupancy, waits, delayed days and blocking, as medians and 80% ranges.

Each replication gives one figure a year; the range says between which figures eight replications in ten lie. A wait
counts in the year in which the person came; delayed, occupied and blocked days count in the year in which they fell.
Whoever still waits when the plan's years end has waited until then.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import copy
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.beds import flow
from localcare.capacity.calc.beds.flow import Flow
from localcare.capacity.calc.beds.people import Expected, People, draw, expected
from localcare.capacity.calc.beds.system import BEDS, NOWHERE, System, capacity
from localcare.capacity.calc.quantity import draws

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

BATCH = 500  # replications simulated together: enough to pay for a step, few enough for memory
WARMUP = 365  # days before the first year, at its rates, that no figure counts: beds are not empty on the first day
DAY = 1.0  # a service level of 24 hours, where none is named


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and 80% range over replications; all nan where no replication has a figure (nobody came)."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class PlaceYear:
    """A site or a service in one year. `occupancy` and `blocked` are shares: of days offered, and of days in use by
    people whose stay is over. `people`: in place on an average day. `visits`: a day, nan where nobody visits."""

    place: str
    kind: str  # "site" or "service"
    year: int  # 0 is the plan's first
    offered: int
    occupancy: Spread
    people: Spread
    blocked: Spread
    visits: Spread


@dataclass(frozen=True, slots=True)
class WaitYear:
    """People of a stream, a pathway or a site (the nearest, of those for beds) in one year.

    `came`: people. `within`: share placed in time (24 hours, or as `simulate` is told), of all
    who came. `median`, `ninety`: days waited by half,
    and by nine in ten, of those who waited or were placed. `delayed`: days spent waiting; 365 of them are one person
    delayed at any time. `elsewhere`: share gone elsewhere for want of a place. `held`: days in a bed after the stay
    was over."""

    group: str
    kind: str  # "stream", "pathway" or "site"
    year: int
    came: Spread
    within: Spread
    median: Spread
    ninety: Spread
    delayed: Spread
    elsewhere: Spread
    held: Spread


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything told of a system, from so many replications under a seed."""

    places: tuple[PlaceYear, ...]
    waits: tuple[WaitYear, ...]
    replications: int
    seed: int

    def place(self, name: str, year: int) -> PlaceYear:
        return next(one for one in self.places if (one.place, one.year) == (name, year))

    def wait(self, group: str, year: int) -> WaitYear:
        return next(one for one in self.waits if (one.group, one.year) == (group, year))


def simulate(
    system: System,
    *,
    seed: int,
    replications: int = 1000,
    warmup: int = WARMUP,
    given: Expected | None = None,
    workers: int = 1,
    within: float = DAY,
) -> Outcome:
    """Simulate a system and sum it up; the same for the same figures and seed, whatever the number of `workers`.

    `given`: people expected of some streams, (replications x years) or (years), as a plan's activity states them.
    `within`: days in which somebody is placed in time. `workers`: processes that share the replications; a script with
    more than one needs its main guard."""
    parts = [slice(first, min(first + BATCH, replications)) for first in range(0, replications, BATCH)]
    one = partial(_batch, system, seed, replications, warmup, given, within)
    if workers > 1 and len(parts) > 1:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            batches = list(pool.map(one, parts))
    else:
        batches = [one(rows) for rows in parts]
    figures = {key: np.concatenate([batch[key] for batch in batches]) for key in batches[0]}
    for stream in system.streams:
        if stream.to == NOWHERE:
            came = expected(system, stream, seed, replications, given)
            figures |= _figures_of_nowhere(stream.name, stream.pathway, came)
    places = tuple(_places(system, figures, seed, replications))
    return Outcome(places, tuple(_waits(system, figures)), replications, seed)


Key = tuple[str, str, str]  # kind, name, figure: of each an array (replications x years)
PERSONS = ("came", "within", "median", "ninety", "delayed", "elsewhere", "held")


def _batch(
    system: System, seed: int, replications: int, warmup: int, given: Expected | None, within: float, rows: slice
) -> dict[Key, Array]:
    people = draw(system, seed=seed, rows=rows, replications=replications, warmup=warmup, given=given)
    return _figures(system, people, flow.run(system, people), within)


def _figures(system: System, people: People, happened: Flow, within: float) -> dict[Key, Array]:
    figures: dict[Key, Array] = {}
    shape = (len(people.time), system.years)
    streams = [_Group(system, people, happened, number) for number in range(len(people.streams))]
    for kind, name, parts in _groups(system, streams):
        if kind == "pathway" and len(parts) == 1:
            told = {what: figures[("stream", parts[0].stream.name, what)] for what in PERSONS}
        else:
            told = _persons(parts, shape, within)
        figures |= {(kind, name, what): value for what, value in told.items()}
    for number, site in enumerate(system.sites):
        parts = [one.only(one.at == number) for one in streams if one.at is not None]
        figures[("site", site.name, "used")] = sum((p.used() for p in parts), np.zeros(shape))
        figures[("site", site.name, "blocked")] = sum((p.held() for p in parts), np.zeros(shape))
    for number, service in enumerate(system.services):
        direct = [one.used() for one in streams if one.stream.to == service.name]
        after = [one.after(number) for one in streams if one.onward is not None]
        figures[("service", service.name, "used")] = sum([*direct, *after], np.zeros(shape))
    return figures


def _groups(system: System, streams: list["_Group"]) -> Iterator[tuple[str, str, list["_Group"]]]:
    """Kind, name and people of those told of together."""
    for one in streams:
        yield "stream", one.stream.name, [one]
    for pathway in sorted({one.stream.pathway for one in streams if one.stream.pathway is not None}):
        yield "pathway", f"{pathway}", [one for one in streams if one.stream.pathway == pathway]
    for number, site in enumerate(system.sites):
        yield "site", site.name, [one.only(one.near == number) for one in streams if one.near is not None]


class _Group:
    """People of one stream who came before the end of the plan's years; of those for beds also where and what next."""

    PERSONAL = ("row", "time", "begin", "left", "over", "near", "at", "onward", "next_over")

    def __init__(self, system: System, people: People, happened: Flow, number: int) -> None:
        self.days, self.end = np.array(system.days, dtype=float), float(system.days[-1])
        self.rows, self.stream, self.waits = len(people.time), people.streams[number], people.streams[number].waits
        columns = people.columns(number)
        column, self.row = np.nonzero((people.time[:, columns] < self.end).T)  # as they lie in memory
        pick = self.row, column + columns.start
        self.time, self.begin, self.left = people.time[pick], happened.begin[pick], happened.left[pick]
        self.near = self.at = self.onward = self.over = self.next_over = None
        if self.stream.to == BEDS:
            self.near, self.at, self.onward = people.site[pick], happened.at[pick], people.onward[pick]
            self.over = self.begin + people.stay[pick]
            self.next_over = self.left + people.onward_stay[pick]

    def only(self, chosen: Flags) -> "_Group":
        part = copy(self)
        for name in self.PERSONAL:
            if (values := getattr(self, name)) is not None:
                setattr(part, name, values[chosen])
        return part

    def by_year(self, since: Array, until: Array) -> Array:
        """Days between two moments of each person, summed by replication and year, whatever years they reach over."""
        since, until, row = np.maximum(since, 0.0), np.minimum(until, self.end), self.row
        total = np.zeros(self.rows * (len(self.days) - 1))
        lasting = since < until
        since, until, row = since[lasting], until[lasting], row[lasting]
        while len(since):
            year = np.searchsorted(self.days, since, side="right") - 1
            turn = np.minimum(self.days[year + 1], until)
            total += np.bincount(row * (len(self.days) - 1) + year, turn - since, len(total))
            more = turn < until
            since, until, row = turn[more], until[more], row[more]
        return total.reshape(self.rows, -1)

    def used(self) -> Array:
        return self.by_year(self.begin, self.left)

    def held(self) -> Array:
        """Days in a bed after the stay was over."""
        return self.by_year(self.left if self.over is None else self.over, self.left)

    def delayed(self) -> Array:
        """Days between coming and beginning; none of those who go elsewhere."""
        return self.by_year(self.time, self.begin if self.waits else self.time)

    def after(self, service: int) -> Array:
        """Days in a service's slots after a bed."""
        assert self.onward is not None
        assert self.next_over is not None
        goes = self.onward == service
        return self.only(goes).by_year(self.left[goes], self.next_over[goes])


def _persons(parts: list[_Group], shape: tuple[int, int], within: float) -> dict[str, Array]:
    """Figures of people who came, (replications x years)."""
    cells, waits, gone = [], [], []
    for part in parts:
        counted = part.time >= 0
        year = np.searchsorted(part.days, part.time[counted], side="right") - 1
        cells.append(part.row[counted] * shape[1] + year)
        waits.append(np.minimum(part.begin[counted], part.end) - part.time[counted])
        gone.append(np.isinf(part.begin[counted]) & (not part.waits))
    cell = np.concatenate([np.zeros(0, dtype=np.int64), *cells])
    wait = np.concatenate([np.zeros(0), *waits])
    lost = np.concatenate([np.zeros(0, dtype=bool), *gone])
    size = shape[0] * shape[1]
    came = np.bincount(cell, minlength=size)
    prompt = np.bincount(cell[(wait <= within) & ~lost], minlength=size)
    median, ninety = _quantiles(cell[~lost], wait[~lost], size)
    with np.errstate(invalid="ignore"):
        figures = {"came": came, "within": prompt / came, "median": median, "ninety": ninety}
        figures["elsewhere"] = np.bincount(cell[lost], minlength=size) / came
    zero = np.zeros(shape)
    sums = {"delayed": sum((p.delayed() for p in parts), zero), "held": sum((p.held() for p in parts), zero)}
    return {what: value.reshape(shape).astype(float) for what, value in figures.items()} | sums


def _quantiles(cell: Whole, wait: Array, cells: int) -> tuple[Array, Array]:
    """The waits that half and nine in ten of each cell's people do not exceed; nan where there is nobody.

    One sort of the cell's number with the wait behind the point puts every cell's waits in order."""
    scale = 1 + wait.max(initial=0)
    count = np.bincount(cell, minlength=cells)
    order = np.sort(cell + wait / scale)
    first = np.cumsum(count) - count
    found = []
    for share in (0.5, 0.9):
        at = np.minimum(first + np.maximum(np.ceil(share * count).astype(int) - 1, 0), max(len(order) - 1, 0))
        value = (order[at] if len(order) else np.zeros(cells)) - np.arange(cells)
        found.append(np.where(count > 0, np.maximum(value, 0) * scale, np.nan))
    return found[0], found[1]


def _figures_of_nowhere(name: str, pathway: int | None, came: Array) -> dict[Key, Array]:
    """People who need no place: none of them waits."""
    none = np.zeros(came.shape)
    values = dict.fromkeys(PERSONS, none) | {"came": came, "within": np.ones(came.shape)}
    groups = [("stream", name), *([("pathway", f"{pathway}")] if pathway is not None else [])]
    return {(kind, group, what): value for kind, group in groups for what, value in values.items()}


def _places(system: System, figures: dict[Key, Array], seed: int, replications: int) -> Iterator[PlaceYear]:
    length = np.diff(system.days)
    nothing = np.full((replications, system.years), np.nan)
    sites = [("site", site.name, site.beds, None) for site in system.sites]
    services = [("service", service.name, service.slots, service.visits) for service in system.services]
    for kind, name, offered, visits in sites + services:
        used, count = figures[(kind, name, "used")], np.array(capacity(offered, system.years))
        each = draws(visits, f"beds/{name}/visits", seed=seed, count=replications) if visits else None
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = used / (count * length)
            blocked = figures[(kind, name, "blocked")] / used if kind == "site" else nothing * 0
        visited = nothing if each is None else used / length * each[:, None]
        for year in range(system.years):
            values = (shares, used / length, blocked, visited)
            yield PlaceYear(name, kind, year, int(count[year]), *(spread(value[:, year]) for value in values))


def _waits(system: System, figures: dict[Key, Array]) -> Iterator[WaitYear]:
    for kind, name in dict.fromkeys((kind, name) for kind, name, what in figures if what == "came"):
        for year in range(system.years):
            yield WaitYear(name, kind, year, *(spread(figures[(kind, name, what)][:, year]) for what in PERSONS))


def spread(values: Array) -> Spread:
    """Median and 80% range of the replications that have a figure."""
    known = values[np.isfinite(values)]
    return (
        Spread(*(float(value) for value in np.quantile(known, (0.1, 0.5, 0.9))))
        if len(known)
        else Spread(*[float("nan")] * 3)
    )
