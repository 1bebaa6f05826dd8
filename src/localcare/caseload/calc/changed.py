"""Whether somebody decided about has changed since, as their practice's list tells it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

RISK, ADMISSIONS, CONDITION = "risk_up", "more_emergency_admissions", "new_condition"


@dataclass(frozen=True)
class Seen:
    """What a list says of somebody: risk (0 to 1), emergency admissions in 12 months, conditions among the reasons."""

    risk: float
    emergency_admissions: int
    conditions: frozenset[str]

    def kept(self) -> dict[str, Any]:
        """As it is kept beside a decision: the risk to a hundredth, so that it points to nobody's row of a list."""
        return {
            "risk": round(self.risk, 2),
            "emergency_admissions": self.emergency_admissions,
            "conditions": sorted(self.conditions),
        }


def from_kept(kept: Mapping[str, Any]) -> Seen:
    """What `Seen.kept` gave."""
    return Seen(kept["risk"], kept["emergency_admissions"], frozenset(kept["conditions"]))


@dataclass(frozen=True)
class Rule:
    """How much is a change: of the risk in points of 1, of emergency admissions in numbers."""

    risk_by: float
    admissions_by: int
    labels: Mapping[str, str]


def changed(then: Seen, now: Seen, rule: Rule) -> tuple[str, ...]:
    """The labels of all that changed for the worse between a decision and today's list; nothing where nothing did."""
    found = {
        RISK: round(now.risk, 2) - then.risk >= rule.risk_by - 1e-9,
        ADMISSIONS: now.emergency_admissions - then.emergency_admissions >= rule.admissions_by,
        CONDITION: bool(now.conditions - then.conditions),
    }
    return tuple(rule.labels[key] for key, yes in found.items() if yes)
