"""Bounds for what is not seen: the lowest and highest that a published figure can be, from published figures alone.

Nothing here is more exact than what stands beside it: a part's bounds are its figure as published, and the number of
people of its ages who are not seen, suppressed over the levels and rounded up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from localcare.dataset import differencing
from localcare.dataset.runs import RunFolder
from localcare.dataset.suppression import Rule
from localcare.population import sharing
from localcare.population.calc import bounds

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

NAMES = ("people_low", "people_high", "spend_low", "spend_high")
NONE = dict.fromkeys(NAMES)
HOW = (
    "Bounds: lowest, the people seen; highest, were everybody of those ages who is not seen there too (Manski 1989). "
    "Spend: those not seen, or of whose spend a part is not seen, cost at most what the dearest group seen of their "
    "age costs a head (assumed). Without sampling error."
)


@dataclass(frozen=True)
class Missing:
    """By unit and age band, as published: people not seen, and people seen without all of their spend."""

    not_seen: Mapping[tuple[Unit, str], int | None]
    unpriced: Mapping[tuple[Unit, str], int | None]

    def bounded(
        self, unit: Unit, most: Mapping[str, int | None], people: int, low: int | None, seen: int | None
    ) -> Row:
        """A published part's bounds; None where what is missing may not be told.

        `most`: the most spend a head of each of the part's ages; `low`, `seen`: its spend, at least and as published.
        """
        ages = [(self.not_seen[unit, band], self.unpriced[unit, band], most[band]) for band in most]
        not_seen = [count for count, _, _ in ages if count is not None]
        if len(not_seen) < len(ages):
            return NONE
        told = [
            bounds.Age(n, part, a_head) for n, part, a_head in ages if not (n is None or part is None or a_head is None)
        ]
        high = bounds.highest_spend(seen, people, told) if seen is not None and len(told) == len(ages) else None
        return dict(zip(NAMES, (*bounds.people(people, sum(not_seen)), low, high), strict=True))

    def priced(self, unit: Unit, bands: Iterable[str], people: int) -> int | None:
        """At least so many of a published part's people are seen with all of their spend."""
        parts = [self.unpriced[unit, band] for band in bands]
        return None if None in parts else max(0, people - sum(part or 0 for part in parts))


@dataclass(frozen=True)
class _Asked:
    """A run and a segmentation; two with the same results and the same rule are the same."""

    folder: RunFolder
    segmentation: str
    rule: Rule
    of: Made = field(compare=False)


def missing(of: Made, segmentation: str) -> Missing:
    """Who is not seen, and who without all of their spend, by unit and age band."""
    return _missing(_Asked(of.folder, segmentation, of.rule, of))


@lru_cache(maxsize=16)
def _missing(asked: _Asked) -> Missing:
    of, bands = asked.of, [band.key for band in asked.of.segmentation(asked.segmentation).age_bands]
    without = sharing.lost_to_spend(of.run)
    unseen: dict[tuple[Unit, str], float] = {(unit, band): 0.0 for unit in of.units for band in bands}
    partly = dict(unseen)
    for row in of.folder.rows("cell", "segmentation = $s", {"s": asked.segmentation}):
        for unit in of.above(row["practice"]):
            key = (unit, row["age_band"])
            unseen[key] += row["people"] - row["people_observed"]
            partly[key] += row["people_observed"] if of.practices[row["practice"]][0] in without else 0
    return Missing(_published(of, unseen, bands), _published(of, partly, bands))


def _published(of: Made, counts: Mapping[tuple[Unit, str], float], bands: Iterable[str]) -> Mapping:
    """Rounded up, not to the nearest, so that a bound from it holds; a group's people not seen are whole in sum."""
    whole = {key: round(count) for key, count in counts.items()}
    return differencing.published(whole, [line for band in bands for line in of.tree(band)], replace(of.rule, up=True))


def spend_share(of: Made, segmentation: str) -> float:
    """The share of the estimated spend that is seen, of practices that share all that spend is made from."""
    rows, without = of.folder.rows("cell", "segmentation = $s", {"s": segmentation}), sharing.lost_to_spend(of.run)
    seen = sum(row["spend_observed"] for row in rows if of.practices[row["practice"]][0] not in without)
    whole = sum(row["spend"] for row in rows)
    return round(seen / whole, 2) if whole else 0.0
