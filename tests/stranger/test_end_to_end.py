"""Without `demo`, from a folder written by hand: edition, run, lists, reports and pages, person by person."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from localcare.access import pseudonyms
from localcare.access import queries as gate
from localcare.access.types import Capability, Purpose
from localcare.base import audit
from localcare.caseload import actions as caseload
from localcare.caseload.types import NotPossible
from localcare.dataset import runs
from localcare.patients.models import Patient
from localcare.population import queries
from localcare.population.models import ListEntry
from localcare.record.models import Statement
from tests.builders import text
from tests.stranger.conftest import EXTRACTS

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
ONE, TWO, THREE = "Y90001", "Y90002", "Y90003"
HEALTHY, SOME, MANY = "mostly_healthy", "conditions_1_to_3", "conditions_4_plus"
MENTAL, LEARNING = "serious_mental_illness", "learning_disability"

# Written by hand from README.md: practice, seen in the data, may be scored and is, age band, group, conditions.
# Who died or left is not here; who is not seen is in no group.
PEOPLE = {
    "Ada": (ONE, True, True, "70+", MANY, "coronary_heart_disease diabetes heart_failure hypertension"),
    "Ben": (ONE, True, True, "16-69", SOME, "copd"),
    "Cora": (ONE, True, True, "16-69", HEALTHY, ""),
    "Dan": (ONE, True, False, "0-15", SOME, "asthma"),
    "Eve": (ONE, True, True, "70+", "dementia", "dementia hypertension"),
    "Fred": (ONE, True, True, "16-69", "cancer", "cancer cancer_new_5_years"),
    "Gina": (ONE, True, True, "16-69", MENTAL, "depression serious_mental_illness"),
    "Hal": (ONE, True, True, "16-69", LEARNING, "learning_disability"),
    "Kate": (ONE, False, False, "16-69", None, ""),
    "Leo": (ONE, False, False, "16-69", None, ""),
    "May": (ONE, True, False, "16-69", SOME, "diabetes hypertension"),
    "Ned": (ONE, True, True, "16-69", SOME, "asthma"),
    "Iris": (TWO, True, True, "70+", SOME, "atrial_fibrillation hypertension"),
    "Olive": (TWO, True, True, "16-69", SOME, "copd"),
    "Pam": (TWO, True, True, "16-69", HEALTHY, ""),
    "Pat": (TWO, True, True, "16-69", HEALTHY, ""),
    "Quin": (TWO, True, True, "16-69", SOME, "hypertension"),
    "Sam": (TWO, True, True, "70+", MANY, "atrial_fibrillation coronary_heart_disease diabetes stroke_tia"),
    "Tom": (TWO, True, True, "16-69", SOME, "diabetes"),
    "Una": (TWO, True, False, "0-15", HEALTHY, ""),
    "Vic": (TWO, True, True, "16-69", "cancer", "cancer cancer_new_5_years depression"),
    "Wyn": (TWO, True, True, "16-69", HEALTHY, ""),
    "Xena": (THREE, False, False, "16-69", None, ""),
    "Yul": (THREE, False, False, "16-69", None, ""),
    "Zoe": (THREE, False, False, "16-69", None, ""),
    "Alf": (THREE, False, False, "70+", None, ""),
    "Bea": (THREE, False, False, "0-15", None, ""),
    "Cyn": (THREE, False, False, "16-69", None, ""),
}
# Counted by hand on the same table; a register not named is empty.
REGISTERS = {
    ONE: {"HYP": 3, "CHD": 1, "HF": 1, "DM": 2, "AST": 2, "COPD": 1, "CAN": 1, "DEM": 1, "DEP": 1, "MH": 1, "LD": 1},
    TWO: {"HYP": 2, "AF": 2, "CHD": 1, "STIA": 1, "DM": 2, "COPD": 1, "CAN": 1, "DEP": 1},
    THREE: {},
}
HBA1C = "Haemoglobin A1c level - International Federation of Clinical Chemistry and Laboratory Medicine standardised"
GP, HOSPITAL = "GP record, Hadlow Practice (Y90001)", "Hospital RWF"
# All that the files say of Ada and her practice agreed to share for care, latest first, each with date and source.
ADA = {
    "12 February 2017": [f"2:00am Emergency admission: I500, to 20 February 2017 {HOSPITAL}"],
    "11 February 2017": [f"10:15pm A&E attendance, type 1: decision to admit, to 12 February 2017 {HOSPITAL}"],
    "5 February 2017": [
        f"Ramipril 5mg capsules: one a day {GP}",
        f"Metformin 500mg tablets: one twice a day {GP}",
    ],
    "2 November 2016": [f"{HBA1C}: 57 mmol/mol {GP}"],
    "20 July 2016": [f"Outpatient appointment (treatment function 320) {HOSPITAL}"],
    "21 June 2016": ["Community team of type 12: 1 contact Community health services RYY"],
    "10 June 2016": [
        f"12:00pm Emergency admission: I500, to 18 June 2016 {HOSPITAL}",
        f"9:30am A&E attendance, type 1: decision to admit {HOSPITAL}",
        "8:40am Ambulance, taken to hospital: Breathing problems Ambulance service",
    ],
    "10 October 2015": [f"Heart failure {GP}"],
    "5 May 2012": [f"Coronary arteriosclerosis {GP}"],
    "1 March 2009": [f"Hypertensive disorder, systemic arterial {GP}"],
    "1 February 2008": [f"Diabetes mellitus type 2 {GP}"],
}


def sent() -> list[dict[str, str]]:
    """The practices' registrations, as they were sent."""
    files = sorted(EXTRACTS.glob("gp_patient.*"))
    return [row for path in files for row in csv.DictReader(path.read_text().splitlines())]


