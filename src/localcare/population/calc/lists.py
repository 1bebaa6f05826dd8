"""Who stands on a practice's list: the share of each cluster's people at greatest risk."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Listed:
    """Rows of the input (`at`) that are on a list, with their ranks from 1, in order of cluster and rank."""

    at: NDArray[np.int64]
    rank_in_cluster: NDArray[np.int64]
    rank_in_practice: NDArray[np.int64]


def top(
    person: NDArray, practice: NDArray, cluster: NDArray, risk: NDArray, share: float, people: dict[int, int]
) -> Listed:
    """The people at greatest risk, `share` of each cluster's people, rounded up.

    In: equal-long arrays of scored people (cluster as a number), and `people`: how many the share is of, by cluster.
    Equal risks are ordered by person number, so that a repeated run gives the same list.
    """
    order = np.lexsort((person, -risk, cluster))
    rank = _rank_within(cluster[order])
    room = np.array([int(np.ceil(share * people[c])) for c in cluster[order]], dtype=np.int64)
    chosen, rank = order[rank <= room], rank[rank <= room]
    by_practice = np.lexsort((person[chosen], -risk[chosen], practice[chosen]))
    in_practice = np.empty(len(chosen), dtype=np.int64)
    in_practice[by_practice] = _rank_within(practice[chosen][by_practice])
    return Listed(chosen, rank, in_practice)


def _rank_within(group: NDArray) -> NDArray[np.int64]:
    """1, 2, 3… within each stretch of equal values of a sorted array."""
    if not len(group):
        return np.empty(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    lengths = np.diff(np.r_[starts, len(group)])
    return np.arange(len(group)) - np.repeat(starts, lengths) + 1
