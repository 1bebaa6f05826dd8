"""What the other services send: NHS 111, community health, mental health, adult social care."""

import numpy as np
import pyarrow as pa

from localcare.demo.draws import Array
from localcare.demo.frames import Rows, dates, words
from localcare.demo.gp import Practice, need
from localcare.demo.hospital import drawn
from localcare.demo.parameters import parameters
from localcare.demo.people import calendar, window

ANSWERS = ("Ambulance", "Emergency department", "Primary care", "Self care", "Other service")
ANSWER_SHARES = (0.12, 0.09, 0.58, 0.14, 0.07)
TEAMS = (
    "District nursing",
    "Community physiotherapy",
    "Occupational therapy",
    "Podiatry",
    "Health visiting",
    "Rapid response",
    "Specialist nursing",
)
MENTAL_TEAMS = ("Community mental health", "Older people", "Talking therapies", "Crisis", "Memory clinic")
SERVICES = (
    ("Long Term Support: Community", "Home Support", 17.0, "Per hour"),
    ("Long Term Support: Residential Care", "Residential Care", 550.0, "Per week"),
    ("Long Term Support: Nursing Care", "Nursing Care", 620.0, "Per week"),
    ("Short Term Support", "Reablement", 190.0, "Per week"),
)  # unit costs assumed, of the order of published averages of those years


def calls_111(rng: np.random.Generator, practice: Practice) -> Rows:
    numbers = parameters()["urgent"]
    yearly = need(practice, numbers["calls_111_age_weights"], numbers["calls_111_per_1000"] / 1000)
    person, on = drawn(rng, practice, yearly, "emergency")
    minute = rng.integers(0, 24 * 60, len(person))
    columns = {
        "GUID": words(np.arange(len(person)), [f"NHS111-{number:08d}" for number in range(len(person))]),
        "Call_Connect_Date": dates(on),
        "Call_Connect_Time": words(minute, [f"{m // 60:02d}:{m % 60:02d}" for m in range(24 * 60)]),
        "Final_Dx_grouping_1": words(rng.choice(len(ANSWERS), len(person), p=ANSWER_SHARES), ANSWERS),
    }
    return Rows(person, on, columns)


def community(rng: np.random.Generator, practice: Practice) -> dict[str, Rows]:
    """csds_mpi, csds_referral, csds_care_contact: people known, their referrals, the contacts of each referral."""
    numbers, people = parameters()["community"], practice.people
    per_referral = numbers["contacts_per_referral"]
    rate = need(practice, numbers["age_weights"], numbers["contacts_per_1000"] / 1000 / per_referral)
    person, on = drawn(rng, practice, rate, "contact")
    contacts = rng.geometric(1 / per_referral, len(person))
    at = np.repeat(np.arange(len(person)), contacts)
    ends = people.span()[1]
    day = on[at] + rng.integers(0, 90, len(at))
    kept = np.flatnonzero(day <= ends[person[at]])
    at, day = at[kept], day[kept]
    known = np.unique(person)
    return {
        "csds_mpi": Rows(known, np.full(len(known), window()[1]), _known(known)),
        "csds_referral": Rows(person, on, _referrals(rng, practice, person, on)),
        "csds_care_contact": Rows(person[at], day, _contacts(rng, at, day)),
    }


def _local(person: Array) -> pa.Array:
    return pa.array(person.astype(np.int64) * 7 + 3_000_000)


def _known(known: Array) -> dict:
    return {"LocalPatientID": _local(known), "OrgID_LocalPatientID": words(np.zeros(len(known)), ("RYY",))}


def _referrals(rng, practice: Practice, person: Array, on: Array) -> dict:
    age = practice.people.age[person]
    old = rng.choice(len(TEAMS), len(person), p=(0.5, 0.15, 0.1, 0.1, 0, 0.07, 0.08))
    middle = rng.choice(len(TEAMS), len(person), p=(0.2, 0.4, 0.1, 0.15, 0, 0.02, 0.13))
    team = np.where(age < 6, 4, np.where(age >= 65, old, middle))
    return {
        "ServiceRequestID": pa.array(np.arange(len(person)) + 800_000_001),
        "LocalPatientID": _local(person),
        "ReferralRequest_ReceivedDate": dates(on),
        "TeamType": words(team, TEAMS),
    }


