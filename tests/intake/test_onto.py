"""Days' files added to an edition give what the whole at once gives, row for row; what cannot be added is refused."""

import json
import random
from dataclasses import asdict, replace
from datetime import date

import pytest

from localcare.base import audit
from localcare.cli.main import main
from localcare.dataset import contract, editions
from localcare.intake import actions, editing, extract, kept
from localcare.intake.editing import Keeping
from localcare.intake.extract import CannotIntake
from localcare.patients.models import Patient, Registration
from tests.intake.builders import EVERYTHING, NUMBERS, PSEUDONYMS, extract_folder

PRACTICES = ("Y90001", "Y90002", "Y90003")
DAYS = ("2017-03-31", "2017-04-01", "2017-04-02")
POOLS = {
    # few keys and few values, so that rows repeat, replace each other, and find one, two or no people
    "gp_patient": {
        "patient_id": "123456789", "organisation": PRACTICES, "nhs_number": (*NUMBERS, *NUMBERS, "", "123"),
        "date_of_birth": ("1940-05-02", "1951-01-01"), "sex": "FMU", "postcode": ("TN9 1AA", "TN9 1AB", ""),
        "lsoa11_code": ("E01024735", "E01024736", ""), "date_of_death": ("", "", "", "2016-06-01", "yesterday"),
        "registration_start_datetime": ("2005-04-01", "2016-01-01"),
        "registration_end_datetime": ("", "", "2016-02-01"), "type_1_opt_out": ("",) * 9 + ("true",),
        "is_national_data_opted_in": ("",) * 9 + ("false",), "risk_stratification_objection": ("", "true"),
        "family_name": ("Archer", "Baker", ""),
    },
    "agreements": {
        "practice": PRACTICES, "source": editing.SOURCES, "purpose": ("planning", "risk_stratification"),
        "ends": ("",) * 9 + ("2016-12-31", "2017-04-01"),
    },
    "gp_observation": {
        "observation_id": "123456", "organisation": PRACTICES, "patient_id": "123456789", "numeric_value": "123x",
        "snomed_concept_id": ("44054006", "38341003"), "effective_datetime": ("2016-01-01", "2016-02-02"),
    },
    "gp_medication_issue": {
        "issue_record_id": "123456", "organisation": PRACTICES, "patient_id": "12345678",
        "drug_name": ("Ramipril", "Digoxin"), "is_cancelled": ("", "", "true"),
    },
    "ambulance": {
        "incident_number": "123456", "nhs_number": (*NUMBERS, ""), "date_of_birth": ("1940-05-02", "1951-01-01"),
        "sex": "FM", "postcode": ("TN9 1AA", "TN9 1AB"), "outcome": ("conveyed", "conveyed", "flown"),
    },
    "sus_apc_spell": {
        "APCS_Ident": "12345678", "NHS_Number": (*NUMBERS, ""), "Der_Diagnosis_All": ("I500,J449", "E119", ""),
        "Admission_Date": ("2016-01-01", "2016-02-02"),
    },
    "csds_mpi": {"LocalPatientID": "12345", "NHSNumber": (*NUMBERS, "")},
    "csds_referral": {"LocalPatientID": "12345", "ServiceRequestID": "123456", "TeamType": ("12", "18")},
    "csds_care_contact": {"CareContactID": "123456789", "ServiceRequestID": "123456", "AttendOrNot": "557"},
}  # fmt: skip

FILLED = ("observation", "medication", "ambulance", "admission", "diagnosis", "community_contact", "agreement", "area")


def drawn(seed: int) -> list[dict[str, list[dict]]]:
    """For each day the rows of each shape; some days some shapes are not sent at all."""
    chance = random.Random(seed)
    rows = {"agreements": 6, "gp_patient": 25}
    days = [
        {
            shape: [{name: chance.choice(pool) for name, pool in pools.items()} for _ in range(rows.get(shape, 15))]
            for shape, pools in POOLS.items()
            if day == 0 or chance.random() < 0.7
        }
        for day in range(len(DAYS))
    ]
    days[0]["agreements"] += EVERYTHING
    return days


def take(folder, as_at, dataset, keep, onto=None, **files):
    given = {"gp_patient": "", "agreements": ""} | files
    made = extract_folder(folder, as_at, **given)
    for shape in ("gp_patient", "agreements"):
        if shape not in files:
            (made / f"{shape}.csv").unlink()
    with editing.opened(extract.read(made), dataset, PSEUDONYMS, lambda step: None, Keeping(keep, onto)) as work:
        return work.make(), work


def told(edition) -> dict:
    connection = edition.duckdb_connection()
    tables = {
        name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)
        for name in contract.load().tables
    }
    return tables | {"coverage": edition.manifest["coverage"]}


def became(counts) -> list[dict]:
    return [asdict(replace(count, earlier=False, file=count.shape)) for count in counts]


