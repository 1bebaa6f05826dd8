"""What the person page and the unplanned view say of plan, team and sources: how far each may be relied on."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from localcare.access.models import Agreement
from localcare.base import audit, clock
from localcare.careplans import actions as careplans
from localcare.caseload import actions as caseload
from localcare.caseload.types import State
from localcare.places import actions as places
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from tests import builders
from tests.conftest import MONDAY_MORNING

pytestmark = pytest.mark.django_db
BOTH = ("web:person", "web:unplanned")
WORSE = {"sign": "Breathless at rest", "do": "Take the blue inhaler.", "ring": "the team"}
SATURDAY = datetime(2017, 4, 1, 5, 10, tzinfo=UTC)
GP_RECORD = SourceOf("GP record, Hadlow Practice (G1)", "G1", "gp")


@pytest.fixture
def plan(margaret, nurse):
    return careplans.start_plan(patient_id=margaret.id, by=nurse)


def write(plan, by, started_from=0, **row):
    content = {"rows": [{"id": "w1", **WORSE, **row}]}
    careplans.save_section(plan_id=plan.pk, section="worse", content=content, started_from=started_from, by=by)


def agree(plan, by):
    words = {"words": "My garden"}
    careplans.save_section(plan_id=plan.pk, section="what_matters", content=words, started_from=0, by=by)
    plan.refresh_from_db()
    careplans.agree(plan_id=plan.pk, agreed_with="person", on=clock.today(), seen=plan.version, by=by)


def shown(client, viewer, name, person):
    builders.sign_in(client, viewer)
    return " ".join(builders.text(client.get(reverse(name, args=[person.id]))).split())


@pytest.mark.parametrize("name", BOTH)
class TestIfThingsGetWorse:
    def test_a_draft_says_so(self, client, nurse, margaret, plan, name):
        write(plan, nurse)
        page = shown(client, nurse, name, margaret)
        assert "Draft, not agreed." in page
        assert nurse.signature in page

    def test_what_was_agreed_stands_without_a_mark(self, client, nurse, margaret, plan, name):
        write(plan, nurse)
        agree(plan, nurse)
        page = shown(client, nurse, name, margaret)
        assert "Breathless at rest: Take the blue inhaler." in page
        assert "Plan agreed 3 April 2017" in page
        assert "not agreed" not in page

    def test_a_change_since_is_marked(self, client, nurse, margaret, plan, name, clock_at):
        write(plan, nurse)
        agree(plan, nurse)
        clock_at(MONDAY_MORNING + timedelta(hours=1))
        write(plan, nurse, started_from=1, do="Ring 999.")
        assert "Changed since the plan was agreed: the change is not agreed." in shown(client, nurse, name, margaret)

    def test_an_ended_plan_is_told_with_its_day(self, client, nurse, margaret, plan, name):
        write(plan, nurse)
        careplans.end_plan(plan_id=plan.pk, words="Moved to her daughter.", seen=plan.version, by=nurse)
        page = shown(client, nurse, name, margaret)
        assert "The plan ended on 3 April 2017" in page
        assert "There is no care and support plan yet" not in page
        assert "Breathless" not in page
        assert name == "web:unplanned" or reverse("careplans:plan", args=[plan.pk]) in page


@pytest.mark.parametrize("name", BOTH)
class TestWhomToRing:
    def test_no_team_that_declined(self, client, gp, name):
        person = builders.patient()
        caseload.decline(patient_id=person.id, outcome=State.ALREADY_KNOWN, reason="the hospice visits", by=gp)
        assert "Tonbridge cluster team" not in shown(client, gp, name, person)

    def test_the_team_that_took_them_on_and_who_co_ordinates_the_plan(self, client, gp, coordinator, nurse, name):
        person = builders.patient()
        caseload.accept(patient_id=person.id, told="person", note="", by=gp)
        caseload.assign_coordinator(patient_id=person.id, post_id=coordinator.post_id, review_on=None, by=coordinator)
        started = careplans.start_plan(patient_id=person.id, by=nurse)
        careplans.arrange(
            plan_id=started.pk, coordinator_post_id=nurse.post_id, review_on=None, seen=started.version, by=nurse
        )
        page = shown(client, nurse, name, person)
        for words in (coordinator.name, f"{nurse.name}", "Tonbridge cluster team", "01632 960011"):
            assert words in page

    def test_the_practice_on_the_phone_that_its_area_told(self, client, nurse, margaret, name):
        assert "01632 960100" not in shown(client, nurse, name, margaret)
        table = b"code,name,kind,phone\nG1,Hadlow Practice,practice,01632 960100\n"
        places.load({"organisations": table}, by=audit.SYSTEM, source="test")
        assert "01632 960100" in shown(client, nurse, name, margaret)


@pytest.mark.parametrize("name", BOTH)
class TestSources:
    def test_what_is_not_shared_stands_beside_each_block(self, client, nurse, margaret, name):
        page = shown(client, nurse, name, margaret)
        assert "None known to us. The GP record of Hadlow Practice is not shared." in page
        assert (
            "No allergy told to us. That is not the same as none. The GP record of Hadlow Practice is not shared."
            in page
        )

    def test_a_record_never_loaded_says_so(self, client, nurse, margaret, name):
        Agreement.objects.create(practice_code="G1", source="gp", purpose="direct_care", starts=date(2016, 1, 1))
        told = "Nothing that may be shown here is loaded for this person. The record is loaded, with the next files,"
        assert told in shown(client, nurse, name, margaret)
        statement = [NewStatement(margaret.id, "medication", "m1", "Furosemide")]
        record.add_statements(statements=statement, source=GP_RECORD, received_at=SATURDAY, by=audit.SYSTEM)
        assert told not in shown(client, nurse, name, margaret)

    def test_a_record_of_a_source_that_ended_sharing_is_not_told_as_never_loaded(self, client, nurse, margaret, name):
        statement = [NewStatement(margaret.id, "medication", "m1", "Furosemide")]
        record.add_statements(statements=statement, source=GP_RECORD, received_at=SATURDAY, by=audit.SYSTEM)
        page = shown(client, nurse, name, margaret)
        assert "Nothing that may be shown here is loaded for this person." in page
        assert "No record is loaded" not in page

    def test_where_nobody_sends_allergies_the_page_says_so(self, client, nurse, margaret, name):
        Agreement.objects.create(practice_code="G1", source="gp", purpose="direct_care", starts=date(2016, 1, 1))
        told = [NewStatement(margaret.id, "medication", "m1", "Furosemide")]
        record.add_statements(statements=told, source=GP_RECORD, received_at=SATURDAY, by=audit.SYSTEM)
        page = shown(client, nurse, name, margaret)
        assert "None of our sources for this person sends allergies." in page
        assert "sends medicines" not in page


def test_the_unplanned_view_says_on_top_when_each_source_last_spoke(client, nurse, margaret):
    told = [NewStatement(margaret.id, "medication", "m1", "Furosemide")]
    record.add_statements(statements=told, source=GP_RECORD, received_at=SATURDAY, by=audit.SYSTEM)
    page = shown(client, nurse, "web:unplanned", margaret)
    heard = "Last heard Saturday 1 April 2017, 6:10am: GP record, Hadlow Practice (G1)."
    assert heard in page
    assert page.index(heard) < page.index("CPR and escalation")
    assert page.index("Not shared for Hadlow Practice") < page.index("CPR and escalation")
