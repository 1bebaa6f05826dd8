"""The published examples that the project is given, read from beside the repository."""

import json
from collections import Counter
from pathlib import Path

import pytest

from localcare.cli.main import main
from localcare.patients.models import Patient
from localcare.record.models import Statement

EXAMPLES = Path(__file__).parents[2].parent / "shared" / "interop-examples"
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the folder shared/interop-examples is not beside the repository"),
]
MAPPED = {
    "Patient",
    "Condition",
    "Observation",
    "MedicationRequest",
    "AllergyIntolerance",
    "Immunization",
    "Procedure",
    "Encounter",
    "Flag",
}


def take(capsys, *folders, expected=0):
    paths = [str(EXAMPLES / folder) for folder in folders]
    assert main(["interop", "import", *paths, "--source", "Examples", "--json"]) == expected
    answer = json.loads(capsys.readouterr().out)
    assert answer["read"] == answer["mapped"] + answer["kept"] + answer["parked"] + len(answer["rejected"])
    return answer


def types_in_synthea():
    import gzip

    counts = Counter()
    for path in (EXAMPLES / "synthea-r4-us").iterdir():
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        counts.update(entry["resource"]["resourceType"] for entry in json.loads(content)["entry"])
    return counts


def test_synthea_is_mapped_whole_and_three_times_changes_nothing(capsys):
    types = types_in_synthea()
    answers = [take(capsys, "synthea-r4-us") for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["mapped"] == sum(types[name] for name in MAPPED)
    assert answers[0]["kept_types"] == {name: n for name, n in types.items() if name not in MAPPED}
    assert (answers[0]["parked"], answers[0]["rejected"]) == (0, [])
    assert Patient.objects.count() == types["Patient"]
    kinds = Counter(Statement.objects.filter(superseded_at=None).values_list("kind", flat=True))
    assert kinds["condition"] == types["Condition"]
    assert kinds["encounter"] == types["Encounter"]
    assert not Statement.objects.exclude(superseded_at=None).exists()


def test_uk_core_waits_for_its_patient_and_is_then_mapped(capsys, tmp_path):
    answer = take(capsys, "uk-core-r4")
    assert (answer["read"], answer["mapped"], answer["parked"], answer["rejected"]) == (23, 0, 5, [])
    smith = {"resourceType": "Patient", "id": "UKCore-Patient-RichardSmith-Example", "name": [{"family": "Smith"}]}
    (tmp_path / "smith.json").write_text(json.dumps(smith))
    assert main(["interop", "import", str(tmp_path), "--source", "Examples", "--json"]) == 0
    capsys.readouterr()
    again = take(capsys, "uk-core-r4")
    assert (again["mapped"], again["parked"]) == (5, 0)
    shown = {(s.kind, s.display, s.status) for s in Statement.objects.all()}
    assert ("allergy", "Amoxicillin", "entered-in-error") in shown
    assert ("allergy", "Amoxicillin", "active") in shown
    assert ("medication", "Amoxicillin 500mg capsules", "proposed") in shown
    assert Statement.objects.get(kind="encounter").category == "planned_admission"


def test_malformed_files_are_named_with_a_reason(capsys):
    answer = take(capsys, "malformed-as-published", expected=1)
    assert (answer["read"], answer["mapped"], len(answer["rejected"])) == (2, 0, 2)
    assert all(r["reason"].startswith("not valid JSON") for r in answer["rejected"])


def test_other_standards_and_versions_go_in_or_are_named_without_a_traceback(capsys):
    others = sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir() and p.name not in ("synthea-r4-us", "uk-core-r4"))
    answer = take(capsys, *others, expected=1)
    assert answer["mapped"] > 500
    assert {r["reason"].split(" ")[0] for r in answer["rejected"]} <= {"not", "neither", "resource"}


def test_flags_are_sorted_by_what_they_warn_of(capsys):
    take(capsys, "patient-flags-r4", "bars-r4", expected=1)
    flags = dict(Statement.objects.filter(kind="flag").values_list("display", "category"))
    assert flags["Child Protection Information System Flag"] == "safeguarding"
    assert flags["Patient has some scene safety issues."] == ""
    assert flags["Requires support for receptive communication needs"] == "reasonable_adjustment"
