"""Areas of few people, made up: every answer of the explorer about them, by practice and by home, to be attacked.

Somebody is a row of traits; the smallest groups are all their combinations. Every question the explorer takes is asked
of both segmentations, so that what one answer leaves open another may close.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import combinations, product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from localcare.dataset.suppression import Rule
from localcare.places.models import Area
from localcare.population import explorer
from localcare.population.calc.cube import CONDITION, SETTINGS
from localcare.population.definitions.segmenting import AgeBand, Group, Segmentation
from localcare.population.explorer import Question, ways
from localcare.population.reports import Made
from tests.population.attack import Attacker
from tests.population.small_areas import DEFINITIONS

PRACTICES = {"P1": "C1", "P2": "C1", "P3": "C1", "P4": "C2", "P5": "C2"}
HOMES = {"L1": ("D1", 1), "L2": ("D1", 3), "L3": ("D1", 5), "L4": ("D2", 1), "L5": ("D2", 9)}
AGES = (0, 16, 65, 70)
HAS, USED = "hypertension", "outpatient"
FIRST, SECOND = "first", "second"
Person = Mapping[str, Any]


def _segmentation(key: str, firsts: Sequence[int], groups: str) -> Segmentation:
    lasts = [*(first - 1 for first in firsts[1:]), None]
    bands = [AgeBand(f"from {first}", f"From {first}", first, last) for first, last in zip(firsts, lasts, strict=True)]
    return Segmentation(key, key, True, "made up", tuple(bands), tuple(Group(g, g, ()) for g in groups))


SEGMENTATIONS = {s.key: s for s in (_segmentation(FIRST, (0, 16, 70), "ab"), _segmentation(SECOND, AGES, "xyz"))}
DRAWN: Mapping[str, Sequence[Any]] = {
    "practice": tuple(PRACTICES),
    "lsoa": tuple(HOMES),
    "sex": ("female", "male"),
    "years": AGES,
    f"group of {FIRST}": ("a", "b"),
    f"group of {SECOND}": ("x", "y", "z"),
    "condition": (True, False),
    "used": (True, False),
}


def band(segmentation: str, years: int) -> str:
    return next(b.key for b in SEGMENTATIONS[segmentation].age_bands if b.holds(years))


def is_in(segmentation: str, cut: Mapping[str, Any], one: Person) -> bool:
    """Whether somebody of these traits is of a cut, as the explorer names it. What one does not know is not asked."""
    tells = {
        "area": lambda: "",
        "practice": lambda: one["practice"],
        "cluster": lambda: PRACTICES[one["practice"]],
        "lsoa": lambda: one["lsoa"],
        "district": lambda: HOMES[one["lsoa"]][0],
        "deprivation": lambda: str((HOMES[one["lsoa"]][1] + 1) // 2),
        "sex": lambda: one["sex"],
        "age": lambda: band(segmentation, one["years"]),
        "group": lambda: one[f"group of {segmentation}"],
        "condition": lambda: HAS if one["condition"] else "",
        "used": lambda: one["used"],
    }
    return all(tells[name]() == value for name, value in cut.items())


@dataclass(eq=False)
class Folder:
    """A run's tables: its cube, which the explorer reads where it lies, and rows."""

    cube: Path
    tables: Mapping[str, list[dict[str, Any]]]

    def path(self, _table: str) -> Path:
        return self.cube

    def rows(self, table: str, _where: str = "", wanted: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        return [row for row in self.tables[table] if not wanted or row["segmentation"] == wanted["s"]]


@dataclass(eq=False)
class SmallArea:
    """`size` people over the traits asked about; those not asked about everybody has alike."""

    cube: Path
    traits: Sequence[str]
    seed: int
    size: int

    @cached_property
    def people(self) -> list[dict[str, Any]]:
        chance = random.Random(self.seed)
        weights = {name: [chance.random() + 0.1 for _ in DRAWN[name]] for name in self.traits}
        alike = {name: values[0] for name, values in DRAWN.items()}
        drawn = {name: chance.choices(DRAWN[name], weights[name], k=self.size) for name in self.traits}
        return [alike | {name: drawn[name][n] for name in self.traits} for n in range(self.size)]

    @cached_property
    def made(self) -> Made:
        self._write_cube()
        counted = Counter(one["practice"] for one in self.people)
        seen = {
            code: {"cluster": c, "registered": counted[code], "observed": counted[code]}
            for code, c in PRACTICES.items()
        }
        rows = [{"practice": n, "ods_code": code, **row} for n, (code, row) in enumerate(seen.items())]
        tables = {"coverage": rows, "cell": self._cells()}
        run = SimpleNamespace(
            coverage=seen, lost={}, model={}, id=id(self), as_at=date(2017, 3, 31), edition="", definitions=""
        )
        return Made(
            run, Folder(self.cube, tables), replace(DEFINITIONS, segmentations=tuple(SEGMENTATIONS.values())), Rule()
        )

    def _cells(self) -> list[dict[str, Any]]:
        """Nobody is unseen: the estimate of segments is what is seen."""
        counted = Counter(
            (s, list(PRACTICES).index(one["practice"]), band(s, one["years"]), one[f"group of {s}"])
            for one in self.people
            for s in SEGMENTATIONS
        )
        names = ("segmentation", "practice", "age_band", "group")
        return [
            dict(zip(names, key, strict=True))
            | {"people": n, "people_observed": n, "spend": 0.0, "spend_observed": 0.0}
            for key, n in counted.items()
        ]

    def _write_cube(self) -> None:
        counted = Counter(
            (grid, part, one["practice"], one["lsoa"], one["sex"], one["years"], one["used"])
            for one in self.people
            for grid, part in _parts(one)
        )
        names = ("grid", "part", "practice", "lsoa11_code", "sex", "age_from", "used")
        rows = [dict(zip(names, key, strict=True)) | {"people": n} for key, n in counted.items()]
        for row in rows:
            row["practice"], users = list(PRACTICES).index(row["practice"]), row["people"] if row.pop("used") else 0
            row |= _amount("spend", 0) | {f"{name}_people": users if name == USED else 0 for name in SETTINGS}
            for name in SETTINGS:
                row |= _amount(name, users if name == USED else 0)
        parquet.write_table(pa.Table.from_pylist(rows), self.cube)

    def attacker(self, dimensions: Sequence[str], segmentations: Sequence[str]) -> Attacker:
        """Who has every answer on these dimensions, at every place, and the list sizes that everybody has."""
        keys = [tuple(values) for values in product(*(DRAWN[name] for name in self.traits))]
        counted = Counter(tuple(one[name] for name in self.traits) for one in self.people)
        alike = {name: values[0] for name, values in DRAWN.items()}
        whole = {key: alike | dict(zip(self.traits, key, strict=True)) for key in keys}
        found, told = Attacker({key: counted[key] for key in keys}), {}
        for segmentation in segmentations:
            for cut, shown in self.answers(dimensions, segmentation):
                named = (segmentation, *sorted(cut.items()))
                if named not in told:
                    told[named] = frozenset(key for key, one in whole.items() if is_in(segmentation, cut, one))
                found.learn(told[named], shown)
        for cut in ({}, *({"cluster": c} for c in set(PRACTICES.values())), *({"practice": p} for p in PRACTICES)):
            found.know(key for key, one in whole.items() if is_in(FIRST, cut, one))
        return found

    def answers(self, dimensions: Sequence[str], segmentation: str) -> Iterator[tuple[dict[str, Any], int | None]]:
        """Every count published on these dimensions: the cut with its place, and what is shown."""
        shown_as = USED if "used" in dimensions else "people"
        for question in questions(self.made, [d for d in dimensions if d != "used"], segmentation, shown_as):
            answer = explorer.ask(self.made, question)
            here = dict([question.unit]) | dict(question.where)
            for row, cut in [(answer.whole, here), *((row, _narrower(question, row)) for row in answer.rows)]:
                yield cut, row["people"]
                if shown_as == USED:
                    yield {**cut, "used": True}, row["people_using"]


def _narrower(question: Question, row: Mapping[str, Any]) -> dict[str, Any]:
    if question.by in ("cluster", "practice", "district", "lsoa"):
        return {question.by: row["part"]} | dict(question.where)
    return dict([question.unit]) | dict(question.where) | {question.by: row["part"]}


def _parts(one: Person) -> list[tuple[str, str]]:
    groups = [(key, one[f"group of {key}"]) for key in SEGMENTATIONS]
    return [*groups, (CONDITION, HAS)] if one["condition"] else groups


def _amount(name: str, users: int) -> dict[str, float]:
    """Once each."""
    return {name: float(users), f"{name}_largest": float(min(users, 1)), f"{name}_squares": float(users)}


UNITS = (
    ("area", ""),
    *(("cluster", c) for c in sorted(set(PRACTICES.values()))),
    *(("practice", p) for p in PRACTICES),
    *(("district", d) for d in sorted({d for d, _ in HOMES.values()})),
    *(("lsoa", code) for code in HOMES),
)


def questions(made: Made, dimensions: Sequence[str], segmentation: str, show: str) -> Iterator[Question]:
    """Every question on these dimensions, at every place, narrowed to every pair of their values, or one, or none."""
    values = explorer.values(made, Question(segmentation=segmentation)) | {"condition": {HAS: HAS}}
    narrowings = [
        tuple(sorted(zip(names, chosen, strict=True)))
        for n in range(3)
        for names in combinations(dimensions, n)
        for chosen in product(*(values[name] for name in names))
    ]
    for unit, where in product(UNITS, narrowings):
        for by in sorted(set(ways(unit, where)) & {"cluster", "practice", "district", "lsoa", *dimensions}):
            yield Question(unit, by, where, show, segmentation)


def homes() -> None:
    """The small areas, in the store of places."""
    for code, (district, tenth) in HOMES.items():
        Area.objects.get_or_create(
            lsoa11_code=code,
            defaults={
                "name": code, "district_code": district, "district_name": district, "imd2015_decile": tenth,
                "latitude": 51.3, "longitude": 0.5, "population_mid2017": 1500,
            },
        )  # fmt: skip
