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
_OWN = Identifiers(
    "nhs_number", "date_of_birth", "sex", SEX_LETTERS, "postcode", given_name="given_name", family_name="family_name"
)
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


def identify(
    rng, shape: str, rows: Rows, people: People, identity: Identity, practices: tuple[str, ...]
) -> tuple[Rows, dict[str, Array]]:
    """Rows with the columns by which the source knows its people, some of them wrong or missing; which, by fault."""
    names, n = IDENTIFIERS.get(shape), len(rows.person)
    if names is None:
        return rows, {"another postcode": np.zeros(n, bool)}
    who, rates = rows.person, parameters()["dirt"]
    side, mixing = rng.spawn(2)
    wrong_birth = rng.random(n) < rates["birth_date_wrong"]
    off = wrong_birth * rng.integers(1, 28, n)
    numbers, wrong_numbers = _numbers(rng, identity, who, rates)
    numbers, mixed = _mixed_up(mixing, identity, who, numbers, rates, people.present)
    births, wrong_births = _births(side, people.born[who], off)
    postcodes, wrong_postcodes = _postcodes(rng, identity, who, rates)
    columns: dict[str, Any] = {
        names.nhs_number: numbers,
        names.birth: dates(births),
        names.sex: words(people.sex[who], names.sexes),
        names.postcode: postcodes,
    }
    spoilt = wrong_numbers | mixed | wrong_births | wrong_postcodes
    if names.practice:
        columns[names.practice] = words(people.practice[who], practices)
    if names.given_name:
        columns[names.given_name], other_given = _spelt(side, _of(identity.given_name, who), rates["other_spelling"])
        columns[names.family_name], other_family = _families(side, _of(identity.family_name, who), rates)
        spoilt |= {"given name in another spelling": other_given} | other_family
    return Rows(rows.person, rows.on, {**rows.columns, **columns}), spoilt


def _of(names: pa.DictionaryArray, who: Array) -> pa.DictionaryArray:
    return names.take(pa.array(who))


def _numbers(rng, identity: Identity, who: Array, rates: dict[str, float]) -> tuple[pa.Array, dict[str, Array]]:
    draw = rng.random(len(who))
    missing = draw < rates["nhs_number_missing"]
    mistyped = (draw > 0.5) & (draw < 0.5 + rates["nhs_number_check_digit_wrong"])
    nobodys = draw > 1 - rates["nhs_number_of_nobody"]
    number = identity.nhs_number[who].copy()
    number[mistyped] += np.where(number[mistyped] % 10 == 9, -1, 1)
    number[nobodys] = rng.choice(identity.unused, int(nobodys.sum()))
    wrong = {"number missing": missing, "number mistyped": mistyped, "number of nobody here": nobodys}
    return pa.array(number, mask=missing), wrong


def _mixed_up(
    rng, identity: Identity, who: Array, numbers: pa.Array, rates: dict[str, float], present: int
) -> tuple[pa.Array, dict[str, Array]]:
    """Some of the numbers, where nothing else is wrong with them, are those of another registered person.

    Half of them of the next at the same postcode, as where one of a family is taken for another, half of anybody.
    """
    number = numbers.fill_null(0).to_numpy(zero_copy_only=False).copy()
    right = number == identity.nhs_number[who]
    mixed = (rng.random(len(who)) < rates["nhs_number_of_somebody_else"]) & right
    anybody = (who[mixed] + rng.integers(1, present, int(mixed.sum()))) % present
    near = _next_at_postcode(identity, present)[who[mixed] % present]
    other = np.where(rng.random(len(anybody)) < 0.5, near, anybody)
    number[mixed] = identity.nhs_number[other]
    mixed[mixed] = other != who[mixed]
    return pa.array(number, mask=number == 0), {"number of somebody else here": mixed}


