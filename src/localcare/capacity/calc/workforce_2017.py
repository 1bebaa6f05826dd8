"""The starting point of the workforce: what the plan and the published practice workforce state; the rest assumed.

"Plan" is the Local Care Plan, NHS West Kent CCG, July 2017. It modelled its workforce "on a 30-50k population basis
and scaled to a west Kent level" (page 55) and prints no roles, no hours and no numbers: those here are assumptions
to be replaced, chosen for people with complex needs of one cluster.
"""

from localcare.capacity.calc.quantity import Quantity
from localcare.capacity.calc.workforce import Role, Task

REGISTERED, GP_FTE = 484_460, 228  # Plan, pages 11 and 19
# Plan, page 55.
TEAM_PEOPLE = Quantity(30_000, 40_000, 50_000, "triangular", "people", "Plan, page 55: 30-50k population basis")


def assumed(low: float, likely: float, high: float, unit: str) -> Quantity:
    return Quantity(low, likely, high, "triangular", unit, "assumed")


AWAY, AWAY_UNIT = (0.19, 0.22, 0.25), "share of the year"  # assumed: leave, training, sickness
DIRECT, DIRECT_UNIT = (0.55, 0.65, 0.75), "share of time at work"  # assumed


def role(name: str, low: float, likely: float, high: float) -> Role:
    """A role with what one post costs a year, employer's costs included."""
    cost = assumed(low, likely, high, "pounds a year")
    return Role(name, assumed(*AWAY, AWAY_UNIT), assumed(*DIRECT, DIRECT_UNIT), cost)


# Pounds a year of one post, lowest, likeliest, highest: all assumed.
ROLES = {
    one.name: one
    for one in (
        role("GP", 110_000, 125_000, 145_000),
        role("nurse", 42_000, 48_000, 55_000),
        role("therapist", 40_000, 46_000, 54_000),
        role("care co-ordinator", 27_000, 31_000, 36_000),
        role("support worker", 23_000, 27_000, 31_000),
        role("social worker", 42_000, 48_000, 55_000),
        role("pharmacist", 50_000, 58_000, 66_000),
    )
}

FRAIL, COMPLEX = "severe frailty", "four or more conditions"
HOURS, A_YEAR = "hours", "a person and year"

VISITING = {"nurse": 0.5, "therapist": 0.2, "support worker": 0.3}  # assumed
NURSING = {"nurse": 0.7, "support worker": 0.3}  # assumed
MEETING = {"GP": 0.3, "nurse": 0.2, "care co-ordinator": 0.2, "social worker": 0.15, "pharmacist": 0.15}  # assumed
PLANNING = {"GP": 0.2, "nurse": 0.3, "care co-ordinator": 0.5}  # assumed
MEDICINES = {"pharmacist": 0.8, "GP": 0.2}  # assumed

Range = tuple[float, float, float]
ROAD: Range = (0.25, 0.33, 0.5)  # assumed
NO_ROAD: Range = (0, 0, 0)  # where the team works, nobody travels
# Contacts a person and year, hours and travel of one, who does it: all assumed.
WORK: tuple[tuple[str, str, Range, Range, Range, dict[str, float]], ...] = (
    ("visit", FRAIL, (8, 12, 16), (0.5, 0.75, 1), ROAD, VISITING),
    ("visit", COMPLEX, (1, 2, 3), (0.4, 0.5, 0.75), ROAD, NURSING),
    ("team meeting", FRAIL, (1, 2, 3), (0.5, 0.75, 1), NO_ROAD, MEETING),
    ("team meeting", COMPLEX, (0.1, 0.2, 0.3), (0.5, 0.75, 1), NO_ROAD, MEETING),
    ("care and support plan", FRAIL, (1, 1.5, 2), (1.5, 2, 3), ROAD, PLANNING),
    ("care and support plan", COMPLEX, (0.5, 0.75, 1), (1, 1.5, 2), NO_ROAD, PLANNING),
    ("review of medicines", COMPLEX, (0.5, 1, 1.5), (0.4, 0.5, 0.75), NO_ROAD, MEDICINES),
)
TASKS = tuple(
    Task(name, segment, assumed(*contacts, A_YEAR), assumed(*hours, HOURS), assumed(*travel, HOURS), skills)
    for name, segment, contacts, hours, travel, skills in WORK
)
