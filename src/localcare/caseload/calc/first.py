"""Whom a team sees first: places in order of expected benefit, within limits that keep the sharing fair. Pure.

Mathematics. Candidates i = 1…M have an expected benefit b_i (emergency admissions avoided in 12 months). Those with
b_i <= 0 get no place. A limit has groups g with N_g of N people at risk and a share s: after k places a group is owed

    q_g(k) = min( floor(s k N_g / N), candidates of g with a positive benefit ).

The order is made one place at a time and never looks at how many places there are, so that more room only adds people.
Place k goes to the greatest benefit among those who leave every limit *safe*: with c_g places given so far,

    sum over g of max(0, q_g(t) - c_g) <= t - k    for each later t,

that is, there remain enough places to pay every debt on its day (earliest deadline first, Liu and Layland, J ACM
1973;20:46-61, for unit jobs). One limit alone can always be kept: the q_g(t) sum to at most s t <= t, so that a safe
choice exists at each place. Two limits cut across each other and cannot always both be kept: they are tried in the
order given, each on its own, so that more may be missed than the fewest possible; what is owed and not paid at the
last place is named, never passed over in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOO_FEW = "too_few"
AGAINST_ANOTHER = "against_another"


@dataclass(frozen=True)
class Shares:
    """One limit: the group of each candidate, how many of each group are at risk, and the share s, above 0 to 1."""

    by: str
    share: float
    group: NDArray[np.str_]
    at_risk: Mapping[str, int]


@dataclass(frozen=True)
class Shortfall:
    """A group that is owed `least` places and gets `given`; why: too few to give them to, or another limit."""

    by: str
    group: str
    least: int
    given: int
    why: str


@dataclass(frozen=True)
class Order:
    """Candidates (positions in the input) in the order of their places.

    lifted: chosen before somebody of greater benefit, for a limit. helped: how many have a positive benefit.
    """

    at: NDArray[np.int64]
    lifted: NDArray[np.bool_]
    helped: int
    shortfalls: tuple[Shortfall, ...]


def order(benefit: NDArray, risk: NDArray, limits: Sequence[Shares], room: int) -> Order:
    """The first `room` places; equal benefits by risk, equal risks by position.

    In: arrays of M candidates, benefit in admissions avoided in 12 months, risk 0 to 1. Raises ValueError for a
    negative room, or a limit whose groups do not count its candidates.
    """
    if room < 0:
        raise ValueError("A team cannot have less than no room.")
    helped = np.flatnonzero(benefit > 0)
    ranked = helped[np.lexsort((helped, -risk[helped], -benefit[helped]))]
    debts = [_Debt(limit, limit.group[ranked]) for limit in limits]
    free = np.ones(len(ranked), dtype=bool)
    chosen: list[int] = []
    lifted: list[bool] = []
    for place in range(1, min(room, len(ranked)) + 1):
        first = int(np.argmax(free))
        pick = _pick(free, debts, place)
        for debt in debts:
            debt.pay(pick)
        free[pick] = False
        chosen.append(pick)
        lifted.append(pick != first)
    taken = ranked[np.array(chosen, dtype=np.int64)]
    short = tuple(one for limit in limits for one in shortfalls(limit, taken, ranked))
    return Order(taken, np.array(lifted, dtype=bool), len(ranked), short)


def owed(limit: Shares, places: int) -> dict[str, int]:
    """What each group is owed after so many places, however few of it there are to give them to."""
    everybody = sum(limit.at_risk.values())
    return {g: int(np.floor(limit.share * places * n / everybody + 1e-9)) for g, n in limit.at_risk.items()}


def shortfalls(limit: Shares, taken: NDArray, candidates: NDArray) -> list[Shortfall]:
    """Groups that got less than they are owed, and why. `taken` and `candidates` are positions in limit.group."""
    found = []
    for group, least in owed(limit, len(taken)).items():
        given = int(np.count_nonzero(limit.group[taken] == group))
        if given < least:
            there = int(np.count_nonzero(limit.group[candidates] == group))
            found.append(Shortfall(limit.by, group, least, given, TOO_FEW if given == there else AGAINST_ANOTHER))
    return found


class _Debt:
    """What is owed to the groups of one limit at each later place, less what was given."""

    def __init__(self, limit: Shares, group: NDArray) -> None:
        if unknown := set(np.unique(limit.group).tolist()) - {g for g, n in limit.at_risk.items() if n > 0}:
            raise ValueError(f"limit {limit.by!r} does not count the group {', '.join(sorted(unknown))}")
        keys = sorted(limit.at_risk)
        self.of = np.searchsorted(np.array(keys), group)
        places = np.arange(1, len(group) + 1)
        people = np.array([limit.at_risk[key] for key in keys], dtype=np.float64)
        quota = np.floor(limit.share * places[None, :] * people[:, None] / max(people.sum(), 1) + 1e-9)
        there = np.bincount(self.of, minlength=len(keys))[:, None]
        self.left = np.minimum(quota, there)  # may go below 0: given more than owed
        self.places = places

    def pay(self, pick: int) -> None:
        self.left[self.of[pick]] -= 1

    def safe(self, place: int) -> NDArray[np.bool_]:
        """For each group, whether giving it this place leaves enough later places for all debts."""
        ahead = self.left[:, place - 1 :]
        need = np.maximum(ahead, 0).sum(axis=0) - (self.places[place - 1 :] - place)
        result: NDArray[np.bool_] = ((need[None, :] - (ahead > 0)) <= 0).all(axis=1)
        return result


def _pick(free: NDArray[np.bool_], debts: Sequence[_Debt], place: int) -> int:
    """The best free candidate safe for as many limits as possible, earlier limits before later ones."""
    allowed = np.flatnonzero(free)
    for debt in debts:
        kept = allowed[debt.safe(place)[debt.of[allowed]]]
        allowed = kept if len(kept) else allowed
    return int(allowed[0])
