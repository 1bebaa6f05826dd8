"""Of a child on an agenda somebody says who was told: accessible, wide and narrow."""

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from localcare.mdt import actions as mdt
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_answers_for_a_child_is_said_on_a_page_of_its_own(open_page, area):
    coordinator = area.viewer("care_coordinator", "C1")
    child = area.looked_after(given="Maisie", birth_date=date(2001, 4, 4))
    meeting = mdt.plan_meeting(starts_at=datetime(2017, 4, 5, 12, tzinfo=UTC), minutes=60, by=coordinator)
    mdt.add_case(meeting_id=meeting.pk, patient_id=child.id, reason="Asthma", told="not_yet", by=coordinator)
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto(f"/meetings/{meeting.pk}/")
    check_page(page, "agenda-with-a-child")
    page.get_by_role("link", name="Say who was told").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Choose who it was.")).to_be_visible()
    check_page(page, "told-refused")
    page.get_by_label("Somebody with parental responsibility").check()
    page.get_by_label("Their name, and who was consulted").fill("her mother")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("Her mother (parental responsibility) was told.")
