"""The hundred people of a place who cost most: by pseudonym for the own practice, elsewhere in bands of ten or more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from django.conf import settings

from localcare.access import queries as gate
from localcare.access.types import Purpose
from localcare.base import clock
from localcare.dataset import editions, pseudonymous
from localcare.dataset.runs import NoRun
from localcare.dataset.suppression import Rule
from localcare.population.calc import cube
from localcare.population.calc.use import ACTIVITIES

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

MOST = 100
BAND = 2 * pseudonymous.K  # more than ten, so that what few of a band used can be told more often
AGES, SEXES = tuple(range(121)), ("female", "male", "indeterminate", "not_known")
SETTINGS = {name: label.replace(", pounds", "") for name, (label, _) in cube.SETTINGS.items()}
HOW = (
    f"The {MOST} observed people with the highest cost of 12 months at 2015/16 prices, without prescribing, CAMHS, "
    "children's social care and continuing care. Outside the own practice they are shown in bands of age and sex that "
    f"hold at least {BAND} people, all {MOST} or nobody, and money only where one or two people are not most "
    "of it."
)


@dataclass(frozen=True)
class Person:
    """Somebody of the hundred: pounds in all and by setting. `person` and `practice` are numbers of the edition."""

    person: int
    practice: int
    sex: str
    age: int
    conditions: int
    cost: float
    by_setting: Mapping[str, float]
    pseudonym: str

    @property
    def label(self) -> str:
        """What stands for them: of the purpose planning, so never the one of a practice's list."""
        return f"Person {self.pseudonym[:6].upper()}"


def top(of: Made, unit: Unit) -> tuple[Person, ...]:
    """The hundred of a unit, the costliest first, without those who chose since to be in no planning.

    Raises NoRun where the run's edition is not kept.
    """
    numbers = tuple(sorted(n for n in of.practices if unit in of.above(n)))
    try:
        edition = editions.named(settings.DATASET, of.run.edition)
    except editions.NoEdition as error:
        raise NoRun(
            f"The edition of the run is no longer kept ({error}). Make one: localcare population run"
        ) from error
    prices = of.definitions.prices
    priced = tuple((name, prices[name]) for name in (*ACTIVITIES, "social_care")), prices.mental_health_from_age
    paths = (of.folder.path("person_result"), of.folder.path("person_use"), edition.path("pseudonym"))
    withdrawn = _withdrawn(gate.last_choice(), of.run.edition, clock.today())
    return tuple(one for one in _costliest(paths, numbers, priced) if one.pseudonym not in withdrawn)[:MOST]


@lru_cache(maxsize=2)
def _withdrawn(_last_choice: int, _edition: str, _today: date) -> frozenset[str]:
    """Who chose to be in no planning: read again with every new choice, edition and day, as it takes half a second."""
    return frozenset(gate.withdrawn(purpose=Purpose.PLANNING))


SPARE = 100  # read besides, for those whose choice takes them out


@lru_cache(maxsize=256)  # as many units as an area has, and more
def _costliest(paths: tuple[Path, Path, Path], practices: tuple[int, ...], priced: tuple) -> tuple[Person, ...]:
    """The first people by cost of some practices, with their pseudonyms for planning."""
    prices, grown_from = dict(priced[0]), priced[1]
    people, used, pseudonyms = map(str, paths)
    # One table after the other: joined, each would be read whole.
    with duckdb.connect(":memory:") as connection:
        first = connection.execute(
            "SELECT person, practice, sex, age, long_term_conditions, cost FROM read_parquet($path) WHERE observed "
            f"AND cost > 0 AND list_contains($practices, practice) ORDER BY cost DESC, person LIMIT {MOST + SPARE}",
            {"path": people, "practices": list(practices)},
        ).fetchall()
        among = "person IN (SELECT unnest($people))"
        asked = {"people": [row[0] for row in first]}
        amounts = connection.execute(
            f"SELECT person, {', '.join(prices)} FROM read_parquet($path) WHERE {among}", {"path": used, **asked}
        ).fetchall()
        names = connection.execute(
            f"SELECT person, pseudonym FROM read_parquet($path) WHERE purpose = 'planning' AND {among}",
            {"path": pseudonyms, **asked},
        ).fetchall()
    by_person, named = {row[0]: row[1:] for row in amounts}, dict(names)
    return tuple(_person((*row, named[row[0]], *by_person[row[0]]), prices, grown_from) for row in first)


def _person(row: tuple, prices: Mapping[str, float], grown_from: int) -> Person:
    person, practice, sex, age, conditions, cost, pseudonym, *amounts = row
    pounds = {name: amount * prices[name] for name, amount in zip(prices, amounts, strict=True)}
    if age < grown_from:
        pounds["mental_health_contact"] = 0.0
    by_setting = {name: sum(pounds[part] for part in parts) for name, (_, parts) in cube.SETTINGS.items()}
    return Person(person, practice, sex, age, conditions, cost, by_setting, pseudonym)


