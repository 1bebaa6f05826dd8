"""Today of the practice manager and of urgent care; Find and the unplanned view."""

from datetime import timedelta

import pytest
from django.urls import reverse

from localcare.access import actions as access
from localcare.caseload import actions as caseload
from localcare.caseload.types import State
from tests import builders
from tests.caseload.conftest import Lists
from tests.web.test_today import HADLOW, TODAY, hear, plain, see

pytestmark = pytest.mark.django_db
SOUGHT = {"family_name": "Ashdown", "birth_date_day": "4", "birth_date_month": "3", "birth_date_year": "1935"}


def test_the_manager_sees_how_far_the_list_is_who_decided_and_the_age_of_the_feed_but_no_name(client, area, gp):
    people = [builders.patient(family=f"Person{n}") for n in range(4)]
    lists = Lists()
    for person in people:
        lists.add(person)
    caseload.accept(patient_id=people[0].id, told="person", note="", by=gp)
    caseload.decline(patient_id=people[1].id, outcome=State.NOT_SUITABLE, reason="in hospice care", by=gp)
    hear(people[0], HADLOW, 45)
    page = plain(see(client, area.viewer("practice_manager", "G1")))
    assert "2 to decide on your practice's list of 4" in page
    assert f"{gp.name}on the caseload: 1, not suitable: 1" in page.replace(f"{gp.name} ", gp.name)
    assert f"General practice: {(TODAY - timedelta(days=45)):%A} 17 February 2017, 6:00am" in page
    assert "Silent for longer than usual: GP record, Hadlow Practice" in page
    assert "Person0" not in page
    assert "My visits" not in page


def test_the_managers_today_names_registers(client, area):
    assert reverse("population:dashboard") in see(client, area.viewer("practice_manager", "G1"))


def test_urgent_care_has_the_find_box_and_nothing_else(client, area):
    page = plain(see(client, area.viewer("urgent_care_clinician", "99J")))
    assert "Find a person" in page
    for word in ("My work", "Caseload", "Meetings", "What changed", "Population"):
        assert word not in page


@pytest.mark.parametrize(
    ("role", "to", "leads_to"),
    [
        ("community_nurse", "", "web:person"),
        ("community_nurse", "unplanned", "web:unplanned"),
    ],
)
def test_find_offers_the_unplanned_view_beside_the_person(client, area, role, to, leads_to):
    margaret = area.looked_after()
    builders.sign_in(client, area.viewer(role, "C1"))
    assert "Find and open the unplanned view" in builders.text(client.get(reverse("web:find")))
    answer = client.post(reverse("web:find"), {**SOUGHT, "to": to})
    assert answer["Location"] == reverse(leads_to, args=[margaret.id])


def test_finding_leads_urgent_care_to_the_unplanned_view_and_nobody_else_unasked(client, area):
    margaret, viewer = area.looked_after(), area.viewer("urgent_care_clinician", "99J")
    builders.sign_in(client, viewer)
    assert "Nobody whom you may see fits." in builders.text(client.post(reverse("web:find"), SOUGHT))
    access.declare_emergency(patient_id=margaret.id, reason="collapsed at home", by=viewer)
    answer = client.post(reverse("web:find"), SOUGHT)
    assert answer["Location"] == reverse("web:unplanned", args=[margaret.id])
    assert client.get(answer["Location"]).status_code == 200