def _contacts(rng, at: Array, day: Array) -> dict:
    return {
        "CareContactID": pa.array(np.arange(len(at)) + 900_000_001),
        "ServiceRequestID": pa.array(at + 800_000_001),
        "Contact_Date": dates(day),
        "AttendOrNot": words(np.where(rng.random(len(at)) < 0.95, 0, 1), ("5", "7")),
    }


def mental_health(rng: np.random.Generator, practice: Practice) -> Rows:
    """Contacts of those with severe mental illness, dementia, some with depression, and a few others."""
    numbers, people, has = parameters()["mental_health"], practice.people, practice.has
    heavy = rng.gamma(0.6, 1 / 0.6, len(people))
    weight = 12.0 * has["severe_mental_illness"] + 2.5 * has["dementia"] + 1.5 * has["depression"]
    weight += 2.0 * (rng.random(len(people)) < numbers["people_share"])
    yearly = weight * heavy
    yearly *= numbers["contacts_per_1000"] / 1000 / yearly[: people.present].mean()
    person, on = drawn(rng, practice, yearly, "contact")
    plain = np.where(people.age[person] >= 65, 1, rng.choice([0, 2, 3], len(person), p=(0.6, 0.32, 0.08)))
    team = np.where(has["dementia"][person], 4, plain)
    columns = {
        "contact_id": pa.array(np.arange(len(person)) + 100_000_001),
        "contact_date": dates(on),
        "team_type": words(team, MENTAL_TEAMS),
    }
    return Rows(person, on, columns)


def social_care(rng: np.random.Generator, practice: Practice) -> Rows:
    """asc_cld: services of those with most need, one row each, some still running."""
    people, numbers = practice.people, parameters()["social_care"]
    score = np.exp(1.1 * people.frailty + 0.3 * practice.count + 0.06 * (people.age - 65))
    score *= 1 + 6 * practice.has["dementia"] + 12 * practice.has["learning_disability"]
    chance = np.zeros(len(people))
    groups = (people.age >= 65, numbers["people_share_65_plus"]), (people.age < 65, numbers["people_share_18_64"])
    for group, share in groups:
        adults = group & (people.age >= 18)
        chance[adults] = score[adults] * share / score[adults].mean()
    who = np.flatnonzero(
        rng.random(len(people)) < np.maximum(chance, practice.has["care_home"] * numbers["care_home_share"])
    )
    begins, ends = people.span()
    on = calendar("contact").draw(rng, begins[who], ends[who])
    living = practice.has["care_home"][who]
    kind = np.where(living, rng.integers(1, 3, len(who)), np.where(rng.random(len(who)) < 0.75, 0, 3))
    off = np.where(kind == 3, on + rng.integers(20, 60, len(who)), on + rng.exponential(500, len(who)).astype(int))
    off = np.minimum(off, people.died[who])
    hours = np.where(kind == 0, rng.integers(3, 22, len(who)), 1)
    n = len(who)
    columns = {
        "LA_Code": words(np.zeros(n), ("820",)),
        "LA_Person_Unique_Identifier": pa.array(who.astype(np.int64) * 3 + 50_000_000),
        "Event_Type": words(np.zeros(n), ("Service",)),
        "Event_Reference": pa.array(np.arange(n) + 20_000_001),
        "Event_Start_Date": dates(on),
        "Event_End_Date": dates(off, off > window()[1]),
        "Service_Type": words(kind, [service[0] for service in SERVICES]),
        "Service_Component": words(kind, [service[1] for service in SERVICES]),
        "Unit_Cost": pa.array(np.array([service[2] for service in SERVICES])[kind]),
        "Cost_Frequency_Unit_Type": words(kind, [service[3] for service in SERVICES]),
        "Planned_Units_Per_Week": pa.array(hours.astype(float)),
    }
    return Rows(who, on, columns)
