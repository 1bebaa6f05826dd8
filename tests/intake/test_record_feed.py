"""What an extract says of people becomes their record: small folders, and the stranger's thirty."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from localcare.access import actions as access
from localcare.base import audit, clock
from localcare.base.models import AuditEntry
from localcare.caseload import actions as caseload
from localcare.cli.main import main
from localcare.intake import record_feed
from localcare.intake.record_feed import load_record
from localcare.mdt import actions as mdt
from localcare.patients.models import Patient
from localcare.population.models import ListEntry
from localcare.record import queries
from localcare.record.models import Source, Statement
from localcare.record.types import Added
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from tests import builders
from tests.builders import sees
from tests.intake.builders import NUMBERS, extract_folder

pytestmark = pytest.mark.django_db
STRANGER = Path(__file__).parents[1] / "stranger" / "extracts"
TODAY = date(2017, 4, 3)
FOR_CARE = [
    {"practice": "Y90001", "source": source, "purpose": "direct_care"}
    for source in ("gp", "acute", "nhs111", "ambulance", "community", "mental_health", "social_care")
]
ASTHMA, ASTHMA_RESOLVED, SYSTOLIC, CARE_HOME, FLU_JAB = (
    "195967001",
    "162660004",
    "271649006",
    "160734000",
    "86198006",
)


@pytest.fixture
def ada():
    return Patient.objects.create(nhs_number=NUMBERS[0], family_name="Archer", sex="female").pk


@pytest.fixture
def load(tmp_path, ada):
    def load_(people=None, **files):
        files = {"agreements": FOR_CARE} | files
        folder = extract_folder(tmp_path / f"extracts{len(list(tmp_path.iterdir()))}", **files)
        return load_record(folder=folder, people=people or {NUMBERS[0]: ada}, by=audit.SYSTEM)

    return load_


def record(*names, kind=None):
    rows = Statement.objects.filter(superseded_at=None).order_by("started_on", "id")
    return list((rows.filter(kind=kind) if kind else rows).values_list(*names))


def seen(on, code, number="1", **more):
    return {"observation_id": f"o{number}", "effective_datetime": on, "snomed_concept_id": code, **more}


def test_a_condition_starts_with_its_first_entry_and_is_one_statement(load):
    load(gp_observation=[seen("2012-01-01", ASTHMA, 1), seen("2010-05-06", ASTHMA, 2), seen("2016-01-01", ASTHMA, 3)])
    assert record("kind", "display", "status", "started_on") == [
        ("condition", "Asthma", "active", date(2010, 5, 6)),
    ]


def test_a_condition_resolves_when_its_last_entry_says_so(load):
    again = "2016-01-01"
    load(
        gp_patient=[{"nhs_number": NUMBERS[0]}, {"nhs_number": NUMBERS[0], "patient_id": "2"}],
        gp_observation=[
            seen("2012-01-01", ASTHMA, 1),
            seen("2014-01-01", ASTHMA_RESOLVED, 2),
            seen(again, ASTHMA, 3, patient_id="2"),
            seen("2014-01-01", ASTHMA_RESOLVED, 4, patient_id="2"),
        ],
    )
    assert record("display", "status", "ended_on", kind="condition") == [
        ("Asthma", "resolved", date(2014, 1, 1)),
        ("Asthma", "active", None),
    ]


def test_the_last_five_values_of_a_measurement(load):
    days = [f"2016-0{n}-01" for n in range(1, 8)]
    rows = [seen(day, SYSTOLIC, day, numeric_value=f"1{n}0", numeric_unit="mm[Hg]") for n, day in enumerate(days)]
    load(gp_observation=rows)
    assert [value for (value,) in record("value")] == ["120", "130", "140", "150", "160"]
    assert record("display", "unit")[0] == ("Systolic blood pressure", "mm[Hg]")


def test_entries_that_are_no_condition(load):
    load(
        gp_observation=[
            seen("2016-01-01", CARE_HOME, 1),
            seen("2016-10-01", FLU_JAB, 2),
            seen("2016-11-01", "999000", 3),
        ]
    )
    assert record("kind", "display")[1:] == [
        ("immunisation", "Administration of influenza vaccine"),
        ("note", "SNOMED CT code 999000"),
    ]
    assert record("kind")[0] == ("note",)


def test_a_medicine_by_its_latest_issue_current_for_120_days(load, ada):
    issues = [
        ("Ramipril", "2017-01-01", "false"),
        ("Ramipril", "2017-03-01", "false"),
        ("Aspirin", "2016-12-01", "false"),
        ("Codeine", "2016-11-30", "false"),
        ("Warfarin", "2017-03-01", "true"),
    ]
    load(
        gp_medication_issue=[
            {"issue_record_id": f"m{n}", "drug_name": name, "effective_datetime": day, "is_cancelled": cancelled}
            for n, (name, day, cancelled) in enumerate(issues)
        ]
    )
    assert record("display", "status", "started_on") == [
        ("Codeine", "lapsed", date(2016, 11, 30)),
        ("Aspirin", "active", date(2016, 12, 1)),
        ("Ramipril", "active", date(2017, 3, 1)),
    ]
    assert [m.display for m in queries.of_person(sees(ada)).medicines(TODAY)] == ["Ramipril", "Aspirin"]


def spell(**fields):
    return {"NHS_Number": NUMBERS[0], "Date_Of_Birth": "1940-05-02", "Admission_Date": "2017-03-30", **fields}


def test_a_stay_in_hospital(load):
    load(sus_apc_spell=[spell(Admission_Time="14:30", Der_Diagnosis_All="||A09X,I10X")])
    assert record("category", "display", "code", "value", "status", "ended_on") == [
        (
            "emergency_admission",
            "Emergency admission",
            "A09X",
            "Diarrhoea and gastroenteritis of presumed infectious origin",
            "in-progress",
            None,
        )
    ]
    (row,) = Statement.objects.all()
    assert row.started_at == datetime(2017, 3, 30, 13, 30, tzinfo=UTC)
    assert row.received_at == datetime(2017, 4, 1, 5, 10, tzinfo=UTC)
    assert (row.source.organisation_code, row.source.system) == ("RWF", "acute")


def test_kinds_of_stay(load):
    kinds = {
        ("21", "1"): "emergency_admission",
        ("2A", "1"): "emergency_admission",
        ("11", "1"): "planned_admission",
        ("11", "2"): "day_case",
        ("31", "1"): "admission",
    }
    load(
        sus_apc_spell=[
            spell(APCS_Ident=method + day, Admission_Method=method, Patient_Classification=day) for method, day in kinds
        ]
    )
    assert dict(record("external_id", "category")) == {
        f"spell|RWF|{method}{day}": category for (method, day), category in kinds.items()
    }


def test_whose_row_it_is(load):
    rows = {
        "same number and birth date": (NUMBERS[0], "1940-05-02"),
        "birth date not given": ("999 000 0018", ""),
        "another birth date: it may be somebody else's": (NUMBERS[0], "1941-05-02"),
        "check digit": ("9990000019", "1940-05-02"),
        "no number": ("", "1940-05-02"),
        "another number": (NUMBERS[1], "1940-05-02"),
    }
    load(
        sus_apc_spell=[
            spell(APCS_Ident=name, NHS_Number=number, Date_Of_Birth=born) for name, (number, born) in rows.items()
        ]
    )
    assert {name for (name,) in record("external_id")} == {
        "spell|RWF|same number and birth date",
        "spell|RWF|birth date not given",
    }


def test_a_row_corrected_to_somebody_else_leaves_the_record_of_the_first(load):
    load(sus_apc_spell=[spell(), spell(NHS_Number=NUMBERS[1], Date_Of_Birth="")])
    assert record("id") == []


def test_contacts_are_folded_by_referral_and_month(load):
    load(
        csds_mpi=[{"LocalPatientID": "L1", "OrgID_LocalPatientID": "RYY", "NHSNumber": NUMBERS[0]}],
        csds_referral=[
            {
                "ServiceRequestID": "r1",
                "LocalPatientID": "L1",
                "ReferralRequest_ReceivedDate": "2016-11-01",
                "TeamType": "District nursing",
            }
        ],
        csds_care_contact=[
            {"CareContactID": f"k{n}", "ServiceRequestID": "r1", "Contact_Date": day, "AttendOrNot": attended}
            for n, (day, attended) in enumerate(
                [("2016-11-03", "5"), ("2016-11-20", "6"), ("2016-11-25", "3"), ("2016-12-01", "")]
            )
        ],
    )
    assert record("display", "value", "started_on", "ended_on") == [
        ("District nursing", "2 contacts", date(2016, 11, 3), date(2016, 11, 20)),
        ("District nursing", "1 contact", date(2016, 12, 1), date(2016, 12, 1)),
    ]


def test_a_service_runs_until_it_ends(load, ada):
    service = {"NHS_Number": NUMBERS[0], "Service_Component": "Home Support", "Service_Type": "Long Term Support"}
    load(asc_cld=[{**service, "Event_End_Date": "2017-03-01"}, {**service, "Event_Reference": "v2"}])
    assert [s.display for s in queries.of_person(sees(ada)).services(TODAY)] == ["Home Support"]


def test_only_what_the_practice_agreed_to_for_care(load):
    agreements = {
        "Y90001": {},
        "Y90002": {"purpose": "planning"},
        "Y90003": {"source": "gp"},
        "Y90004": {"practice": "Y90009"},
        "Y90005": {"ends": "2017-03-30"},
        "Y90006": {"starts": "2017-04-01"},
    }
    numbers = dict(zip(agreements, NUMBERS, strict=False))
    people = {
        number: Patient.objects.get_or_create(nhs_number=number, defaults={"family_name": practice, "sex": "male"})[
            0
        ].pk
        for practice, number in numbers.items()
    }
    load(
        people=people,
        gp_patient=[{"organisation": practice, "nhs_number": number} for practice, number in numbers.items()],
        agreements=[
            {"practice": practice, "source": "acute", "purpose": "direct_care", **agreement}
            for practice, agreement in agreements.items()
        ],
        sus_apc_spell=[spell(APCS_Ident=practice, NHS_Number=number) for practice, number in numbers.items()],
    )
    assert record("external_id") == [("spell|RWF|Y90001",)]


def test_only_the_people_asked_for(load):
    both = [{"nhs_number": NUMBERS[0]}, {"nhs_number": NUMBERS[1], "patient_id": "2"}]
    answer = load(
        gp_patient=both, gp_observation=[seen("2012-01-01", ASTHMA), seen("2012-01-01", ASTHMA, 2, patient_id="2")]
    )
    assert (answer.people, len(record("id"))) == (1, 1)


def test_a_person_without_an_nhs_number_is_known_by_the_practices_own(load, ada):
    load(
        people={("Y90001", "1"): ada},
        gp_patient=[{"patient_id": "1"}],
        gp_observation=[seen("2012-01-01", ASTHMA)],
        sus_apc_spell=[spell(NHS_Number="")],
    )
    assert record("kind") == [("condition",)]


def test_loading_again_changes_nothing_and_a_discharge_supersedes(load):
    files = {"gp_observation": [seen("2012-01-01", ASTHMA)], "sus_apc_spell": [spell()]}
    first, again = load(**files), load(**files)
    assert sorted(first.sources.values(), key=repr) == [Added(new=1)] * 2
    assert sorted(again.sources.values(), key=repr) == [Added(known=1)] * 2
    assert AuditEntry.objects.count() == 2
    later = load(**{**files, "sus_apc_spell": [spell(Discharge_Date="2017-03-31")]})
    assert sorted(later.sources.values(), key=repr) == [Added(known=1), Added(superseding=1)]
    assert record("status", kind="encounter") == [("finished",)]
    assert Source.objects.count() == 2


def test_what_could_not_be_read_of_these_people_is_counted_and_of_others_is_not(load):
    answer = load(
        gp_observation=[
            seen("2012-01-01", ASTHMA),
            seen("no date", ASTHMA, 2),
            seen("no date", ASTHMA, 3, patient_id="2"),
        ],
        sus_apc_spell=[
            spell(Admission_Date="yesterday"),
            spell(APCS_Ident="s2", Date_Of_Birth="1999-01-01"),
            spell(APCS_Ident="s3", NHS_Number=NUMBERS[1], Admission_Date="yesterday"),
        ],
    )
    assert [(one.file, one.column, one.rows) for one in answer.passed_over] == [
        ("gp_observation.csv", "effective_datetime", 1),
        ("sus_apc_spell", "Date_Of_Birth", 1),
        ("sus_apc_spell.csv", "Admission_Date", 1),
    ]


def test_the_strangers_people_one_by_one():
    numbered = {f"99900000{n}": n for n in (18, 26, 34, 42, 50, 69, 77)} | {"9990000212": 20}
    people = {
        number: Patient.objects.create(nhs_number=number, family_name=str(n), sex="male").pk
        for number, n in numbered.items()
    }
    load_record(folder=STRANGER, people=people, by=audit.SYSTEM)
    ids = {name: [people[number]] for number, name in numbered.items()}
    ada, ben, eve, sam = ids[18], ids[26], ids[50], ids[20]

    assert len(queries.of_person(sees(*ada)).problems(TODAY)) == 4
    assert [
        (e.started_on, e.ended_on) for e in queries.of_person(sees(*ada)).encounters(categories=["emergency_admission"])
    ] == [
        (date(2017, 2, 12), date(2017, 2, 20)),
        (date(2016, 6, 10), date(2016, 6, 18)),
    ]
    assert [m.latest.value for m in queries.of_person(sees(*ada)).measurements()] == ["57"]
    assert {m.display for m in queries.of_person(sees(*ada)).medicines(TODAY)} == {
        "Metformin 500mg tablets",
        "Ramipril 5mg capsules",
    }
    assert len(queries.of_person(sees(*ben)).problems(TODAY)) == 1
    assert [e.status for e in queries.of_person(sees(*ben)).encounters(categories=["emergency_admission"])] == [
        "in-progress"
    ]
    assert len(queries.of_person(sees(*eve)).problems(TODAY)) == 2
    # His practice shares general practice and hospital records only.
    assert {s.source.system for s in Statement.objects.filter(patient__in=sam)} == {"gp", "acute"}
    assert len(queries.of_person(sees(*sam)).problems(TODAY)) == 4


def test_the_command_loads_the_record_of_people_on_lists_and_caseloads(tmp_path, monkeypatch, capsys):
    builders.keep_state_in(tmp_path, monkeypatch)
    assert main(["intake", "record", str(STRANGER)]) == 2
    assert "population run" in capsys.readouterr().err
    assert main(["intake", "run", str(STRANGER), "--json"]) == 1
    assert main(["population", "run", "--json"]) == 1
    capsys.readouterr()
    for fate in ("new", "known"):
        assert main(["intake", "record", str(STRANGER), "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        counts = [count for source in answer["sources"].values() for count in source.items() if count[1]]
        assert {name for name, _ in counts} == {fate}
        assert sum(count for _, count in counts) == Statement.objects.count() > 0
    listed = set(ListEntry.objects.values_list("pseudonym", flat=True))
    assert answer["people"] == len(listed) == Statement.objects.values("patient").distinct().count()


def test_whose_record_is_loaded(area, gp, coordinator, nurse):
    on_caseload, on_agenda, with_task, in_emergency, nobody = (builders.patient(family=name) for name in "ABCDE")
    for person in (on_caseload, on_agenda, with_task):
        builders.relate(person, area.teams["C1"])
    caseload.accept(patient_id=on_caseload.id, told="person", note="", by=gp)
    meeting = mdt.plan_meeting(starts_at=clock.now() + timedelta(days=2), minutes=60, by=coordinator)
    mdt.add_case(meeting_id=meeting.pk, patient_id=on_agenda.id, reason="Falls", told="person", by=coordinator)
    owner = Owner(nurse.post_id, nurse.team_id, nurse.signature)
    tasks.give(title="Visit", owner=owner, due_on=clock.today(), patient_id=with_task.id, by=coordinator)
    access.declare_emergency(patient_id=in_emergency.id, reason="found on the floor", by=nurse)
    people = set(record_feed.people_with_a_record(by=audit.SYSTEM).values())
    assert people == {on_caseload.id, on_agenda.id, with_task.id, in_emergency.id}
    assert nobody.id not in people
