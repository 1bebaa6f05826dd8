"""Whom to see first, the slow and obvious way: exact fractions, and every later place looked at one by one."""

from fractions import Fraction
from math import floor


def order(benefit, risk, limits, room):
    """Positions in the order of their places. limits: (share as Fraction, group by candidate, at risk by group)."""
    waiting = sorted((i for i in range(len(benefit)) if benefit[i] > 0), key=lambda i: (-benefit[i], -risk[i], i))
    ranked, taken = list(waiting), []
    for place in range(1, min(room, len(ranked)) + 1):
        allowed = waiting
        for limit in limits:
            kept = [i for i in allowed if _safe(i, taken, limit, ranked, place)]
            allowed = kept or allowed
        taken.append(allowed[0])
        waiting = [i for i in waiting if i != allowed[0]]
    return taken


def _safe(i, taken, limit, ranked, place):
    share, group, at_risk = limit
    given = [group[j] for j in [*taken, i]]
    there = [group[j] for j in ranked]
    for later in range(place, len(ranked) + 1):
        owed = {g: floor(share * later * Fraction(n, sum(at_risk.values()))) for g, n in at_risk.items()}
        need = sum(max(0, min(owed[g], there.count(g)) - given.count(g)) for g in at_risk)
        if need > later - place:
            return False
    return True
