"""What general practices record: consultations, medicines, coded entries."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from localcare.demo import conditions as given
from localcare.demo.agreements import Agreements
from localcare.demo.draws import Array, by_age, rows_of
from localcare.demo.frames import Rows, dates, empty, words
from localcare.demo.parameters import Condition, conditions, parameters
from localcare.demo.people import LIFE_YEAR, People, calendar, window
from localcare.terminology import codelists

ID_BLOCK = 20_000_000  # room for the rows of one part
FIRST_PATIENT_ID = 100_001
MOST_CONDITIONS = 8
STAFF = ("gp", "nurse", "other")
MODES = ("surgery", "telephone", "home", "other")


@dataclass(frozen=True)
class Practice:
    """What the parts of the record need besides the people: their conditions and whose rows are sent."""

    people: People
    has: dict[str, Array]
    count: Array  # long-term conditions of each person
    agreements: Agreements

    @property
    def former_rows(self) -> Array:
        """People with an earlier registration in the area; theirs follow the others' in gp_patient."""
        return np.flatnonzero(self.people.former_practice >= 0)


def parts(practice: Practice, streams, members: Array, number: int) -> dict[str, Rows]:
    """The rows of a share of people by shape; `number` keeps the identifiers of parts apart."""
    rng = streams[f"gp {number}"]
    return {
        "gp_consultation": _consultations(rng, practice, members, number),
        "gp_medication_issue": _medicines(rng, practice, members, number),
        "gp_observation": _observations(rng, practice, members, number),
    }


def patient_ids(practice: Practice, person: Array, former: Array) -> Array:
    """The practice's own number of each person, under the earlier registration where `former`."""
    rows = practice.former_rows
    place = np.zeros(len(practice.people), np.int64)
    place[rows] = np.arange(len(rows))
    return np.where(former, len(practice.people) + place[person], person) + FIRST_PATIENT_ID


def _rows(practice: Practice, number: int, identifier: str, person: Array, on: Array, columns, moves=True) -> Rows:
    """Rows of the practice of the day; those of practices that do not send are left out."""
    people = practice.people
    former = moves & (people.former_practice[person] >= 0) & (on < people.starts[person])
    organisation = np.where(former, people.former_practice[person], people.practice[person])
    sends = practice.agreements.planning[organisation]
    all_columns = {
        identifier: pa.array(np.arange(len(person)) + (number + 1) * ID_BLOCK),
        "patient_id": pa.array(patient_ids(practice, person, former)),
        "organisation": words(organisation, practice.agreements.codes),
        "effective_datetime": dates(on),
        **columns,
    }
    rows = Rows(person, on, all_columns)
    return rows if sends.all() else rows.take(np.flatnonzero(sends))


def _drawn(rng, practice: Practice, members: Array, yearly: Array, kind: str) -> tuple[Array, Array]:
    """Person and day of events that fall to each member so many times a year of their time in the window."""
    begins, ends = practice.people.span()
    begins, ends = begins[members], ends[members]
    at = rows_of(rng, yearly * np.maximum(ends - begins + 1, 0) / LIFE_YEAR)
    return members[at].astype(np.int32), calendar(kind).draw(rng, begins[at], ends[at])


def need(practice: Practice, ages: list[float], per_head: float) -> Array:
    """Yearly rate of each person: by age, conditions and lasting need, with the wanted mean over the present."""
    people, rule = practice.people, parameters()["need"]
    steps = by_age(rule["condition_steps"], people.age) * np.minimum(practice.count, MOST_CONDITIONS)
    weight = by_age(ages, people.age) * np.exp(steps + rule["frailty_slope"] * people.frailty)
    return weight * per_head / weight[: people.present].mean()


def _contact_rate(practice: Practice, ages: list[float], per_head: float) -> Array:
    """As `need`, in which conditions weigh less: general practice sees everybody."""
    people = practice.people
    steps = by_age(parameters()["need"]["condition_steps"], people.age) * practice.count
    weight = by_age(ages, people.age) * (1 + steps) * np.exp(0.25 * people.frailty)
    return weight * per_head / weight[: people.present].mean()


