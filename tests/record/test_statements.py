from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from localcare.base import audit
from localcare.base.models import AuditEntry, AuditSubject
from localcare.patients.models import Patient
from localcare.record import actions, queries
from localcare.record.models import Statement
from localcare.record.types import IN_HOSPITAL, Added, FlagCategory, NewStatement, Record, SourceOf
from tests.builders import sees

pytestmark = pytest.mark.django_db
MONDAY = datetime(2017, 4, 3, 6, 10, tzinfo=UTC)
TODAY = date(2017, 4, 3)
TRUST = SourceOf("Trust", "RWF", "SUS")


@pytest.fixture
def patient():
    return Patient.objects.create(family_name="Marsh", sex="female").pk


def says(patient_id, external_id="Condition/1", kind="condition", display="Asthma", **fields):
    return NewStatement(patient_id=patient_id, kind=kind, external_id=external_id, display=display, **fields)


def add(*statements, at=MONDAY, source=TRUST):
    return actions.add_statements(statements=statements, source=source, received_at=at, by=audit.SYSTEM)


def test_a_statement_carries_source_and_dates(patient):
    assert add(says(patient, status="active", started_on=date(2016, 1, 2))) == Added(new=1)
    (item,) = queries.of_person(sees(patient)).problems(TODAY)
    assert (item.display, item.source, item.started_on, item.received_at) == (
        "Asthma",
        "Trust",
        date(2016, 1, 2),
        MONDAY,
    )
    entry = AuditEntry.objects.get()
    assert entry.action == "record.add_statements"
    assert AuditSubject.objects.get().patient_id == patient


def test_saying_it_again_changes_nothing(patient):
    add(says(patient))
    assert add(says(patient), at=MONDAY + timedelta(days=1)) == Added(known=1)
    assert Statement.objects.get().received_at == MONDAY
    assert AuditEntry.objects.count() == 1


def test_a_later_version_stands_and_the_earlier_stays_as_history(patient):
    add(says(patient, status="active"))
    assert add(says(patient, status="resolved"), at=MONDAY + timedelta(days=1)) == Added(superseding=1)
    assert queries.of_person(sees(patient)).problems(TODAY) == []
    (now,) = queries.of_person(sees(patient)).items
    assert [v.status for v in queries.versions_of(sees(patient), now.id)] == ["resolved", "active"]


def test_going_back_to_the_first_wording_is_a_third_version(patient):
    for status in ("active", "resolved", "active"):
        add(says(patient, status=status))
    assert [i.status for i in queries.of_person(sees(patient)).problems(TODAY)] == ["active"]
    assert Statement.objects.count() == 3


def test_a_version_the_source_made_earlier_never_replaces_a_later_one(patient):
    late, early = MONDAY, MONDAY - timedelta(days=30)
    add(says(patient, status="resolved", version_at=late))
    assert add(says(patient, status="active", version_at=early)) == Added(outdated=1)
    assert add(says(patient, status="active", version_at=early)) == Added(known=1)
    assert [i.status for i in queries.of_person(sees(patient)).items] == ["resolved"]
    assert Statement.objects.count() == 2


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_versions_within_one_delivery(patient, at_once, monkeypatch):
    monkeypatch.setattr(actions, "CHUNK", at_once)
    answer = add(says(patient, status="active"), says(patient, status="resolved"), says(patient, status="resolved"))
    assert answer == Added(new=1, superseding=1, known=1)
    assert [i.status for i in queries.of_person(sees(patient)).items] == ["resolved"]


def test_a_first_delivery_looks_up_only_what_it_repeats(patient, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(actions, "CHUNK", 2)
    told = [says(patient, external_id=f"Condition/{n}") for n in (1, 2, 3, 4, 1)]
    for looked_up in (1, 3):  # what came twice; then, with all of it known, each part of the delivery
        with django_assert_max_num_queries(100) as asked:
            add(*told)
        assert sum('external_id" IN' in query["sql"] for query in asked.captured_queries) == looked_up


def test_the_same_id_from_another_source_or_of_another_kind_is_another_statement(patient):
    add(says(patient))
    assert add(says(patient), source=SourceOf("GP")) == Added(new=1)
    assert add(says(patient, kind="note")) == Added(new=1)


def test_text_no_store_can_hold_and_ids_of_any_length(patient):
    add(says(patient, display="nul \0 lone \ud800", external_id="x" * 5000))
    assert add(says(patient, display="nul \0 lone \ud800", external_id="x" * 5000)) == Added(known=1)
    assert queries.of_person(sees(patient)).items[0].display == "nul \ufffd lone ?"


def test_an_error_half_way_leaves_nothing(patient):
    def statements():
        yield says(patient)
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        actions.add_statements(statements=statements(), source=TRUST, received_at=MONDAY, by=audit.SYSTEM)
    assert not Statement.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("status", "ended_on", "current"),
    [
        ("active", None, True),
        ("", None, True),
        ("active", date(2017, 4, 3), True),
        ("active", date(2017, 4, 2), False),
        ("resolved", None, False),
        ("entered-in-error", None, False),
        ("refuted", None, False),
    ],
)
def test_what_counts_as_a_current_problem(patient, status, ended_on, current):
    add(says(patient, status=status, ended_on=ended_on))
    assert bool(queries.of_person(sees(patient)).problems(TODAY)) is current


