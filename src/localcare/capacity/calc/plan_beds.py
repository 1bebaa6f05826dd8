"""The beds and home slots that a plan's activity asks for: the bed model fed with the plan's years."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from localcare.capacity.calc.beds.need import Need, needed
from localcare.capacity.calc.beds.outcome import Outcome, simulate
from localcare.capacity.calc.beds.system import Service, Site, System
from localcare.capacity.calc.beds.west_kent import west_kent
from localcare.capacity.calc.plan import Plan

FROM_HOSPITAL = 65  # people of this age and over leave hospital for community beds and support at home


@dataclass(frozen=True)
class BedsAsked:
    """Beds by site and slots by service, year by year (a service left out keeps those of 2017), and the level wanted:
    `share` placed within so many days."""

    sites: tuple[Site, ...]
    slots: Mapping[str, tuple[int, ...]]
    share: float
    within_days: float
    replications: int


@dataclass(frozen=True)
class BedsResult:
    system: System
    outcome: Outcome
    needs: tuple[Need, ...]


def frame(asked: BedsAsked, baseline_year: int, years: int) -> System:
    """The bed model of a plan's years before its activity is known. Raises ValueError where sites do not fit."""
    first = west_kent(years=years)
    total = sum(max(site.beds) for site in asked.sites)
    if total == 0:
        raise ValueError("no site has a bed in any year: give beds to one, or leave the part out")
    nearest = tuple(max(site.beds) / total for site in asked.sites)
    streams = tuple(replace(one, sites=nearest if one.sites else ()) for one in first.streams)
    services = tuple(Service(one.name, asked.slots.get(one.name, one.slots), one.visits) for one in first.services)
    return System(date(baseline_year + 1, 4, 1), years, asked.sites, services, streams)


def system_of(plan: Plan, asked: BedsAsked) -> System:
    """The bed model of the plan's years: those who leave hospital follow the plan's emergency admissions of people of
    65 and over, those who come from home the number of such people. Raises ValueError where sites do not fit."""
    made = frame(asked, plan.scenario.baseline_year, len(plan.scenario.years))
    leaving, living = _growth(plan)
    return replace(made, streams=tuple(replace(one, growth=leaving if one.waits else living) for one in made.streams))


def bedded(plan: Plan, asked: BedsAsked) -> BedsResult:
    """What happens with the beds there are, and how many the level wanted takes, year by year."""
    system = system_of(plan, asked)
    seed = plan.scenario.seed
    outcome = simulate(system, seed=seed, replications=asked.replications)
    few = max(10, asked.replications // 3)  # the search costs most, and its median settles early
    needs = needed(system, seed=seed, share=asked.share, within=asked.within_days, replications=few)
    return BedsResult(system, outcome, needs)


def _growth(plan: Plan) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Emergency admissions with the plan, and people, of 65 and over, each year against the baseline year (central)."""
    old = np.asarray(plan.baseline.age_from) >= FROM_HOSPITAL
    setting = plan.baseline.settings.index("emergency_admission")
    admitted = plan.account.planned[0, :, old, :, setting].sum((0, 2)) / plan.baseline.use[old, :, setting].sum()
    people = plan.people[0][:, old].sum(1) / plan.baseline.people[old].sum()
    return tuple(admitted.tolist()), tuple(people.tolist())
