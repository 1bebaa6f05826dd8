"""Which counts and sums of observed people are suppressed: decided once, for the explorer and the reports alike.

Counts are one set of tables, money another that hides what the counts hide and what one or two people dominate. Sums
of money over places are protected exactly: unlike a count, a person's pounds are not lost in rounding.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from localcare.dataset import suppression
from localcare.places import queries as places
from localcare.population import deprivation, sharing
from localcare.population.calc import cube
from localcare.population.definitions.segmenting import AgeBand, Group, Segmentation
from localcare.population.explorer_cube import AREA, SEEN, UNKNOWN, Places, Reading, read
from localcare.population.explorer_protect import Cell, Cut, Earlier, Tables, Unit

if TYPE_CHECKING:
    from localcare.population.reports import Made

PEOPLE, SPEND = "people", "spend"
HOME, REGISTERED = ("district", "lsoa"), ("cluster", "practice")
WITH, WITHOUT, NOT_SHARED = "with", "without", "not_shared"
CONDITION, USE, DEPRIVATION = "condition", "use", "deprivation"


@dataclass(frozen=True)
class Protected:
    """What is suppressed of people and use, and what of spend."""

    counts: Tables
    money: Tables


@dataclass(frozen=True)
class Grid:
    """A segmentation as a question asks it: what to read of groups, of conditions; the values of each dimension."""

    reading: Reading
    of_conditions: Reading
    values: tuple[tuple[str, tuple[str, ...]], ...]
    bands: tuple[AgeBand, ...]
    groups: tuple[Group, ...]


def grids_to(of: "Made", segmentation: str) -> list[Segmentation]:
    """The run's segmentations up to this one, in their order: each is decided beside those before it."""
    every = of.definitions.segmentations
    return [*every[: every.index(of.segmentation(segmentation)) + 1]]


def of_groups(of: "Made", segmentation: str) -> Protected:
    """What is suppressed of ages and groups at every place where people are registered."""
    grids = tuple(_of_groups(of, one) for one in grids_to(of, segmentation))
    return protected(of.run.id, grids, places_of(of), of.rule)


def _of_groups(of: "Made", one: Segmentation) -> Grid:
    values = (("age", tuple(b.key for b in one.age_bands)), ("group", tuple(g.key for g in one.groups)))
    ages = bands_of_ages(of, one.key)
    reading = Reading(of.folder.path("cube"), one.key, ages, ("age", "group"), measures_of(()), by_home=False)
    return Grid(reading, reading, values, one.age_bands, one.groups)


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


@lru_cache(maxsize=128)
def protected(_run: int, grids: tuple[Grid, ...], of: Places, rule: suppression.Rule) -> Protected:
    """The tables behind a question about the last of `grids`, decided beside those of the others.

    A condition, and the use of a setting, is a dimension of its own.
    """
    grid, before = grids[-1], [(grids[n], protected(_run, grids[: n + 1], of, rule)) for n in range(len(grids) - 1)]
    found = _Sums(grid.reading, grid.of_conditions, of, rule)
    people = cache(found.people)
    held, parts = _Values(dict(grid.values), of.lost), tree(of, grid.reading.by_home)
    alike = _deprivation(of) if grid.reading.by_home else {}
    counts = [_earlier(one, grid, tables.counts) for one, tables in before]
    money = [_earlier(one, grid, tables.money) for one, tables in before]
    return Protected(
        counts=Tables(held, parts, people, rule, found.use_dominated, alike=alike, earlier=counts),
        money=Tables(held, parts, people, rule, found.spend_dominated, exact_sums=True, alike=alike, earlier=money),
    )


def _deprivation(of: Places) -> dict[Unit, tuple[str, str]]:
    """The fifth of deprivation, which is that of the home."""
    known = {(HOME[1], code): (DEPRIVATION, fifth) for code, _, fifth in of.homes}
    return {**known, (HOME[1], UNKNOWN): (DEPRIVATION, UNKNOWN)}


def _earlier(one: Grid, grid: Grid, tables: Tables) -> Earlier:
    apart = frozenset() if one.groups == grid.groups else frozenset({"group"})
    return Earlier(one.reading.grid, tables, "age", tuple(_pieces(one.bands, grid.bands)), apart)


def _pieces(theirs: Sequence[AgeBand], ours: Sequence[AgeBand]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The bands of two segmentations between one age at which both begin a band and the next; not all of both."""
    firsts = sorted({b.first for b in theirs} & {b.first for b in ours})
    for first, after in zip(firsts, [*firsts[1:], OLDEST], strict=True):
        there, here = (tuple(b.key for b in bands if first <= b.first < after) for bands in (theirs, ours))
        if len(firsts) > 1:
            yield there, here


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
