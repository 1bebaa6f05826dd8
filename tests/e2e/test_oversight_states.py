"""Identities asked and released, the Guardian's page and Oversight when they are full, empty-handed or shut; a person's
agreement asked at the door."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from localcare.access import actions as access
from localcare.access.calc.decide import EXPLICIT_CONSENT
from localcare.access.models import IdentityRequest
from tests import builders
from tests.caseload.conftest import Lists, pseudonym
from tests.conftest import MONDAY_MORNING
from tests.e2e.browser import check_page, sign_in_as

LONG = "An ambulance crew found somebody on the stairs of the flats and the warden does not know who it is. " * 3


@pytest.fixture
def area(transactional_db):
    return builders.area()


def test_identities_until_the_quota_is_used_up_and_the_guardians_page_full(open_page, area, clock_at, settings):
    settings.IDENTITY_QUOTA = 4
    lists, people = Lists(), [builders.patient(family=f"Person{n}", given="Given") for n in range(12)]
    for person in people:
        lists.add(person)
    coordinator, guardian = area.viewer("care_coordinator", "C1"), area.viewer("caldicott_guardian", "99J")
    released = every_answer(people, coordinator, guardian, clock_at)
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto(f"/identities/{released.id}/")
    expect(page.locator("main")).to_contain_text("The release has ended. Ask again.")
    check_page(page, "identity-ended")
    page.goto("/identities/")
    expect(page.locator("main")).to_contain_text("3 of 4 people this week")
    check_page(page, "identities-every-answer")
    ask = f"/identities/ask/G1/{pseudonym(people[10])}/"
    page.goto(ask)
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "identity-ask-errors")
    page.get_by_label("Why do you need to know who this is?").fill(LONG)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator(".lc-notice")).to_contain_text("Asked.")
    page.goto(f"/identities/ask/G1/{pseudonym(people[11])}/")
    expect(page.locator("main")).to_contain_text("which is all you may")
    check_page(page, "identity-ask-quota-used")

    very_many(area, coordinator)
    officer = open_page()
    sign_in_as(officer, guardian.user_id)
    officer.goto("/identities/")
    expect(officer.locator("main")).to_contain_text("Waiting for you: 62")
    check_page(officer, "identities-many-waiting")
    officer.goto("/oversight/identities/")
    expect(officer.locator("main")).to_contain_text("1 to 25 of 65 requests")
    check_page(officer, "guardian-full", opened=True)
    officer.goto("/oversight/identities/?page_of_requests=3&who=0")
    expect(officer.locator("main")).to_contain_text("Nothing in these weeks.")
    check_page(officer, "guardian-filtered-to-nothing")
    oversight_full(officer)


def every_answer(people, coordinator, guardian, clock_at) -> IdentityRequest:
    """Asked last week and released until now; this week one waits, one is released, one refused."""
    clock_at(MONDAY_MORNING - timedelta(days=90))
    first = asked(people[0], coordinator)
    access.decide_identity(request_id=first.id, release=True, answer="Their safety", by=guardian)
    clock_at(MONDAY_MORNING)
    asked(people[1], coordinator)
    for person, release in ((people[2], True), (people[4], True), (people[3], False)):
        one = asked(person, coordinator)
        access.decide_identity(request_id=one.id, release=release, answer=LONG, by=guardian)
    return first


def asked(person, by) -> IdentityRequest:
    return access.ask_identity(practice_code="G1", pseudonym=pseudonym(person), reason=LONG, by=by)


def very_many(area, coordinator) -> None:
    """Sixty more requests that wait, weeks of a dozen people, thirty emergencies that nobody has reviewed."""
    stranger = area.viewer("community_nurse", "C2")
    IdentityRequest.objects.bulk_create(
        IdentityRequest(
            user_id=coordinator.user_id, actor=coordinator.name, role=coordinator.role_label, practice_code="G1",
            organisation=coordinator.organisation_name, pseudonym=f"{n:064x}", reason=LONG, asked_at=MONDAY_MORNING,
        )
        for n in range(60)
    )  # fmt: skip
    for number in range(30):
        who = stranger if number < 4 else area.viewer("community_nurse", "C2")
        access.declare_emergency(patient_id=builders.patient().id, reason=LONG, by=who)


def oversight_full(page) -> None:
    page.goto("/oversight/")
    expect(page.get_by_role("heading", name="Emergency accesses to review: 30")).to_be_visible()
    expect(page.locator("main")).to_contain_text("And 5 more, which follow when these are reviewed.")
    check_page(page, "oversight-full", opened=True)
    page.goto("/oversight/?who=Nobody+at+all")
    expect(page.locator("main")).to_contain_text("Nothing fits.")
    check_page(page, "oversight-nothing-fits")
    page.goto("/oversight/")
    page.get_by_role("table", name="Audit entries").locator("tbody").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Entry ")
    check_page(page, "oversight-entry")
    page.goto("/oversight/?order=entry")
    expect(page.get_by_role("columnheader", name="Entry")).to_have_attribute("aria-sort", "ascending")


def test_who_looked_at_one_person(open_page, area):
    person, nurse = area.looked_after(), area.viewer("community_nurse", "C2")
    access.declare_emergency(patient_id=person.id, reason=LONG, by=nurse)
    page = open_page()
    sign_in_as(page, area.viewer("privacy_officer", "99J").user_id)
    page.goto("/oversight/person/")
    page.get_by_role("button", name="Show who looked").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "oversight-person-errors")
    page.get_by_label("NHS number").fill(person.nhs_number)
    page.get_by_label("Why").fill("She asked")
    page.get_by_role("button", name="Show who looked").click()
    expect(page.get_by_role("table", name="Who looked")).to_be_visible()
    check_page(page, "oversight-person-told")


def test_a_person_agrees_at_the_door(open_page, area, settings):
    settings.VIEWING_BASIS = EXPLICIT_CONSENT
    person = area.looked_after()
    page = open_page()
    sign_in_as(page, area.viewer("community_nurse", "C1").user_id)
    page.goto(f"/people/{person.id}/")
    check_page(page, "person-not-asked")
    page.get_by_role("link", name="record that they agreed").click()
    check_page(page, "agreed")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "agreed-errors")
