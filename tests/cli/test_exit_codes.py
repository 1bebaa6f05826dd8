"""0 done, 1 done with findings, 2 could not run: with the next step, and never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcare.base import audit
from localcare.base.models import DEMO_BUILT, AuditEntry
from localcare.caseload import actions as caseload
from localcare.cli import main as cli
from localcare.cli.main import main
from localcare.intake import actions as intake
from localcare.intake.record_feed import PassedOver, RecordLoaded
from localcare.patients.models import Patient
from tests import builders

SOURCE = Path(cli.__file__).parents[2]


def run(data: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "DATABASE_URL": "", "LOCALCARE_DATA": str(data), "PYTHONPATH": str(SOURCE), **settings}
    command = [sys.executable, "-m", "localcare.cli.main", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def told(capsys) -> dict:
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("LOCALCARE_MODE", "prod", "use demo, development or production"),
        ("LOCALCARE_VIEWING_BASIS", "explicit-consent", "use legitimate_relationship or explicit_consent"),
        ("LOCALCARE_IDENTITY_QUOTA", "ten", "give a whole number"),
        ("DATABASE_URL", "nonsense", "is no address of a database"),
    ],
)
def test_a_setting_that_cannot_be_used(tmp_path, name, value, says):
    done = run(tmp_path, "audit", "verify", **{name: value})
    assert (done.returncode, says in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("command", [("audit", "verify"), ("access", "recompute"), ("caseload", "departed")])
def test_a_store_that_lacks_migrations(tmp_path, command):
    done = run(tmp_path, *command)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "localcare serve --migrate" in done.stderr


def test_a_store_that_does_not_answer(tmp_path):
    done = run(tmp_path, "audit", "verify", DATABASE_URL=f"sqlite:///{tmp_path}/nowhere/care.sqlite3")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "Check DATABASE_URL" in done.stderr


def test_settings_are_shown_and_a_bad_file_names_its_fault(tmp_path):
    done = run(tmp_path, "settings", "--json")
    assert (done.returncode, json.loads(done.stdout)["LOCALCARE_AREA"]) == (0, "West Kent")
    (tmp_path / "site.toml").write_text("LOCALCARE_COLOUR = 'blue'")
    assert run(tmp_path, "settings").returncode == 2


@pytest.mark.django_db
class TestOnAStore:
    def test_a_chain_that_holds_and_one_that_was_broken(self, capsys):
        with audit.transaction():
            audit.record("something", by=audit.SYSTEM)
        assert main(["audit", "verify", "--json"]) == 0
        assert told(capsys)["holds"] is True
        AuditEntry.objects.update(reason="changed afterwards")
        assert main(["audit", "verify", "--json"]) == 1
        answer = told(capsys)
        assert (answer["holds"], answer["findings"][0]["sequence"]) == (False, 1)
        assert main(["audit", "verify"]) == 1

    def test_relationships_that_differ_and_then_do_not(self, area, capsys):
        person = builders.patient()
        builders.relate(person, area.teams["C1"])
        assert main(["access", "recompute", "--json"]) == 1
        assert told(capsys)["differences"]["caseload"] == [
            f"not warranted: patient {person.id}, team {area.teams['C1'].pk}"
        ]
        assert main(["access", "recompute"]) == 0

    def test_who_departed_is_told(self, area, gp, capsys):
        person = builders.patient()
        caseload.accept(patient_id=person.id, told="person", note="", by=gp)
        Patient.objects.filter(id=person.id).update(died_on="2017-04-01")
        assert main(["caseload", "departed", "--json"]) == 0
        assert told(capsys)["ended"] == [f"patient {person.id}, team {area.teams['C1'].pk}: died"]
        assert main(["caseload", "departed"]) == 0

    def test_rows_of_the_record_that_were_passed_over_are_named(self, tmp_path, monkeypatch, capsys):
        over = PassedOver("spells.csv", "Admission_Date", "is not a date; write YYYY-MM-DD", 3)
        monkeypatch.setattr(intake, "load_record", lambda **_: RecordLoaded(1, {}, (over,)))
        assert main(["intake", "record", str(tmp_path), "--json"]) == 1
        assert told(capsys)["passed_over"] == [vars(over)]
        assert main(["intake", "record", str(tmp_path)]) == 1
        monkeypatch.setattr(intake, "load_record", lambda **_: RecordLoaded(1, {}))
        assert main(["intake", "record", str(tmp_path)]) == 0
        assert main(["intake", "record", str(tmp_path / "nowhere")]) == 2

    def test_production_runs_nothing_on_a_store_that_a_demo_was_built_into(self, settings, capsys):
        with audit.transaction():
            audit.record(DEMO_BUILT, by=audit.SYSTEM)
        assert main(["audit", "verify"]) == 0
        settings.MODE = "production"
        assert main(["audit", "verify"]) == 2
        assert "its people are synthetic" in capsys.readouterr().err
