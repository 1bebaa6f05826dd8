"""People of practices that do not share, placed in groups as people of their age and sex elsewhere are."""

from collections.abc import Iterable
from dataclasses import dataclass

Key = tuple[str, int, str, str]


@dataclass(frozen=True)
class Stratum:
    """Registered people of one practice, age band, five years of age and sex; `group` is None if not observed."""

    segmentation: str
    practice: int
    age_band: str
    five_years: int
    sex: str
    group: str | None
    people: int
    spend: float


class NoneObserved(ValueError):
    """Nobody at all is observed, so no group can be estimated."""


def unobserved(strata: Iterable[Stratum]) -> dict[Key, tuple[float, float]]:
    """Estimated people and spend (pounds) of those not observed, by (segmentation, practice, age band, group).

    Direct standardisation: each takes the shares and the mean spend of observed people of the whole area in the same
    age band, five years of age and sex; where none is observed, of the age and any sex, then of the age band, then
    of everybody in neighbouring bands (the group shares of all ages). Sums keep: the estimate of a practice adds up
    to its people not observed. Raises NoneObserved.
    """
    rows = list(strata)
    rates = _rates(row for row in rows if row.group is not None)
    estimates: dict[Key, tuple[float, float]] = {}
    for row in rows:
        if row.group is None:
            for group, (share, spend) in _nearest(rates, row).items():
                key = (row.segmentation, row.practice, row.age_band, group)
                people_before, spend_before = estimates.get(key, (0.0, 0.0))
                estimates[key] = (people_before + share * row.people, spend_before + spend * row.people)
    return estimates


def _keys(row: Stratum) -> tuple[tuple, ...]:
    whole, band = (row.segmentation,), (row.segmentation, row.age_band)
    return (*band, row.five_years, row.sex), (*band, row.five_years), band, whole


def _rates(rows: Iterable[Stratum]) -> dict[tuple, dict[str, tuple[float, float]]]:
    """Per stratum and each wider one: the share of people in each group, and spend a person of the stratum in it."""
    sums: dict[tuple, dict[str, list[float]]] = {}
    for row in rows:
        for key in _keys(row):
            held = sums.setdefault(key, {}).setdefault(str(row.group), [0.0, 0.0])
            held[0] += row.people
            held[1] += row.spend
    return {
        key: {group: (n / total, spend / total) for group, (n, spend) in groups.items()}
        for key, groups in sums.items()
        for total in [sum(n for n, _ in groups.values())]
    }


def _nearest(rates: dict[tuple, dict[str, tuple[float, float]]], row: Stratum) -> dict[str, tuple[float, float]]:
    for key in _keys(row):
        if key in rates:
            return rates[key]
    raise NoneObserved("nobody is observed: no practice shares for planning; check the agreements of the edition")
