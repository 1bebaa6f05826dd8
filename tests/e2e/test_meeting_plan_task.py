"""Journeys 3 and 4: a meeting, a care and support plan, a task; in a real browser, with and without scripts."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from localcare.base import clock
from localcare.mdt import actions as mdt
from localcare.tasks.models import Task
from tests import builders
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(transactional_db):
    area = builders.area()
    margaret, keith = builders.patient(), builders.patient(family="Pankhurst", given="Keith")
    for person in (margaret, keith):
        builders.relate(person, area.teams["C1"])
    coordinator, nurse = area.viewer("care_coordinator", "C1"), area.viewer("community_nurse", "C1")
    mdt.plan_meeting(
        starts_at=clock.now() + timedelta(days=2, hours=4), minutes=120, by=coordinator, place="Tonbridge hub"
    )
    return {"area": area, "margaret": margaret, "keith": keith, "coordinator": coordinator, "nurse": nurse}


def add_to_meeting(page: Page, person, reason: str) -> None:
    page.goto(f"/meetings/add/{person.id}/")
    page.get_by_label("What should the team discuss?").fill(reason)
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Put on the agenda").click()
    expect(page.get_by_role("alert")).to_contain_text("On the agenda.")


def hold_the_meeting(page: Page, nurse, check) -> None:
    page.get_by_role("link", name="Start with the first case").click()
    check(page, "case")
    page.get_by_role("textbox", name="Discussion").fill("Breathless again; the daughter is worried about the stairs.")
    page.get_by_role("textbox", name="Decision").fill("Nurse to visit this week.")
    first = page.get_by_role("group", name="Action 1")
    first.get_by_label("What").fill("Weigh her and look at her ankles")
    first.get_by_label("Who").select_option(f"post:{nurse.post_id}")
    first.get_by_label("By when").fill(clock.today().isoformat())
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Keith Pankhurst")
    page.get_by_role("textbox", name="Decision").fill("Falls class; no more to do today.")
    page.get_by_role("button", name="Save and finish").click()
    expect(page.locator("tbody")).to_contain_text("done")


def write_the_plan(page: Page, person, check) -> None:
    page.goto(f"/plans/of/{person.id}/")
    page.get_by_role("button", name="Start a plan").click()
    page.get_by_role("link", name="What matters to me").click()
    check(page, "plan-words")
    page.get_by_label("What is most important to the person").fill("My garden, and Anne coming on Sundays.")
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="My goals").click()
    check(page, "plan-rows")
    goal = page.get_by_role("group", name="Goal 1")
    goal.get_by_label("What I want").fill("Walk to the shop on my own")
    goal.get_by_label("How it goes").select_option("Going well")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="If things get worse").click()
    sign = page.get_by_role("group", name="Sign 1")
    sign.get_by_label("When I notice").fill("My ankles swell")
    sign.get_by_label("I do this").fill("Take a second water tablet")
    sign.get_by_label("And ring").fill("01632 960011")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Record that it is agreed").click()
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Record", exact=True).click()
    expect(page.get_by_role("heading", name="My goals")).to_be_visible()
    expect(page.locator(".plan-letter")).to_contain_text("My garden, and Anne coming on Sundays.")
    check(page, "plan")


def no_check(page: Page, name: str) -> None:
    """Without scripts axe cannot run; the journey itself is the test."""


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_meeting_a_plan_and_a_task(place, open_page, scripts):
    check = check_page if scripts else no_check
    page = open_page(java_script_enabled=scripts)
    sign_in_as(page, place["coordinator"].user_id)
    page.goto("/meetings/")
    check(page, "meetings")
    page.goto(f"/meetings/add/{place['margaret'].id}/")
    check(page, "add-to-meeting")
    add_to_meeting(page, place["margaret"], "Third emergency admission this year")
    add_to_meeting(page, place["keith"], "Two falls in a month")
    check(page, "agenda")
    hold_the_meeting(page, place["nurse"], check)
    page.get_by_role("button", name="Close the meeting").click()
    check(page, "meeting-held")
    write_the_plan(page, place["margaret"], check)

    page = open_page(java_script_enabled=scripts)
    sign_in_as(page, place["nurse"].user_id)
    page.goto("/my-work/")
    expect(page.get_by_role("table")).to_contain_text("MDT 5 April")
    check(page, "work")
    page.get_by_role("link", name="My visits").click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("ASHDOWN, Margaret")
    check(page, "visits")
    page.goto("/my-work/")
    page.get_by_role("link", name="Weigh her and look at her ankles").click()
    check(page, "task")
    page.get_by_label("What did you do?").fill("62 kg, ankles as last week. Rang Anne.")
    page.get_by_role("button", name="Record as done").click()
    expect(page.get_by_role("alert")).to_contain_text("Recorded as done.")
    expect(page.locator("main")).to_contain_text("Nothing to do.")
    check(page, "work-empty")
    assert Task.objects.get().status == "done"


def test_two_editors_of_a_plan_and_a_shared_screen(place, open_page):
    from localcare.careplans import actions as careplans

    nurse, coordinator = place["nurse"], place["coordinator"]
    plan = careplans.start_plan(patient_id=place["margaret"].id, by=nurse)
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto(f"/plans/{plan.id}/write/what_matters/")
    words = {"plan_id": plan.id, "section": "what_matters", "by": nurse}
    careplans.save_section(**words, content={"words": "My garden, every day."}, started_from=0)
    page.get_by_label("What is most important to the person").fill("My garden and the cat.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else saved this")
    check_page(page, "two-editors")
    page.get_by_label("What is most important to the person").fill("My garden, every day, and the cat.")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Compare versions").click()
    expect(page.locator("ins")).to_contain_text("and the cat.")
    check_page(page, "versions")
    add_to_meeting(page, place["margaret"], "Third emergency admission this year")
    add_to_meeting(page, place["keith"], "Two falls in a month")
    page.get_by_role("link", name="Present on a shared screen").click()
    expect(page.locator("body")).not_to_contain_text("Keith")
    check_page(page, "present")


def test_the_clock_of_a_case_goes_on_over_a_reload(place, open_page):
    page = open_page()
    sign_in_as(page, place["coordinator"].user_id)
    add_to_meeting(page, place["margaret"], "Third admission")
    page.clock.install()
    page.get_by_role("link", name="Start with the first case").click()
    lead = page.locator("[data-case-clock]")
    expect(lead).to_be_empty()
    page.clock.run_for("04:10")
    expect(lead).to_have_text(", 4 gone")
    page.reload()
    expect(lead).to_have_text(", 4 gone")
