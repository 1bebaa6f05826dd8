"""The explorer: any cut of the people seen, at any place, on any of the dimensions, protected as all published figures.

A question names a place, what to break it down by, what it is narrowed to, and what to measure. Groups and conditions
are not crossed, and an answer rests on at most two dimensions beside the place, one in a practice or small area: finer
tables hold so many small numbers that protecting them leaves nothing to read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from localcare.dataset import suppression
from localcare.places import queries as places
from localcare.population import bounds, explorer_bounds, family, sharing
from localcare.population.calc import cube
from localcare.population.explorer_cube import AREA, SEEN, UNKNOWN, Places, Reading, read
from localcare.population.explorer_protect import Cell, Cut, Unit
from localcare.population.family import HOME, NOT_SHARED, PEOPLE, SPEND, WITH
from localcare.population.reports import DEFAULT_SEGMENTATION, Made, UnknownReport, share_seen

PER_HEAD = "spend_per_head"
SHOWS: Mapping[str, str] = {
    PEOPLE: "People",
    PER_HEAD: "Spend a head",
    SPEND: "Spend",
    **{name: label for name, (label, _) in cube.SETTINGS.items()},
}
SEXES = {"female": "Female", "male": "Male", "indeterminate": "Indeterminate", "not_known": "Not known"}
FIFTHS = {"1": "1, most deprived", "2": "2", "3": "3", "4": "4", "5": "5, least deprived", UNKNOWN: "Not known"}
DIMENSIONS = {
    "age": "Age",
    "sex": "Sex",
    "deprivation": "Deprivation",
    "group": "Group",
    "condition": "Condition",
}
BY = {
    "cluster": "Cluster or network",
    "practice": "Practice",
    "district": "District of home",
    "lsoa": "Small area of home",
    **DIMENSIONS,
    "setting": "Setting of care",
}
BELOW = {"area": ("cluster", "practice", "district", "lsoa"), "cluster": ("practice",), "district": ("lsoa",)}
NOT_BOTH = {"group", "condition"}
ROOM = 2
SMALL = {"practice", "lsoa"}
USE = ("amount", "people_using", "per_1000_people")
TITLE = "Explorer: any cut of the people seen"
HOW = (
    "Observed people only, registered and alive on the date; a setting's use only of people whose practice shares it. "
    "Spend a head is of people whose practice shares all that is priced, and spend that times all people: 12 months "
    "at 2015/16 prices, without prescribing, CAMHS, children's social care, continuing care. Deprivation: national "
    "fifths of the Index of Multiple Deprivation (2015; of editions from 2020 on, 2019) of the home area (LSOA 2011)."
)


@dataclass(frozen=True)
class Question:
    """What is asked. Raises UnknownReport where it cannot be: the message says what can."""

    unit: Unit = AREA
    by: str = "cluster"
    where: Cut = ()
    show: str = PEOPLE
    segmentation: str = DEFAULT_SEGMENTATION

    def __post_init__(self) -> None:
        named = [name for name, _ in self.where]
        if self.show not in SHOWS:
            raise UnknownReport(f"no measure {self.show!r}; there are: {', '.join(SHOWS)}")
        if unknown := [name for name in named if name not in DIMENSIONS]:
            raise UnknownReport(f"nothing can be narrowed by {unknown[0]!r}; there are: {', '.join(DIMENSIONS)}")
        if self.by not in ways(self.unit, self.where):
            there = ", ".join(ways(self.unit, self.where))
            raise UnknownReport(f"this cannot be broken down by {self.by!r}; it can by: {there}")

    def narrowed(self, name: str, value: str) -> Cut:
        return tuple(sorted({**dict(self.where), name: value}.items()))

    @property
    def by_home(self) -> bool:
        return self.unit[0] in HOME or self.by in HOME


def ways(unit: Unit, where: Cut) -> tuple[str, ...]:
    """What a place, so narrowed, can be broken down by: at most two dimensions, in a practice or small area one."""
    named = {name for name, _ in where}
    room = 1 if unit[0] in SMALL else ROOM
    if len(named) > room or named >= NOT_BOTH:
        return ()
    found = [level for level in BELOW.get(unit[0], ()) if level not in SMALL or len(named) < ROOM]
    if len(named) < room:
        found += [n for n in DIMENSIONS if n not in named and not {n, *named} >= NOT_BOTH]
        found.append("setting")
    return tuple(found) or ("nothing",)


@dataclass(frozen=True)
class Answer:
    """The parts and the whole, in the order of the definitions; None is suppressed. `exact`: one's own practice."""

    question: Question
    rows: tuple[dict[str, Any], ...]
    whole: dict[str, Any]
    exact: bool
    edition: str
    as_at: str
    definitions: str
    coverage: Mapping[str, Any] = field(default_factory=dict)

    def answer(self) -> dict[str, Any]:
        """The published JSON."""
        q = self.question
        asked = {"unit": list(q.unit), "by": q.by, "where": dict(q.where), "segmentation": q.segmentation}
        stated = {"edition": self.edition, "as_at": self.as_at, "coverage": self.coverage, "asked": asked}
        how = f"{HOW} {bounds.HOW} Definitions {self.definitions}."
        return {**stated, "rows": [*self.rows], "whole": self.whole, "how": how}


