"""How models of risk are tested: risk_test.toml as read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TestedAgeBand:
    key: str
    label: str
    first: int
    last: int | None


@dataclass(frozen=True)
class EthnicGroup:
    key: str
    label: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Challenger:
    """Gradient boosting: its sizes, and by how much it must rank better to be kept."""

    label: str
    least_gain: float
    iterations: int
    learning_rate: float
    leaves: int
    least_in_leaf: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    key: str
    label: str
    finding: str


@dataclass(frozen=True)
class RiskTest:
    seed: int
    top_shares: tuple[float, ...]
    parts_of_plot: int
    slope_from: float
    slope_to: float
    age_bands: tuple[TestedAgeBand, ...]
    ethnic_groups: tuple[EthnicGroup, ...]
    challenger: Challenger
    outcomes: tuple[Outcome, ...]


def risk_test(content: Mapping[str, Any]) -> RiskTest:
    """The content of risk_test.toml, checked against its schema before."""
    return RiskTest(
        **{key: content[key] for key in ("seed", "parts_of_plot", "slope_from", "slope_to")},
        top_shares=tuple(content["top_shares"]),
        age_bands=tuple(TestedAgeBand(b["key"], b["label"], b["from"], b.get("to")) for b in content["age_band"]),
        ethnic_groups=tuple(EthnicGroup(g["key"], g["label"], tuple(g["codes"])) for g in content["ethnic_group"]),
        challenger=Challenger(**content["challenger"]),
        outcomes=tuple(Outcome(**row) for row in content["outcome"]),
    )
