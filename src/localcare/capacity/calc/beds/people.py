"""The people who come, drawn before anything happens to them: when, for how long, to which site, what they need after.

Because all of it belongs to the person and not to the moment of placing, the same people come whatever beds there are:
two plans differ by the plan and not by luck (common random numbers). Every stream of people draws from random numbers
of its own, so that adding one leaves the others as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.beds.system import BEDS, NOWHERE, Stream, System, by_year, day_shares
from localcare.capacity.calc.quantity import draws, stream

Array = npt.NDArray[np.float64]
Small = npt.NDArray[np.int8]
Expected = Mapping[str, npt.ArrayLike]  # stream: people (replications x years), instead of its `a_year` and `growth`

NEVER = np.inf
NO_SERVICE = -1  # a mark, no figure


@dataclass(frozen=True, slots=True)
class People:
    """Everybody who comes, (replications x people): stream after stream, those for beds first.

    `offset`: where each of `streams` begins; each ends with one who never comes. The columns of `site`, `keeps` (takes
    no bed at another site), `onward` (number of the service needed after the bed) and `onward_stay` are those for
    beds only. In memory a column lies together: what happens at once in all replications is near."""

    streams: tuple[Stream, ...]
    offset: tuple[int, ...]
    time: Array
    stay: Array
    site: Small
    keeps: npt.NDArray[np.bool_]
    onward: Small
    onward_stay: Array

    def columns(self, number: int) -> slice:
        """The columns of a stream, without the one who never comes."""
        return slice(self.offset[number], self.offset[number + 1] - 1)


def ordered(system: System) -> tuple[Stream, ...]:
    """Streams that need a place, those for beds first."""
    placed = [s for s in system.streams if s.to != NOWHERE]
    return tuple(sorted(placed, key=lambda stream: stream.to != BEDS))


def expected(system: System, one: Stream, seed: int, replications: int, given: Expected | None = None) -> Array:
    """People expected of a stream, (replications x years): as given by a plan's activity, or from its assumption."""
    if given and one.name in given:
        people = np.asarray(given[one.name], dtype=float)
        return np.broadcast_to(people, (replications, system.years))
    first = draws(one.a_year, f"beds/{one.name}/a year", seed=seed, count=replications)
    return first[:, None] * np.array(by_year(one.growth, system.years))


def draw(
    system: System, *, seed: int, rows: slice, replications: int, warmup: int, given: Expected | None = None
) -> People:
    """The people of these replications (`rows`) out of so many; the same for the same figures and seed."""
    streams = ordered(system)
    drawn = [_Drawn(system, one, seed, rows, replications, warmup, given) for one in streams]
    times = [one.times() for one in drawn]
    beds = [one for one in drawn if one.stream.to == BEDS]
    stays = [
        one.stays(one.stream.stay, one.stream.spread, "stay", t.shape) for one, t in zip(drawn, times, strict=True)
    ]
    needs = [one.needs(t.shape) for one, t in zip(beds, times, strict=False)]
    sites = [one.sites(t) for one, t in zip(beds, times, strict=False)]
    none = np.zeros((rows.stop - rows.start, 0))
    return People(
        streams,
        tuple(int(n) for n in np.cumsum([0, *(t.shape[1] for t in times)])),
        _beside([none, *times]),
        _beside([none, *stays]),
        _beside([none.astype(np.int8), *(site for site, _ in sites)]),
        _beside([none.astype(bool), *(keeps for _, keeps in sites)]),
        _beside([none.astype(np.int8), *(service for service, _ in needs)]),
        _beside([none, *(stay for _, stay in needs)]),
    )


def _beside(arrays: list) -> npt.NDArray:
    return np.asfortranarray(np.concatenate(arrays, axis=1))


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One stream's draws for some replications."""

    system: System
    stream: Stream
    seed: int
    rows: slice
    replications: int
    warmup: int
    given: Expected | None

    def random(self, what: str) -> np.random.Generator:
        return stream(self.seed, f"beds/{self.stream.name}/{what}/{self.rows.start}")

    def assumed(self, quantity, what: str) -> Array:
        """An assumption's draw for each of these replications, as a column."""
        name = f"beds/{self.stream.name}/{what}"
        return draws(quantity, name, seed=self.seed, count=self.replications)[self.rows, None]

    def times(self) -> Array:
        """When people come: a Poisson process of rate 1, its clock turned by the people expected up to each day."""
        system, warmup = self.system, self.warmup
        people = expected(system, self.stream, self.seed, self.replications, self.given)[self.rows]
        share = day_shares(system, self.stream, warmup)
        year = np.searchsorted(system.days, np.arange(-warmup, system.days[-1]), side="right") - 1
        until = np.zeros((len(people), len(share) + 1))
        np.cumsum(people[:, np.maximum(year, 0)] * share, axis=1, out=until[:, 1:])
        most = until[:, -1].max(initial=0)
        count = ceil(most + 8 * sqrt(most) + 10)  # eight standard deviations: nobody is cut off
        clock = self.random("times").standard_exponential((count, len(people))).T.cumsum(axis=1)
        times = np.full((len(people), count + 1), NEVER)
        days = np.arange(-warmup, system.days[-1] + 1.0)
        for row, (ticks, known) in enumerate(zip(clock, until, strict=True)):
            coming = int(np.searchsorted(ticks, known[-1]))
            times[row, :coming] = np.interp(ticks[:coming], known, days)
        return times

    def stays(self, mean, spread: float, what: str, shape: tuple[int, ...]) -> Array:
        """Days, gamma-distributed; people down and replications across are drawn, so that later ones change nobody."""
        means = self.assumed(mean, what)
        if not spread:
            return np.broadcast_to(means, shape)
        drawn = self.random(what).standard_gamma(spread**-2, shape[::-1]).T
        return drawn * (means * spread**2)

    def sites(self, times: Array) -> tuple[Small, npt.NDArray[np.bool_]]:
        """The nearest site, and whether the person takes no bed elsewhere (never where the site is to be closed)."""
        chance = self.random("site").random(times.shape[::-1]).T
        site = np.searchsorted(np.cumsum(self.stream.sites)[:-1], chance, side="right").astype(np.int8)
        share = self.assumed(self.stream.elsewhere, "elsewhere")
        chance = self.random("elsewhere/each").random(times.shape[::-1]).T
        moves = chance < share
        beds = np.array([by_year(site.beds, self.system.years) for site in self.system.sites])
        open_on = np.minimum.accumulate(beds[:, ::-1], axis=1)[:, ::-1] > 0  # in this year and all after it
        year = np.clip(np.searchsorted(self.system.days, times, side="right") - 1, 0, self.system.years - 1)
        return site, ~moves & open_on[site, year]

    def needs(self, shape: tuple[int, ...]) -> tuple[Small, Array]:
        """Which service each needs after the bed, and for how long."""
        chance = self.random("onward").random(shape[::-1]).T
        numbers = {service.name: number for number, service in enumerate(self.system.services)}
        service, stay = np.full(shape, NO_SERVICE, dtype=np.int8), np.zeros(shape)
        reached = np.zeros((len(chance), 1))
        for onward in self.stream.onward:
            upper = reached + self.assumed(onward.share, f"share/{onward.to}")
            chosen = (reached <= chance) & (chance < upper)
            service[chosen] = numbers[onward.to]
            stay[chosen] = self.stays(onward.stay, onward.spread, f"stay/{onward.to}", shape)[chosen]
            reached = upper
        return service, stay
