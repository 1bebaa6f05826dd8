"""A whole plan: people, activity and money of a scenario, with and without it, in every draw, and what drives it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc import activity
from localcare.capacity.calc import money as finance
from localcare.capacity.calc.activity import Account
from localcare.capacity.calc.baseline import Baseline
from localcare.capacity.calc.growth import Forecast, growth
from localcare.capacity.calc.money import STRESSES, Money, Prices, Stress, stressed
from localcare.capacity.calc.quantity import Quantity, draws
from localcare.capacity.calc.scenario import Scenario

Array = npt.NDArray[np.float64]

HEALTH_FROM = 65  # the change in health at each age is stated for people from this age on


@dataclass(frozen=True)
class Plan:
    """`people`: draws x years x ages. Draw 0 of every array is the central one."""

    scenario: Scenario
    baseline: Baseline
    people: Array
    account: Account
    money: Money
    stresses: tuple[tuple[Stress, Money], ...]

    @property
    def scale(self) -> float:
        return scale(self.scenario, self.baseline)


@dataclass(frozen=True)
class Driver:
    """Net present value when one assumption stands at its lowest or highest and all others at their likeliest."""

    name: str
    quantity: Quantity
    at_low: float
    at_high: float

    @property
    def swing(self) -> float:
        return abs(self.at_high - self.at_low)


def scale(scenario: Scenario, baseline: Baseline) -> float:
    """What the scenario's absolute figures are taken times: the baseline's people over those it states them for."""
    return float(baseline.people.sum()) / scenario.for_people.likely if scenario.for_people else 1.0


def assumptions(scenario: Scenario) -> Iterator[tuple[str, Quantity]]:
    """Every assumption of a scenario under the name its draws go by."""
    yield "people.growth_error", scenario.growth_error
    yield "people.health", scenario.health
    for number, housing in enumerate(scenario.housing):
        yield f"housing.{number}.per_home", housing.per_home
        yield f"housing.{number}.from_outside", housing.from_outside
    for setting, quantity in scenario.trend.items():
        yield f"trend.{setting}", quantity
    yield from activity.named(scenario.interventions)
    for setting, quantity in scenario.prices.items():
        yield f"price.{setting}", quantity
    for investment in scenario.investments:
        yield f"investment.{investment.intervention}.yearly", investment.yearly
        yield f"investment.{investment.intervention}.once", investment.once


def drawn(scenario: Scenario) -> dict[str, Array]:
    """All values of a scenario's assumptions: the likeliest first, then its draws."""
    return {
        name: np.concatenate([[quantity.likely], draws(quantity, name, seed=scenario.seed, count=scenario.draws)])
        for name, quantity in assumptions(scenario)
    }


def computed(scenario: Scenario, baseline: Baseline, forecast: Forecast | None) -> Plan:
    """A scenario on its baseline. Without a forecast nobody is added and nobody ages."""
    return _with(scenario, baseline, forecast, drawn(scenario))


def _with(scenario: Scenario, baseline: Baseline, forecast: Forecast | None, values: Mapping[str, Array]) -> Plan:
    years = np.arange(1, len(scenario.years) + 1)
    more = growth(forecast, len(years), baseline.age_from, scenario.housing, values)
    people_growth = more * (1 + values["people.growth_error"])[:, None, None] ** years[:, None]
    account = activity.account(
        baseline,
        people_growth,
        _health(values["people.health"], years, baseline),
        _trend(scenario, baseline, values, years),
        scenario.interventions,
        values,
    )
    prices = Prices(scenario.prices, scenario.release, scenario.discount)
    factor = scale(scenario, baseline)
    costs = {name: drawn * factor for name, drawn in values.items() if name.startswith("investment.")}
    invested = scenario.interventions, scenario.investments
    money = finance.money(account, baseline.settings, prices, *invested, {**values, **costs})
    pay = [investment.pay_share for investment in scenario.investments]
    stresses = tuple((stress, stressed(money, stress, pay)) for stress in STRESSES)
    return Plan(scenario, baseline, people_growth * baseline.people.sum(1), account, money, stresses)


def _health(yearly: Array, years: npt.NDArray[np.int_], baseline: Baseline) -> Array:
    old = np.asarray(baseline.age_from) >= HEALTH_FROM
    return np.where(old, ((1 + yearly)[:, None] ** years)[:, :, None], 1.0)


def _trend(scenario: Scenario, baseline: Baseline, values: Mapping[str, Array], years: npt.NDArray[np.int_]) -> Array:
    still = np.zeros_like(values["people.health"])
    yearly = np.stack([values.get(f"trend.{setting}", still) for setting in baseline.settings], axis=1)
    return (1 + yearly)[:, None, :] ** years[:, None]


def drivers(scenario: Scenario, baseline: Baseline, forecast: Forecast | None) -> list[Driver]:
    """What drives the net present value, most first: each assumption in turn at its lowest and its highest."""
    every = list(assumptions(scenario))
    central = {name: np.array([quantity.likely]) for name, quantity in every}
    one = replace(scenario, draws=0)

    def value(name: str, at: float) -> float:
        plan = _with(one, baseline, forecast, {**central, name: np.array([at])})
        return float(plan.money.net_present_value[0])

    found = [Driver(name, q, value(name, q.low), value(name, q.high)) for name, q in every if q.low < q.high]
    return sorted(found, key=lambda driver: (-driver.swing, driver.name))
