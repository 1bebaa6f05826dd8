"""gp_patient: one row per registration, the earlier ones of those who moved within the area last."""

import numpy as np
import pyarrow as pa

from localcare.demo.area import Area
from localcare.demo.draws import Array
from localcare.demo.frames import Rows, dates, words
from localcare.demo.gp import Practice, patient_ids
from localcare.demo.identity import Identity
from localcare.demo.parameters import parameters
from localcare.demo.people import NEVER, OUTSIDE, SHARING


def rows(rng: np.random.Generator, practice: Practice, area: Area, identity: Identity) -> Rows:
    people = practice.people
    person = np.concatenate([np.arange(len(people)), practice.former_rows])
    former = np.arange(len(person)) >= len(people)
    pick = pa.array(person)
    starts = np.where(former, people.former_starts[person], people.starts[person])
    ends = np.where(former, people.starts[person], people.ends[person])
    ethnicity, language, interpreter = _background(rng, len(people))
    columns = {
        "patient_id": pa.array(patient_ids(practice, person, former)),
        "nhs_number": pa.array(identity.nhs_number[person]),
        "family_name": identity.family_name.take(pick),
        "given_name": identity.given_name.take(pick),
        "date_of_birth": dates(people.born[person]),
        "date_of_death": _or_none(people.died[person]),
        "sex": words(people.sex[person], ("M", "F")),
        "ethnic_category": ethnicity.take(pick),
        "preferred_language": language.take(pick),
        "interpreter_required": interpreter.take(pick),
        "address_line_1": identity.address.take(pick),
        "address_line_2": identity.town.take(pick),
        "postcode": words(identity.postcode[person], identity.postcodes.to_pylist()),
        "phone": identity.phone.take(pick),
        "lsoa11_code": words(np.maximum(people.lsoa[person], 0), area.lsoa_codes, people.lsoa[person] == OUTSIDE),
        "organisation": words(
            np.where(former, people.former_practice[person], people.practice[person]), area.practice_codes
        ),
        "registration_start_datetime": dates(starts),
        "registration_end_datetime": _or_none(ends),
        "type_1_opt_out": pa.array(people.type_1[person]),
        "is_national_data_opted_in": pa.array(~people.national[person]),
        "risk_stratification_objection": pa.array(people.objects_to_risk[person]),
        "sharing_consent": words(people.sharing[person], SHARING),
    }
    return Rows(person, starts, columns)


def _or_none(days: Array) -> pa.Array:
    return dates(np.where(days == NEVER, 0, days), days == NEVER)


def _background(rng: np.random.Generator, n: int) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Ethnic category, language and need of an interpreter of each person."""
    shares = parameters()["ethnicity"]
    ethnicity = words(
        rng.choice(len(shares), n, p=np.array(list(shares.values())) / sum(shares.values())), list(shares)
    )
    languages = {name: share for name, share in parameters()["language"].items() if len(name) == 2}
    spoken = np.searchsorted(np.cumsum(list(languages.values())), rng.random(n))
    recorded = spoken < len(languages)
    needs = recorded & (spoken > 0) & (rng.random(n) < parameters()["language"]["interpreter_share"])
    language = words(np.minimum(spoken, len(languages) - 1), list(languages), ~recorded)
    return ethnicity, language, pa.array(needs, mask=~recorded)
