"""Rows about people, shown outside the practice that owns them: each like at least k - 1 others. Pure.

k-anonymity (L. Sweeney, Int J Uncertain Fuzziness 2002;10:557): people are put in classes by what a stranger may know
of somebody (age, sex: the quasi-identifiers), no class of fewer than `K`, and of each person only their class is shown.
The classes take in everybody or nobody: were some left out, the number shown would give away how many are like them.
Found from the top down, as in Mondrian (K. LeFevre and others, ICDE 2006), by cuts between neighbouring values.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

K = 10


@dataclass(frozen=True)
class Class:
    """People alike: for each quasi-identifier the neighbouring values they may have; the places of their rows."""

    values: tuple[tuple[Hashable, ...], ...]
    members: tuple[int, ...]


def classes(rows: Sequence[Sequence[Hashable]], domains: Sequence[Sequence[Hashable]], k: int = K) -> tuple[Class, ...]:
    """Everybody in classes of at least k, as fine as cuts along each domain in turn allow; nothing for fewer than k.

    In: one tuple a person, a value of each domain; the domains, their values in order. Raises ValueError for a value
    that no domain has.
    """
    known = [set(domain) for domain in domains]
    if stray := {v for row in rows for v, domain in zip(row, known, strict=True) if v not in domain}:
        raise ValueError(f"values that stand in no domain: {sorted(map(str, stray))}")
    if len(rows) < k:
        return ()
    found = [Class(tuple(map(tuple, domains)), tuple(range(len(rows))))]
    for at in range(len(domains)):
        found = [part for whole in found for part in _cut(whole, at, rows, k)]
    return tuple(found)


def _cut(whole: Class, at: int, rows: Sequence[Sequence[Hashable]], k: int) -> list[Class]:
    """A class along one quasi-identifier: runs of neighbouring values, a new one as soon as the last holds k."""
    runs: list[tuple[list[Hashable], list[int]]] = [([], [])]
    for value in whole.values[at]:
        if len(runs[-1][1]) >= k:
            runs.append(([], []))
        runs[-1][0].append(value)
        runs[-1][1].extend(i for i in whole.members if rows[i][at] == value)
    if len(runs) > 1 and len(runs[-1][1]) < k:
        values, members = runs.pop()
        runs[-1][0].extend(values)
        runs[-1][1].extend(members)
    return [
        Class((*whole.values[:at], tuple(values), *whole.values[at + 1 :]), tuple(sorted(members)))
        for values, members in runs
    ]
