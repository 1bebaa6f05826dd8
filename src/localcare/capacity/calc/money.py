"""What a plan saves and costs, year by year, in every draw; net benefit, net present value, stress tests.

A saving is use avoided times its price, of which only a part can be taken out at once: staff and wards go later than
patients (`release`). Nothing is counted twice: an admission avoided takes its bed days with it, so that shorter stays
are priced on the admissions that remain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from localcare.capacity.calc.activity import Account, Intervention
from localcare.capacity.calc.quantity import Quantity

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Investment:
    """What an intervention costs: pounds a year at full working and once, in its first year; years of parallel running,
    in which the new is paid and the old not yet given up; the part of it that is pay; where these two come from.

    `places`, `payers`: shares of it by place of delivery and by who pays, 1 in all; empty where nobody says."""

    intervention: str
    yearly: Quantity
    once: Quantity
    parallel_years: int
    pay_share: float
    source: str = "assumed: no source is given"
    places: Mapping[str, float] = field(default_factory=dict)
    places_source: str = ""
    payers: Mapping[str, float] = field(default_factory=dict)
    payers_source: str = ""


KINDS = ("Investment at work", "Investment in parallel running", "Investment once")


@dataclass(frozen=True)
class Prices:
    """Pounds of the price year for a unit of each setting, and the share of a saving that can be released in the first,
    second … year after the use is avoided; the last share holds from then on."""

    of: Mapping[str, Quantity]
    release: tuple[float, ...]
    discount: float


@dataclass(frozen=True)
class Money:
    """Pounds, draws x years x interventions: `saving` x groups x settings, `spent` x KINDS."""

    saving: Array
    spent: Array
    discount: float

    @property
    def cost(self) -> Array:
        """Investment, draws x years x interventions."""
        return self.spent.sum(3)

    @property
    def gross(self) -> Array:
        """Saving of each year, draws x years."""
        return self.saving.sum((2, 3, 4))

    @property
    def invested(self) -> Array:
        return self.spent.sum((2, 3))

    @property
    def net(self) -> Array:
        return self.gross - self.invested

    @property
    def net_present_value(self) -> Array:
        """Of each draw: each year's net benefit at the discount rate."""
        return present_value(self.net, self.discount)


def present_value(net: Array, discount: float) -> Array:
    """Net benefit of all years (draws x years ...) at the discount rate, the first year at face value (HM Treasury, The
    Green Book)."""
    factors = (1 + discount) ** -np.arange(net.shape[1], dtype=float)
    return np.asarray(np.einsum("dy...,y->d...", net, factors))


@dataclass(frozen=True)
class Stress:
    """One thing that goes wrong: years that benefits come later, the part of them that comes, growth of pay a year.

    `paid_on_time`: the investment does not wait for the benefits."""

    key: str
    label: str
    delay_years: int = 0
    benefit: float = 1.0
    pay_growth: float = 0.0
    paid_on_time: bool = False
    source: str = "assumed: a case to try, no forecast"


# Cases to try, assumed: each says so, and none is a forecast.
STRESSES = (
    Stress("year_late", "Investment and benefits a year late", delay_years=1),
    Stress("benefit_late", "Benefits a year late, all of the investment on time", delay_years=1, paid_on_time=True),
    Stress("half_benefit", "Half the benefit, all of the investment", benefit=0.5),
    Stress("pay_growth", "Pay grows 3% a year faster than prices", pay_growth=0.03),
)


def money(
    account: Account,
    settings: Sequence[str],
    prices: Prices,
    interventions: Sequence[Intervention],
    investments: Sequence[Investment],
    drawn: Mapping[str, Array],
) -> Money:
    """Savings and costs of a plan.

    drawn: values by name: `price.<setting>`, `investment.<intervention>.yearly` and `.once`, one a draw. Bed days that
    only went with an avoided admission are not priced: the admission's price holds them.
    """
    steps = {step.key: step for step in account.steps}
    avoided = [steps[one.key].followed - steps[one.key].change for one in interventions]
    first = account.steps[0].change
    gone = np.stack(avoided, axis=2) if avoided else np.zeros((*first.shape[:2], 0, *first.shape[2:]))
    price = np.stack([drawn[f"price.{setting}"] for setting in settings], axis=1)
    saving = _released(gone, prices.release) * price[:, None, None, None, :]
    spent = _spent(investments, interventions, drawn) if interventions else np.zeros((*gone.shape[:3], len(KINDS)))
    return Money(saving, spent, prices.discount)


def _released(gone: Array, release: Sequence[float]) -> Array:
    """What of the use avoided can be taken out of the accounts, each year's increase from its own year on.

    An increase of use (negative) costs at once and in full."""
    years = gone.shape[1]
    more = np.diff(gone, axis=1, prepend=0.0)
    out = np.zeros_like(gone)
    for begun in range(years):
        for year in range(begun, years):
            share = release[min(year - begun, len(release) - 1)]
            out[:, year] += np.where(more[:, begun] > 0, more[:, begun] * share, more[:, begun])
    return out


def _spent(
    investments: Sequence[Investment], interventions: Sequence[Intervention], drawn: Mapping[str, Array]
) -> Array:
    by_key = {investment.intervention: investment for investment in investments}
    return np.stack([_of_one(by_key[one.key], one, drawn) for one in interventions], axis=2)


def _of_one(investment: Investment, intervention: Intervention, drawn: Mapping[str, Array]) -> Array:
    """The yearly cost runs ahead of the phase by the years of parallel running; the cost once falls in the first. What
    is paid beyond what is at work already is parallel running. Draws x years x KINDS."""
    phase = np.asarray(intervention.phase)
    ahead = np.append(phase[investment.parallel_years :], np.full(investment.parallel_years, phase[-1]))
    working = np.minimum(phase, ahead)
    yearly = drawn[f"investment.{intervention.key}.yearly"][:, None]
    once = np.zeros((len(yearly), len(phase)))
    once[:, int(np.argmax(ahead > 0))] = drawn[f"investment.{intervention.key}.once"]
    return np.stack([yearly * working, yearly * (ahead - working), once], axis=2)


def stressed(money: Money, stress: Stress, pay_shares: Sequence[float]) -> Money:
    """The same plan when one thing goes wrong."""
    saving = _later(money.saving, stress.delay_years) * stress.benefit
    spent = money.spent if stress.paid_on_time else _later(money.spent, stress.delay_years)
    growth = (1 + stress.pay_growth) ** np.arange(spent.shape[1])
    shares = np.asarray(pay_shares)
    dearer = 1 - shares + shares * growth[:, None]
    return replace(money, saving=saving, spent=spent * dearer[..., None])


def _later(amounts: Array, years: int) -> Array:
    if not years:
        return amounts
    return np.concatenate([np.zeros_like(amounts[:, :years]), amounts[:, :-years]], axis=1)