def pseudonym_of(who: str, purpose: Purpose) -> str:
    row = next(r for r in sent() if r["given_name"] == who)
    # Olive has no number and Quin's is none: their practice's own id stands for them.
    number = None if who in ("Olive", "Quin") else row["nhs_number"]
    return pseudonyms.pseudonymise([pseudonyms.identity(number, row["organisation"], row["patient_id"])], purpose)[0]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace(" ,", ",").strip()


def names_in(page: str) -> set[str]:
    """Family names and NHS numbers of anybody in the folder that stand in a page."""
    held = {row["family_name"] for row in sent()} | {row["nhs_number"] for row in sent()}
    return {name for name in held - {""} if re.search(rf"\b{name}\b", page, re.IGNORECASE)}


@pytest.fixture
def found(village) -> dict[str, tuple]:
    """What the run says of each person, in the form of PEOPLE; the person's number in the edition by pseudonym."""
    folder = runs.named(settings.DATASET, village.run.name)
    known = village.edition.duckdb_connection().execute("SELECT pseudonym, person FROM pseudonym").fetchall()
    who = {dict(known)[pseudonym_of(name, Purpose.PLANNING)]: name for name in [*PEOPLE, "Jack", "Rose"]}
    codes = {row["practice"]: row["ods_code"] for row in folder.rows("coverage")}
    flags = {row["condition"]: 1 << row["bit"] for row in folder.rows("condition")}
    grid = {row["person"]: row for row in folder.rows("segment", "segmentation = 'age_and_conditions'")}
    return {
        who[row["person"]]: (
            codes[row["practice"]],
            row["observed"],
            row["risk"] is not None,
            grid[row["person"]]["age_band"],
            grid[row["person"]]["group"],
            " ".join(sorted(key for key, flag in flags.items() if row["mask"] & flag)),
        )
        for row in folder.rows("person_result")
    }


def test_every_person_is_what_the_files_say_and_nobody_else_is_there(found):
    assert found == PEOPLE


