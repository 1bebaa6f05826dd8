"""People of practices that do not share, placed in groups as people of their age and sex elsewhere are.

Practices that share some of what spend is made from, not all, have spend as people alike elsewhere have.
"""

from collections.abc import Collection, Iterable
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


def unobserved(strata: Iterable[Stratum], unpriced: Collection[int] = ()) -> dict[Key, tuple[float, float]]:
    """Estimated people and spend (pounds) of those not observed, by (segmentation, practice, age band, group).

    Direct standardisation: each takes the shares and the mean spend of observed people of the whole area in the same
    age band, five years of age and sex; where none is observed, of the age and any sex, then of the age band, then
    of everybody in neighbouring bands (the group shares of all ages). Sums keep: the estimate of a practice adds up
    to its people not observed. Of practices that are `unpriced` the spend is no measure: their people take the mean
    spend of their group, found in the same way, and give none. Raises NoneObserved.
    """
    rows = list(strata)
    rates = _rates((row for row in rows if row.group is not None), unpriced)
    estimates: dict[Key, tuple[float, float]] = {}
    for row in rows:
        if row.group is None:
            for group, (share, _) in _nearest(rates, row).items():
                _add(estimates, row, group, share * row.people, share * row.people * _a_head(rates, row, group))
        elif row.practice in unpriced:
            _add(estimates, row, row.group, 0.0, row.people * _a_head(rates, row, row.group))
    return estimates


def _add(estimates: dict[Key, tuple[float, float]], row: Stratum, group: str, people: float, spend: float) -> None:
    key = (row.segmentation, row.practice, row.age_band, group)
    people_before, spend_before = estimates.get(key, (0.0, 0.0))
    estimates[key] = (people_before + people, spend_before + spend)


def _keys(row: Stratum) -> tuple[tuple, ...]:
    whole, band = (row.segmentation,), (row.segmentation, row.age_band)
    return (*band, row.five_years, row.sex), (*band, row.five_years), band, whole


_Rates = dict[tuple, dict[str, tuple[float, float | None]]]


def _rates(rows: Iterable[Stratum], unpriced: Collection[int]) -> _Rates:
    """Per stratum and each wider one: the share of people in each group, and spend a head in it (None: not known)."""
    sums: dict[tuple, dict[str, list[float]]] = {}
    for row in rows:
        for key in _keys(row):
            held = sums.setdefault(key, {}).setdefault(str(row.group), [0.0, 0.0, 0.0])
            held[0] += row.people
            if row.practice not in unpriced:
                held[1], held[2] = held[1] + row.people, held[2] + row.spend
    return {
        key: {group: (n / total, spend / known if known else None) for group, (n, known, spend) in groups.items()}
        for key, groups in sums.items()
        for total in [sum(n for n, _, _ in groups.values())]
    }


def _a_head(rates: _Rates, row: Stratum, group: str) -> float:
    """Spend a head of a group in the nearest stratum where anybody of it is priced; 0 where nobody is."""
    found = (rates[key][group][1] for key in _keys(row) if group in rates.get(key, {}))
    return next((a_head for a_head in found if a_head is not None), 0.0)


def _nearest(rates: _Rates, row: Stratum) -> dict[str, tuple[float, float | None]]:
    for key in _keys(row):
        if key in rates:
            return rates[key]
    raise NoneObserved("nobody is observed: no practice shares for planning; check the agreements of the edition")
