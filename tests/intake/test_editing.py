"""From accepted rows to an edition: repeats, gating by agreement and choice, derived columns, what is not used."""

from datetime import date

import pytest

from localcare.dataset.editions import current
from tests.intake.builders import NUMBERS, extract_folder, take_in

ADA = {"nhs_number": NUMBERS[0]}


def rows(edition, query):
    return edition.duckdb_connection().execute(query).fetchall()


def count(work, file):
    return next(c for c in work.counts if c.file == file)


def test_of_rows_with_one_key_the_last_wins_across_files_in_order_of_name(tmp_path):
    first = [{"observation_id": "o1", "numeric_value": "1"}, {"observation_id": "o2", "numeric_value": "2"}]
    second = [{"observation_id": "o1", "numeric_value": "3"}, {"observation_id": "o1", "numeric_value": "high"}]
    folder = extract_folder(tmp_path / "in", gp_observation__1=[*first, first[1]], gp_observation__2=second)
    edition, work = take_in(folder, tmp_path / "out")
    assert sorted(rows(edition, "SELECT value FROM observation")) == [(2.0,), (3.0,)]
    one, two = count(work, "gp_observation.1.csv"), count(work, "gp_observation.2.csv")
    assert (one.rows_in, one.accepted, one.repeated, one.kept) == (3, 3, 2, 1)
    assert (two.rows_in, two.accepted, two.rejected, two.repeated, two.kept) == (2, 1, 1, 0, 1)


def test_the_key_counts_not_the_row(tmp_path):
    same_id = [{}, {"organisation": "Y90002"}]
    people = [ADA, {"nhs_number": NUMBERS[1], "organisation": "Y90002"}]
    edition, _ = take_in(extract_folder(tmp_path / "in", gp_patient=people, gp_observation=same_id), tmp_path / "out")
    assert rows(edition, "SELECT count(*) FROM observation") == [(2,)]


GATES = [
    # agreements of the practice (source, purpose, dates), choices of its one person: observed, scored, rows of gp, 999
    ([("gp", "planning"), ("ambulance", "planning"), ("gp", "risk_stratification")], {}, (True, True, 1, 1)),
    ([("gp", "planning")], {}, (True, False, 1, 0)),
    ([("ambulance", "planning")], {}, (False, False, 0, 0)),
    ([("gp", "risk_stratification")], {}, (False, True, 0, 0)),
    ([("gp", "direct_care"), ("ambulance", "direct_care")], {}, (False, False, 0, 0)),
    ([("gp", "planning", "2017-03-31")], {}, (True, False, 1, 0)),
    ([("gp", "planning", "2017-04-01")], {}, (False, False, 0, 0)),
    ([("gp", "planning", "2015-04-01", "2017-03-31")], {}, (True, False, 1, 0)),
    ([("gp", "planning", "2015-04-01", "2017-03-30")], {}, (False, False, 0, 0)),
    ([], {}, (False, False, 0, 0)),
    ("all", {"type_1_opt_out": "true"}, (False, True, 0, 0)),
    ("all", {"is_national_data_opted_in": "false"}, (False, True, 0, 0)),
    ("all", {"risk_stratification_objection": "1"}, (True, False, 1, 1)),
    ("all", {"sharing_consent": "objected"}, (True, True, 1, 1)),
]


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    """One practice for each case, with one person, one observation and one ambulance incident."""
    files = {"gp_patient": [], "agreements": [], "gp_observation": [], "ambulance": []}
    for n, (agreements, choices, _) in enumerate(GATES, 10):
        practice, birth = f"Y900{n}", f"19{n}-01-01"
        files["gp_patient"].append({"organisation": practice, "date_of_birth": birth, **choices})
        files["gp_observation"].append({"organisation": practice})
        files["ambulance"].append(
            {"incident_number": f"a{n}", "date_of_birth": birth, "sex": "F", "postcode": "TN9 1AA"}
        )
        for source, purpose, *dates in GATES[0][0] if agreements == "all" else agreements:
            row = {"practice": practice, "source": source, "purpose": purpose}
            files["agreements"].append(row | dict(zip(("starts", "ends"), dates, strict=False)))
    folder = tmp_path_factory.mktemp("gated")
    return take_in(extract_folder(folder / "in", **files), folder / "out")


