"""Which practice lets which source be used for which purpose."""

from dataclasses import dataclass

import numpy as np

from localcare.demo.draws import Array
from localcare.demo.parameters import parameters

SOURCES = ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care")
PURPOSES = ("direct_care", "planning", "risk_stratification")
COVERAGES = ("2017",)
SHUFFLES = 200


@dataclass(frozen=True)
class Agreements:
    codes: tuple[str, ...]
    direct_care: Array  # mask by practice
    planning: Array
    records_only: Array  # for planning they share their own GP records and no other source

    def in_force(self, purpose: str) -> Array:
        """Mask of the practices that agreed; risk stratification goes with planning."""
        return self.direct_care if purpose == "direct_care" else self.planning

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Practice, source, purpose, start, end; one that did not agree to planning has an agreement that ended."""
        starts = parameters()["agreements"]["starts"].isoformat()
        ended = self.codes[int(np.flatnonzero(~self.planning)[0])]
        found = [
            (code, source, purpose, starts, "")
            for number, code in enumerate(self.codes)
            for purpose in PURPOSES
            if self.in_force(purpose)[number]
            for source in self._shared(number, purpose)
        ]
        return [*found, (ended, "gp", "planning", starts, "2016-03-31")]

    def _shared(self, number: int, purpose: str) -> tuple[str, ...]:
        return ("gp",) if purpose == "planning" and self.records_only[number] else SOURCES


def make(streams: dict[str, np.random.Generator], codes: tuple[str, ...], lists: Array, coverage: str | None):
    """Care and planning agreements, drawn apart. With coverage "2017" planning covers people and spend as then."""
    numbers = parameters()["agreements"]
    care = streams["care_agreements"].permutation(len(codes)) < numbers["practices_direct_care"]
    rng = streams["planning_agreements"]
    if coverage == "2017":
        planning = _covering(rng, lists, numbers["coverage_2017"])
        return Agreements(codes, care, planning, planning & ~_covering(rng, lists, numbers["spend_2017"], planning))
    planning = rng.permutation(len(codes)) < numbers["practices_planning"]
    return Agreements(codes, care, planning, np.zeros(len(codes), bool))


def _covering(rng: np.random.Generator, lists: Array, share: float, among: Array | None = None) -> Array:
    """Of some random sets of practices (those of `among`) the one whose people come nearest to the share of all."""
    best, best_gap = np.zeros(len(lists), bool), np.inf
    candidates = np.arange(len(lists)) if among is None else np.flatnonzero(among)
    for _ in range(SHUFFLES):
        order = rng.permutation(candidates)
        gaps = np.abs(np.cumsum(lists[order]) / lists.sum() - share)
        if gaps.min() < best_gap:
            best_gap = gaps.min()
            best = np.isin(np.arange(len(lists)), order[: gaps.argmin() + 1])
    return best