def _next_at_postcode(identity: Identity, present: int) -> Array:
    """Of each of those registered, the next at the same postcode; of the last there, the first of the next one."""
    order = np.argsort(identity.postcode[:present], kind="stable")
    following = np.empty(present, np.int64)
    following[order] = np.roll(order, -1)
    return following


def _births(rng, born: Array, off: Array) -> tuple[Array, dict[str, Array]]:
    """Birth dates where `off` is not 0 with day and month changed over, or ten years early, or so many days late."""
    day = born.astype("datetime64[D]")
    month = day.astype("datetime64[M]")
    year = month.astype("datetime64[Y]")
    of_month, of_year = (day - month).astype(int), (month - year).astype(int)
    kind = rng.integers(0, 3, len(born))
    wrong = off > 0
    # Not for the youngest: their changed date might lie after the day of the extracts.
    changed = wrong & (kind == 0) & (of_month < 12) & (of_month != of_year) & (year.astype(int) + 1970 < 2015)
    early = wrong & (kind == 1) & (of_month < 28)
    over = (year.astype("datetime64[M]") + of_month).astype("datetime64[D]") + of_year
    ten_years = (month - 120).astype("datetime64[D]") + of_month
    births = np.where(changed, over.astype(int), np.where(early, ten_years.astype(int), born + off))
    some_days = wrong & ~changed & ~early
    return births, {"day and month changed over": changed, "birth ten years early": early, "birth days late": some_days}


def _postcodes(rng, identity: Identity, who: Array, rates: dict[str, float]) -> tuple[pa.Array, dict[str, Array]]:
    draw = rng.random(len(who))
    moved = draw < rates["postcode_old_or_missing"] / 2
    missing = draw > 1 - rates["postcode_old_or_missing"] / 2
    index = np.where(moved, rng.integers(0, len(identity.postcodes), len(who)), identity.postcode[who])
    return words(index, identity.postcodes.to_pylist(), missing), {
        "another postcode": moved,
        "postcode missing": missing,
    }


def _spelt(rng, names: pa.DictionaryArray, share: float) -> tuple[pa.DictionaryArray, Array]:
    """Some given names as another hand wrote them: another spelling, or the initial only."""
    held = names.dictionary.to_pylist()
    index = names.indices.to_numpy()
    other = rng.random(len(index)) < share
    values = held + [SAME_NAME.get(name, name[0]) for name in held]
    return words(np.where(other, index + len(held), index), values), other


def _families(rng, names: pa.DictionaryArray, rates: dict[str, float]) -> tuple[pa.DictionaryArray, dict[str, Array]]:
    """Some family names with one letter left out, some as they were before a marriage."""
    held = names.dictionary.to_pylist()
    index = names.indices.to_numpy()
    draw = rng.random(len(index))
    misspelt = draw < rates["family_name_misspelt"]
    former = draw > 1 - rates["family_name_former"]
    values = held + [name[: len(name) // 2] + name[len(name) // 2 + 1 :] for name in held]
    chosen = np.where(misspelt, index + len(held), np.where(former, rng.integers(0, len(held), len(index)), index))
    return words(chosen, values), {"family name misspelt": misspelt, "former family name": former}


def repeated(rng, rows: Rows, correctable: str = "") -> tuple[Rows, Array]:
    """Rows with some sent twice, and some sent again with another value in one column; which were sent so."""
    rates, n = parameters()["dirt"], len(rows.person)
    again = np.flatnonzero(rng.random(n) < rates["repeated_rows"])
    mended = np.flatnonzero(rng.random(n) < rates["corrected_rows"]) if correctable else np.empty(0, np.int64)
    result = rows.take(np.concatenate([np.arange(n), again, mended]))
    if not len(mended):
        return result, mended
    column = result.columns[correctable].cast(pa.string()).to_numpy(zero_copy_only=False)
    column[-len(mended) :] = rng.permutation(column[-len(mended) :])
    return Rows(result.person, result.on, {**result.columns, correctable: pa.array(column, pa.string())}), mended


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
