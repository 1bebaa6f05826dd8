"""The bounds of the explorer's answers: what each part could be, were those not seen known (`bounds`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localcare.population import bounds, segment_report
from localcare.population.family import REGISTERED

if TYPE_CHECKING:
    from localcare.population.explorer import Question
    from localcare.population.reports import Made, Unit


@dataclass(frozen=True)
class Bounded:
    """Adds the bounds to the figures of an answer's parts; none by home: of people not seen the run holds none."""

    of: Made
    question: Question

    def told(self, row: Mapping[str, Any], part: str = "") -> dict[str, Any]:
        """A part's row with its bounds; `part` is its key, empty for the whole."""
        q = self.question
        if q.by_home or (part and q.by == "setting"):
            return dict(row)
        unit: Unit = (q.by, part) if part and q.by in REGISTERED else q.unit
        age = part if part and q.by == "age" else dict(q.where).get("age")
        return {
            **row,
            **self._bounded(row, unit, {band: most for band, most in self.most.items() if age in (None, band)}),
        }

    def _bounded(self, row: Mapping[str, Any], unit: Unit, most: Mapping[str, int | None]) -> dict[str, Any]:
        """Some of the spend shown may be put in for people without all of theirs: that of the others is seen."""
        people, spend, a_head = row["people"], row["spend"], row["spend_per_head"]
        if people is None:
            return bounds.NONE
        priced = self.missing.priced(unit, most, people)
        low = spend if priced == people else None if priced is None or a_head is None else priced * a_head
        return self.missing.bounded(unit, most, people, low, spend)

    @cached_property
    def missing(self) -> bounds.Missing:
        return bounds.missing(self.of, self.question.segmentation)

    @cached_property
    def most(self) -> Mapping[str, int | None]:
        return segment_report.dearest(self.of, self.question.segmentation)