def test_what_was_entered_in_error_is_in_no_list(patient):
    for kind in ("allergy", "measurement", "encounter", "medication", "flag", "service"):
        add(says(patient, kind=kind, category="ambulance", status="entered-in-error", started_on=TODAY))
    assert queries.of_person(sees(patient)) == Record()
    since = MONDAY - timedelta(days=1)
    news = queries.encounters_known_since([patient], since, categories=["ambulance"], happened_since=since.date())
    assert news.patient_ids == []


def test_a_resolved_allergy_still_shows_with_its_status(patient):
    add(says(patient, kind="allergy", display="Penicillin", status="resolved"))
    told = queries.of_person(sees(patient))
    assert [(a.display, a.status) for a in told.allergies_over()] == [("Penicillin", "resolved")]
    assert not told.allergies()


@pytest.mark.parametrize(
    ("said", "stands_as"),
    [
        ({"display": "Penicillin", "status": "active"}, "an allergy"),
        ({"display": "Penicillin"}, "an allergy"),
        ({"display": "Penicillin", "status": "inactive"}, "over"),
        ({"display": "No known allergy", "code": "716186003", "code_system": "snomedct", "status": "active"}, "none"),
        ({"display": "NKDA", "code": "409137002", "code_system": "snomedct"}, "none"),
        ({"display": "No known allergies"}, "none"),
        ({"display": "No known allergy", "code": "716186003", "status": "inactive"}, "nothing"),
    ],
)
def test_what_a_statement_about_allergies_stands_as(patient, said, stands_as):
    add(says(patient, **{"kind": "allergy", **said}))
    told = queries.of_person(sees(patient))
    kinds = {"an allergy": told.allergies(), "over": told.allergies_over(), "none": told.no_known_allergies()}
    assert [name for name, items in kinds.items() if items] == [stands_as] * (stands_as != "nothing")


def test_the_category_of_a_flag_decides_who_reads_it(patient):
    for category in (*FlagCategory, ""):
        add(says(patient, f"Flag/{category}", "flag", f"a flag of {category}", category=category))
    add(says(patient, "Flag/ended", "flag", "over", category=FlagCategory.SAFEGUARDING, ended_on=date(2017, 4, 2)))
    told = queries.of_person(sees(patient))
    assert {f.category for f in told.private_flags(TODAY)} == {"safeguarding", "staff_safety", ""}
    assert [f.category for f in told.flags(TODAY, FlagCategory.ESCALATION)] == ["escalation"]


def test_measurements_give_latest_earlier_and_change(patient):
    weights = [("1", "70.5", date(2016, 1, 1)), ("2", "66", date(2017, 1, 1)), ("3", "68", date(2016, 7, 1))]
    add(
        *(
            says(patient, i, "measurement", "Weight", code="27113001", value=value, unit="kg", started_on=on)
            for i, value, on in weights
        ),
        says(patient, "4", "measurement", "Smoking", code="77176002", value="Smoker", started_on=date(2015, 1, 1)),
    )
    weight, smoking = queries.of_person(sees(patient)).measurements()
    assert (weight.latest.value, [e.value for e in weight.earlier], weight.change) == ("66", ["68", "70.5"], -2)
    assert (smoking.latest.value, smoking.change) == ("Smoker", None)


