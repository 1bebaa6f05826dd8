"""People involved: composed from what is known, and told on the person page."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from localcare.base import audit
from localcare.caseload import actions as caseload
from localcare.mdt import actions as mdt
from localcare.record import actions as record
from localcare.record.types import NewStatement, SourceOf
from localcare.tasks import actions as tasks
from localcare.tasks.types import Owner
from localcare.web.calc.involved import Booked, Contact, Involved, Known, Owned, compose
from tests import builders
from tests.builders import text

TODAY = date(2017, 4, 3)
NOON = datetime(2017, 4, 5, 11, 0, tzinfo=UTC)
MARCH = date(2017, 3, 20)
NURSES = "Community nursing"
NOTHING = {"coordinator": None, "plan_coordinator": None, "owned": [], "contacts": [], "booked": None}
ANNA, BEN = Known("Anna", "Tonbridge team", "01632 960011"), Known("Ben")
VISIT = Owned("Carol, nurse, Tonbridge", "01632 960012", "Visit", date(2017, 4, 5))
LATE = Owned("Carol, nurse, Tonbridge", "01632 960012", "Ring", date(2017, 4, 1))


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, []),
        ({"coordinator": ANNA}, [Involved("Care co-ordinator", "Anna, Tonbridge team", "01632 960011")]),
        ({"coordinator": Known("", "Team")}, [Involved("Care co-ordinator", "not named yet, Team")]),
        ({"plan_coordinator": BEN}, [Involved("Co-ordinates the plan", "Ben")]),
        ({"plan_coordinator": Known("")}, []),
        (
            {"owned": [VISIT, LATE]},
            [Involved("Has a task", LATE.owner, LATE.phone, "Ring", date(2017, 4, 1), late=True)],
        ),
        ({"owned": [VISIT]}, [Involved("Has a task", VISIT.owner, VISIT.phone, "Visit", date(2017, 4, 5))]),
        ({"booked": Booked("Tonbridge team", NOON)}, [Involved("Next meeting", "Tonbridge team", meets_at=NOON)]),
        (
            {"contacts": [Contact(NURSES, "Trust", date(2017, 2, 1)), Contact(NURSES, "Trust", MARCH)]},
            [Involved(NURSES, "Trust", last_on=MARCH)],
        ),
        ({"contacts": [Contact(NURSES, "Trust", date(2016, 12, 31))]}, []),
        ({"contacts": [Contact(NURSES, "Trust", date(2017, 4, 4))]}, []),
    ],
)
def test_what_is_known_is_told_and_nothing_else(known, told):
    assert compose(**{**NOTHING, **known}, today=TODAY) == told


def test_the_plans_coordinator_is_told_once_where_it_is_the_teams():
    both = compose(**{**NOTHING, "coordinator": ANNA, "plan_coordinator": Known("Anna")}, today=TODAY)
    assert [one.role for one in both] == ["Care co-ordinator"]
    two = compose(**{**NOTHING, "coordinator": ANNA, "plan_coordinator": BEN}, today=TODAY)
    assert [one.role for one in two] == ["Care co-ordinator", "Co-ordinates the plan"]


@pytest.fixture
def margaret(gp):
    person = builders.patient()
    builders.agree("G1", "community")
    caseload.accept(patient_id=person.id, told="person", note="", by=gp)
    return person


@pytest.mark.django_db
def test_the_page_tells_who_their_phone_and_what_comes_next(
    client, as_viewer, coordinator, margaret, django_assert_max_num_queries
):
    owner = Owner(None, coordinator.team_id, "the team")
    tasks.give(title="Visit at home", owner=owner, due_on=date(2017, 4, 5), patient_id=margaret.id, by=coordinator)
    meeting = mdt.plan_meeting(starts_at=NOON, minutes=60, by=coordinator)
    mdt.add_case(meeting_id=meeting.pk, patient_id=margaret.id, reason="Falls", told="person", by=coordinator)
    said = NewStatement(
        margaret.id, "encounter", "m", NURSES, "community_contact", status="finished", started_on=MARCH, ended_on=MARCH
    )
    source = SourceOf("Kent Community Health", system="community")
    record.add_statements(statements=[said], source=source, received_at=NOON, by=audit.SYSTEM)
    as_viewer(coordinator)
    with django_assert_max_num_queries(32):
        page = text(client.get(reverse("web:person", args=[margaret.id])))
    panel = " ".join(page.split('id="involved"')[1].split("</section>")[0].split())
    assert "Tonbridge cluster team · 01632 960011" in panel
    assert "Next: Visit at home, by 5 April 2017" in panel
    assert "Next meeting" in panel
    assert "Community nursing</strong><br>Kent Community Health" in panel
    assert "Last contact 20 March 2017" in panel
    assert "Hadlow Practice<br>" in panel
