"""The slow, obvious second version of each calculation: one person at a time, in plain Python.

Written from the definitions and the papers, not from the fast version: codes are looked up list by list, and nothing
is a mask.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

from localcare.population.definitions import Condition, Definitions, Segmentation
from localcare.population.definitions.segmenting import Rule
from localcare.terminology import codelists


@dataclass
class History:
    """A person with all that happened: coded entries (day, code), spells, contacts and services."""

    born: tuple[int, int] = (1950, 6)
    sex: str = "female"
    practice: int = 0
    observed: bool = True
    tenth: int | None = None
    risk_stratification: bool = True
    registered: tuple[date, date | None] = (date(2000, 1, 1), None)
    died_on: date | None = None
    entries: list[tuple[date, str]] = field(default_factory=list)
    values: list[tuple[date, str, float | None]] = field(default_factory=list)
    medicines: list[tuple[date, str]] = field(default_factory=list)
    spells: list[tuple[date, date | None, str, tuple[str, ...]]] = field(default_factory=list)
    gp_contacts: list[tuple[date, str]] = field(default_factory=list)
    attendances: list[date] = field(default_factory=list)
    outpatients: list[tuple[date, bool]] = field(default_factory=list)
    mental_health: list[date] = field(default_factory=list)
    ambulances: list[tuple[date, bool]] = field(default_factory=list)
    services: list[tuple[date, date | None, float | None]] = field(default_factory=list)


def back(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day that month has."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    for candidate in range(day.day, 0, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    raise AssertionError


def within(day: date, end: date, months: int) -> bool:
    return back(end, months) < day <= end


def age(person: History, day: date) -> int:
    years = day.year - person.born[0]
    return years if day.month >= person.born[1] else years - 1


def is_registered(person: History, day: date) -> bool:
    starts, ends = person.registered
    gone = (ends is not None and ends <= day) or (person.died_on is not None and person.died_on <= day)
    return starts <= day and not gone and age(person, day) >= 0


def has(person: History, condition: Condition, day: date) -> bool:
    def days(lists: tuple[str, ...]) -> list[date]:
        return [on for on, code in person.entries if on <= day and any(code in codelists.codes(x) for x in lists)]

    diagnosed, resolved = days(condition.diagnosed), days(condition.resolved)
    if not diagnosed:
        return False
    if condition.first_within_months:
        return within(min(diagnosed), day, condition.first_within_months)
    if condition.within_months:
        return within(max(diagnosed), day, condition.within_months)
    return not resolved or max(diagnosed) >= max(resolved)


def conditions(person: History, definitions: Definitions, day: date) -> set[str]:
    return {c.key for c in definitions.conditions.all if has(person, c, day)}


def long_term(person: History, definitions: Definitions, day: date) -> int:
    return len([c for c in definitions.conditions.all if c.long_term and has(person, c, day)])


def segment(person: History, segmentation: Segmentation, definitions: Definitions, day: date) -> list[tuple[str, str]]:
    """All places of the grid that a person fills: there must be exactly one."""
    bands = [b.key for b in segmentation.age_bands if b.holds(age(person, day))]
    for group in segmentation.groups:
        if any(meets(person, rule, definitions, day) for rule in group.rules):
            return [(band, group.key) for band in bands]
    return []


def meets(person: History, rule: Rule, definitions: Definitions, day: date) -> bool:
    held, years = conditions(person, definitions, day), age(person, day)

    def keys(mask: int) -> set[str]:
        return {c.key for c in definitions.conditions.named(mask)}

    if years < rule.from_age or (rule.to_age is not None and years > rule.to_age):
        return False
    if rule.any_of and not keys(rule.any_of) & held:
        return False
    if not keys(rule.all_of) <= held or long_term(person, definitions, day) < rule.at_least:
        return False
    if rule.hospital_frailty_from is not None and frailty_points(person, definitions, day) < rule.hospital_frailty_from:
        return False
    if rule.deprived_tenths is not None and (person.tenth is None or person.tenth > rule.deprived_tenths):
        return False
    return rule.home_area_known is None or rule.home_area_known == (person.tenth is not None)


def cms(person: History, definitions: Definitions, day: date) -> float:
    held = conditions(person, definitions, day)
    score = 0.0
    for item in definitions.cms.items:
        if any(c.key in held for c in definitions.conditions.named(item.mask)):
            score += item.weight
    return round(score, 2)


def hfrs(person: History, definitions: Definitions, day: date) -> float | None:
    return frailty_points(person, definitions, day) if person.observed and age(person, day) >= 75 else None


def frailty_points(person: History, definitions: Definitions, day: date) -> float:
    seen = set()
    for on, _, _, codes in person.spells:
        if within(on, day, 24):
            seen |= {code[:3] for code in codes}
    return round(sum(points for code, points in definitions.hfrs.points.items() if code in seen), 1)


def use(person: History, definitions: Definitions, day: date) -> dict[str, float]:
    counts = dict.fromkeys(definitions.prices.by_activity, 0.0)
    for on, kind in person.gp_contacts:
        counts[f"gp_contact_{kind}"] += within(on, day, 12)
    for on, left, kind, _ in person.spells:
        if kind == "emergency":
            nights = ((left or day) - on).days
            counts["emergency_short" if nights <= 1 else "emergency_long"] += within(on, day, 12)
        else:
            counts["other_admission" if kind == "other" else kind] += within(on, day, 12)
    counts["emergency_attendance"] = sum(within(on, day, 12) for on in person.attendances)
    counts["outpatient"] = sum(within(on, day, 12) for on, attended in person.outpatients if attended)
    counts["mental_health_contact"] = sum(within(on, day, 12) for on in person.mental_health)
    for on, conveyed in person.ambulances:
        counts["ambulance_conveyed" if conveyed else "ambulance_not_conveyed"] += within(on, day, 12)
    counts["social_care"] = sum(_care(*service, day) for service in person.services)
    return counts


def _care(starts: date, ends: date | None, weekly: float | None, day: date) -> float:
    """Pounds, one day after the other."""
    if weekly is None:
        return 0.0
    paid, one = 0.0, back(day, 12) + timedelta(days=1)
    while one <= day:
        if starts <= one and (ends is None or one <= ends):
            paid += weekly / 7
        one += timedelta(days=1)
    return paid


def cost(person: History, definitions: Definitions, day: date) -> float:
    counts = use(person, definitions, day)
    if age(person, day) < 18:
        counts["mental_health_contact"] = 0
    return sum(count * definitions.prices[name] for name, count in counts.items())


def predictors(person: History, definitions: Definitions, day: date) -> dict[str, int]:
    counts = use(person, definitions, day)
    return {
        "age": age(person, day),
        "male": int(person.sex == "male"),
        "emergency_admissions": int(counts["emergency_short"] + counts["emergency_long"]),
        "emergency_attendances": int(counts["emergency_attendance"]),
        "planned_admissions": int(counts["elective"] + counts["day_case"]),
        "outpatient_attendances": int(counts["outpatient"]),
        "gp_contacts": len([on for on, _ in person.gp_contacts if within(on, day, 12)]),
        "medicines": len({code for on, code in person.medicines if within(on, day, 12)}),
        "long_term_conditions": long_term(person, definitions, day),
    }


def groups(people: list[tuple[str, int, str, str | None]]) -> dict[str, float]:
    """How many of (sex, age, age band, group or None if not observed) are in each group, one person at a time."""
    found: dict[str, float] = {}
    for sex, years, band, group in people:
        if group is not None:
            found[group] = found.get(group, 0) + 1
            continue
        alike = [g for s, a, b, g in people if g and (s, min(a // 5, 18), b) == (sex, min(years // 5, 18), band)]
        alike = alike or [g for _, a, b, g in people if g and (min(a // 5, 18), b) == (min(years // 5, 18), band)]
        alike = alike or [g for _, _, b, g in people if g and b == band] or [g for _, _, _, g in people if g]
        for g in alike:
            found[g] = found.get(g, 0) + 1 / len(alike)
    return found
