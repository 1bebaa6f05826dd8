"""Registers, recorded against expected: by the area's other practices, and by what is published where anything is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from localcare.dataset import suppression
from localcare.dataset.runs import RunFolder
from localcare.population.calc import expected as calc

if TYPE_CHECKING:
    from localcare.population.reports import Made, Row, Unit

FEWEST = 10  # other practices below which an expectation would tell of single ones
OLDEST = 18  # five-year bands, the last from 90
NO_PUBLISHED = "no published expectation"
HOW = (
    "Observed people only, each register from its own age on. Expected: at the rates of the area's other practices "
    "(of a cluster: of the other clusters' practices) for the same five years of age and sex; not published "
    "prevalence, and not how many have the condition. The interval is that of the number seen. Called different so "
    "that of all calls in a place at most 5% are false (Benjamini and Hochberg 1995)."
)


@dataclass(frozen=True)
class Published:
    """A published share of people who have a condition that nobody recorded, with whom it is about and its source."""

    undiagnosed_percent: float
    of: str
    area: str
    source: str


@cache
def published() -> Mapping[str, Published]:
    """Published expectations by register (`expected.toml`)."""
    text = resources.files("localcare.population").joinpath("definitions/expected.toml").read_text("utf-8")
    return {key: Published(**row) for key, row in tomllib.loads(text).items() if isinstance(row, dict)}


def expectations(of: Made) -> Mapping[tuple[Unit, str], float]:
    """The number expected on each register, by (practice or cluster, register); none where too few others are seen."""
    registers = tuple((c.register or "", c.flag, c.from_age) for c in of.definitions.conditions.registers)
    practices = tuple((number, *of.practices[number]) for number in sorted(of.practices))
    return _expectations(of.folder.path("person_result"), registers, practices)


@lru_cache(maxsize=4)
def _expectations(path: Path, registers: tuple, practices: tuple) -> Mapping[tuple[Unit, str], float]:
    rows = _strata(path, registers)
    clusters = {number: cluster for number, _, cluster in practices}
    codes = {number: code for number, code, _ in practices}
    number, stratum = rows[:, 0].astype(np.int64), rows[:, 1].astype(np.int64)
    found: dict[tuple[Unit, str], float] = {}
    for level, name_of in (("practice", codes), ("cluster", clusters)):
        names = sorted({name_of[n] for n in number.tolist()})
        unit = np.array([names.index(name_of[n]) for n in number.tolist()], dtype=np.int64)
        enough = [len(set(number[unit != i].tolist())) >= FEWEST for i in range(len(names))]
        for at, (register, _, _) in enumerate(registers):
            people, having = rows[:, 2 + 2 * at], rows[:, 3 + 2 * at]
            told = calc.of_others(unit, stratum, people, having).tolist()
            found |= {
                ((level, name), register): told[i]
                for i, name in enumerate(names)
                if enough[i] and not np.isnan(told[i])
            }
    return found


def _strata(path: Path, registers: tuple) -> np.ndarray:
    """One row a practice, sex and five years of age: people from the register's age on and those on it, by register."""
    counted = ", ".join(
        f"count(*) FILTER (age >= {from_age}), count(*) FILTER (age >= {from_age} AND mask & {flag} <> 0)"
        for _, flag, from_age in registers
    )
    query = (
        f"SELECT practice, least(age // 5, {OLDEST}) * 4 + "
        "CASE sex WHEN 'female' THEN 0 WHEN 'male' THEN 1 WHEN 'indeterminate' THEN 2 ELSE 3 END AS stratum, "
        f"{counted} FROM read_parquet($path) WHERE observed GROUP BY practice, stratum"
    )
    with duckdb.connect(":memory:") as connection:
        columns = connection.execute(query, {"path": str(path)}).fetchnumpy()
    return np.column_stack([np.asarray(column, dtype=float) for column in columns.values()])


def rows(of: Made, units: Iterable[Unit], held: Mapping, whole: Mapping) -> list[Row]:
    """One row a unit and register, as published: recorded, expected, how many fewer; None where suppressed.

    `held` and `whole`: the registers and their denominators as they may be published, by (unit, register).
    """
    found = expectations(of)
    return [row for unit in units for row in _of_unit(of, unit, held, whole, found)]


def _of_unit(of: Made, unit: Unit, held: Mapping, whole: Mapping, found: Mapping) -> list[Row]:
    """From published figures alone, so that nothing exact can be worked back."""
    compared = _compared(of, unit, held, whole, found)
    different = dict(zip(compared, calc.called(list(compared.values())), strict=True))
    return [
        {"unit": unit[1], "register": c.register, "label": c.label, "from_age": c.from_age}
        | {"on_register": held[unit, c.register], "denominator": whole[unit, c.register]}
        | {"prevalence": suppression.rate(held[unit, c.register], whole[unit, c.register])}
        | (in_whole(compared[c.register]) if c.register in compared else dict.fromkeys(IN_WHOLE))
        | {"called": CALLED[different[c.register]] if c.register in different else None}
        | _published(c.register or "", of)
        for c in of.definitions.conditions.registers
    ]


IN_WHOLE = ("expected", "fewer", "fewer_low", "fewer_high")
CALLED = {1: "fewer", 0: "not different", -1: "more"}


def _compared(of: Made, unit: Unit, held: Mapping, whole: Mapping, found: Mapping) -> dict[str, calc.Compared]:
    return {
        code: calc.compare(held[unit, code], of.rule.rounded(found[unit, code]))
        for code in (c.register or "" for c in of.definitions.conditions.registers)
        if held.get((unit, code)) is not None and whole.get((unit, code)) and (unit, code) in found
    }


def in_whole(compared: calc.Compared) -> dict[str, int]:
    """The comparison in whole people."""
    return {name: round(getattr(compared, name)) for name in IN_WHOLE}


def _published(register: str, of: Made) -> dict[str, Any]:
    known = published().get(register)
    return {"published_expectation": in_words(known) if known else NO_PUBLISHED}


def in_words(known: Published) -> str:
    """What is published, with its source."""
    return (
        f"about {known.undiagnosed_percent:g}% of {known.of} are estimated to have it without a record ({known.source})"
    )


@dataclass(frozen=True)
class Own:
    """A register of one's own practice: exact, with what the other practices would lead one to expect (or None)."""

    register: str
    label: str
    on_register: int
    denominator: int
    compared: calc.Compared | None


def own(of: Made, practice_code: str) -> list[Own]:
    """A practice's own registers, exact. Raises KeyError for a practice that the run does not know."""
    number = next(n for n, (code, _) in of.practices.items() if code == practice_code)
    held = _registers(of.folder, number)
    found = expectations(of)
    answer = []
    for c in of.definitions.conditions.registers:
        row = held.get(c.register or "", {"on_register": 0, "denominator": 0})
        expected = found.get((("practice", practice_code), c.register or ""))
        label = c.label + (f", {c.from_age} and over" if c.from_age else "")
        compared = None if expected is None else calc.compare(row["on_register"], expected)
        answer.append(Own(c.register or "", label, row["on_register"], row["denominator"], compared))
    return answer


@lru_cache(maxsize=128)
def _registers(folder: RunFolder, number: int) -> Mapping[str, Row]:
    return {row["register"]: row for row in folder.rows("register", "practice = $p", {"p": number})}
