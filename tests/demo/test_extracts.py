"""The files: shapes, dirt, stays, identities; and that the same seed gives the same bytes."""

import csv
import hashlib
import tomllib
from collections import Counter
from datetime import date

import duckdb
import pytest

from localcare.demo import build, extracts

AS_AT = date(2017, 3, 31)
SHAPES = sorted(path.name.removesuffix(".toml") for path in extracts.SHAPES.iterdir() if path.name.endswith(".toml"))


def read(folder, query):
    """Answer of a query in which {shape} stands for the good rows of a shape's files, all columns as text."""
    tables = {
        shape: f"(SELECT * FROM read_csv('{folder}/extracts/{shape}.*csv', all_varchar = true, union_by_name = true))"
        for shape in SHAPES
        if shape != "agreements"
    }
    return duckdb.sql(query.format(**tables)).fetchall()


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_sent_with_its_declared_columns(area_folder, shape):
    paths = sorted((area_folder / "extracts").glob(f"{shape}.*csv"))
    assert paths
    for path in paths:
        with path.open() as file:
            assert next(csv.reader(file)) == list(extracts.shape(shape)["columns"])


def test_extract_says_what_it_is(area_folder):
    told = tomllib.loads((area_folder / "extracts" / "extract.toml").read_text())
    assert told == {"as_at": AS_AT, "area": "West Kent", "synthetic": True}


def test_the_same_seed_gives_the_same_files_and_another_seed_others(tmp_path):
    digests = []
    for name, seed in (("first", 3), ("second", 3), ("third", 4)):
        build.generate(tmp_path / name, fraction=0.002, seed=seed)
        files = sorted((tmp_path / name / "extracts").iterdir())
        digests.append({path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files})
    assert digests[0] == digests[1]
    assert digests[0]["gp_patient.csv"] != digests[2]["gp_patient.csv"]


def test_nhs_numbers_are_valid_test_numbers_and_nobody_shares_one(area_folder):
    rows = read(area_folder, "SELECT DISTINCT nhs_number, date_of_birth FROM {gp_patient} WHERE length(patient_id) = 6")
    numbers = [number for number, _ in rows]
    assert all(number.startswith("999") and check_digit(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def check_digit(number):
    total = 11 - sum(int(digit) * weight for digit, weight in zip(number, range(10, 1, -1), strict=False)) % 11
    return number[9] == str(total % 11) and total != 10


def test_emergency_stays_average_seven_point_four_days(area_folder):
    ((mean,),) = read(
        area_folder,
        """SELECT avg(Discharge_Date::DATE - Admission_Date::DATE) FROM
        (SELECT DISTINCT APCS_Ident, Admission_Date, Discharge_Date FROM {sus_apc_spell}
         WHERE Admission_Method LIKE '2%' AND Discharge_Date IS NOT NULL AND APCS_Ident NOT LIKE '99%')""",
    )
    assert mean == pytest.approx(7.4, abs=0.15)


def test_no_spell_begins_while_another_of_the_person_lasts(area_folder):
    ((overlaps,),) = duckdb.sql(
        f"""SELECT count(*) FROM (SELECT Admission_Date::DATE AS starts, lag(Discharge_Date::DATE) OVER
        (PARTITION BY t.nhs_number ORDER BY Admission_Date) AS before
        FROM (SELECT DISTINCT APCS_Ident, Admission_Date, Discharge_Date FROM
              read_csv('{area_folder}/extracts/sus_apc_spell.*csv', all_varchar = true)
              WHERE APCS_Ident NOT LIKE '99%') AS s
        JOIN '{area_folder}/truth/links/sus_apc_spell.parquet' AS t ON s.APCS_Ident = t.APCS_Ident::VARCHAR)
        WHERE starts < before"""
    ).fetchall()
    assert overlaps == 0


def test_nothing_happens_after_death_or_after_the_day_of_the_extract(area_folder):
    ((late,),) = duckdb.sql(
        f"""SELECT count(*) FROM read_csv('{area_folder}/extracts/sus_outpatient.*csv', all_varchar = true) AS o
        JOIN '{area_folder}/truth/links/sus_outpatient.parquet' AS t ON o.OPA_Ident = t.OPA_Ident::VARCHAR
        JOIN (SELECT nhs_number, min(date_of_death) AS died
              FROM read_csv('{area_folder}/extracts/gp_patient.csv', all_varchar = true) GROUP BY 1) AS p
          ON p.nhs_number = t.nhs_number::VARCHAR
        WHERE o.Appointment_Date > least(coalesce(died, '9999'), '2017-03-31')"""
    ).fetchall()
    assert late == 0


def test_about_two_in_a_hundred_numbers_outside_general_practice_are_missing_or_wrong(area_folder):
    ((share,),) = duckdb.sql(
        f"""SELECT avg((o.NHS_Number IS NULL OR o.NHS_Number <> t.nhs_number::VARCHAR)::INT)
        FROM read_csv('{area_folder}/extracts/sus_outpatient.*csv', all_varchar = true) AS o
        JOIN '{area_folder}/truth/links/sus_outpatient.parquet' AS t ON o.OPA_Ident = t.OPA_Ident::VARCHAR"""
    ).fetchall()
    assert share == pytest.approx(0.02, abs=0.003)


def test_some_rows_come_late_some_twice_some_corrected_and_some_malformed(area_folder):
    names = "OPA_Ident, count(*) AS times, count(DISTINCT Postcode) AS postcodes"
    rows = read(area_folder, f"SELECT {names} FROM {{sus_outpatient}} GROUP BY ALL HAVING times > 1")
    kinds = Counter("corrected" if postcodes > 1 else "twice" for key, _, postcodes in rows if key[:2] != "99")
    assert kinds["corrected"] > 5
    assert kinds["twice"] > 5
    path = area_folder / "extracts" / "sus_outpatient.2015-16.csv"
    text = path.read_text()
    assert text.count("\n9900000000") == 3
    late = duckdb.sql(
        f"SELECT count(*) FROM read_csv('{path}', all_varchar=true) WHERE Appointment_Date < '2015-04-01'"
    )
    assert late.fetchall()[0][0] > 5


def test_a_practice_without_the_planning_agreement_sends_registrations_only(area_folder):
    with (area_folder / "extracts" / "agreements.csv").open() as file:
        rows = list(csv.DictReader(file))
    agreed = {row["practice"] for row in rows if row["purpose"] == "planning" and not row["ends"]}
    assert len(agreed) == 54
    assert {
        practice for (practice,) in read(area_folder, "SELECT DISTINCT organisation FROM {gp_consultation}")
    } == agreed
    assert len(read(area_folder, "SELECT DISTINCT organisation FROM {gp_patient}")) == 60


def test_winter_brings_more_emergencies(area_folder):
    rows = read(
        area_folder,
        """SELECT month(Admission_Date::DATE) AS month, count(*) FROM {sus_apc_spell}
        WHERE Admission_Method LIKE '2%' AND TRY_CAST(Admission_Date AS DATE) IS NOT NULL GROUP BY 1""",
    )
    by_month = dict(rows)
    assert sum(by_month[month] for month in (12, 1, 2)) > 1.05 * sum(by_month[month] for month in (6, 7, 8))
