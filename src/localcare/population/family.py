"""Which counts and sums of observed people are suppressed: decided once, for the explorer and the reports alike.

Counts are one set of tables, money another that hides what the counts hide and what one or two people dominate. Sums
of money over places are protected exactly: unlike a count, a person's pounds are not lost in rounding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from localcare.dataset import suppression
from localcare.places import queries as places
from localcare.population import deprivation, sharing
from localcare.population.calc import cube
from localcare.population.explorer_cube import AREA, SEEN, UNKNOWN, Places, Reading, read
from localcare.population.explorer_protect import Cell, Cut, Tables, Unit

if TYPE_CHECKING:
    from localcare.population.reports import Made

PEOPLE, SPEND = "people", "spend"
HOME, REGISTERED = ("district", "lsoa"), ("cluster", "practice")
WITH, WITHOUT, NOT_SHARED = "with", "without", "not_shared"
CONDITION, USE = "condition", "use"


@dataclass(frozen=True)
class Protected:
    """What is suppressed of people and use, and what of spend."""

    counts: Tables
    money: Tables


def of_groups(of: "Made", segmentation: str) -> Protected:
    """What is suppressed of ages and groups at every place where people are registered."""
    grid = of.segmentation(segmentation)
    values = (("age", tuple(b.key for b in grid.age_bands)), ("group", tuple(g.key for g in grid.groups)))
    ages = bands_of_ages(of, segmentation)
    path, measures = of.folder.path("cube"), measures_of(())
    reading = Reading(path, segmentation, ages, ("age", "group"), measures, by_home=False)
    return protected(of.run.id, reading, reading, places_of(of), of.rule, values)


OLDEST = 150


def bands_of_ages(of: "Made", segmentation: str) -> tuple[tuple[int, str], ...]:
    """Every age and the segmentation's band that holds it, whichever ages a run cut its cube at."""
    bands = of.segmentation(segmentation).age_bands
    return tuple((age, next(b.key for b in bands if b.holds(age))) for age in range(OLDEST + 1))


def places_of(of: "Made") -> Places:
    """Where the run's people are registered and live."""
    practices = tuple((number, code, cluster) for number, (code, cluster) in sorted(of.practices.items()))
    numbers = {code: number for number, code, _ in practices}
    lost = {SPEND: sharing.lost_to_spend(of.run)}
    lost |= {name: sharing.lost(of.run, sharing.sources()[name]) for name in cube.SETTINGS}
    known = tuple((name, tuple(sorted(numbers[code] for code in codes))) for name, codes in lost.items() if codes)
    return Places(practices, _homes(of.run.as_at), known)


def measures_of(settings: tuple[str, ...]) -> tuple[str, ...]:
    """What to sum: people, spend, and of settings the amounts and how many used them.

    Of each sum its concentration, and how many people it is known of.
    """
    sums = (SPEND, *settings)
    told = tuple(f"{name}_{part}" for name in sums for part in ("largest", "squares"))
    return (PEOPLE, *sums, *(f"{name}_people" for name in settings), *(name + SEEN for name in sums), *told)


def tree(of: Places, by_home: bool) -> dict[Unit, tuple[Unit, ...]]:
    """The parts of the area and of each of its clusters, or districts."""
    pairs = [(c, p) for _, p, c in of.practices]
    if by_home:
        pairs = [*((d, lsoa) for lsoa, d, _ in of.homes), (UNKNOWN, UNKNOWN)]
    upper, lower = HOME if by_home else REGISTERED
    tree: dict[Unit, tuple[Unit, ...]] = {AREA: tuple((upper, code) for code in sorted({c for c, _ in pairs}))}
    for unit in tree[AREA]:
        tree[unit] = tuple((lower, code) for above, code in sorted(pairs) if above == unit[1])
    return tree


@lru_cache(maxsize=32)
def protected(
    _run: int, grid: Reading, of_conditions: Reading, of: Places, rule: suppression.Rule, values: tuple
) -> Protected:
    """The tables behind a question. A condition, and the use of a setting, is a dimension of its own."""
    found = _Sums(grid, of_conditions, of, rule)
    held, parts = _Values(dict(values), of.lost), tree(of, grid.by_home)
    return Protected(
        counts=Tables(held, parts, found.people, rule, found.use_dominated),
        money=Tables(held, parts, found.people, rule, found.spend_dominated, exact_sums=True),
    )


