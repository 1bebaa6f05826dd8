"""Practice list sizes that add up to what a document states."""

from collections.abc import Mapping
from fractions import Fraction
from math import floor


def scale_lists(published: Mapping[str, int], *, total: int, largest: int, smallest: int) -> dict[str, int]:
    """Registered patients per practice as a document states their total, largest and smallest.

    The practice with the largest published list gets `largest`, the one with the smallest `smallest` (of equals, the
    first by code), and the others share the rest in proportion to their published lists, by largest remainder.
    Our own rule, to be labelled so: the document prints only the three figures.
    Takes and gives practice code -> persons. Raises ValueError where no such lists exist.
    """
    if len(published) < 2:
        raise ValueError("two practices are needed: one has the largest list, one the smallest")
    bottom = min(published, key=lambda code: (published[code], code))
    top = min(published.keys() - {bottom}, key=lambda code: (-published[code], code))
    others = {code: people for code, people in published.items() if code not in (bottom, top)}
    lists = {**apportion(others, total - largest - smallest), top: largest, bottom: smallest}
    if not all(smallest <= people <= largest for people in lists.values()):
        raise ValueError(f"the lists cannot add up to {total} and stay between {smallest} and {largest}")
    return {code: lists[code] for code in published}


def apportion(weights: Mapping[str, int], total: int) -> dict[str, int]:
    """Whole numbers in proportion to `weights` that add up to `total`, by largest remainder (Hamilton's method).

    Equal remainders go by key. Raises ValueError for weights that add up to nothing or a negative total.
    """
    whole = sum(weights.values())
    if total < 0 or (whole <= 0 and total):
        raise ValueError(f"cannot share {total} among weights that add up to {whole}")
    quotas = {key: Fraction(total * weight, whole or 1) for key, weight in weights.items()}
    shares = {key: floor(quota) for key, quota in quotas.items()}
    by_remainder = sorted(quotas, key=lambda key: (shares[key] - quotas[key], key))
    for key in by_remainder[: total - sum(shares.values())]:
        shares[key] += 1
    return shares
