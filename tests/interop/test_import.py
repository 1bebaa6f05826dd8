import gzip
import json
import os
import subprocess
import sys

import pytest

from localcare.access.models import Seal
from localcare.base import audit
from localcare.base.models import AuditEntry
from localcare.caseload import actions as caseload
from localcare.caseload import queries as caseloads
from localcare.cli.main import main
from localcare.documents.models import Document
from localcare.documents.queries import content as content_of
from localcare.interop import actions, queries
from localcare.interop.models import ImportedFile, ParkedResource
from localcare.patients.models import LocalIdentifier, Patient
from localcare.record.models import Statement

pytestmark = pytest.mark.django_db
NHS = "https://fhir.nhs.uk/Id/nhs-number"
MODELS = (Document, ImportedFile, ParkedResource, Patient, LocalIdentifier, Statement, AuditEntry)


def person(resource_id="p1", number=None, family="Marsh", **fields):
    identifier = {"identifier": [{"system": NHS, "value": number}]} if number else {}
    names = {"name": [{"family": family}], "birthDate": "1940-05-01"}
    return {"resourceType": "Patient", "id": resource_id, **names, **identifier, **fields}


def condition(subject, resource_id="c1", **fields):
    subject = {"reference": subject} if isinstance(subject, str) else subject
    return {"resourceType": "Condition", "id": resource_id, "code": {"text": "Asthma"}, "subject": subject, **fields}


def bundle(*resources, urls=()):
    entries = [{"resource": r} for r in resources]
    for entry, url in zip(entries, urls, strict=False):
        entry["fullUrl"] = url
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def take(resource, source="Trust"):
    content = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    answer = actions.import_file(content=content, file_name="a.json", source=source, by=audit.SYSTEM)
    actions.retry_parked(by=audit.SYSTEM)
    return queries.outcome_of(answer) if isinstance(answer, int) else answer


def whose():
    return {s.external_id: s.patient.nhs_number or s.patient.family_name for s in Statement.objects.all()}


def counts():
    return [model.objects.count() for model in MODELS]


@pytest.mark.parametrize(
    ("subject", "urls"),
    [
        ("urn:uuid:11111111-2222-3333-4444-555555555555", ["urn:uuid:11111111-2222-3333-4444-555555555555"]),
        ("Patient/p1", []),
        ("https://trust.example/fhir/Patient/p1", []),
        ("https://trust.example/fhir/Patient/p1", ["https://trust.example/fhir/Patient/p1"]),
        ("Patient/p1/_history/2", []),
        ({"identifier": {"system": NHS, "value": "9990000018"}}, []),
        (f"Patient?identifier={NHS}|9990000018", []),
    ],
)
def test_every_kind_of_reference_finds_the_person(subject, urls):
    outcome = take(bundle(person(number="9990000018"), condition(subject), urls=urls))
    assert (outcome.read, outcome.mapped, outcome.parked) == (2, 2, 0)
    assert whose() == {"Condition/c1": "9990000018"}


def test_a_contained_patient():
    inner = person("x", "9990000018")
    outcome = take({**condition("#x"), "contained": [inner]})
    assert outcome.mapped == 1
    assert whose() == {"Condition/c1": "9990000018"}


def test_a_contained_patient_without_any_identifier_is_nobody_we_know():
    assert take({**condition("#x"), "contained": [person("x")]}).parked == 1
    assert not Patient.objects.exists()


def test_no_nhs_number_is_allowed_and_the_number_0000000000_is_refused():
    outcome = take(bundle(person("p1"), person("p2", "0000000000", family="Field"), condition("Patient/p2")))
    assert (outcome.mapped, outcome.rejected) == (3, [])
    assert outcome.findings == ["resource 2 (Patient): the NHS number is not valid, so it is not used"]
    assert whose() == {"Condition/c1": "Field"}
    assert set(Patient.objects.values_list("nhs_number", flat=True)) == {None}


@pytest.mark.parametrize("first_the_person", [True, False])
def test_files_of_one_import_find_each_other_in_any_order(first_the_person):
    files = [person(), condition("Patient/p1")]
    for resource in files if first_the_person else reversed(files):
        take(resource)
    assert whose() == {"Condition/c1": "Marsh"}
    assert not queries.waiting_by_type()


def test_parked_until_the_patient_comes_and_never_given_to_another_sources_patient():
    first = take(condition("Patient/p1"))
    assert (first.read, first.mapped, first.parked) == (1, 0, 1)
    assert queries.waiting_by_type() == {"Condition": 1}
    take(person(), source="Another trust")
    assert take(condition("Patient/p1")).parked == 1
    take(person())
    again = take(condition("Patient/p1"))
    assert (again.read, again.mapped, again.parked) == (1, 1, 0)
    assert AuditEntry.objects.filter(action="interop.resolve_parked").count() == 1