@dataclass(frozen=True)
class _Sums:
    """The sums of one kind of question, and who dominates them."""

    grid: Reading
    of_conditions: Reading
    of: Places
    rule: suppression.Rule

    def people(self, unit: Unit, cut: Cut) -> float:
        """How many people a cut has; of those with a setting's use, how many used it."""
        if _value(cut, CONDITION)[1] == WITHOUT:
            return self.people(unit, _without(cut, CONDITION)) - self.people(unit, _with(cut, CONDITION))
        row, at = self._row(unit, cut), self.grid.measures.index
        setting, used = _value(cut, USE)
        if not used:
            return row[at(PEOPLE)]
        seen, users = row[at(setting + SEEN)], row[at(f"{setting}_people")]
        return {WITH: users, WITHOUT: seen - users, NOT_SHARED: row[at(PEOPLE)] - seen}[used]

    def spend_dominated(self, unit: Unit, cut: Cut) -> bool:
        """Whether one or two account for most of what is spent on a cut."""
        return self._dominated(unit, cut, SPEND)

    def use_dominated(self, unit: Unit, cut: Cut) -> bool:
        """Whether one or two account for most of a cut's use of its setting; a cut without one has none."""
        setting, used = _value(cut, USE)
        return used == WITH and self._dominated(unit, cut, setting)

    def _dominated(self, unit: Unit, cut: Cut, name: str) -> bool:
        if _value(cut, CONDITION)[1] == WITHOUT:
            return False
        row, at = self._row(unit, cut), self.grid.measures.index
        return self.rule.concentrated(*(row[at(column)] for column in (name, f"{name}_largest", f"{name}_squares")))

    def _row(self, unit: Unit, cut: Cut) -> Sequence[float]:
        """The sums of a cut, of which those with a condition stand elsewhere."""
        plain = tuple((name, value) for name, value in cut if ":" not in name)
        condition, has = _value(cut, CONDITION)
        if has:
            key = tuple(sorted((*plain, (CONDITION, condition))))
            return self.having.get((unit, key), self.nothing)
        return self.everyone.get((unit, plain), self.nothing)

    @cached_property
    def everyone(self) -> Mapping[Cell, Sequence[float]]:
        return read(self.grid, self.of)

    @cached_property
    def having(self) -> Mapping[Cell, Sequence[float]]:
        return read(self.of_conditions, self.of)

    @cached_property
    def nothing(self) -> Sequence[float]:
        return (0.0,) * len(self.grid.measures)


def _value(cut: Cut, kind: str) -> tuple[str, str]:
    """Which condition or setting a cut names, and whether with or without it; empty where it names none."""
    return next(((n.partition(":")[2], value) for n, value in cut if n.startswith(f"{kind}:")), ("", ""))


class _Values(dict[str, tuple[str, ...]]):
    """The values of each dimension; a condition or a setting is with or without, or its practice does not share it."""

    def __init__(self, values: Mapping[str, tuple[str, ...]], lost: tuple[tuple[str, tuple[int, ...]], ...]) -> None:
        super().__init__(values)
        self.parted = {f"{USE}:{name}" for name, _ in lost}

    def __missing__(self, name: str) -> tuple[str, ...]:
        return (WITH, WITHOUT, NOT_SHARED) if name in self.parted else (WITH, WITHOUT)


def _without(cut: Cut, kind: str) -> Cut:
    return tuple((name, value) for name, value in cut if not name.startswith(f"{kind}:"))


def _with(cut: Cut, kind: str) -> Cut:
    return tuple((name, WITH if name.startswith(f"{kind}:") else value) for name, value in cut)


def _homes(as_at: date) -> tuple[tuple[str, str, str], ...]:
    """Each small area with its district and national fifth of deprivation, by the index of the edition's day."""
    tenths = deprivation.tenths(as_at)
    fifths = {code: str((tenth + 1) // 2) for code, tenth in tenths.items()}
    return tuple((a.lsoa11_code, a.district_code, fifths.get(a.lsoa11_code, UNKNOWN)) for a in places.areas())