def test_the_lists_hold_the_two_at_greatest_risk_of_the_cluster(village):
    """5% of the 28 registered: the two with emergency admissions and four conditions each; never who may not be."""
    listed = {e.pseudonym: (e.practice_code, e.age, e.group, e.change) for e in ListEntry.objects.all()}
    of = Purpose.RISK_STRATIFICATION
    assert listed == {
        pseudonym_of("Ada", of): (ONE, 76, MANY, "new"),
        pseudonym_of("Sam", of): (TWO, 74, MANY, "new"),
    }


@pytest.mark.parametrize("practice", [ONE, TWO, THREE])
def test_a_practices_own_figures_are_a_hand_count(village, practice):
    own = queries.segments(practice)
    assert {r["register"]: r["on_register"] for r in own["registers"] if r["on_register"]} == REGISTERS[practice]
    counted: dict[tuple, int] = {}
    for at, seen, _, band, group, _ in PEOPLE.values():
        if at == practice and seen:
            counted[band, group] = counted.get((band, group), 0) + 1
    assert {(s["age_band"], s["group"]): s["people"] for s in own["segments"] if s["people"]} == counted


def test_the_practice_managers_pages_say_the_same_and_protect_what_stands_beside(village, client, sign_in):
    sign_in("practice_manager", ONE)
    page = text(client.get("/population/registers/"))
    labels = {r["register"]: r["label"] for r in queries.segments(ONE)["registers"]}
    rows = [words(row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    for register, people in REGISTERS[ONE].items():
        told = rf"{labels[register]}.* {people} 1 to 7 or hidden 1 to 7 or hidden "
        assert any(re.match(told, row) for row in rows), register
    assert "12 registered people, 10 of them seen in the data" in words(page)
    assert "2 of 3 practices share" in words(page)
    assert names_in(page) == set()
    assert client.get(f"/lists/{ONE}/").status_code == 403


@pytest.mark.parametrize("name", ["segments", "conditions", "use", "coverage", "risk"])
@pytest.mark.parametrize("level", ["area", "cluster", "practice"])
def test_no_report_tells_a_small_number(village, name, level):
    told = queries.report(name, level).answer()
    counts = [row[key] for row in told["rows"] for key in row if key in COUNTED]
    assert None in counts or name == "coverage"
    assert all(count is None or count % 5 == 0 for count in counts), counts


COUNTED = {"people", "people_observed", "people_high", "on_register", "denominator", "registered", "observed", "listed"}


def test_groups_of_one_to_seven_people_are_suppressed_in_the_area(village):
    told = {(r["age_band"], r["group"]): r["people"] for r in queries.report("segments").rows}
    seen = {(band, group) for _, observed, _, band, group, _ in PEOPLE.values() if observed}
    assert {told[cell] for cell in seen} == {None}
    # Of 26 people even a zero goes: with those of an age known, it would leave the few beside it to be worked out.
    assert set(told.values()) == {None}


def test_a_model_of_thirty_people_is_not_said_to_have_been_assessed(village, client, sign_in):
    model = queries.report("risk").answer()["model"]
    assert (model["fitted"], model["assessment"]) == (True, None)
    # 17 people, 4 of them admitted: protected like any other count.
    assert (model["people"], model["outcomes"]) == (15, None)
    sign_in("gp", ONE)
    page = words(text(client.get(f"/lists/{ONE}/")))
    assert "Not enough data to say how well this list ranks people." in page
    assert "15 people, 1 to 7 of whom were admitted" in page
    assert "c = " not in page + words(text(client.get("/population/how-made/")))


def test_a_list_shows_nobody_until_a_clinician_of_the_practice_reveals_it(village, client, sign_in):
    sign_in("care_coordinator", "V1")
    assert names_in(text(client.get("/lists/")) + text(client.get(f"/lists/{ONE}/"))) == set()
    sign_in("gp", TWO)
    assert client.get(f"/lists/{ONE}/").status_code == 403 or names_in(text(client.get(f"/lists/{ONE}/"))) == set()
    sign_in("gp", ONE)
    before = text(client.get(f"/lists/{ONE}/"))
    assert "1 of 12 (8%)" in before
    assert f"Person {pseudonym_of('Ada', Purpose.RISK_STRATIFICATION)[:6].upper()}" in before
    assert names_in(before) == set()
    after = text(client.post(f"/lists/{ONE}/reason/", {"reason": "review", "words": ""}, follow=True))
    assert names_in(after) == {"Archer"}


def test_an_accepted_persons_page_shows_exactly_their_statements(village, client, sign_in):
    ada = Patient.objects.get(given_name="Ada")
    address = f"/people/{ada.id}/?entries=all"
    sign_in("care_coordinator", "V1")
    assert client.get(address).status_code == 403
    sign_in("gp", ONE)
    client.post(f"/lists/{ONE}/reason/", {"reason": "review", "words": ""})
    accept = f"/lists/{ONE}/{pseudonym_of('Ada', Purpose.RISK_STRATIFICATION)}/accept/"
    assert client.post(accept, {"told": ""}).status_code == 400
    assert client.post(accept, {"told": "person", "note": ""}).status_code == 302
    sign_in("care_coordinator", "V1")
    page = text(client.get(address))
    timeline = page[page.index('id="timeline"') :]
    days = re.findall(r"<h3>(.*?)</h3>\s*<ol(.*?)</ol>", timeline, re.DOTALL)
    lines = {words(day): re.findall(r'<li id="statement-.*?</li>', entries, re.DOTALL) for day, entries in days}
    assert {day: [words(line) for line in found] for day, found in lines.items()} == ADA
    assert list(lines) == list(ADA)
    assert names_in(page) == {"Archer"}
    assert audit.verify().holds


def test_the_record_holds_people_on_the_lists_only(village):
    assert set(Statement.objects.values_list("patient__given_name", flat=True)) == {"Ada", "Sam"}
    # Sam's practice shares general practice and hospital records; four conditions, one medicine, one admission.
    assert Statement.objects.filter(patient__given_name="Sam").count() == 6


def test_who_objects_to_sharing_is_not_taken_on_and_who_died_or_left_is_nobodys(village):
    gp = village.area.viewer("gp", ONE)
    ned, jack, rose = (Patient.objects.get(given_name=name) for name in ("Ned", "Jack", "Rose"))
    with pytest.raises(NotPossible, match="does not want their record shared"):
        caseload.accept(patient_id=ned.id, told="person", note="", by=gp)
    for gone, practice in ((jack, ONE), (rose, TWO)):
        by = village.area.viewer("gp", practice)
        assert not gate.decision_on(by, gone.id, Capability.DECIDE_LIST).allowed


ALONE = """
import sys

class Gone:
    def find_spec(self, name, path=None, target=None):
        if name == "localcare.demo" or name.startswith("localcare.demo."):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Gone())
from localcare.cli.main import main

folder = sys.argv[1]
codes = [main([*command, "--json"]) for command in
         (["intake", "run", folder], ["population", "run"], ["intake", "record", folder])]
print(f"codes {codes} {'localcare.demo' in sys.modules}")
"""


def test_the_commands_run_where_demo_is_gone(tmp_path):
    folder = shutil.copytree(EXTRACTS, tmp_path / "extracts")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "LOCALCARE_DATA": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "-c", ALONE, folder], env=environment, capture_output=True, text=True, check=False
    )
    # 1: rows were rejected; the edition lacks sources of a practice; and the record is whole.
    assert "codes [1, 1, 0] False" in done.stdout, done.stderr
    answers = list(_objects(done.stdout))
    assert (answers[1]["people"], answers[1]["observed"], answers[2]["people"]) == (28, 20, answers[1]["listed"])


def _objects(printed: str):
    """The JSON answers in what was printed, one after the other."""
    decoder, at = json.JSONDecoder(), 0
    while (at := printed.find("{", at)) >= 0:
        answer, at = decoder.raw_decode(printed, at)
        yield answer
