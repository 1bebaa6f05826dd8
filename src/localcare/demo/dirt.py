"""Real dirt: wrong and missing identifiers, two spellings, rows that come late, twice or malformed."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from localcare.demo.draws import Array
from localcare.demo.frames import Rows, dates, words
from localcare.demo.identity import Identity
from localcare.demo.parameters import parameters
from localcare.demo.people import People

SEX_NUMBERS, SEX_LETTERS, SEX_WORDS = ("1", "2"), ("M", "F"), ("Male", "Female")
SAME_NAME = {
    "Catherine": "Katherine",
    "Katherine": "Catherine",
    "Mohammed": "Muhammad",
    "Stephen": "Steven",
    "Ann": "Anne",
    "Alan": "Allan",
    "Phyllis": "Phillis",
    "Colin": "Collin",
}


@dataclass(frozen=True)
class Identifiers:
    """What a shape calls the columns that identify; empty where it has none."""

    nhs_number: str
    birth: str
    sex: str
    sexes: tuple[str, ...]
    postcode: str
    practice: str = ""
    given_name: str = ""
    family_name: str = ""


_ACUTE = Identifiers("NHS_Number", "Date_Of_Birth", "Sex", SEX_NUMBERS, "Postcode", "GP_Practice_Code")
_OWN = Identifiers("nhs_number", "date_of_birth", "sex", SEX_LETTERS, "postcode")
IDENTIFIERS = {
    "sus_apc_spell": _ACUTE,
    "ecds": _ACUTE,
    "sus_outpatient": _ACUTE,
    "ambulance": _OWN,
    "mental_health_contact": _OWN,
    "nhs111": Identifiers(
        "NHS_NUMBER", "Date_Of_Birth", "PERSON_STATED_GENDER_CODE", SEX_NUMBERS, "POSTCODE_OF_USUAL_ADDRESS"
    ),
    "csds_mpi": Identifiers("NHSNumber", "DateOfBirth", "Gender", SEX_NUMBERS, "Postcode"),
    "asc_cld": Identifiers(
        "NHS_Number", "Date_of_Birth", "Gender", SEX_WORDS, "Postcode", "GP_Practice_Code", "First_Name", "Last_Name"
    ),
}


def identify(rng, shape: str, rows: Rows, people: People, identity: Identity, practices: tuple[str, ...]) -> Rows:
    """Rows with the columns by which the source knows its people, some of them wrong or missing."""
    names = IDENTIFIERS.get(shape)
    if names is None:
        return rows
    who, rates = rows.person, parameters()["dirt"]
    wrong_birth = rng.random(len(who)) < rates["birth_date_wrong"]
    columns: dict[str, Any] = {
        names.nhs_number: _numbers(rng, identity, who, rates),
        names.birth: dates(people.born[who] + wrong_birth * rng.integers(1, 28, len(who))),
        names.sex: words(people.sex[who], names.sexes),
        names.postcode: _postcodes(rng, identity, who, rates),
    }
    if names.practice:
        columns[names.practice] = words(people.practice[who], practices)
    if names.given_name:
        columns[names.given_name] = _spelt(rng, identity.given_name.take(pa.array(who)), rates["other_spelling"])
        columns[names.family_name] = identity.family_name.take(pa.array(who))
    return Rows(rows.person, rows.on, {**rows.columns, **columns})


def _numbers(rng, identity: Identity, who: Array, rates: dict[str, float]) -> pa.Array:
    draw = rng.random(len(who))
    missing = draw < rates["nhs_number_missing"]
    mistyped = (draw > 0.5) & (draw < 0.5 + rates["nhs_number_check_digit_wrong"])
    nobodys = draw > 1 - rates["nhs_number_of_nobody"]
    number = identity.nhs_number[who].copy()
    number[mistyped] += np.where(number[mistyped] % 10 == 9, -1, 1)
    number[nobodys] = rng.choice(identity.unused, int(nobodys.sum()))
    return pa.array(number, mask=missing)


def _postcodes(rng, identity: Identity, who: Array, rates: dict[str, float]) -> pa.Array:
    draw = rng.random(len(who))
    moved = draw < rates["postcode_old_or_missing"] / 2
    index = np.where(moved, rng.integers(0, len(identity.postcodes), len(who)), identity.postcode[who])
    return words(index, identity.postcodes.to_pylist(), draw > 1 - rates["postcode_old_or_missing"] / 2)


def _spelt(rng, names: pa.DictionaryArray, share: float) -> pa.DictionaryArray:
    """Some given names as another hand wrote them: another spelling, or the initial only."""
    held = names.dictionary.to_pylist()
    index = names.indices.to_numpy()
    other = rng.random(len(index)) < share
    values = held + [SAME_NAME.get(name, name[0]) for name in held]
    return words(np.where(other, index + len(held), index), values)


def repeated(rng, rows: Rows, correctable: str = "") -> Rows:
    """Rows with some sent twice, and some sent again with a corrected value in one column."""
    rates, n = parameters()["dirt"], len(rows.person)
    again = np.flatnonzero(rng.random(n) < rates["repeated_rows"])
    mended = np.flatnonzero(rng.random(n) < rates["corrected_rows"]) if correctable else np.empty(0, np.int64)
    result = rows.take(np.concatenate([np.arange(n), again, mended]))
    if not len(mended):
        return result
    column = result.columns[correctable].cast(pa.string()).to_numpy(zero_copy_only=False)
    column[-len(mended) :] = rng.permutation(column[-len(mended) :])
    return Rows(result.person, result.on, {**result.columns, correctable: pa.array(column, pa.string())})


def years(rng, rows: Rows, bounds: Array) -> Array:
    """Number of the yearly file of each row; some come a year late, those of the last year in time."""
    year = np.searchsorted(bounds, rows.on, "right") - 1
    late = rng.random(len(year)) < parameters()["dirt"]["late_rows"]
    return np.clip(year + late, 0, len(bounds) - 1)


def malformed(shape: dict[str, Any], row: dict[str, Any], count: int) -> list[dict[str, str]]:
    """Copies of a good row with one fault each: an impossible date, a value outside the list, a missing one."""
    columns = shape["columns"]
    plain = {name: _text(row[name]) for name in columns}
    faults = [{name: "2017-02-30"} for name, rule in columns.items() if rule["type"] == "date"][:1]
    faults += [{name: "?!"} for name, rule in columns.items() if "values" in rule or "pattern" in rule][-1:]
    faults += [{name: ""} for name, rule in columns.items() if rule.get("required") and name not in shape["key"]][:1]
    return [
        {**plain, shape["key"][-1]: f"{990_000_000_000 + number}", **faults[number % len(faults)]}
        for number in range(count)
    ]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