def share_of_spend(of: Made, unit: Unit, people: Sequence[Person]) -> float | None:
    """What share of all pounds of observed people of a unit is theirs; None where nobody costs anything."""
    whole = _spend(of.folder.path("person_result"), tuple(sorted(n for n in of.practices if unit in of.above(n))))
    return sum(one.cost for one in people) / whole if whole else None


@lru_cache(maxsize=256)
def _spend(path: Path, practices: tuple[int, ...]) -> float:
    with duckdb.connect(":memory:") as connection:
        query = "SELECT coalesce(sum(cost), 0) FROM read_parquet($p) WHERE observed AND practice IN (SELECT unnest($n))"
        found = connection.execute(query, {"p": str(path), "n": list(practices)}).fetchone()
    return float(found[0]) if found else 0.0


@dataclass(frozen=True)
class Band:
    """People of the hundred alike in age and sex: how many as published, pounds a head, by setting; None: hidden."""

    ages: tuple[int, ...]
    sexes: tuple[str, ...]
    people: int
    a_head: int | None
    by_setting: Mapping[str, int | None]


def bands(of: Made, people: Sequence[Person]) -> list[Band]:
    """What a reader outside the practice sees of the hundred: bands of at least `BAND`, all of them or none."""
    return [_band(of, one, [people[i] for i in one.members]) for one in classes_of(people)]


def classes_of(people: Sequence[Person]) -> tuple[pseudonymous.Class, ...]:
    """The hundred in classes of at least `BAND` by age and sex."""
    return pseudonymous.classes([(min(one.age, AGES[-1]), one.sex) for one in people], (AGES, SEXES), BAND)


def _band(of: Made, found: pseudonymous.Class, people: Sequence[Person]) -> Band:
    shown = {name: _a_head(of.rule, [one.by_setting[name] for one in people]) for name in SETTINGS}
    total = _a_head(of.rule, [one.cost for one in people])
    hidden = [name for name, value in shown.items() if value is None]
    if len(hidden) == 1:
        # Alone it would follow from the total: the smallest other goes with it, or the total itself.
        beside = min((name for name, value in shown.items() if value), key=lambda n: shown[n] or 0, default=None)
        shown, total = (shown | {beside: None}, total) if beside else (shown, None)
    ages, sexes = found.values
    return Band(tuple(int(str(a)) for a in ages), tuple(map(str, sexes)), of.rule.rounded(len(people)), total, shown)


def _a_head(rule: Rule, amounts: Sequence[float]) -> int | None:
    """Pounds a head, rounded; None where few people have any, or one or two have most."""
    largest = sorted(amounts, reverse=True)
    having = sum(1 for amount in amounts if amount)
    if rule.small(having) or rule.dominated(sum(largest), largest):
        return None
    return rule.rounded(sum(largest) / len(largest))


def rows(of: Made, _segmentation: str, units: Iterable[Unit]) -> list[Row]:
    """One row a unit and band, as published."""
    return [
        {"unit": unit[1], "ages": ages_in_words(band.ages), "sex": sexes_in_words(band.sexes), "people": band.people}
        | {"spend_per_head": band.a_head, **{f"{name}_per_head": band.by_setting[name] for name in SETTINGS}}
        for unit in units
        for band in bands(of, top(of, unit))
    ]


def ages_in_words(ages: Sequence[int]) -> str:
    """ "75 to 84", "under 70", "85 and over", "any age"."""
    if ages[0] == AGES[0]:
        return "any age" if ages[-1] == AGES[-1] else f"under {ages[-1] + 1}"
    return f"{ages[0]} and over" if ages[-1] == AGES[-1] else f"{ages[0]} to {ages[-1]}"


def sexes_in_words(sexes: Sequence[str]) -> str:
    """ "female", "male, indeterminate or not known", "any sex"."""
    named = [sex.replace("_", " ") for sex in sexes]
    return "any sex" if len(named) == len(SEXES) else " or ".join(filter(None, (", ".join(named[:-1]), named[-1])))


def own_rows(people: Sequence[Person]) -> list[dict[str, Any]]:
    """The hundred as rows of a file, pounds exact."""
    return [
        {"rank": rank, "who": one.label, "age": one.age, "sex": one.sex, "long_term_conditions": one.conditions}
        | {"spend": round(one.cost), **{name: round(one.by_setting[name]) for name in SETTINGS}}
        for rank, one in enumerate(people, start=1)
    ]