def test_parked_by_nhs_number_until_the_practice_registers_the_person():
    take(condition({"identifier": {"system": NHS, "value": "9990000018"}}))
    Patient.objects.create(nhs_number="9990000018", family_name="Marsh", sex="female")
    assert actions.retry_parked(by=audit.SYSTEM) == 1
    assert actions.retry_parked(by=audit.SYSTEM) == 0
    assert whose() == {"Condition/c1": "9990000018"}


def test_a_death_told_by_a_message_ends_the_caseload_the_same_day(margaret, gp):
    caseload.accept(patient_id=margaret.id, told="person", note="", by=gp)
    told = person(number=margaret.nhs_number, family="Ashdown", deceasedDateTime="2017-04-02")
    take(bundle({**told, "birthDate": "1935-03-04"}))
    entry = caseloads.entry_of([margaret.id])
    assert (entry.label, entry.reason) == ("Died", "Found on 2017-04-03 from a message about them.")


def test_what_is_said_about_a_refused_patient_goes_to_nobody():
    take(person("p1"))
    stranger = person("p1", family="Field") | {"birthDate": "1985-01-01"}
    outcome = take(bundle(stranger, condition("Patient/p1")))
    assert (outcome.mapped, outcome.parked, len(outcome.rejected)) == (0, 1, 1)
    assert "somebody else" in outcome.rejected[0]
    actions.retry_parked(by=audit.SYSTEM)
    assert whose() == {}


def test_what_is_kept_and_not_mapped():
    outcome = take(
        bundle(
            person(),
            {"resourceType": "Claim", "id": "1"},
            condition("Group/1"),
            condition("Patient/p1", modifierExtension=[{"url": "not"}]),
            bundle(condition("Patient/p1", "inner")),
            {"id": "no type"},
        )
    )
    assert outcome.kept == {"Claim": 1, "Condition": 1, "Condition with a modifier": 1}
    assert outcome.rejected == ["resource 6 (no resourceType): not a FHIR resource"]
    assert whose() == {"Condition/inner": "Marsh"}
    assert outcome.read == 6


def test_a_resource_of_an_unforeseen_shape_keeps_nothing_else_out(monkeypatch):
    def stumble(*_):
        raise KeyError("identifying words")

    monkeypatch.setitem(actions.MAPPERS, "Procedure", stumble)
    outcome = take(bundle(person(), condition("Patient/p1"), {"resourceType": "Procedure", "id": "1"}))
    assert (outcome.mapped, len(outcome.rejected)) == (2, 1)
    assert "identifying" not in outcome.rejected[0]


ODD = [None, 5, "x", True, [], {}, [[]], [None], [{}], {"coding": 5}, {"coding": [{"code": 5}]}, {"start": {}}]


@pytest.mark.parametrize("odd", ODD)
def test_wrong_element_types_are_no_traceback(odd):
    """About one in six published examples breaks the standard: whatever stands in an element, the file goes in."""
    names = ("code", "clinicalStatus", "onsetDateTime", "performer", "component", "valueQuantity", "period", "type")
    names += ("participant", "identifier", "name", "address", "telecom", "communication", "meta", "class", "contained")
    names += (
        "dosageInstruction",
        "medicationReference",
        "reaction",
        "protocolApplied",
        "reasonCode",
        "deceasedDateTime",
    )
    types = [t for t in actions.MAPPERS if t != "Patient"]
    resources = [
        {"resourceType": t, "id": t, **dict.fromkeys(names, odd), "subject": {"reference": "Patient/p1"}} for t in types
    ]
    outcome = take(bundle(person(), *resources, {"resourceType": "Patient", "id": "o", **dict.fromkeys(names, odd)}))
    assert (outcome.read, outcome.mapped, list(outcome.rejected)) == (10, 10, [])


def test_what_is_marked_restricted_is_sealed_as_it_arrives_also_after_waiting_for_its_patient():
    marked = {"meta": {"security": [{"code": "R"}]}}
    number = {"identifier": {"system": NHS, "value": "9990000018"}}
    assert take(bundle(condition(number, **marked), condition(number, "c2"))).parked == 2
    assert not Seal.objects.exists()
    take(person(number="9990000018"))
    seal = Seal.objects.get()
    assert (seal.item, seal.by_source, seal.sealed_by) == ("condition|:Trust|Condition/c1", True, "Trust")
    assert seal.patient_id == Patient.objects.get().pk
    take(bundle(person(number="9990000018"), condition("Patient/p1", verificationStatus="confirmed")))
    assert Seal.objects.get().lifted_at is None


def test_a_correction_supersedes_and_repetition_changes_nothing():
    first = bundle(person(), condition("Patient/p1"))
    second = bundle(person(), condition("Patient/p1", clinicalStatus={"coding": [{"code": "resolved"}]}))
    take(first)
    take(second)
    before = counts()
    for _ in range(3):
        take(first)
        take(second)
    assert counts() == before
    assert Statement.objects.get(superseded_at=None).status == "resolved"
    assert Statement.objects.count() == 2