def test_a_record_is_newest_first_and_undated_last(patient):
    at = datetime(2017, 2, 1, 9, tzinfo=UTC)
    told = {
        "undated": {},
        "March": {"started_on": date(2017, 3, 1)},
        "1 February": {"started_on": date(2017, 2, 1)},
        "1 February, 9am": {"started_on": date(2017, 2, 1), "started_at": at},
        "1 February, 10am": {"started_on": date(2017, 2, 1), "started_at": at + timedelta(hours=1)},
    }
    add(*(says(patient, display, display=display, **when) for display, when in told.items()))
    assert [item.display for item in queries.of_person(sees(patient)).items] == [
        "March",
        "1 February, 10am",
        "1 February, 9am",
        "1 February",
        "undated",
    ]


def test_what_we_came_to_know_is_by_when_we_knew_it(patient):
    add(says(patient, "1", "encounter", "Old news", started_on=date(2016, 5, 1)), at=MONDAY)
    add(says(patient, "2", "encounter", "Admitted", started_on=date(2017, 4, 1)), at=MONDAY - timedelta(hours=1))
    add(says(patient, "3", "encounter", "Known before", started_on=TODAY), at=MONDAY - timedelta(days=2))
    told, since = queries.of_person(sees(patient)), MONDAY - timedelta(days=1)
    assert [item.display for item in told.known_since(since)] == ["Old news", "Admitted"]
    assert [item.display for item in told.known_since(since, happened_since=since.date())] == []
    assert [item.display for item in told.known_since(since, happened_since=date(2017, 4, 1))] == ["Admitted"]


def test_changes_of_a_whole_caseload_take_two_queries(django_assert_num_queries):
    people = [Patient.objects.create(family_name=f"P{n}", sex="male").pk for n in range(40)]
    told = {"category": "emergency_admission", "started_on": TODAY}
    add(*(says(p, f"old {p}", "encounter", "A&E", **told) for p in people), at=MONDAY - timedelta(days=1))
    add(*(says(p, f"new {p}", "encounter", "Admitted", **told) for p in people))
    add(*(says(p, f"other {p}", "encounter", "At the surgery", **told | {"category": "gp"}) for p in people))
    with django_assert_num_queries(2):
        changes = queries.encounters_known_since(
            people, MONDAY - timedelta(hours=1), categories=["emergency_admission"], happened_since=TODAY
        )
    assert set(changes.patient_ids) == set(people)
    assert len(changes.patient_ids) == 40


def test_a_whole_record_takes_one_query(patient, django_assert_num_queries):
    add(*(says(patient, str(n), "encounter", started_on=TODAY - timedelta(days=n)) for n in range(30)))
    with django_assert_num_queries(1):
        told = queries.of_person(sees(patient))
    assert len(told.items) == 30
    assert len(told.encounters(since=TODAY - timedelta(days=9))) == 10


def test_versions_of_somebody_elses_statement_are_not_told(patient):
    add(says(patient))
    (item,) = queries.of_person(sees(patient)).items
    assert queries.versions_of(sees(patient + 1), item.id) == []


ADMITTED = date(2017, 3, 31)


@pytest.mark.parametrize(
    ("category", "status", "started_on", "ended_on", "inside"),
    [
        ("emergency_admission", "in-progress", ADMITTED, None, True),
        ("planned_admission", "", ADMITTED, None, True),
        ("admission", "onleave", ADMITTED, None, True),
        ("admission", "in-progress", ADMITTED, date(2017, 4, 9), True),
        ("admission", "in-progress", ADMITTED, TODAY, False),
        ("admission", "finished", ADMITTED, None, False),
        ("admission", "planned", date(2017, 4, 20), None, False),
        ("admission", "in-progress", date(2017, 4, 20), None, False),
        ("admission", "in-progress", None, None, False),
        ("admission", "unknown", ADMITTED, None, False),
        ("admission", "entered-in-error", ADMITTED, None, False),
        ("day_case", "in-progress", ADMITTED, None, False),
        ("emergency_attendance", "in-progress", ADMITTED, None, False),
    ],
)
def test_who_is_in_hospital_on_a_day(patient, category, status, started_on, ended_on, inside):
    add(says(patient, kind="encounter", category=category, status=status, started_on=started_on, ended_on=ended_on))
    assert bool(queries.of_person(sees(patient)).inpatient(TODAY)) is inside


def test_the_index_of_hospital_stays_holds_what_the_question_asks_for():
    index = next(i for i in Statement._meta.indexes if i.name == "hospital_stays_of_patient")
    assert dict(index.condition.children)["category__in"] == [category.value for category in IN_HOSPITAL]
    with CaptureQueriesContext(connection) as asked:
        queries.in_hospital_now({1}, TODAY)
    assert all(f"'{category}'" in asked[0]["sql"] for category in IN_HOSPITAL)
