"""Which practices differ by more than chance and by more than practices do: limits, spread, false discoveries.

Sources. Funnel limits, and over-dispersion as an additive random effect on the ratio with z scores winsorised by a
tenth at each end: D. J. Spiegelhalter, Statistics in Medicine 2005;24:1185 and Qual Saf Health Care 2005;14:347.
Two steps of ours: the winsorised mean square is divided by what it is in a normal sample (it would otherwise be too
small), and the spread is found as by Paule and Mandel (J Res NBS 1982;87:377), so that it also holds where practices
differ much in size. False discoveries: Y. Benjamini and Y. Hochberg, J R Stat Soc B 1995;57:289.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy  # its statistics load when first asked for: a second that other reports need not wait
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

WINSORISED = 0.1
FEWEST = 10  # practices below which no spread among them can be told, and nobody is called different
FLAGGED = 0.05
SPREADS, SPREADS_UP_TO = 400, 2.0  # how many spreads are weighed, and the widest, in the furthest that any ratio lies
_CUT = float(special.ndtri(1 - WINSORISED))
# The mean square of a standard normal whose upper and lower tenth are drawn in to its tenth and ninetieth percentile.
IN_A_NORMAL = (
    (1 - 2 * WINSORISED) - 2 * _CUT * float(np.exp(-(_CUT**2) / 2) / np.sqrt(2 * np.pi)) + 2 * WINSORISED * _CUT**2
)


@dataclass(frozen=True)
class Judged:
    """Practices on one indicator: the spread (variance of true ratios) and each one's probability under it."""

    spread: float
    p: Floats
    p_chance: Floats


@dataclass(frozen=True)
class TrueRatios:
    """The best guess of each true ratio, its 95% interval, and the probability that it is above 1."""

    guess: Floats
    low: Floats
    high: Floats
    above: Floats


def tails(observed: Floats, expected: Floats, variance: Floats, whole: bool) -> Floats:
    """Twice the smaller of the probabilities of so much or more, and of so much or less; at most 1.

    Counts (`whole`): exact, of Poisson where the variance is that of chance alone (or below), else of the negative
    binomial of that mean and variance. Pounds: of the gamma distribution of that mean and variance.
    """
    dist = _distribution(expected, variance, whole)
    below = dist.cdf(observed)
    above = dist.sf(observed - 1) if whole else dist.sf(observed)
    return np.minimum(1.0, 2 * np.minimum(below, above))


def limits(expected: Floats, variance: Floats, whole: bool, outside: float) -> tuple[Floats, Floats]:
    """Lower and upper limit of the ratio of observed to expected with `outside` of the probability beyond each way."""
    dist = _distribution(expected, variance, whole)
    return dist.ppf(outside) / expected, dist.ppf(1 - outside) / expected


def _distribution(expected: Floats, variance: Floats, whole: bool):
    expected = np.asarray(expected, float)
    if not whole:
        return scipy.stats.gamma(expected**2 / variance, scale=variance / expected)
    wider = np.maximum(variance, expected * (1 + 1e-9))  # as near to Poisson as the negative binomial can be
    return scipy.stats.nbinom(expected**2 / (wider - expected), expected / wider)


def spread(ratio: Floats, variance: Floats) -> float:
    """The variance of the true ratios around 1: what their differences hold beyond `variance`, that of chance.

    In: one ratio and its variance by chance a practice. Out: 0 where chance explains what is seen. The largest and
    smallest tenth count no more than the next ones, so that a practice that does differ does not hide itself.
    """

    def excess(between: float) -> float:
        z = (ratio - 1) / np.sqrt(variance + between)
        low, high = np.quantile(z, (WINSORISED, 1 - WINSORISED))
        return float(np.mean(np.clip(z, low, high) ** 2)) / IN_A_NORMAL - 1

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.max((ratio - 1) ** 2)) / IN_A_NORMAL + 1e-9
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return high


def judge(observed: Floats, expected: Floats, variance: Floats, whole: bool) -> Judged:
    """How unusual each practice is, beyond chance and the spread that practices share.

    In: what was seen, what was expected and the variance of that by chance, a practice. Fewer than `FEWEST` practices:
    every p is 1.
    """
    chance = tails(observed, expected, variance, whole)
    if len(observed) < FEWEST:
        return Judged(0.0, np.ones(len(observed)), chance)
    between = spread(observed / expected, variance / expected**2)
    if not between:
        return Judged(between, chance, chance)
    known = tails(observed, expected, variance + between * expected**2, whole)
    return Judged(between, _spread_uncertain(known), chance)


def _spread_uncertain(p: Floats) -> Floats:
    """The same with Student's t for the normal: the spread is itself an estimate from these practices.

    Its freedom is half their number: drawn in at both ends, they tell about half as much of their spread.
    """
    return 2 * scipy.stats.t.sf(scipy.stats.norm.isf(p / 2), len(p) / 2)


def discoveries(p: Floats, at_most: float = FLAGGED) -> NDArray[np.bool_]:
    """Benjamini and Hochberg: those to call different, so that at most this share of the calls is false on average."""
    order = np.argsort(p)
    ranked = p[order] <= at_most * np.arange(1, len(p) + 1) / len(p)
    called = np.zeros(len(p), dtype=bool)
    if ranked.any():
        called[order[: int(np.flatnonzero(ranked)[-1]) + 1]] = True
    return called


def true_ratios(ratio: Floats, variance: Floats) -> TrueRatios:
    """What each practice's true ratio may be, given all of them: none is surer than the little that these few tell.

    In: one ratio and its variance by chance a practice, `FEWEST` or more. True ratios lie around 1 by a spread that is
    not known either: each spread counts by how well it explains what is seen, all of them equally likely before
    (a uniform prior on the standard deviation: A. Gelman, Bayesian Analysis 2006;1:515). Normal throughout.
    """
    widest = SPREADS_UP_TO * float(np.sqrt(np.max((ratio - 1) ** 2 + variance)))
    between = ((np.arange(SPREADS) + 0.5) / SPREADS * widest) ** 2
    total = variance + between[:, None]
    likely = -0.5 * np.sum(np.log(total) + (ratio - 1) ** 2 / total, axis=1)
    weight = np.exp(likely - likely.max())
    weight /= weight.sum()
    trust = between[:, None] / total
    centre, width = 1 + trust * (ratio - 1), np.sqrt(trust * variance)

    def below(value: Floats) -> Floats:
        return weight @ special.ndtr((value - centre) / width)

    low, high = (_where(below, at, centre - 9 * width, centre + 9 * width) for at in (0.025, 0.975))
    return TrueRatios(weight @ centre, low, high, 1 - below(np.ones_like(ratio)))


def _where(below: Callable[[Floats], Floats], share: float, lows: Floats, highs: Floats) -> Floats:
    """The value with `share` of the probability below it, by bisection."""
    low, high = lows.min(axis=0), highs.max(axis=0)
    for _ in range(50):
        middle = (low + high) / 2
        under = below(middle) < share
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return (low + high) / 2


def shares(expected: tuple[float, ...], observed: float) -> tuple[float, ...]:
    """A difference in parts that multiply up to it: 1.2 x 1.1 x … is observed against the first expectation.

    `expected` by ever more of what practices differ in. Out: the factor each step explains, then what is left.
    """
    steps = [later / earlier for earlier, later in pairwise(expected)]
    return (*steps, observed / expected[-1])
