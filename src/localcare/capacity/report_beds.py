"""What a board has to read first of a plan's beds: how many people are placed in time, and what it would take."""

from localcare.capacity.calc.beds.need import Need
from localcare.capacity.calc.beds.outcome import Spread
from localcare.capacity.calc.beds.system import BEDS, capacity
from localcare.capacity.calc.part_tables import in_words
from localcare.capacity.calc.plan import Plan
from localcare.capacity.calc.plan_beds import BedsResult


def placed_in_time(plan: Plan, beds: BedsResult) -> str:
    """The last year as the run of all years has it, the first beside it, and the places that the service level takes.

    Slots that are short are told with the beds: who leaves a bed for a full service keeps it, so that beds alone do not
    mend it."""
    years, last = plan.scenario.years, len(plan.scenario.years) - 1
    stream = next(one for one in beds.system.streams if one.to == BEDS and one.waits)
    within = [beds.planned.outcome.wait(stream.name, year).within for year in (0, last)]
    there = int(sum(capacity(site.beds, len(years))[last] for site in beds.system.sites))
    short = _short(beds, last)
    wanted = [f"{_range(_beds(beds, last).places)} beds"]
    wanted += [f"{_range(need.places)} slots of {need.place}" for need, _ in short]
    held = _listed([f"{there} community beds", *(f"{slots} slots of {need.place}" for need, slots in short)])
    return (
        f"With {held} in {years[last]}, and arrivals, stays and slots as they are assumed, the model places "
        f"{_share(within[1])} of those who wait in hospital for a bed within {in_words(beds.asked.within_days)}; in "
        f"{years[0]} {_share(within[0])}. For {beds.asked.share:.0%} it would take {_listed(wanted)}."
    )


def _short(beds: BedsResult, year: int) -> list[tuple[Need, int]]:
    """Services with fewer slots in a year than the service level takes, and the slots they have."""
    slots = {one.name: capacity(one.slots, beds.system.years)[year] for one in beds.system.services}
    needs = [need for need in beds.planned.needs if need.year == year and need.place in _after(beds)]
    return [(need, int(slots[need.place])) for need in needs if need.places.median > slots[need.place]]


def _after(beds: BedsResult) -> set[str]:
    """Services for which people in a bed wait."""
    return {onward.to for one in beds.system.streams for onward in one.onward}


def _beds(beds: BedsResult, year: int) -> Need:
    return next(need for need in beds.planned.needs if (need.place, need.year) == (BEDS, year))


def _listed(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def _share(of: Spread) -> str:
    return f"{of.median:.0%} ({of.low:.0%} to {of.high:.0%})"


def _range(of: Spread) -> str:
    return f"{of.median:.0f} ({of.low:.0f} to {of.high:.0f})"