def ask(of: Made, question: Question, own_practice: str = "") -> Answer:
    """Answer a question over a run; exactly where it is about `own_practice`. Raises UnknownReport."""
    asked = _Asked(of, question, exact=question.unit == ("practice", own_practice))
    asked.check()
    bounded = explorer_bounds.Bounded(of, question).told
    rows = tuple({"part": key, "label": label, **bounded(told, key)} for key, label, told in asked.rows())
    run, whole = of.run, bounded(asked.whole())
    return Answer(
        question, rows, whole, asked.exact, run.edition, run.as_at.isoformat(), run.definitions, share_seen(run)
    )


@dataclass(frozen=True)
class _Asked:
    """A question over a run: its sums and what of them is suppressed."""

    of: Made
    question: Question
    exact: bool

    def check(self) -> None:
        """Raises UnknownReport for a place or a value that there is not."""
        q = self.question
        if q.unit != AREA and q.unit[1] not in self.units(q.unit[0]):
            raise UnknownReport(f"no {q.unit[0]} {q.unit[1]!r} in this run")
        for name, value in q.where:
            if value not in self.values(name):
                raise UnknownReport(f"no {name} {value!r}; there are: {', '.join(self.values(name))}")

    def rows(self) -> Iterable[tuple[str, str, dict[str, Any]]]:
        q = self.question
        if q.by == "nothing":
            return []
        if q.by == "setting":
            return [(name, label, self.use(q.unit, q.where, name)) for name, (label, _) in cube.SETTINGS.items()]
        if q.by in BELOW["area"]:
            found = [((q.by, code), name) for code, name in self.units(q.by).items()]
            return [(unit[1], name, self.told(unit, q.where)) for unit, name in found if self.within(unit)]
        return [(key, label, self.told(q.unit, q.narrowed(q.by, key))) for key, label in self.values(q.by).items()]

    def whole(self) -> dict[str, Any]:
        return self.told(self.question.unit, self.question.where)

    def told(self, unit: Unit, cut: Cut) -> dict[str, Any]:
        """People, spend and the setting asked for, of one cell, as they may be published."""
        people, spend, a_head = None, None, None
        if not self.hidden(unit, cut):
            count = self.figure(unit, cut, PEOPLE)
            people = int(count) if self.exact else self.of.rule.rounded(count)
            spend, a_head = self.money(unit, cut)
        told = {PEOPLE: people, SPEND: spend, PER_HEAD: a_head, "spend_shared_by": self.shared(unit, SPEND)}
        return told | (self.use(unit, cut, self.question.show) if self.question.show in cube.SETTINGS else {})

    def money(self, unit: Unit, cut: Cut) -> tuple[int | None, int | None]:
        """Spend of a cell and a head: where some of its practices do not share all of it, theirs as the others'."""
        count, seen = self.figure(unit, cut, PEOPLE), self.figure(unit, cut, SPEND + SEEN)
        if (count and not seen) or not (self.exact or not self.protected.money.hidden(unit, _asked(cut))):
            return None, None
        a_head = self.figure(unit, cut, SPEND) / seen if seen else 0.0
        if self.exact:
            return round(a_head * count), round(a_head) if count else None
        spend, shown = suppression.money(a_head * count, count, self.of.rule)
        return spend, shown if count else None

    def figure(self, unit: Unit, cut: Cut, name: str) -> float:
        """One sum of a cell."""
        row = self.sums(cut).get((unit, cut))
        return row[self.measures.index(name)] if row else 0.0

    def shared(self, unit: Unit, name: str) -> str:
        """Whether all, some or none of the practices of a place share what a figure is made from."""
        codes = {self.of.practices[number][0] for number in self.places.lost_to(name)}
        return sharing.shared(self.of, AREA if unit[0] in HOME else unit, codes)

    def use(self, unit: Unit, cut: Cut, setting: str) -> dict[str, Any]:
        """What a cell's people used of a setting, by how many of them; hidden where few did, or few did not.

        Only people whose practice shares the setting count; where none does, there is no figure.
        """
        by = self.shared(unit, setting)
        if self.hidden(unit, cut) or self.hidden(unit, cut, setting):
            return dict.fromkeys(USE) | {"shared_by": by}
        amount, users, seen = (self.figure(unit, cut, name) for name in (setting, f"{setting}_people", setting + SEEN))
        if not self.exact:
            amount, users, seen = (self.of.rule.rounded(value) for value in (amount, users, seen))
        known = seen and (by == sharing.ALL or not self.hidden(unit, cut, setting, NOT_SHARED))
        rate = round(1000 * amount / seen, 1) if known else None
        return dict(zip(USE, (round(amount), round(users), rate), strict=True)) | sharing.told(by, USE)

    def hidden(self, unit: Unit, cut: Cut, setting: str = "", used_as: str = WITH) -> bool:
        """Whether a cell, or how many of it used a setting (or whose practice does not share it), is suppressed."""
        if self.exact:
            return False
        used = ((f"{family.USE}:{setting}", used_as),) if setting else ()
        return self.protected.counts.hidden(unit, tuple(sorted((*_asked(cut), *used))))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Those of the question that everybody has one value of; by home, deprivation, which the home tells."""
        q = self.question
        named = {name for name, _ in q.where} | {q.by} | ({family.DEPRIVATION} if q.by_home else set())
        return tuple(sorted(named & (DIMENSIONS.keys() - {"condition"})))

    @cached_property
    def protected(self) -> family.Protected:
        asked = [
            replace(self, question=replace(self.question, segmentation=one.key))
            for one in family.grids_to(self.of, self.question.segmentation)
        ]
        grids = tuple(one.grid() for one in asked)
        return family.protected(self.of.run.id, grids, self.places, self.of.rule)

    def grid(self) -> family.Grid:
        """The question's segmentation as it asks it."""
        one = self.of.segmentation(self.question.segmentation)
        values = tuple((name, tuple(self.values(name))) for name in self.dimensions)
        return family.Grid(self.reading(one.key), self.reading(cube.CONDITION), values, one.age_bands, one.groups)

    def sums(self, cut: Cut) -> Mapping[Cell, Any]:
        """Sums over the dimensions of the question: of people with conditions where the cut names one."""
        of_conditions = "condition" in dict(cut)
        return read(self.reading(cube.CONDITION if of_conditions else self.question.segmentation), self.places)

    def reading(self, grid: str) -> Reading:
        named = self.dimensions
        if grid == cube.CONDITION:
            named = tuple(sorted({*named, "condition"} - {"group"}))
        return Reading(self.of.folder.path("cube"), grid, self.ages, named, self.measures, self.question.by_home)

    @property
    def measures(self) -> tuple[str, ...]:
        """What to sum for the question."""
        asked = cube.SETTINGS if self.question.by == "setting" else [self.question.show]
        return family.measures_of(tuple(name for name in asked if name in cube.SETTINGS))

    @cached_property
    def ages(self) -> tuple[tuple[int, str], ...]:
        return family.bands_of_ages(self.of, self.question.segmentation)

    @cached_property
    def places(self) -> Places:
        return family.places_of(self.of)

    @cached_property
    def tree(self) -> Mapping[Unit, tuple[Unit, ...]]:
        return family.tree(self.places, self.question.by_home)

    def within(self, unit: Unit) -> bool:
        return self.question.unit == AREA or unit in self.tree.get(self.question.unit, ())

    def units(self, level: str) -> dict[str, str]:
        """Code and name of each unit of a level whose people are seen, by name."""
        if level in HOME:
            return _home_names(level)
        of = self.of.run.coverage
        seen = {row["cluster"] if level == "cluster" else code for code, row in of.items() if row["observed"]}
        names = places.names(seen)
        return dict(sorted(((code, names.get(code, code)) for code in seen), key=lambda pair: (pair[1], pair[0])))

    def values(self, name: str) -> dict[str, str]:
        """Key and label of each value of a dimension, in its order."""
        grid = self.of.segmentation(self.question.segmentation)
        return {
            "age": lambda: {b.key: b.label for b in grid.age_bands},
            "sex": lambda: SEXES,
            "deprivation": lambda: FIFTHS,
            "group": lambda: {g.key: g.label for g in grid.groups},
            "condition": lambda: {c.key: c.label for c in self.of.definitions.conditions.all},
        }[name]()


def _asked(cut: Cut) -> Cut:
    """A cut as the tables have it: a condition is with or without."""
    return tuple(sorted((f"condition:{value}", WITH) if name == "condition" else (name, value) for name, value in cut))


def values(of: Made, question: Question) -> dict[str, dict[str, str]]:
    """The values of each dimension, with their labels."""
    asked = _Asked(of, question, exact=False)
    return {name: asked.values(name) for name in DIMENSIONS}


def place_names(of: Made) -> dict[Unit, str]:
    """The name of every place that can be asked about."""
    asked = _Asked(of, Question(), exact=False)
    return {(level, code): name for level in BELOW["area"] for code, name in asked.units(level).items()}


def _home_names(level: str) -> dict[str, str]:
    found = {a.district_code: a.district_name for a in places.areas()}
    if level == "lsoa":
        found = {a.lsoa11_code: a.name for a in places.areas()}
    return {**dict(sorted(found.items(), key=lambda pair: pair[1])), UNKNOWN: "Elsewhere or not known"}