@pytest.mark.parametrize("seed", [6, 7])
def test_day_by_day_equals_the_whole_row_for_row(tmp_path, seed):
    days = drawn(seed)
    edition, rejects = None, []
    for as_at, files in zip(DAYS, days, strict=True):
        edition, work = take(tmp_path / as_at, as_at, tmp_path / "steps", tmp_path / "kept", edition, **files)
        rejects += [(r.line, r.column, r.reason) for r in work.rejects]
    whole = {f"{shape}__{n}": rows for n, files in enumerate(days) for shape, rows in files.items()}
    once, at_once = take(tmp_path / "whole", DAYS[-1], tmp_path / "once", tmp_path / "other", None, **whole)
    assert len(edition.manifest["rests_on"]) == len(DAYS)
    assert told(edition) == told(once)
    assert became(work.counts) == became(at_once.counts)
    assert sorted(rejects, key=repr) == sorted(((r.line, r.column, r.reason) for r in at_once.rejects), key=repr)
    assert all(edition.manifest["rows"][table] for table in FILLED)
    assert sum(count.earlier for count in work.counts) == sum(map(len, days[:-1]))


ADA = {"nhs_number": NUMBERS[0]}
BEN = {"nhs_number": NUMBERS[1], "patient_id": "2", "given_name": "Ben", "sex": "M"}


@pytest.fixture
def installed(tmp_path, db, settings):
    """An installation with Ada and Ben taken in on the first day."""
    data = tmp_path / "var"
    settings.DATASET, settings.KEYS, settings.KEPT = data / "dataset", data / "keys", data / "kept"
    first = extract_folder(tmp_path / "first", DAYS[0], gp_patient=[ADA, BEN], gp_observation=[{}])
    actions.run(folder=first, by=audit.SYSTEM)
    return tmp_path


def a_day(folder, as_at=DAYS[1], **files):
    made = extract_folder(folder, as_at, **({"agreements": ""} | files))
    if "agreements" not in files:
        (made / "agreements.csv").unlink()
    return made


def test_a_days_registrations_reach_the_care_store_and_nobody_unmentioned_is_ended(installed, settings):
    moved = ADA | {"organisation": "Y90002", "registration_start_datetime": DAYS[1], "type_1_opt_out": "true"}
    left = ADA | {"registration_end_datetime": DAYS[1]}
    day = a_day(installed / "day", gp_patient=[moved, left], gp_observation=[{"observation_id": "o2"}])
    result = actions.run(folder=day, by=audit.SYSTEM, onto="current")
    assert [file.file for file in result.files] == ["gp_patient.csv", "gp_observation.csv"]
    assert (result.care_store["registrations_added"], result.care_store["choices_changed"]) == (1, 1)
    still = Registration.objects.filter(ends=None).values_list("practice_code", "local_id")
    assert sorted(still) == [("Y90001", "2"), ("Y90002", "1")]
    assert Patient.objects.count() == 2
    edition = editions.current(settings.DATASET)
    assert edition.as_at == date(2017, 4, 1)
    assert edition.manifest["rows"]["observation"] == 0  # Ada's opt-out leaves the next edition, and her rows with it
    assert [path.name for path in settings.KEPT.iterdir() if path.name.startswith(".")] == []
    assert settings.KEPT.stat().st_mode & 0o777 == 0o700


def refused(folder, onto="current") -> str:
    with pytest.raises((CannotIntake, editions.NoEdition)) as error:
        actions.run(folder=folder, by=audit.SYSTEM, onto=onto)
    return str(error.value)


def test_what_cannot_be_added_is_refused_with_the_next_step_and_nothing_changes(installed, settings, monkeypatch):
    before = editions.current(settings.DATASET)
    assert "before edition" in refused(a_day(installed / "old", "2017-03-30"))
    assert "There is no edition '1999'" in refused(a_day(installed / "day"), "1999")
    other = a_day(installed / "other")
    (other / "extract.toml").write_text(f'as_at = {DAYS[1]}\narea = "Elsewhere"\nsynthetic = true\n')
    assert "is of Three Villages" in refused(other)
    with monkeypatch.context() as changed:
        changed.setattr(kept, "rules", lambda: "other")
        assert "read by other rules" in refused(installed / "day")
    part = settings.KEPT / before.id / "part.json"
    part.rename(part.with_name("gone"))
    assert "LOCALCARE_KEEP_ROWS" in refused(installed / "day")
    assert editions.list_editions(settings.DATASET) == [before]


def test_rows_are_kept_as_long_as_an_edition_rests_on_them(installed, settings):
    settings.KEEP_EDITIONS = 1
    actions.run(folder=a_day(installed / "day"), by=audit.SYSTEM, onto="current")
    assert len(actions.expire(by=audit.SYSTEM)) == 1
    rests_on = editions.current(settings.DATASET).manifest["rests_on"]
    assert sorted(path.name for path in settings.KEPT.iterdir()) == sorted(rests_on)
    assert len(rests_on) == 2
    actions.run(folder=extract_folder(installed / "whole", DAYS[2], gp_patient=[ADA, BEN]), by=audit.SYSTEM)
    actions.expire(by=audit.SYSTEM)
    assert [path.name for path in settings.KEPT.iterdir()] == [editions.current(settings.DATASET).id]


def test_where_rows_are_not_kept_none_lie_about(installed, settings):
    settings.KEEP_ROWS, settings.KEPT = False, installed / "none"
    actions.run(folder=installed / "first", by=audit.SYSTEM)
    assert not settings.KEPT.exists()


def test_the_command_adds_a_day(installed, capsys):
    day = a_day(installed / "day", gp_patient=[BEN | {"date_of_death": DAYS[1]}])
    assert main(["intake", "run", str(day), "--onto", "current", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["as_at"], answer["care_store"]["patients_changed"]) == (DAYS[1], 1)
    assert main(["intake", "run", str(day), "--onto", "1999"]) == 2
