"""Extract folders for tests: rows as small dicts, blanks filled in, and an intake without a care store."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from localcare.access.calc.pseudonym import identity, keyed_hashes
from localcare.dataset.editions import Edition
from localcare.intake import editing, extract, shapes

AS_AT = "2017-03-31"
NUMBERS = ["9990000018", "9990000026", "9990000034", "9990000042", "9990000050", "9990000069", "9990000077"]
DEFAULTS: dict[str, dict[str, str]] = {
    "gp_patient": {
        "patient_id": "1", "family_name": "Archer", "given_name": "Ada", "date_of_birth": "1940-05-02", "sex": "F",
        "organisation": "Y90001", "registration_start_datetime": "2005-04-01", "postcode": "TN9 1AA",
        "lsoa11_code": "E01024735",
    },
    "agreements": {"practice": "Y90001", "source": "gp", "purpose": "planning", "starts": "2015-04-01"},
    "gp_observation": {
        "observation_id": "o1", "patient_id": "1", "organisation": "Y90001", "effective_datetime": "2016-01-01",
        "snomed_concept_id": "44054006",
    },
    "gp_medication_issue": {
        "issue_record_id": "m1", "patient_id": "1", "organisation": "Y90001", "effective_datetime": "2016-01-01",
        "drug_name": "Ramipril",
    },
    "ambulance": {"incident_number": "a1", "call_date": "2016-01-01", "outcome": "conveyed"},
    "sus_apc_spell": {
        "APCS_Ident": "s1", "Provider_Code": "RWF", "Admission_Date": "2016-01-01", "Admission_Method": "21",
    },
    "csds_mpi": {"LocalPatientID": "L1", "OrgID_LocalPatientID": "RYY"},
    "csds_referral": {
        "ServiceRequestID": "r1", "LocalPatientID": "L1", "ReferralRequest_ReceivedDate": "2016-01-01",
        "TeamType": "District nursing",
    },
    "csds_care_contact": {"CareContactID": "k1", "ServiceRequestID": "r1", "Contact_Date": "2016-01-01"},
    "asc_cld": {
        "LA_Code": "820", "LA_Person_Unique_Identifier": "x", "Event_Type": "Service", "Event_Reference": "v1",
        "Event_Start_Date": "2016-01-01",
    },
}  # fmt: skip
EVERYTHING = [
    {"practice": practice, "source": source, "purpose": purpose}
    for practice in ("Y90001", "Y90002") for source in editing.SOURCES
    for purpose in ("planning", "risk_stratification")
]  # fmt: skip
KEYS = {"planning": b"p" * 32, "risk_stratification": b"r" * 32}
PSEUDONYMS = editing.Pseudonyms(
    purposes=tuple(KEYS),
    pseudonymise=lambda identities, purpose: keyed_hashes(identities, KEYS[purpose]),
    identity=identity,
    fingerprints={"planning": "one", "risk_stratification": "two"},
)


def text(shape: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A file of a shape from rows, blanks filled from DEFAULTS."""
    written = io.StringIO()
    writer = csv.DictWriter(written, shapes.load()[shape].names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**DEFAULTS[shape], **row} for row in rows)
    return written.getvalue()


def extract_folder(folder: Path, as_at: str = AS_AT, **files: str | bytes | Sequence[Mapping[str, Any]]) -> Path:
    """A folder of extracts: each file by its shape (a double underscore stands for a dot), as rows or as its text.

    One person, Ada Archer of Y90001, and every agreement are there where the files are not given.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extract.toml").write_text(f'as_at = {as_at}\narea = "Three Villages"\nsynthetic = true\n')
    given = {"gp_patient": [{"nhs_number": NUMBERS[0]}], "agreements": EVERYTHING} | files
    for name, content in given.items():
        shape = name.split("__")[0]
        whole = content if isinstance(content, str | bytes) else text(shape, content)
        path = folder / f"{name.replace('__', '.')}.csv"
        path.write_bytes(whole if isinstance(whole, bytes) else whole.encode())
    return folder


def take_in(folder: Path, dataset: Path, keeping: editing.Keeping | None = None) -> tuple[Edition, editing.Editing]:
    """The edition of an extract folder, and the intake with its counts and rejects."""
    with editing.opened(extract.read(folder), dataset, PSEUDONYMS, lambda step: None, keeping) as work:
        return work.make(), work


def rejected(work: editing.Editing) -> list[tuple[str, int | None, str | None, str]]:
    return [(r.file, r.line, r.column, r.reason) for r in work.rejects]
