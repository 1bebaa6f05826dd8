"""Areas of few people, made up: what their reports publish, to be attacked. Few enough that every count is near 8."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from localcare.dataset.suppression import Rule
from localcare.population import definitions, measure_report, reports, score_report, use_report
from localcare.population.calc.use import ACTIVITIES
from localcare.population.reports import Made
from tests.population.attack import Attacker

CLUSTERS = {"C1": 7, "C2": 2}
FEW = (0, 1, 1, 2, 7, 8, 8, 8, 9, 12, 13)
FEWEST = 8
DEFINITIONS = definitions.load()


@dataclass(eq=False)
class Folder:
    """The tables of a made-up run."""

    tables: Mapping[str, list[dict[str, Any]]]

    def rows(self, table: str, *_where: Any) -> list[dict[str, Any]]:
        return self.tables[table]


@dataclass
class SmallArea:
    """Nine practices of two clusters, and of each how many people are in each of a few groups that do not overlap."""

    chance: random.Random
    codes: Mapping[str, str] = field(
        default_factory=lambda: {f"{c}-{n}": c for c, size in CLUSTERS.items() for n in range(size)}
    )

    def people(self, *groups: str) -> dict[tuple[str, str], int]:
        found = {(code, group): self.chance.choice(FEW) for code in self.codes for group in groups}
        for code in self.codes:  # a practice of fewer people than may be told of is none
            if sum(found[code, group] for group in groups) < FEWEST:
                found[code, self.chance.choice(groups)] += FEWEST
        return found

    def made(self, observed: Mapping[str, int], **tables: list[dict[str, Any]]) -> Made:
        of = {
            code: {"cluster": cluster, "registered": observed[code], "observed": observed[code]}
            for code, cluster in self.codes.items()
        }
        seen = [
            {"practice": n, "ods_code": code, "may_be_scored": 0, **row} for n, (code, row) in enumerate(of.items())
        ]
        run = SimpleNamespace(coverage=of, lost={}, model={}, id=id(self))
        return Made(run, Folder(tables | {"coverage": seen}), DEFINITIONS, Rule())

    def inside(self, unit: str) -> list[str]:
        return [code for code, cluster in self.codes.items() if unit in ("", code, cluster)]


def known(area: SmallArea, people: Mapping[tuple[str, str], int], everybody: bool = True) -> Attacker:
    """Somebody who knows the list sizes."""
    found = Attacker(people)
    groups = {group for _, group in people}
    for unit in ("", *CLUSTERS, *area.codes) if everybody else ():
        found.know((code, group) for code in area.inside(unit) for group in groups)
    return found


def _learn(found: Attacker, area: SmallArea, row: Mapping[str, Any], count: str, *groups: str) -> None:
    found.learn([(code, group) for code in area.inside(row["unit"]) for group in groups], row[count])


def registers(chance: random.Random) -> Attacker:
    area = SmallArea(chance)
    people = area.people("on", "off")
    whole = {code: people[code, "on"] + people[code, "off"] for code in area.codes}
    condition = DEFINITIONS.conditions.registers[0]
    rows = [
        {"practice": n, "register": condition.register, "on_register": people[code, "on"], "denominator": whole[code]}
        for n, code in enumerate(area.codes)
    ]
    made, found = area.made(whole, register=rows), known(area, people)
    held, all_of = reports.protected_registers(made)
    for unit in made.units:
        row = {"unit": unit[1], "on": held[unit, condition.register], "all": all_of[unit, condition.register]}
        _learn(found, area, row, "on", "on")
        _learn(found, area, row, "all", "on", "off")
    return found


def scores(chance: random.Random) -> Attacker:
    area = SmallArea(chance)
    score = DEFINITIONS.scores[0]
    bands = [band.key for band in score.bands]
    people = area.people(*bands, score_report.NOT_SCORED)
    whole = {code: sum(n for (at, _), n in people.items() if at == code) for code in area.codes}
    rows = [
        {"practice": n, "score": score.key, "band": band, "people": people[code, band]}
        for n, code in enumerate(area.codes)
        for band in bands
    ]
    made, found = area.made(whole, score_band=rows), known(area, people)
    for row in score_report.rows(made, "", made.units):
        if row["score"] == score.key:
            _learn(found, area, row, "people", row["band"])
    return found


def measures(chance: random.Random, key: str = "emergency_admissions") -> Attacker:
    area = SmallArea(chance)
    people = area.people("with", "without")
    whole = {code: people[code, "with"] + people[code, "without"] for code in area.codes}
    rows = [
        {"practice": n, "measure": key, "numerator": people[code, "with"], "people": people[code, "with"],
         "denominator": whole[code], "largest": 1.0, "squares": float(people[code, "with"])}
        for n, code in enumerate(area.codes)
    ]  # fmt: skip
    everybody = key == "emergency_admissions"
    made, found = area.made(whole, measure=rows), known(area, people, everybody)
    for row in measure_report.rows(made, "", made.units):
        if row["measure"] == key:
            _learn(found, area, row, "people", "with")
            _learn(found, area, row, "denominator", "with", "without")
    return found


def measures_of_some(chance: random.Random) -> Attacker:
    return measures(chance, "emergency_admissions_copd")


def use(chance: random.Random) -> Attacker:
    area = SmallArea(chance)
    people = area.people("used", "not")
    whole = {code: people[code, "used"] + people[code, "not"] for code in area.codes}
    rows = [
        {"practice": n, "activity": name, "amount": float(people[code, "used"]), "people": people[code, "used"],
         "largest": 1.0, "squares": float(people[code, "used"])}
        for n, code in enumerate(area.codes)
        for name in (*ACTIVITIES, "social_care")
    ]  # fmt: skip
    made, found = area.made(whole, practice_use=rows), known(area, people)
    for row in use_report.rows(made, "", made.units):
        if row["activity"] == "outpatient":
            _learn(found, area, row, "people", "used")
    return found


QUESTIONS = (registers, scores, measures, measures_of_some, use)


def leaks(question: Any, seeds: Iterable[int]) -> list[tuple[int, Any]]:
    """The areas in which a small count of a report follows exactly, with those that do."""
    return [(seed, exact) for seed in seeds if (exact := question(random.Random(seed)).exact())]
