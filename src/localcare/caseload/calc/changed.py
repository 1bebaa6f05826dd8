"""Whether somebody has changed since a day (a decision, an order of an evaluation), as the list tells it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RISK, CONDITION = "risk_up", "new_condition"
ADMISSIONS, ATTENDANCES = "more_emergency_admissions", "more_emergency_attendances"


@dataclass(frozen=True)
class Seen:
    """What a list says of somebody: risk (0 to 1), conditions among the reasons, urgent use in 12 months.

    emergency_attendances: at A&E; None where the day is from before they were kept.
    """

    risk: float
    emergency_admissions: int
    emergency_attendances: int | None
    conditions: frozenset[str]

    def kept(self) -> dict[str, Any]:
        """As it is kept: the risk to a hundredth, so that it points to nobody's row of a list."""
        return {
            "risk": round(self.risk, 2),
            "emergency_admissions": self.emergency_admissions,
            "emergency_attendances": self.emergency_attendances,
            "conditions": sorted(self.conditions),
        }


def from_kept(kept: Mapping[str, Any]) -> Seen:
    """What `Seen.kept` gave."""
    attendances = kept.get("emergency_attendances")
    return Seen(kept["risk"], kept["emergency_admissions"], attendances, frozenset(kept["conditions"]))


@dataclass(frozen=True)
class Rule:
    """How much is a change: of the risk in points of 1, of emergency admissions and A&E attendances in numbers."""

    risk_by: float
    admissions_by: int
    attendances_by: int
    labels: Mapping[str, str]


def changed(then: Seen, now: Seen, rule: Rule) -> tuple[str, ...]:
    """The labels of all that changed for the worse between a day and today's list; nothing where nothing did."""
    found = {
        RISK: round(now.risk, 2) - then.risk >= rule.risk_by - 1e-9,
        ADMISSIONS: now.emergency_admissions - then.emergency_admissions >= rule.admissions_by,
        ATTENDANCES: _more(then.emergency_attendances, now.emergency_attendances, rule.attendances_by),
        CONDITION: bool(now.conditions - then.conditions),
    }
    return tuple(rule.labels[key] for key, yes in found.items() if yes)


def _more(then: int | None, now: int | None, by: int) -> bool:
    return then is not None and now is not None and now - then >= by
