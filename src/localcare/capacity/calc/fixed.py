"""What goes into a plan besides the ranges that are drawn: single figures and lists of them, each with its source.

They stand in the table of assumptions beside the drawn ones, so that nothing that moves a result is left unsaid.
"""

from collections.abc import Iterator

from localcare.capacity.calc.activity import NIGHTS_OF
from localcare.capacity.calc.money import STRESSES, Investment
from localcare.capacity.calc.money_cuts import FOR_WHOM_SOURCE, LOCAL_CARE, LOCAL_CARE_SOURCE
from localcare.capacity.calc.plan import HEALTH_FROM
from localcare.capacity.calc.quantity import Assumption, Quantity, Series, exactly
from localcare.capacity.calc.scenario import Scenario


def fixed(scenario: Scenario) -> Iterator[tuple[str, Assumption]]:
    """Every undrawn figure of people, activity and money by name."""
    yield (
        "people.health.from_age",
        exactly(HEALTH_FROM, "years", "assumed: health at each age changes from this age on"),
    )
    for admission, nights in NIGHTS_OF.items():
        source = "assumed: nights go with an admission avoided in the same share, as if its stay were of mean length"
        yield f"activity.{admission}.{nights}", exactly(1, "of the admission's share", source)
    for one in scenario.interventions:
        yield f"intervention.{one.key}.phase", Series(one.phase, "share of full working, by year", one.phase_source)
    for investment in scenario.investments:
        name, source = f"investment.{investment.intervention}", investment.source
        yield f"{name}.parallel_years", exactly(investment.parallel_years, "years", source)
        yield f"{name}.pay_share", exactly(investment.pay_share, "share", source)
        yield from _split(name, investment)
    yield "investment.segments", exactly(1, "by people reached", FOR_WHOM_SOURCE)
    yield "investment.service_line", exactly(1, f"share to {LOCAL_CARE}", LOCAL_CARE_SOURCE)
    if scenario.for_people:
        yield "money.for_people", scenario.for_people
    yield "money.release", Series(scenario.release, "share given up in each year", scenario.release_source)
    yield "money.discount", exactly(scenario.discount, "share a year", scenario.discount_source)
    yield from _stresses()


def _split(name: str, investment: Investment) -> Iterator[tuple[str, Series]]:
    """Where it is delivered and who pays it, where the scenario says."""
    places = "places", investment.places, investment.places_source
    payers = "payers", investment.payers, investment.payers_source
    for key, shares, source in (places, payers):
        if shares:
            yield f"{name}.{key}", Series(tuple(shares.values()), f"shares: {', '.join(shares)}", source)


def _stresses() -> Iterator[tuple[str, Quantity]]:
    for stress in STRESSES:
        if stress.delay_years:
            yield f"stress.{stress.key}.delay", exactly(stress.delay_years, "years", stress.source)
        if stress.benefit != 1:
            yield f"stress.{stress.key}.benefit", exactly(stress.benefit, "share", stress.source)
        if stress.pay_growth:
            yield f"stress.{stress.key}.pay_growth", exactly(stress.pay_growth, "share a year", stress.source)