def _consultations(rng, practice: Practice, members: Array, number: int) -> Rows:
    numbers = parameters()["gp"]
    yearly = _contact_rate(practice, numbers["consultation_age_weights"], numbers["consultations_per_head"])[members]
    person, on = _drawn(rng, practice, members, yearly, "contact")
    staff = np.searchsorted([0.55, 0.85], rng.random(len(person), np.float32))
    at_home = 0.01 + 0.12 * (practice.people.age[person] >= 80)
    draw = rng.random(len(person), np.float32)
    mode = np.where(draw < at_home, 2, np.where(draw < at_home + 0.13, 1, np.where(draw > 0.97, 3, 0)))
    columns = {"staff_group": words(staff, STAFF), "mode": words(mode, MODES)}
    return _rows(practice, number, "consultation_id", person, on, columns)


@cache
def medicine_names() -> tuple[str, ...]:
    named = [name for condition in conditions() for name in condition.medicines]
    extra = [*parameters()["repeat_medicines"], *parameters()["acute_medicines"]]
    return tuple(dict.fromkeys([*named, *extra]))


@cache
def _intervals() -> Array:
    days = parameters()["medicine_intervals"]
    return np.array([days.get(name.split()[0], days["default"]) for name in medicine_names()])


def _medicines(rng, practice: Practice, members: Array, number: int) -> Rows:
    person, medicine = _repeats(rng, practice, members)
    begins, ends = practice.people.span()
    interval = _intervals()[medicine]
    first = begins[person] + (rng.random(len(person)) * interval).astype(np.int32)
    issues = np.maximum((ends[person] - first) // interval + 1, 0)
    at = np.repeat(np.arange(len(person)), issues)
    turn = np.arange(len(at)) - np.repeat(np.cumsum(issues) - issues, issues)
    on = first[at] + turn * interval[at]
    short_person, short_on, short = _short_courses(rng, practice, members)
    person, on = np.concatenate([person[at], short_person]), np.concatenate([on, short_on])
    columns = {
        "dmd_product_code_id": empty(len(person)),
        "drug_name": words(np.concatenate([medicine[at], short]), medicine_names()),
        "dosage": empty(len(person)),
        "is_cancelled": pa.array(rng.random(len(person), np.float32) < 0.01),
    }
    return _rows(practice, number, "issue_record_id", person.astype(np.int32), on.astype(np.int32), columns)


def _repeats(rng, practice: Practice, members: Array) -> tuple[Array, Array]:
    """Pairs of person and repeat medicine."""
    names, pairs = medicine_names(), []
    for condition in conditions():
        who = members[practice.has[condition.name][members]]
        pairs += [(who[rng.random(len(who)) < share], names.index(n)) for n, share in condition.medicines.items()]
    age, sex = practice.people.age[members], practice.people.sex[members]
    for name, rule in parameters()["repeat_medicines"].items():
        share = by_age(rule["ages"], age) * ((sex == rule["sex"]) if "sex" in rule else 1)
        pairs.append((members[rng.random(len(members)) < share], names.index(name)))
    person = np.concatenate([who for who, _ in pairs])
    return person, np.repeat([name for _, name in pairs], [len(who) for who, _ in pairs])


def _short_courses(rng, practice: Practice, members: Array) -> tuple[Array, Array, Array]:
    numbers, shares = parameters()["gp"], parameters()["acute_medicines"]
    yearly = _contact_rate(practice, numbers["consultation_age_weights"], numbers["acute_medicines_per_head"])[members]
    person, on = _drawn(rng, practice, members, yearly, "contact")
    names = np.array([medicine_names().index(name) for name in shares])
    limits = np.cumsum(list(shares.values()))
    drawn = np.searchsorted(limits / limits[-1], rng.random(len(person), np.float32))
    return person, on, names[np.minimum(drawn, len(names) - 1)]


def _observations(rng, practice: Practice, members: Array, number: int) -> Rows:
    told = [_diagnoses(rng, practice, members, condition) for condition in conditions()]
    taken = _measurements(rng, practice, members)
    lasting = _rows(
        practice, 2 * number, "observation_id", *_joined([each for group in told for each in group]), moves=False
    )
    passing = _rows(practice, 2 * number + 1, "observation_id", *_joined(taken))
    columns = {
        name: pa.concat_arrays([_plain(lasting.columns[name]), _plain(passing.columns[name])])
        for name in lasting.columns
    }
    person, on = (np.concatenate([getattr(lasting, name), getattr(passing, name)]) for name in ("person", "on"))
    return Rows(person, on, columns)


def _plain(column: pa.Array) -> pa.Array:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _joined(groups: list[tuple[Array, Array, Array, Array, str]]) -> tuple[Array, Array, dict[str, pa.Array]]:
    """Groups of (person, day, code, value, unit) as person, day and columns; a value that is not a number is none."""
    person, on, code, value = (np.concatenate([group[part] for group in groups]) for part in range(4))
    units = sorted({group[4] for group in groups})
    unit = np.repeat([units.index(group[4]) for group in groups], [len(group[0]) for group in groups])
    columns = {
        "snomed_concept_id": pa.array(code.astype(np.int64)),
        "numeric_value": pa.array(np.round(value, 1), mask=np.isnan(value)),
        "numeric_unit": words(unit, units, np.isnan(value)),
    }
    return person.astype(np.int32), on.astype(np.int32), columns


def _diagnoses(rng, practice: Practice, members: Array, condition: Condition) -> list[tuple]:
    """First entries, some repeated later, and those who had it and no longer do."""
    who = members[practice.has[condition.name][members]]
    who = who[rng.random(len(who)) < condition.share_coded]
    first = given.first_recorded(rng, condition, practice.people, who)
    again = rng.random(len(who)) < 0.3
    last = _last_days(practice, who[again])
    later = first[again] + (rng.random(again.sum()) * (last - first[again])).astype(np.int32)
    entries = [_coded(rng, condition, who, first), _coded(rng, condition, who[again], later)]
    return entries + (_resolved(rng, practice, members, condition, len(who)) if condition.resolved else [])


def _last_days(practice: Practice, who: Array) -> Array:
    people = practice.people
    return np.minimum(np.minimum(people.ends[who], people.died[who]), window()[1])


def _coded(rng, condition: Condition, who: Array, on: Array) -> tuple[Array, Array, Array, Array, str]:
    codes = np.array(given.codes(condition.name))
    likelier_first = 1 / np.arange(1, len(codes) + 1)
    code = rng.choice(codes, len(who), p=likelier_first / likelier_first.sum())
    return who, on, code, np.full(len(who), np.nan, np.float32), ""


def _resolved(rng, practice: Practice, members: Array, condition: Condition, register: int) -> list[tuple]:
    """People whose condition was recorded and later recorded as resolved: they must not count."""
    able = members[~practice.has[condition.name][members] & (practice.people.age[members] >= 20)]
    size = min(round(register * parameters()["resolved"]["share_of_register"]), len(able))
    who = rng.choice(able, size, replace=False)
    last = _last_days(practice, who)
    first = last - 1500 - (rng.random(size) * 3000).astype(np.int32)
    (code,) = codelists.codes(condition.resolved)
    ended = first + 200 + (rng.random(size) * 1200).astype(np.int32)
    nothing = np.full(size, np.nan, np.float32)
    return [_coded(rng, condition, who, first), (who, ended, np.full(size, int(code)), nothing, "")]


def _measurements(rng, practice: Practice, members: Array) -> list[tuple]:
    """Visits at which something is measured, more of them for people with conditions."""
    per_head = parameters()["gp"]["measurement_visits_per_head"]
    ages = [0.1, 0.15, 0.5, 0.7, 0.9, 1.2, 1.6, 2.0, 2.0, 1.6]
    person, on = _drawn(rng, practice, members, _contact_rate(practice, ages, per_head)[members], "contact")
    return [_measured(rng, practice.people, person, on, rule) for rule in parameters()["measurements"].values()]


def _measured(rng, people: People, person: Array, on: Array, rule: dict) -> tuple:
    at = np.flatnonzero(rng.random(len(person), np.float32) < rule["share"])
    who = person[at]
    value = np.full(len(at), np.nan, np.float32)
    if "mean" in rule:
        own = people.frailty[who] * 0.3 + 0.8 * np.sin(who)  # a steady level of each person's own
        value = (rule["mean"] + rule["sd"] * (0.7 * own + 0.5 * rng.standard_normal(len(at), np.float32))).astype(
            np.float32
        )
    return who, on[at], np.full(len(at), rule["code"]), value, rule.get("unit", "")
