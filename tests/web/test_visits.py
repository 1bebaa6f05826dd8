"""My visits: what is needed at the door, as a page and as a file; only one's own; a look that is recorded."""

from datetime import date, timedelta

import pytest

from localcare.base import audit, clock
from localcare.base.models import AuditSubject
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks import owners
from tests.builders import last_entry, text

pytestmark = pytest.mark.django_db
PAGES = ("/my-work/visits/", "/my-work/visits/file/")


def give(coordinator, nurse, person, **more):
    words = {"title": "Weigh her", "detail": "Key safe by the door", "due_on": date(2017, 4, 3)}
    return tasks.give(**{**words, **more}, owner=owners.myself(nurse), by=coordinator, patient_id=person.id)


@pytest.fixture
def told(margaret, coordinator, nurse, gp):
    """Margaret with an allergy, a CPR decision, a plan for when things get worse, and a task for the nurse."""
    statements = [
        NewStatement(margaret.id, "allergy", "a1", "Penicillin"),
        NewStatement(margaret.id, "flag", "f1", "Not for attempted CPR", category="escalation"),
        NewStatement(margaret.id, "flag", "f2", "Visit in pairs", category="staff_safety"),
    ]
    caseload.accept(patient_id=margaret.id, told="person", note="", by=gp)
    record.add_statements(statements=statements, source=SourceOf("GP"), received_at=clock.now(), by=audit.SYSTEM)
    plan = careplans.start_plan(patient_id=margaret.id, by=nurse)
    rows = {"rows": [{"sign": "My ankles swell", "do": "a second water tablet", "ring": "01632 960011"}]}
    careplans.save_section(plan_id=plan.id, section="worse", content=rows, started_from=0, by=nurse)
    return give(coordinator, nurse, margaret)


@pytest.mark.parametrize("address", PAGES)
def test_tells_whom_why_where_what_can_hurt_and_what_to_do_if_it_gets_worse(as_viewer, nurse, told, margaret, address):
    page = text(as_viewer(nurse).get(address))
    for words in (
        "ASHDOWN, Margaret",
        "Weigh her",
        "Key safe by the door",
        "Penicillin",
        "Not for attempted CPR",
        "My ankles swell: a second water tablet (ring 01632 960011)",
        "From a plan that is not agreed yet.",
        "Hadlow Practice",
        "Tonbridge cluster team: 01632 960011",
    ):
        assert words in page
    assert "Visit in pairs" not in page
    assert last_entry().action == "looked"
    assert AuditSubject.objects.filter(entry_sequence=last_entry().sequence, patient_id=margaret.id).exists()


def test_the_file_stands_alone_says_whose_it_is_and_its_taking_is_told_apart_in_the_audit(as_viewer, nurse, told):
    answer = as_viewer(nurse).get("/my-work/visits/file/")
    page = answer.content.decode()
    assert answer["Content-Disposition"] == 'attachment; filename="visits-2017-04-03.html"'
    assert "src=" not in page
    assert "href=" not in page
    assert "<script" not in page
    assert nurse.signature in page
    assert b"my visits, as a file to take along" in bytes(last_entry().canonical)


def test_only_ones_own_about_people_and_due_by_tomorrow(as_viewer, area, coordinator, nurse, margaret):
    give(coordinator, nurse, margaret, title="Next week", due_on=clock.today() + timedelta(days=7))
    give(coordinator, area.viewer("therapist", "C1"), margaret, title="Of the therapist")
    page = text(as_viewer(nurse).get("/my-work/visits/"))
    assert "Next week" not in page
    assert "Of the therapist" not in page
    assert "No visits" in page


def test_each_form_writes_to_its_own_task(as_viewer, nurse, told):
    browser = as_viewer(nurse)
    assert f'action="/my-work/{told.id}/done/"' in browser.get("/my-work/visits/").content.decode()
    browser.post(f"/my-work/{told.id}/done/", {"seen": 1, "key": "k", "words": "62 kg"})
    assert "No visits" in text(browser.get("/my-work/visits/"))


def test_costs_the_same_for_many_visits(as_viewer, area, coordinator, nurse, django_assert_max_num_queries):
    for n in range(15):
        person = area.looked_after(family=f"Person{n}")
        careplans.start_plan(patient_id=person.id, by=nurse)
        give(coordinator, nurse, person)
    browser = as_viewer(nurse)
    with django_assert_max_num_queries(30):
        assert text(browser.get("/my-work/visits/")).count("Weigh her") >= 15