@pytest.mark.parametrize(("n", "expected"), [(n, expected) for n, (_, _, expected) in enumerate(GATES, 10)])
def test_agreements_and_choices_gate_each_source(gated, n, expected):
    query = f"""SELECT observed, risk_stratification, (SELECT count(*) FROM observation o WHERE o.person = p.person),
        (SELECT count(*) FROM ambulance a WHERE a.person = p.person) FROM person p WHERE birth_year = 19{n}"""
    assert rows(gated[0], query) == [expected]


def test_what_is_left_out_is_counted(gated):
    for file, place in (("gp_observation.csv", 2), ("ambulance.csv", 3)):
        assert count(gated[1], file).left_out == sum(not expected[place] for _, _, expected in GATES)


def test_what_a_practice_that_does_not_share_recorded_stays_out_after_a_move_to_one_that_does(tmp_path):
    people = [
        ADA | {"organisation": "Y90009", "registration_end_datetime": "2015-01-01"},
        ADA | {"registration_start_datetime": "2015-01-02"},
    ]
    seen = [{"organisation": "Y90009"}, {}]
    edition, work = take_in(extract_folder(tmp_path / "in", gp_patient=people, gp_observation=seen), tmp_path / "out")
    assert rows(edition, "SELECT count(*) FROM person WHERE observed") == [(1,)]
    assert (rows(edition, "SELECT count(*) FROM observation"), count(work, "gp_observation.csv").left_out) == (
        [(1,)],
        1,
    )


ADMISSIONS = [
    ({"Admission_Method": "2A", "Discharge_Date": "2016-01-04"}, ("emergency", 3)),
    ({"Admission_Method": "11", "Patient_Classification": "2", "Discharge_Date": "2016-01-02"}, ("day_case", 0)),
    ({"Admission_Method": "12", "Patient_Classification": "1"}, ("elective", None)),
    ({"Admission_Method": "31"}, ("other", None)),
]


def test_kinds_of_admission_and_their_diagnoses(tmp_path):
    known = {"NHS_Number": NUMBERS[0]}
    spells = [
        {"APCS_Ident": str(n), "Admission_Date": f"2016-01-0{n}", **known, **spell}
        for n, (spell, _) in enumerate(ADMISSIONS, 1)
    ]
    spells[0]["Der_Diagnosis_All"] = "||I50.0 ,i10x;unknown|E119"
    edition, _ = take_in(extract_folder(tmp_path / "in", gp_patient=[ADA], sus_apc_spell=spells), tmp_path / "out")
    found = rows(edition, 'SELECT kind, bed_days FROM admission ORDER BY "on"')
    assert found == [facts for _, facts in ADMISSIONS]
    listed = "SELECT position, value FROM diagnosis JOIN code USING (code) ORDER BY position"
    assert rows(edition, listed) == [(1, "I500"), (2, "I10X"), (4, "E119")]


def test_people_are_numbered_by_practice_and_pseudonym(tmp_path):
    people = [
        {"patient_id": str(n), "nhs_number": number, "organisation": practice, "lsoa11_code": ""}
        for n, (number, practice) in enumerate(zip(NUMBERS, ["Y90002", "Y90001"] * 4, strict=False))
    ]
    edition, _ = take_in(extract_folder(tmp_path / "in", gp_patient=people), tmp_path / "out")
    order = rows(
        edition,
        """SELECT person FROM person JOIN pseudonym USING (person)
        WHERE purpose = 'planning' ORDER BY practice, pseudonym""",
    )
    assert order == [(n,) for n in range(len(NUMBERS))]
    assert rows(edition, "SELECT DISTINCT area FROM person") == [(None,)]


def test_the_same_input_has_the_same_id_and_any_change_another(tmp_path):
    folder = extract_folder(tmp_path / "in", gp_patient=[ADA])
    first, _ = take_in(folder, tmp_path / "one")
    assert take_in(folder, tmp_path / "two")[0].id == first.id
    extract_folder(folder, gp_patient=[ADA | {"postcode": "TN9 1AB"}])
    changed, _ = take_in(folder, tmp_path / "one")
    assert changed.id != first.id
    assert current(tmp_path / "one").id == changed.id
    assert first.as_at == date(2017, 3, 31)
