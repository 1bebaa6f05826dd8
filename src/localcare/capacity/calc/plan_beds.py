"""The beds and home slots that a plan's activity asks for: the bed model fed with the plan's years."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from localcare.capacity.calc.beds import west_kent
from localcare.capacity.calc.beds.need import Need, needed
from localcare.capacity.calc.beds.outcome import Outcome, simulate
from localcare.capacity.calc.beds.system import Service, Site, Stream, System
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.quantity import Assumption, Quantity, Series, exactly

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
    people: Quantity | None  # for how many the beds of the sites are; None: the scenario does not say
    sources: Mapping[str, str]  # of the beds of a site and the slots of a service that the scenario gives, by name


@dataclass(frozen=True)
class BedsResult:
    asked: BedsAsked
    system: System
    outcome: Outcome
    needs: tuple[Need, ...]


def frame(asked: BedsAsked, baseline_year: int, years: int, scale: float = 1.0) -> System:
    """The bed model of a plan's years before its activity is known: arrivals, and slots that the scenario does not
    give, times `scale`; the beds of sites as they are given. Raises ValueError where sites do not fit."""
    first = west_kent.west_kent(years=years)
    total = sum(max(site.beds) for site in asked.sites)
    if total == 0:
        raise ValueError("no site has a bed in any year: give beds to one, or leave the part out")
    nearest = tuple(max(site.beds) / total for site in asked.sites)
    streams = tuple(
        replace(one, a_year=one.a_year.times(scale), sites=nearest if one.sites else ()) for one in first.streams
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
    65 and over, those who come from home the number of such people. Raises ValueError where sites do not fit."""
    made = frame(asked, plan.scenario.baseline_year, len(plan.scenario.years), plan.scale)
    leaving, living = _growth(plan)
    return replace(made, streams=tuple(replace(one, growth=leaving if one.waits else living) for one in made.streams))


def assumptions(asked: BedsAsked) -> Iterator[tuple[str, Assumption]]:
    """Every figure that the bed model goes by: those of the scenario, and those of the starting point."""
    yield "beds.share_placed", exactly(asked.share, "share", CHOSEN)
    yield "beds.within_days", exactly(asked.within_days, "days", CHOSEN)
    yield "beds.from_hospital", exactly(FROM_HOSPITAL, "years", "assumed: streams follow people from this age on")
    if asked.people:
        yield "beds.people", asked.people
    for site in asked.sites:
        yield f"beds.{site.name}.beds", Series(site.beds, "beds, by year", asked.sources[site.name])
    for service in west_kent.SERVICES:
        slots = asked.slots.get(service.name, service.slots)
        source = asked.sources.get(service.name, west_kent.SLOTS_SOURCE)
        yield f"beds.{service.name}.slots", Series(slots, "slots, by year", source)
        if service.visits:
            yield f"beds.{service.name}.visits", service.visits
    yield "beds.weekday", Series(west_kent.WEEKDAY, "weights from Monday", west_kent.SEASONS_SOURCE)
    yield "beds.month", Series(west_kent.MONTH, "weights from January", west_kent.SEASONS_SOURCE)
    for stream in west_kent.streams():
        yield from _of_stream(stream)


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
    """What happens with the beds there are, and how many the level wanted takes, year by year."""
    system = system_of(plan, asked)
    seed = plan.scenario.seed
    outcome = simulate(system, seed=seed, replications=asked.replications)
    few = max(10, asked.replications // 3)  # the search costs most, and its median settles early
    needs = needed(system, seed=seed, share=asked.share, within=asked.within_days, replications=few)
    return BedsResult(asked, system, outcome, needs)


def _growth(plan: Plan) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Emergency admissions with the plan, and people, of 65 and over, each year against the baseline year (central)."""
    old = np.asarray(plan.baseline.age_from) >= FROM_HOSPITAL
    setting = plan.baseline.settings.index("emergency_admission")
    admitted = plan.account.planned[0, :, old, :, setting].sum((0, 2)) / plan.baseline.use[old, :, setting].sum()
    people = plan.people[0][:, old].sum(1) / plan.baseline.people[old].sum()
    return tuple(admitted.tolist()), tuple(people.tolist())
