"""Whose figure is whose: practices that do not share a source for planning stand in no figure made from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from localcare.dataset import contract
from localcare.population.calc import cube, standard, use
from localcare.population.calc.purpose import PLANNING
from localcare.population.definitions import Measure

if TYPE_CHECKING:
    from localcare.population.models import Run
    from localcare.population.reports import Made, Unit

SPEND = "spend"
ALL, SOME, NONE = "all", "some", "none"


@cache
def sources() -> Mapping[str, frozenset[str]]:
    """The sources that each activity, setting of the explorer, and spend are made from."""
    of_table = {t.name: t.source or "" for t in contract.load().tables.values()}
    of = {name: frozenset({of_table[one.table]}) for name, one in use.ACTIVITIES.items()}
    of["social_care"] = frozenset({of_table["social_care"]})
    settings = {name: frozenset().union(*(of[part] for part in parts)) for name, (_, parts) in cube.SETTINGS.items()}
    return of | settings | {SPEND: frozenset(standard.INDICATORS[SPEND].sources)}


def of_measure(measure: Measure) -> frozenset[str]:
    """The sources of a measure: of what it counts, and of the stays where it asks for hospital frailty."""
    rules = [measure.denominator, *measure.exclusions, *([measure.holds] if measure.holds else [])]
    frail = {"acute"} if any(rule.hospital_frailty_from is not None for rule in rules) else set()
    return frozenset(frail).union(*(sources()[name] for name in measure.events))


def without(run: Run, source: str) -> frozenset[str]:
    """The seen practices (codes) of which a source may not be used for planning."""
    seen = frozenset(code for code, row in run.coverage.items() if row["observed"])
    barred = {row["source"] for row in run.model.get("sources", ()) if row["purpose"] == PLANNING and not row["used"]}
    return seen if source in barred else seen.intersection(run.lost.get(PLANNING, {}).get(source, ()))


def lost(run: Run, wanted: Iterable[str]) -> frozenset[str]:
    """The seen practices (codes) that a figure made from these sources leaves out."""
    return frozenset().union(*(without(run, source) for source in wanted))


def lost_to_spend(run: Run) -> frozenset[str]:
    """Those that figures of spend leave out: a source that nobody shares is in nobody's spend."""
    each = [without(run, source) for source in sources()[SPEND]]
    seen = sum(1 for row in run.coverage.values() if row["observed"])
    return frozenset().union(*(practices for practices in each if len(practices) < seen))


def shared(of: Made, unit: Unit, practices: Collection[str]) -> str:
    """Whether all, some or none of a unit's seen practices stand outside those that are lost."""
    inside = [code for number, (code, _) in of.practices.items() if unit in of.above(number)]
    seen = [code for code in inside if of.run.coverage[code]["observed"]]
    kept = [code for code in seen if code not in practices]
    return ALL if len(kept) == len(seen) else SOME if kept else NONE


def by_own(run: Run, practice_code: str, wanted: Iterable[str]) -> str:
    """Whether a practice's own figure made from these sources is there; one that shares nothing has none."""
    seen = run.coverage[practice_code]["observed"]
    return ALL if seen and practice_code not in lost(run, wanted) else NONE


def told(by: str, figures: Iterable[str]) -> dict[str, str | None]:
    """By whom a row is shared: where by none of the unit's practices, it has no figures, least of all a zero."""
    return {"shared_by": by} | (dict.fromkeys(figures) if by == NONE else {})
