"""What hospitals send: emergency and planned spells, attendances at A&E, outpatient appointments, ambulances."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from localcare.demo import reference
from localcare.demo.area import Area
from localcare.demo.draws import Array, by_age, rows_of
from localcare.demo.frames import Rows, clock_times, dates, empty, words
from localcare.demo.gp import MOST_CONDITIONS, Practice, need
from localcare.demo.parameters import conditions, parameters
from localcare.demo.people import LIFE_YEAR, OUTSIDE, People, calendar, window

SECONDARIES = 4
EMERGENCY, DAY_CASE, ELECTIVE, MATERNITY = range(4)
METHODS = ("21", "22", "24", "2A", "11", "12", "31")


@dataclass
class Spells:
    person: Array
    on: Array
    off: Array  # day of discharge
    kind: Array
    via_ed: Array

    def take(self, index: Array) -> "Spells":
        return Spells(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


def emergency_rate(rng: np.random.Generator, practice: Practice, area: Area) -> Array:
    """Yearly emergency admissions of each person: age, conditions, shared frailty, and what no record explains."""
    people, numbers, frailty = practice.people, parameters()["emergency_admission"], parameters()["frailty"]
    decile = np.where(people.lsoa == OUTSIDE, 5, area.lsoa_decile[people.lsoa])
    log_rate = (
        np.log(by_age(numbers["age_weights"], people.age))
        + by_age(frailty["condition_steps"], people.age) * np.minimum(practice.count, MOST_CONDITIONS)
        + frailty["emergency_slope"] * people.frailty
        + frailty["deprivation_step"] * (10 - decile) / 9
        + frailty["lasting_sd"] * rng.standard_normal(len(people))
    )
    rate = np.exp(log_rate)
    return rate * numbers["per_1000_a_year"] / 1000 / rate[: people.present].mean()


def spells(streams, practice: Practice, area: Area) -> Spells:
    """All spells in order of person and day, none of a person overlapping another."""
    rng, people = streams["spells"], practice.people
    emergencies = _emergencies(rng, practice, emergency_rate(streams["emergency rate"], practice, area))
    planned = _planned(rng, practice)
    both = Spells(
        *(
            np.concatenate([getattr(part, name) for part in (emergencies, planned)])
            for name in Spells.__dataclass_fields__
        )
    )
    both.off = np.minimum(both.off, people.died[both.person])
    return _apart(both)


def _emergencies(rng, practice: Practice, rate: Array) -> Spells:
    people, numbers = practice.people, parameters()["emergency_admission"]
    begins, ends = people.span()
    person = rows_of(rng, rate * np.maximum(ends - begins + 1, 0) / LIFE_YEAR)
    on = calendar("emergency").draw(rng, begins[person], ends[person])
    died = np.flatnonzero(people.died <= window()[1])
    last = died[rows_of(rng, np.full(len(died), parameters()["frailty"]["terminal_admissions"]))]
    near = np.maximum(people.died[last] - rng.integers(0, 60, len(last)), begins[last])
    person, on = np.concatenate([person, last]), np.concatenate([on, near])
    stay = _stays(rng, people, person, on, numbers)
    via_ed = rng.random(len(person)) < numbers["via_emergency_department"]
    return Spells(person, on, on + stay, np.full(len(person), EMERGENCY), via_ed)


def _stays(rng, people: People, person: Array, on: Array, numbers: dict) -> Array:
    """Nights in hospital, scaled until the mean of those that stay once overlaps are gone is the stated one."""
    relative = rng.lognormal(0, numbers["stay_sd_log"], len(person))
    relative *= np.exp(numbers["stay_age_slope"] * people.age[person])
    relative[rng.random(len(person)) < numbers["zero_day_share"]] = 0
    whole_days = rng.random(len(person))
    low, high = 0.01, 40.0
    for _ in range(20):
        scale = (low + high) / 2
        stay = np.floor(relative * scale + whole_days * (relative > 0)).astype(np.int32)
        stay = np.minimum(stay, np.minimum(people.died[person] - on, 180))
        kept = _order(person, on, on + stay)
        known = kept[on[kept] + stay[kept] <= window()[1]]
        low, high = (scale, high) if stay[known].mean() < numbers["mean_length_of_stay"] else (low, scale)
    return stay


def _order(person: Array, on: Array, off: Array) -> Array:
    """Index of the spells in order of person and day, without those that begin before an earlier one ended."""
    order = np.lexsort((off, on, person))
    while True:
        same = person[order][1:] == person[order][:-1]
        clash = np.concatenate([[False], same & (on[order][1:] <= off[order][:-1])])
        first_clashes = clash & ~np.concatenate([[False], clash[:-1]])
        if not first_clashes.any():
            return order
        order = order[~first_clashes]


def _apart(all_spells: Spells) -> Spells:
    return all_spells.take(_order(all_spells.person, all_spells.on, all_spells.off))


def drawn(rng, practice: Practice, yearly: Array, kind: str) -> tuple[Array, Array]:
    """Person and day of events that fall to each so many times a year of their time in the window."""
    begins, ends = practice.people.span()
    person = rows_of(rng, yearly * np.maximum(ends - begins + 1, 0) / LIFE_YEAR)
    return person, calendar(kind).draw(rng, begins[person], ends[person])


def _planned(rng, practice: Practice) -> Spells:
    numbers, people = parameters()["planned"], practice.people
    mothers = (people.sex == 1) & (people.age >= 18) & (people.age < 43)
    birth_rate = mothers * (numbers["maternity_per_1000"] / 1000 / mothers[: people.present].mean())
    parts = []
    for kind, yearly in (
        (DAY_CASE, need(practice, numbers["age_weights"], numbers["day_cases_per_1000"] / 1000)),
        (ELECTIVE, need(practice, numbers["age_weights"], numbers["elective_per_1000"] / 1000)),
        (MATERNITY, birth_rate),
    ):
        person, on = drawn(rng, practice, yearly, "contact")
        mean = numbers["elective_stay_days"] if kind == ELECTIVE else 2
        stay = np.zeros(len(person), np.int32) if kind == DAY_CASE else rng.geometric(1 / mean, len(person))
        parts.append((person, on, on + stay, np.full(len(person), kind), np.zeros(len(person), bool)))
    return Spells(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def sites(rng: np.random.Generator, people: People, area: Area) -> Array:
    """Usual hospital site of each person, the nearer the likelier."""
    rule, known = parameters()["providers"], reference.sites()
    xy = np.array([reference.position(known[code]) for code in rule["sites"]])
    distance = np.linalg.norm(area.lsoa_xy[:, None] - xy[None], axis=2)
    share = np.array(list(rule["sites"].values())) * np.exp(-distance / rule["distance_scale_km"])
    limits = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    limits = np.vstack([limits, limits.mean(axis=0)])  # the last row serves homes outside (-1)
    return np.minimum((rng.random(len(people))[:, None] > limits[people.lsoa]).sum(axis=1), len(xy) - 1)


def _sites() -> tuple[list[str], list[str]]:
    known, codes = reference.sites(), list(parameters()["providers"]["sites"])
    return codes, [known[code]["organisation"] for code in codes]


def provider_columns(site: Array, with_site: bool = True) -> dict[str, pa.Array]:
    names, providers = _sites()
    columns = {"Provider_Code": words(site, providers)}
    return {**columns, "Der_Provider_Site_Code": words(site, names)} if with_site else columns


def spell_rows(rng, practice: Practice, all_spells: Spells, site: Array) -> Rows:
    """sus_apc_spell, without the columns that identify; still in hospital where discharge lies after the extract."""
    n, person = len(all_spells.person), all_spells.person
    kind, _, died_in = all_spells.kind, 0, all_spells.off == practice.people.died[person]
    inside = all_spells.off > window()[1]
    method = np.select(
        [kind == EMERGENCY, kind == MATERNITY],
        [np.where(all_spells.via_ed, 0, rng.integers(1, 4, n)), np.full(n, 6)],
        rng.integers(4, 6, n),
    )
    destination = np.where(died_in, 2, rng.random(n) < 0.03 + 0.5 * practice.has["care_home"][person]).astype(int)
    columns = {
        "APCS_Ident": pa.array(np.arange(n) + 400_000_001),
        **provider_columns(site[person]),
        "Admission_Date": dates(all_spells.on),
        "Admission_Time": clock_times(rng, n),
        "Discharge_Date": dates(all_spells.off, inside),
        "Admission_Method": words(method, METHODS),
        "Discharge_Method": words(died_in.astype(int), ("1", "4"), inside),
        "Discharge_Destination": words(destination, ("19", "54", "79"), inside),
        "Patient_Classification": words((kind == DAY_CASE).astype(int), ("1", "2")),
        "Der_Diagnosis_All": _diagnoses(rng, practice, all_spells),
    }
    return Rows(person, all_spells.on, columns)


def _diagnoses(rng, practice: Practice, all_spells: Spells) -> pa.Array:
    """Primary and up to a few secondary headings, in the derived form `||I50,N39`."""
    person, emergency = all_spells.person, all_spells.kind == EMERGENCY
    old = practice.people.age[person] >= 60
    sources = [(emergency & ~old, "young"), (emergency & old, "old"), (~emergency, "planned")]
    primary = np.empty(len(person), object)
    for mask, name in sources:
        primary[mask] = _headings(rng, name, int(mask.sum()))
    columns, filled = [primary], np.zeros(len(person), int)
    for condition in (c for c in conditions() if c.icd10):
        told = practice.has[condition.name][person] & (rng.random(len(person)) < 0.7) & (filled < SECONDARIES)
        filled += told
        columns.append(_where(told, rng.choice(condition.icd10, len(person))))
    frail = emergency & (practice.people.age[person] >= 70)
    for _ in range(2):
        chance = 0.35 + 0.15 * np.clip(practice.people.frailty[person], -2, 3)
        told = frail & (rng.random(len(person)) < chance)
        columns.append(_where(told, _headings(rng, "frail", len(person))))
    joined = pc.binary_join_element_wise(*(pa.array(c, pa.string()) for c in columns), ",", null_handling="skip")
    return pc.binary_join_element_wise("||", joined, "")


def _headings(rng: np.random.Generator, name: str, n: int) -> Array:
    weights = parameters()["headings"][name]
    shares = np.array(list(weights.values()), float)
    return rng.choice(np.array(list(weights), object), n, p=shares / shares.sum())


def _where(mask: Array, values: Array) -> Array:
    found = values.astype(object)
    found[~mask] = None
    return found


def emergency_rows(rng, practice: Practice, all_spells: Spells, site: Array) -> tuple[Rows, Rows]:
    """ecds and ambulance: attendances that led to a spell, those that did not, and incidents seen at home."""
    numbers, admitting = parameters()["emergency_attendance"], parameters()["emergency_admission"]
    leading = np.flatnonzero(all_spells.via_ed)
    person, on = drawn(
        rng, practice, need(practice, numbers["age_weights"], numbers["per_1000_a_year"] / 1000), "emergency"
    )
    who = np.concatenate([all_spells.person[leading], person]).astype(np.int32)
    when = np.concatenate([all_spells.on[leading], on]).astype(np.int32)
    admitted = np.arange(len(who)) < len(leading)
    minor = ~admitted & (rng.random(len(who)) < numbers["minor_injuries_share"])
    chance = np.where(admitted, admitting["by_ambulance"], numbers["by_ambulance"])
    carried = ~minor & (rng.random(len(who)) < chance)
    incident = np.where(carried, np.cumsum(carried) + 700_000_000, 0)
    times = clock_times(rng, len(who))
    columns = {
        "EC_Ident": pa.array(np.arange(len(who)) + 500_000_001),
        **provider_columns(site[who]),
        "EC_Department_Type": words(minor.astype(int), ("01", "03")),
        "Arrival_Date": dates(when),
        "Arrival_Time": times,
        "Ambulance_Incident_Number": pa.array(incident, mask=~carried),
        "EC_Decision_To_Admit_Date": dates(when, ~admitted),
        "EC_Departure_Date": dates(when),
        "Der_EC_Diagnosis_All": empty(len(who)),
    }
    at = np.flatnonzero(carried)
    conveyed = {"incident": incident[at], "site": site[who[at]]}
    return Rows(who, when, columns), _ambulances(rng, practice, who[at], when[at], conveyed)


def _ambulances(rng, practice: Practice, who: Array, when: Array, conveyed: dict[str, Array]) -> Rows:
    numbers = parameters()["urgent"]
    yearly = need(practice, numbers["ambulance_age_weights"], numbers["ambulance_not_conveyed_per_1000"] / 1000)
    person, on = drawn(rng, practice, yearly, "emergency")
    taken = np.arange(len(who) + len(person)) < len(who)
    n, names = len(taken), _sites()[0]
    outcome = np.where(taken, 0, np.where(rng.random(n) < 0.75, 1, 2))
    complaints = ("fall", "breathing problem", "chest pain", "unwell", "injury", "collapse")
    columns = {
        "incident_number": pa.array(
            np.concatenate([conveyed["incident"], 700_000_001 + len(taken) * 3 + np.arange(len(person))])
        ),
        "call_date": dates(np.concatenate([when, on])),
        "call_time": clock_times(rng, n),
        "chief_complaint": words(rng.integers(0, len(complaints), n), complaints),
        "outcome": words(outcome, ("conveyed", "see_and_treat", "hear_and_treat")),
        "destination_site": words(np.concatenate([conveyed["site"], np.zeros(len(person), int)]), names, ~taken),
    }
    return Rows(np.concatenate([who, person]), np.concatenate([when, on]), columns)


def outpatient_rows(rng, practice: Practice, site: Array) -> Rows:
    numbers = parameters()["outpatient"]
    person, on = drawn(
        rng, practice, need(practice, numbers["age_weights"], numbers["per_1000_a_year"] / 1000), "contact"
    )
    n, specialties = len(person), numbers["specialties"]
    limits = np.cumsum(list(specialties.values()))
    specialty = np.searchsorted(limits / limits[-1], rng.random(n, np.float32))
    seen = rng.random(n) < numbers["attended_share"]
    columns = {
        "OPA_Ident": pa.array(np.arange(n) + 600_000_001),
        **provider_columns(site[person], with_site=False),
        "Appointment_Date": dates(on),
        "Treatment_Function_Code": words(np.minimum(specialty, len(specialties) - 1), list(specialties)),
        "First_Attendance": words((rng.random(n) > numbers["first_share"]).astype(int), ("1", "2")),
        "Attendance_Status": words(np.where(seen, 0, rng.integers(1, 3, n)), ("5", "2", "3")),
    }
    return Rows(person, on, columns)
