"""How many of many estimates chance alone would put outside bounds, were the truth the same for all. Pure."""

from collections.abc import Iterable
from statistics import NormalDist

from localcare.population.calc.risk_measures import Estimate, Z


def expected_outside(found: Iterable[Estimate], bounds: tuple[float, float], truth: float = 1.0) -> float:
    """The expected number of estimates outside the bounds if each were `truth` and normal error alone.

    The error of each is that of its own 95% interval. Estimates may overlap in people: an expected number adds up all
    the same.
    """
    return sum(_outside((one.high - one.low) / (2 * Z), bounds, truth) for one in found)


def _outside(error: float, bounds: tuple[float, float], truth: float) -> float:
    low, high = bounds
    if error <= 0:
        return float(not low <= truth <= high)
    of = NormalDist(truth, error)
    return of.cdf(low) + 1 - of.cdf(high)
