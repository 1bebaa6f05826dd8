"""The whole command's work: a folder to an edition and to the care store."""

import json
from datetime import date

import pytest

from localcare.access.models import Agreement, Choice
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.cli.main import main
from localcare.dataset import editions
from localcare.intake import actions
from localcare.patients.models import Patient, Registration
from localcare.places.models import Organisation
from tests.builders import keep_state_in
from tests.intake.builders import NUMBERS, extract_folder
from tests.intake.test_stranger import STRANGER


@pytest.fixture
def installation(tmp_path, monkeypatch):
    keep_state_in(tmp_path, monkeypatch)
    return tmp_path


def run(folder, **options):
    return actions.run(folder=folder, by=audit.SYSTEM, **options)


@pytest.mark.django_db
def test_a_strangers_people_stand_in_the_care_store(installation):
    loaded = run(STRANGER).care_store
    assert (loaded["patients_added"], loaded["registrations_added"], loaded["practices_added"]) == (30, 31, 3)
    assert Organisation.objects.get(code="Y90002").name == "Practice Y90002"
    iris = Patient.objects.get(nhs_number="9990000093")
    assert (iris.postcode, Registration.objects.filter(patient=iris).count()) == ("TN17 3BK", 2)
    assert Patient.objects.get(family_name="Quick").nhs_number is None
    assert Patient.objects.get(family_name="Jones").died_on == date(2016, 11, 3)
    assert Patient.objects.get(given_name="Tom").interpreter_required
    choices = {(c.patient.given_name, c.kind): c.value for c in Choice.objects.select_related("patient")}
    assert choices == {
        ("Ada", "sharing_consent"): "given",
        ("Eve", "sharing_consent"): "cannot_ask",
        ("Kate", "type_1_opt_out"): "yes",
        ("Leo", "national_data_opt_out"): "yes",
        ("May", "risk_stratification_objection"): "yes",
        ("Ned", "sharing_consent"): "objected",
    }
    assert Agreement.objects.filter(practice_code="Y90003").count() == 2
    actions_done = list(AuditEntry.objects.values_list("action", flat=True))
    assert {"intake.edition", "patients.registrations_loaded", "choices loaded"} <= set(actions_done)
    assert audit.verify().holds


@pytest.mark.django_db
def test_the_same_folder_again_changes_nothing(installation):
    first = run(STRANGER)
    again = run(STRANGER)
    assert (again.edition, len(editions.list_editions(installation / "dataset"))) == (first.edition, 1)
    unchanged = dict.fromkeys(again.care_store, 0) | {"agreements": first.care_store["agreements"]}
    assert again.care_store == unchanged


@pytest.mark.django_db
def test_a_choice_made_elsewhere_is_not_undone_by_a_file_that_repeats_itself(installation):
    folder = extract_folder(installation / "in", gp_patient=[{"nhs_number": NUMBERS[0], "sharing_consent": "given"}])
    run(folder)
    patient = Patient.objects.get()
    later = Choice.objects.latest("id").recorded_at
    Choice.objects.create(
        patient=patient, kind="sharing_consent", value="objected", recorded_at=later, recorded_by="Dr G"
    )
    run(folder)
    assert Choice.objects.latest("recorded_at", "id").value == "objected"
    extract_folder(folder, gp_patient=[{"nhs_number": NUMBERS[0], "sharing_consent": "not_asked"}])
    assert run(folder).care_store["choices_changed"] == 1


@pytest.mark.django_db
def test_an_older_extract_leaves_the_care_store_alone(installation):
    newest = run(extract_folder(installation / "new"))
    older = run(extract_folder(installation / "old", as_at="2016-03-31"))
    assert older.care_store is None
    assert editions.current(installation / "dataset").id == newest.edition


@pytest.mark.django_db
def test_the_command_answers_in_json_and_writes_the_rejects(installation, capsys, monkeypatch):
    monkeypatch.setattr("django.setup", lambda: None)
    rejects = installation / "rejects.csv"
    code = main(["intake", "run", str(STRANGER), "--rejects", str(rejects), "--no-care-store", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (code, answer["care_store"], len(answer["rejects"])) == (1, None, 6)
    assert rejects.read_text().splitlines()[1] == "gp_patient.Y90001.csv,16,family_name,is empty; it is required"
    assert not Patient.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "next_step"),
    [
        (None, "holds no extract.toml"),
        ("as_at = 2017-03-31\n", "lacks a usable area, synthetic"),
        ("as_at", "not valid"),
    ],
)
def test_a_folder_that_does_not_say_what_it_is_cannot_run(installation, capsys, content, next_step):
    folder = installation / "in"
    folder.mkdir()
    if content is not None:
        (folder / "extract.toml").write_text(content)
    assert main(["intake", "run", str(folder)]) == 2
    assert next_step in capsys.readouterr().err
    assert main(["intake", "run", str(folder / "nowhere")]) == 2


@pytest.mark.django_db
def test_no_people_no_edition(installation, capsys):
    before = run(extract_folder(installation / "good")).edition
    assert (
        main(["intake", "run", str(extract_folder(installation / "in", as_at="2017-04-30", gp_patient="x,y\n"))]) == 2
    )
    assert "no usable row of gp_patient" in capsys.readouterr().err
    assert editions.current(installation / "dataset").id == before
