"""What every contestant is asked, in plain numbers: masks by code, rules, prices, windows."""

from dataclasses import dataclass
from datetime import date

from localcare.population import definitions
from localcare.population.calc.people import months_before
from localcare.population.definitions import Condition, Definitions, Segmentation
from localcare.terminology import codelists

SEGMENTATION = "age_and_conditions"
# table, name of the price, how a row counts: a column and its value, a column that is true (None: every row).
COUNTED: tuple[tuple[str, str, str | None, object], ...] = (
    ("gp_contact", "gp_contact_gp", "kind", "gp"),
    ("gp_contact", "gp_contact_nurse", "kind", "nurse"),
    ("gp_contact", "gp_contact_other", "kind", "other"),
    ("emergency_attendance", "emergency_attendance", None, None),
    ("admission", "day_case", "kind", "day_case"),
    ("admission", "elective", "kind", "elective"),
    ("admission", "other_admission", "kind", "other"),
    ("outpatient", "outpatient", "attended", True),
    ("call_111", "call_111", None, None),
    ("ambulance", "ambulance_conveyed", "conveyed", True),
    ("ambulance", "ambulance_not_conveyed", "conveyed", False),
    ("community_contact", "community_contact", None, None),
    ("mental_health_contact", "mental_health_contact", None, None),
)


@dataclass(frozen=True)
class Question:
    loaded: Definitions
    as_at: date
    year_before: date
    grid: Segmentation
    groups: tuple[tuple[str, int, int], ...]  # key, mask of which one bit is enough, or how many long-term conditions
    timed: tuple[Condition, ...]
    ever: int
    diagnosed: dict[str, int]
    resolved: dict[str, int]


def question(as_at: date) -> Question:
    loaded = definitions.load()
    conditions = loaded.conditions
    timed = tuple(c for c in conditions.all if c.resolved or c.within_months or c.first_within_months)
    ever = conditions.mask(c.key for c in conditions.all if c not in timed)
    masks: dict[str, dict[str, int]] = {"diagnosed": {}, "resolved": {}}
    for condition in conditions.all:
        for role, found in masks.items():
            for name in getattr(condition, role):
                for code in codelists.codes(name):
                    found[code] = found.get(code, 0) | condition.flag
    year = months_before(as_at, loaded.prices.months)
    grid = loaded.segmentation(SEGMENTATION)
    groups = tuple((g.key, rule.any_of, rule.at_least) for g in grid.groups for rule in g.rules)
    return Question(loaded, as_at, year, grid, groups, timed, ever, **masks)


def rounded(rows: list[tuple[str, str, int, float]]) -> list:
    """The answer in one order, pounds to the nearest ten: sums of floats differ in their last digits."""
    return sorted([band, group, int(n), round(float(pounds), -1)] for band, group, n, pounds in rows)
