"""The beds and home slots that a plan's activity asks for: the bed model fed with the plan's years."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.beds import stresses, west_kent
from localcare.capacity.calc.beds.need import Need, needed
from localcare.capacity.calc.beds.outcome import Outcome, simulate
from localcare.capacity.calc.beds.people import Expected
from localcare.capacity.calc.beds.system import Service, Site, Stream, System
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Array, Assumption, Quantity, Series, draws, exactly

FROM_HOSPITAL = 65  # assumed: people of this age and over leave hospital for community beds and support at home
CHOSEN = "chosen: the service level that the scenario asks for"


@dataclass(frozen=True)
class BedsAsked:
    """Beds by site and slots by service, year by year (a service left out keeps those of 2017), and the level wanted:
    `share` placed within so many days."""

    sites: tuple[Site, ...]
    slots: Mapping[str, tuple[int, ...]]
    share: float
    within_days: float
    replications: int
    nearest: Mapping[str, Quantity]  # share of people by nearest site; empty: the scenario does not say
    people: Quantity | None  # for how many the beds of the sites are; None: the scenario does not say
    sources: Mapping[str, str]  # of the beds of a site and the slots of a service that the scenario gives, by name
    stays: Mapping[str, Quantity] = field(default_factory=dict)  # mean days by stream; else those of the starting point

    def stay_of(self, stream: Stream) -> Quantity:
        return self.stays.get(stream.name, stream.stay)


@dataclass(frozen=True)
class Case:
    """What happens with the beds there are, and how many the level wanted takes."""

    outcome: Outcome
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class BedsResult:
    """`planned` and `nothing_done`: the same people by chance, as many as either has. `stresses`: the plan's last year
    as it is expected, then when one thing goes wrong."""

    asked: BedsAsked
    system: System
    planned: Case
    nothing_done: Case
    stresses: tuple[tuple[str, Outcome], ...]


def nearest_of(asked: BedsAsked) -> dict[str, Quantity]:
    """The share of people to whom each site is nearest: as the scenario says, else as the beds of 2017 lay, so that
    beds added to a site draw nobody to it. A site that was not there then counts by the beds it begins with."""
    if asked.nearest:
        return dict(asked.nearest)
    begun = {site.name: next((beds for beds in site.beds if beds), 0) for site in asked.sites}
    weights = {name: west_kent.BEDS_2017.get(name, beds) for name, beds in begun.items()}
    source = "assumed: people live as the beds of 2017 lay (a site not there then: as the beds it begins with)"
    return {name: exactly(weight / sum(weights.values()), "share", source) for name, weight in weights.items()}


def frame(asked: BedsAsked, baseline_year: int, years: int, scale: float = 1.0) -> System:
    """The bed model of a plan's years before its activity is known: arrivals, and slots that the scenario does not
    give, times `scale`; the beds of sites as they are given. Raises ValueError where sites do not fit."""
    first = west_kent.west_kent(years=years)
    total = sum(max(site.beds) for site in asked.sites)
    if total == 0:
        raise ValueError("no site has a bed in any year: give beds to one, or leave the part out")
    nearest = tuple(one.likely for one in nearest_of(asked).values())
    streams = tuple(
        replace(one, a_year=one.a_year.times(scale), stay=asked.stay_of(one), sites=nearest if one.sites else ())
        for one in first.streams
    )
    services = tuple(
        Service(
            one.name,
            asked.slots.get(one.name) or tuple(max(1, round(slots * scale)) for slots in one.slots),
            one.visits,
        )
        for one in first.services
    )
    return System(date(baseline_year + 1, 4, 1), years, asked.sites, services, streams)


def system_of(plan: Plan, asked: BedsAsked) -> System:
    """The bed model of the plan's years: those who leave hospital follow the plan's emergency admissions of people of
    65 and over, those who come from home the number of such people (central; `expected` has every draw). Raises
    ValueError where sites do not fit."""
    made = frame(asked, plan.scenario.baseline_year, len(plan.scenario.years), plan.scale)
    leaving, living = (tuple(growth[0].tolist()) for growth in _growth(plan, plan.account.planned))
    return replace(made, streams=tuple(replace(one, growth=leaving if one.waits else living) for one in made.streams))


def expected(plan: Plan, system: System, use: Array, replications: int) -> dict[str, npt.ArrayLike]:
    """People expected of each stream, (replications x years): a draw of its own assumption, grown as a draw of the
    plan's activity has it. `use`: the plan's, with it or if nothing is done.

    Draws are in random order, so that the first are a sample; more replications than draws begin again."""
    leaving, living = _growth(plan, use)
    rows = 1 + np.arange(replications) % plan.scenario.draws
    return {
        one.name: draws(one.a_year, f"beds/{one.name}/a year", seed=plan.scenario.seed, count=replications)[:, None]
        * (leaving if one.waits else living)[rows]
        for one in system.streams
    }


def _growth(plan: Plan, use: Array) -> tuple[Array, Array]:
    """Emergency admissions, and people, of 65 and over, each year against the baseline year; draws x years."""
    old = np.flatnonzero(np.asarray(plan.baseline.age_from) >= FROM_HOSPITAL)
    setting = plan.baseline.settings.index("emergency_admission")
    admitted = use[..., setting][:, :, old].sum((2, 3)) / plan.baseline.use[old, :, setting].sum()
    people = plan.people[:, :, old].sum(2) / plan.baseline.people[old].sum()
    return admitted, people


def assumptions(asked: BedsAsked) -> Iterator[tuple[str, Assumption]]:
    """Every figure that the bed model goes by: those of the scenario, and those of the starting point."""
    yield "beds.share_placed", exactly(asked.share, "share", CHOSEN)
    yield "beds.within_days", exactly(asked.within_days, "days", CHOSEN)
    yield "beds.from_hospital", exactly(FROM_HOSPITAL, "years", "assumed: streams follow people from this age on")
    if asked.people:
        yield "beds.people", asked.people
    for site in asked.sites:
        yield f"beds.{site.name}.beds", Series(site.beds, "beds, by year", asked.sources[site.name])
    for name, share in nearest_of(asked).items():
        yield f"beds.{name}.nearest", share
    yield from stresses.assumptions()
    for service in west_kent.SERVICES:
        slots = asked.slots.get(service.name, service.slots)
        source = asked.sources.get(service.name, west_kent.SLOTS_SOURCE)
        yield f"beds.{service.name}.slots", Series(slots, "slots, by year", source)
        if service.visits:
            yield f"beds.{service.name}.visits", service.visits
    yield "beds.weekday", Series(west_kent.WEEKDAY, "weights from Monday", west_kent.SEASONS_SOURCE)
    yield "beds.month", Series(west_kent.MONTH, "weights from January", west_kent.SEASONS_SOURCE)
    for stream in west_kent.streams():
        yield from _of_stream(replace(stream, stay=asked.stay_of(stream)))


def _of_stream(stream: Stream) -> Iterator[tuple[str, Assumption]]:
    name = f"beds.{stream.name}"
    yield f"{name}.people a year", stream.a_year
    yield f"{name}.stay", stream.stay
    yield f"{name}.stay.spread", exactly(stream.spread, west_kent.SPREAD_UNIT, west_kent.SPREADS_SOURCE)
    if stream.sites:
        yield f"{name}.elsewhere", stream.elsewhere
    for onward in stream.onward:
        yield f"{name}.then {onward.to}", onward.share
        yield f"{name}.then {onward.to}.stay", onward.stay
        spread = exactly(onward.spread, west_kent.SPREAD_UNIT, west_kent.SPREADS_SOURCE)
        yield f"{name}.then {onward.to}.stay.spread", spread


def bedded(plan: Plan, asked: BedsAsked) -> BedsResult:
    """Beds with the plan and if nothing is done, under the same seed; and the plan's last year under stress."""
    system = system_of(plan, asked)
    planned, nothing = (_case(plan, asked, system, use) for use in (plan.account.planned, plan.account.nothing_done))
    return BedsResult(asked, system, planned, nothing, tuple(_stresses(plan, asked, system)))


def _case(plan: Plan, asked: BedsAsked, system: System, use: Array) -> Case:
    seed, few = plan.scenario.seed, _few(asked)
    given = expected(plan, system, use, asked.replications)
    outcome = simulate(system, seed=seed, replications=asked.replications, given=given, within=asked.within_days)
    given = expected(plan, system, use, few)
    needs = needed(system, seed=seed, share=asked.share, within=asked.within_days, replications=few, given=given)
    return Case(outcome, needs)


def _few(asked: BedsAsked) -> int:
    """Replications of the search, which costs most, and of the cases tried: their medians settle early."""
    return max(10, asked.replications // 3)


def _stresses(plan: Plan, asked: BedsAsked, system: System) -> Iterator[tuple[str, Outcome]]:
    seed, few, last = plan.scenario.seed, _few(asked), stresses.last_year(system)
    whole = expected(plan, system, plan.account.planned, few)
    given: Expected = {name: np.asarray(people)[:, -1:] for name, people in whole.items()}
    cases = [("As planned", last, given)]
    cases += [(one.label, *stresses.stressed(last, given, one)) for one in stresses.STRESSES]
    for label, one, people in cases:
        yield label, simulate(one, seed=seed, replications=few, given=people, within=asked.within_days)