def test_bytes_are_kept_as_received():
    content = gzip.compress(json.dumps(person()).encode())
    assert take(content).mapped == 1
    assert content_of(Document.objects.get().pk) == content


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Patient xmlns="http://hl7.org/fhir">&b;</Patient>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Patient xmlns="http://hl7.org/fhir">&a;</Patient>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"a,b\n1,2\n", "neither JSON nor XML"),
        (b"\x89PNG\r\n", "neither JSON nor XML"),
        (b'{"resourceType": "Patient", ', "not valid JSON"),
        (b'{"resourceType": "Observation", "valueQuantity": NaN}', "not valid JSON: NaN"),
        (b'{"a": 1}', "no resourceType"),
        (b'{"resourceType": 5}', "no resourceType"),
        (b"[1]", "no resourceType"),
        (b'{"a": "\xff\xfe"}', "not UTF-8"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"<html><body></body></html>", "not FHIR"),
        (b"<Patient", "not valid XML"),
        (BOMB, "DOCTYPE"),
        (OUTSIDE, "DOCTYPE"),
        (b"\x1f\x8bbroken", "gzip file is damaged"),
        (gzip.compress(b"  ", mtime=0), "empty"),
    ],
)
def test_files_that_are_no_messages(content, reason):
    outcome = take(content)
    assert (outcome.read, len(outcome.rejected)) == (1, 1)
    assert reason in outcome.rejected[0]
    assert not Patient.objects.exists()


def test_a_gzip_bomb_is_not_unpacked(monkeypatch):
    monkeypatch.setattr("localcare.interop.reading.MAX_BYTES", 1000)
    assert "larger than" in take(gzip.compress(b"{" + b" " * 5000)).rejected[0]


def test_a_failure_within_a_file_leaves_no_half(monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    before = counts()
    monkeypatch.setattr("localcare.interop.actions.record.add_statements", fail)
    with pytest.raises(OSError, match="disk full"):
        take(bundle(person(), condition("Patient/p1")))
    assert counts() == before


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "1.json").write_text(json.dumps(condition("Patient/p1")))
    (tmp_path / "2.json").write_text("{")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "3.json").write_text(json.dumps(person()))
    (tmp_path / "sub" / "INDEX.csv").write_text("a,b\n")
    return tmp_path


def test_command(folder, capsys):
    for _ in range(3):
        assert main(["interop", "import", str(folder), str(folder / "none"), "--source", "Trust", "--json"]) == 1
        answer = json.loads(capsys.readouterr().out)
        assert {k: answer[k] for k in ("read", "mapped", "kept", "parked")} == {
            "read": 5,
            "mapped": 2,
            "kept": 0,
            "parked": 0,
        }
        assert [r["file"].removeprefix(str(folder)) for r in answer["rejected"]] == [
            "/2.json",
            "/sub/INDEX.csv",
            "/none",
        ]
    assert Patient.objects.count() == Statement.objects.count() == 1


@pytest.mark.parametrize(("files", "source"), [([], "Trust"), (["1.json"], " "), (["1.json"], "x" * 200)])
def test_command_that_cannot_run(folder, files, source, capsys, tmp_path_factory):
    paths = [str(folder / name) for name in files] or [str(tmp_path_factory.mktemp("empty"))]
    assert main(["interop", "import", *paths, "--source", source]) == 2
    assert "localcare:" in capsys.readouterr().err


KILLED = """
import os
import django
django.setup()
from localcare.cli.main import main
from localcare.interop import actions
writes = actions.record.add_statements
def die(**arguments):
    writes(**arguments)
    if any(s.display == "Fatal" for s in arguments["statements"]):
        os._exit(9)
actions.record.add_statements = die
main(["interop", "import", {folder!r}, "--source", "Trust"])
"""


def test_killed_within_a_file_leaves_whole_files_only(tmp_path):
    files, data = tmp_path / "files", tmp_path / "data"
    files.mkdir()
    (files / "1.json").write_text(json.dumps(bundle(person("a"), condition("Patient/a"))))
    fatal = condition("Patient/b", "c2", code={"text": "Fatal"})
    (files / "2.json").write_text(json.dumps(bundle(person("b", family="Field"), fatal)))
    environment = {
        **os.environ,
        "LOCALCARE_DATA": str(data),
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DATABASE_URL": "",
    }

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False
        )

    assert run("-c", KILLED.format(folder=str(files))).returncode == 9
    done = run("-m", "localcare.cli", "interop", "import", str(files), "--source", "Trust", "--json")
    assert json.loads(done.stdout)["mapped"] == 4
    verified = json.loads(run("-m", "localcare.cli", "audit", "verify", "--json").stdout)
    assert verified["holds"]
    # One source's registration, one import entry per file and no trace of the interrupted one.
    import sqlite3

    store = sqlite3.connect(data / "care.sqlite3")
    assert store.execute("select count(*) from base_auditentry where action = 'interop.import'").fetchone() == (2,)
    assert store.execute("select count(*) from patients_patient").fetchone() == (2,)
    store.close()
