"""A stranger's folder of thirty people, person by person (`tests/stranger/README.md` tells their stories)."""

from datetime import date
from pathlib import Path

import pytest

from localcare.access.calc.pseudonym import identity, keyed_hashes
from localcare.dataset import contract
from tests.intake.builders import KEYS, rejected, take_in

STRANGER = Path(__file__).parents[1] / "stranger" / "extracts"
NHS = {
    "Ada": "9990000018", "Ben": "9990000026", "Eve": "9990000050", "Hal": "9990000085", "Iris": "9990000093",
    "Jack": "9990000107", "Kate": "9990000115", "Leo": "9990000123", "May": "9990000131", "Ned": "9990000158",
    "Rose": "9990000204", "Sam": "9990000212", "Xena": "9990000263",
}  # fmt: skip


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return take_in(STRANGER, tmp_path_factory.mktemp("dataset"))


@pytest.fixture(scope="module")
def ask(stranger):
    connection = stranger[0].duckdb_connection()

    def rows(query: str, who: str = "") -> list[tuple]:
        known = identity(NHS.get(who), "Y90002", {"Olive": "15", "Quin": "18"}.get(who, ""))
        pseudonym = keyed_hashes([known], KEYS["planning"])[0]
        me = f"(SELECT person FROM pseudonym WHERE purpose = 'planning' AND pseudonym = '{pseudonym}')"
        return connection.execute(query.replace("$me", me)).fetchall()

    return rows


def test_thirty_people_of_three_practices(ask):
    assert ask("SELECT ods_code, count(*) FROM person JOIN practice USING (practice) GROUP BY 1 ORDER BY 1") == [
        ("Y90001", 13),
        ("Y90002", 11),
        ("Y90003", 6),
    ]
    assert ask("SELECT purpose, count(DISTINCT pseudonym) FROM pseudonym GROUP BY 1 ORDER BY 1") == [
        ("planning", 30),
        ("risk_stratification", 30),
    ]


@pytest.mark.parametrize(
    ("who", "observed", "scored"),
    [("Ada", True, True), ("Kate", False, True), ("Leo", False, True), ("May", True, False), ("Ned", True, True),
     ("Olive", True, True), ("Xena", False, False)],
)  # fmt: skip
def test_agreements_and_choices_decide_what_is_used(ask, who, observed, scored):
    assert ask("SELECT observed, risk_stratification FROM person WHERE person = $me", who) == [(observed, scored)]


@pytest.mark.parametrize("who", ["Kate", "Leo", "Xena"])
def test_nothing_is_known_of_people_not_observed(ask, who):
    for table in ("observation", "gp_contact", "emergency_attendance"):
        assert ask(f"SELECT * FROM {table} WHERE person = $me", who) == []


def test_iris_moved_and_is_one_person(ask):
    query = """SELECT ods_code, registered_from, registered_to, (SELECT count(*) FROM observation WHERE person = $me)
        FROM person JOIN practice USING (practice) WHERE person = $me"""
    assert ask(query, "Iris") == [("Y90002", date(2016, 7, 1), None, 2)]


def test_jack_died_and_rose_left(ask):
    assert ask("SELECT died_on FROM person WHERE person = $me", "Jack") == [(date(2016, 11, 3),)]
    assert ask("SELECT registered_to FROM person WHERE person = $me", "Rose") == [(date(2015, 9, 30),)]


def test_adas_year(ask):
    measured = """SELECT o.value FROM observation o JOIN code c USING (code)
        WHERE person = $me AND c.value = '999791000000106'"""
    assert ask(measured, "Ada") == [(57.0,)]
    admissions = 'SELECT kind, bed_days, provider FROM admission WHERE person = $me ORDER BY "on"'
    assert ask(admissions, "Ada") == [("emergency", 8, "RWF"), ("emergency", 8, "RWF")]
    first = """SELECT position, value FROM diagnosis JOIN code USING (code) WHERE person = $me
        AND "on" = DATE '2016-06-10' ORDER BY position"""
    assert ask(first, "Ada") == [(1, "I500"), (2, "I10X"), (3, "E119")]
    assert ask('SELECT by_ambulance, admitted FROM emergency_attendance WHERE person = $me ORDER BY "on"', "Ada") == [
        (True, True),
        (False, True),
    ]
    assert ask("SELECT system, value FROM medication JOIN code USING (code) WHERE person = $me", "Ada")[0][0] == "dmd"
    assert ask("SELECT team FROM community_contact WHERE person = $me", "Ada") == [("12",)]


