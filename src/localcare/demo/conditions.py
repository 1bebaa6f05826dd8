"""Which long-term conditions each person has, and since when."""

import re
from functools import cache

import numpy as np

from localcare.demo.area import Area
from localcare.demo.draws import Array, by_age, chosen_by_quota, largest_remainder
from localcare.demo.parameters import Condition, conditions, parameters
from localcare.demo.people import LIFE_YEAR, OUTSIDE, People, window
from localcare.terminology import codelists

GONE = 2  # stratum of those no longer registered: no quota, the others' share
LARGE_LIST = 0.5  # the ends of a practice range lie among the larger half of lists


def make(streams: dict[str, np.random.Generator], people: People, area: Area) -> dict[str, Array]:
    """Mask of people by condition, each register met by quota both among those observed and among the rest."""
    poverty, held = _poverty(people, area), np.zeros(len(people), np.int8)
    has: dict[str, Array] = {}
    for condition in conditions():
        rng = streams[f"condition {condition.name}"]
        weight = _weight(condition, people, poverty, has, held)
        stratum, quota = _quota(rng, condition, people, area)
        chosen = chosen_by_quota(rng, np.where(stratum < 0, 0, weight), stratum, quota)
        has[condition.name] = chosen | _gone(rng, people, weight, chosen)
        held += has[condition.name] & condition.counts
    return has


def _poverty(people: People, area: Area) -> Array:
    """From 0, least deprived tenth, to 1, most; the middle for homes outside."""
    decile = np.where(people.lsoa == OUTSIDE, 5, area.lsoa_decile[people.lsoa])
    return (10 - decile) / 9


def _weight(condition: Condition, people: People, poverty: Array, has: dict[str, Array], held: Array) -> Array:
    weight = by_age(condition.ages, people.age) * np.where(people.sex == 1, condition.female, 1.0)
    weight *= np.exp(condition.frailty * people.frailty + np.log(condition.deprived) * poverty)
    together = np.array(parameters()["multimorbidity"]["by_number"])
    weight *= together[np.minimum(held, len(together) - 1)]
    for other, factor in condition.with_.items():
        weight *= np.where(has[other], factor, 1.0)
    return np.where(people.age >= condition.aim.from_age, weight, 0)


def _quota(rng, condition: Condition, people: People, area: Area) -> tuple[Array, dict[int, int]]:
    """Stratum of each person (-1: none) and how many of it have the condition."""
    within = np.arange(len(people)) < people.present
    counted = within & (people.age >= condition.aim.from_age)
    if condition.name not in parameters()["practice_range"]:
        stratum = np.where(within, people.observed.astype(int), -1)
        sizes = np.bincount(stratum[counted], minlength=2)
        return stratum, {number: round(condition.aim.share * int(size)) for number, size in enumerate(sizes)}
    stratum = np.where(within, people.practice * 2 + people.observed, -1)
    sizes = np.bincount(stratum[counted], minlength=2 * len(area.practice_codes)).reshape(-1, 2)
    quota = np.zeros_like(sizes)
    sends = sizes[:, 1] > 0
    for group in (sends, ~sends):
        if not sizes[group].sum():
            continue
        share = practice_shares(rng, condition, area.practice_list[group], sizes[group].sum(axis=1))
        for column in (0, 1):
            wanted = share * sizes[group, column]
            if wanted.sum():
                total = round(condition.aim.share * int(sizes[group, column].sum()))
                quota[group, column] = largest_remainder(wanted, total)
    return stratum, dict(enumerate(quota.ravel().tolist()))


def practice_shares(rng: np.random.Generator, condition: Condition, lists: Array, people: Array) -> Array:
    """Share of each practice: the two stated ends among the larger lists, the stated mean over all people."""
    low, high = (end / 100 for end in parameters()["practice_range"][condition.name])
    noise = rng.random(len(lists))
    large = np.flatnonzero(lists >= np.quantile(lists, LARGE_LIST))
    if len(large) > 1:
        noise[rng.choice(large, 2, replace=False)] = 0.0, 1.0
    left, right = 0.05, 20.0
    for _ in range(60):
        power = np.sqrt(left * right)
        share = low + (high - low) * noise**power
        above = np.average(share, weights=np.maximum(people, 1)) > condition.aim.share
        left, right = (power, right) if above else (left, power)
    return share


def _gone(rng, people: People, weight: Array, chosen: Array) -> Array:
    """People no longer registered have it as often as the present with the same weight."""
    present = np.arange(len(people)) < people.present
    rate = chosen[present].sum() / max(weight[present].sum(), 1e-9)
    return ~present & (rng.random(len(people)) < np.minimum(weight * rate, 0.95))


@cache
def codes(name: str) -> tuple[int, ...]:
    """The codes a condition is recorded with, found by their words in its code lists."""
    condition = next(c for c in conditions() if c.name == name)
    listed = sorted(set().union(*(codelists.codes(each) for each in condition.lists)))
    if condition.terms_like:
        return tuple(int(code) for code in listed if re.search(condition.terms_like, codelists.term(code) or ""))
    by_term = {codelists.term(code): int(code) for code in reversed(listed)}
    return tuple(by_term[term] for term in condition.terms)


def first_recorded(rng: np.random.Generator, condition: Condition, people: People, who: Array) -> Array:
    """Day each of `who` was first given the code: within their life, the list's rule and some twenty years."""
    _, last = window()
    end = np.minimum(np.minimum(people.ends[who], people.died[who]), last)
    earliest = people.born[who] + 30
    if condition.since:
        earliest = np.maximum(earliest, (condition.since - parameters()["time"]["as_at"]).days + last)
    if condition.within_years:
        earliest = np.maximum(earliest, end - int(condition.within_years * LIFE_YEAR))
    longest = np.maximum(np.minimum(end - earliest, int(20 * LIFE_YEAR)), 0)
    return (end - rng.random(len(who)) * longest).astype(np.int32)
