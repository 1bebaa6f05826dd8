"""What is offered to people at risk and what it is expected to do: effects.toml as read."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from localcare.population.definitions import Conditions, files
from localcare.population.definitions.files import HERE, BadDefinition


@dataclass(frozen=True)
class Intervention:
    """An offer with its effect on emergency admissions in 12 months; harmful where the effect says so.

    measure ratio: risk with the offer divided by risk without; difference: admissions a person with minus without.
    low, high: 95% interval. `mask`: it suits people with any of these conditions, everybody where 0.
    """

    key: str
    label: str
    offered: bool
    measure: str
    effect: float
    low: float
    high: float
    basis: str
    source: str
    from_age: int = 0
    mask: int = 0

    @property
    def assumed(self) -> bool:
        return self.basis == "assumed"

    @property
    def may_harm(self) -> bool:
        """Whether the interval reaches to more admissions with the offer than without."""
        return self.high > (1 if self.measure == "ratio" else 0)

    def suits(self, age: int, mask: int) -> bool:
        """Whether the offer is meant for somebody of that age with these conditions."""
        return age >= self.from_age and (not self.mask or bool(self.mask & mask))

    def benefit(self, risk: float) -> tuple[float, float, float]:
        """Emergency admissions expected to be avoided in 12 months, with the ends of its interval; negative is harm.

        risk: probability of an emergency admission in 12 months, 0 to 1. A ratio r avoids risk x (1 - r), counting one
        admission for each person admitted; a difference d avoids -d whatever the risk.
        """
        if self.measure == "difference":
            return -self.effect, -self.high, -self.low
        return risk * (1 - self.effect), risk * (1 - self.high), risk * (1 - self.low)


@dataclass(frozen=True)
class Limit:
    """Of the places given, a group gets at least `share` of what it would get by its number among those at risk."""

    by: str
    label: str
    share: float
    source: str


@dataclass(frozen=True)
class Effects:
    outcome: str
    interventions: tuple[Intervention, ...]
    limits: tuple[Limit, ...]

    @property
    def offered(self) -> tuple[Intervention, ...]:
        return tuple(one for one in self.interventions if one.offered)

    def suiting(self, age: int, mask: int) -> list[str]:
        """The keys of the offers that suit somebody."""
        return [one.key for one in self.offered if one.suits(age, mask)]


def load(conditions: Conditions, own: Path | None = None) -> Effects:
    """The installation's own file where there is one, else the one shipped. Raises BadDefinition."""
    path = own if own and own.exists() else HERE / "effects.toml"
    return _load(path, path.stat().st_mtime_ns, conditions)


@cache
def _load(path: Path, _changed: int, conditions: Conditions) -> Effects:
    content = files.read(path, "effects")
    found = []
    for row in content["intervention"]:
        if not row["low"] <= row["effect"] <= row["high"]:
            raise BadDefinition(f"{path}, {row['key']}: low, effect and high must stand in this order")
        mask = conditions.mask(row.pop("conditions_any", ()))
        found.append(Intervention(**row, mask=mask))
    keys = [one.key for one in found]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise BadDefinition(f"{path}: {', '.join(twice)} stands twice; give each intervention a key of its own")
    if not any(one.offered for one in found):
        raise BadDefinition(f"{path}: nothing is offered; set offered = true for at least one intervention")
    limits = tuple(Limit(**row) for row in content.get("limit", ()))
    return Effects(content["outcome"], tuple(found), limits)