def test_ben_is_still_in_hospital(ask):
    assert ask("SELECT discharged_on, bed_days FROM admission WHERE person = $me", "Ben") == [(None, None)]


def test_rows_without_a_number_find_their_person_by_the_rule_or_nobody(ask):
    assert ask("SELECT service, weekly_cost FROM social_care WHERE person = $me", "Eve") == [
        ("Long Term Support: Community", 175.0)
    ]
    for who in ("Olive", "Quin"):
        assert len(ask("SELECT * FROM emergency_attendance WHERE person = $me", who)) == 1
    assert ask("SELECT count(*) FROM emergency_attendance") == [(4,)]
    assert ask("SELECT ended_on, weekly_cost FROM social_care WHERE person = $me", "Hal") == [(date(2018, 1, 5), 62.0)]


def test_sams_sources_follow_their_own_agreements(ask):
    assert ask("SELECT bed_days FROM admission WHERE person = $me", "Sam") == [(22,)]
    for table in ("community_contact", "call_111"):
        assert ask(f"SELECT * FROM {table} WHERE person = $me", "Sam") == []


def test_every_row_has_a_fate(stranger):
    _, work = stranger
    counts = {c.file: c for c in work.counts}
    for c in work.counts:
        assert c.rows_in == c.accepted + c.rejected
        assert c.accepted == c.kept + c.repeated + c.unlinked + c.left_out + c.not_used
    seen = counts["gp_observation.csv"]
    assert (seen.rejected, seen.repeated, seen.unlinked, seen.left_out, seen.kept) == (2, 1, 1, 4, 29)
    assert (counts["ecds.RWF.csv"].unlinked, counts["ecds.RWF.csv"].linked_by_rule) == (1, 2)
    assert counts["asc_cld.csv"].unlinked == 1


def test_the_rejects_are_named(stranger):
    assert rejected(stranger[1]) == [
        ("gp_patient.Y90001.csv", 16, "family_name", "is empty; it is required"),
        ("gp_observation.csv", 37, "effective_datetime", "is after the extract's date, 2017-03-31"),
        ("gp_observation.csv", 38, "effective_datetime", "is not a date; write YYYY-MM-DD"),
        ("gp_consultation.csv", 10, "staff_group", "is not one of gp, nurse, other"),
        ("ecds.RWF.csv", 9, "EC_Department_Type", "is not one of 01, 02, 03, 04, 05"),
        ("sus_apc_spell.RWF.csv", 7, "Discharge_Date", "is before Admission_Date"),
    ]


def test_the_manifest_tells_coverage_per_practice_and_source(stranger):
    coverage = {(c["practice"], c["source"]): c for c in stranger[0].manifest["coverage"]}
    assert coverage["Y90002", "acute"]["planning"] is True
    assert coverage["Y90002", "community"] == {
        "practice": "Y90002", "source": "community", "planning": False, "risk_stratification": False,
        "people": 11, "people_observed": 11, "rows": 0,
    }  # fmt: skip
    assert (coverage["Y90003", "gp"]["people"], coverage["Y90003", "gp"]["people_observed"]) == (6, 0)


def test_the_manifest_tells_numbers_and_linkage_per_practice(stranger):
    told = {row.pop("practice"): row for row in stranger[0].manifest["practices"]}
    people = {row["practice"]: row["people"] for row in stranger[0].manifest["coverage"]}
    assert {code: row["people"] for code, row in told.items()} == people
    assert told["Y90002"] == {"people": 11, "with_number": 9, "by_number": 3, "by_rule": 2, "by_model": 0}


def test_no_identity_stands_in_the_edition(stranger):
    edition, _ = stranger
    connection = edition.duckdb_connection()
    held = {
        value
        for table in contract.load().tables.values()
        for column in table.columns
        if column.type == "string"
        for (value,) in connection.execute(f'SELECT DISTINCT "{column.name}" FROM "{table.name}"').fetchall()
    }
    written = " ".join(map(str, held)) + (edition.folder / "manifest.json").read_text()
    for word in ("Archer", "Ada", "9990000018", "TN9", "High Street", "01632"):
        assert word not in written
