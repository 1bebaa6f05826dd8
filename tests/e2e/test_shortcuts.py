"""A meeting by keyboard: single keys only once switched on, never while writing, and nothing lost by one."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from localcare.base import clock
from localcare.mdt import actions as mdt
from tests import builders
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def meeting(transactional_db):
    """A meeting with Margaret, Keith and Iris on its agenda, run by a care co-ordinator."""
    area = builders.area()
    people = [builders.patient(family=f, given=g) for f, g in NAMES]
    for person in people:
        builders.relate(person, area.teams["C1"])
    coordinator = area.viewer("care_coordinator", "C1")
    planned = mdt.plan_meeting(starts_at=clock.now() + timedelta(hours=4), minutes=120, by=coordinator)
    mdt.set_attendance(meeting_id=planned.pk, post_id=coordinator.post_id, coming=True, by=coordinator)
    cases = [
        mdt.add_case(meeting_id=planned.pk, patient_id=p.id, reason="Falls", told="person", by=coordinator)
        for p in people
    ]
    return {"coordinator": coordinator, "first": f"/meetings/{planned.pk}/case/{cases[0].pk}/", "cases": cases}


NAMES = [("Ashdown", "Margaret"), ("Pankhurst", "Keith"), ("Doe", "Iris")]


def begin(meeting, open_page, **options) -> Page:
    page = open_page(**options)
    sign_in_as(page, meeting["coordinator"].user_id)
    page.goto(meeting["first"])
    return page


def switch_on(page: Page) -> None:
    page.get_by_role("button", name="Keyboard shortcuts").click()
    page.get_by_label("Use single keys in this browser").check()
    page.keyboard.press("Escape")


def heading(page: Page):
    return page.locator("main h1")


def test_off_until_somebody_switches_them_on_and_off_again(meeting, open_page):
    page = begin(meeting, open_page)
    for key in "?123nspav":
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(heading(page)).to_have_text("Margaret Ashdown")
    assert page.evaluate("document.activeElement === document.body")
    opener = page.get_by_role("button", name="Keyboard shortcuts")
    opener.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_label("Use single keys in this browser")).to_be_focused()
    check_page(page, "shortcuts")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    switch_on(page)
    page.reload()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("n")
    expect(heading(page)).to_have_text("Margaret Ashdown")
    page.get_by_label("Use single keys in this browser").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("n")
    expect(heading(page)).to_have_text("Margaret Ashdown")
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"


def test_a_meeting_without_a_mouse(meeting, open_page):
    page = begin(meeting, open_page)
    switch_on(page)
    page.keyboard.press("1")
    expect(page.get_by_role("textbox", name="Discussion")).to_be_focused()
    page.keyboard.type("?123 npsav: her own words")
    expect(page.get_by_role("textbox", name="Discussion")).to_have_value("?123 npsav: her own words")
    page.keyboard.press("Control+Enter")
    expect(heading(page)).to_have_text("Keith Pankhurst")
    page.keyboard.press("p")
    expect(heading(page)).to_have_text("Margaret Ashdown")
    page.keyboard.press("n")
    expect(heading(page)).to_have_text("Keith Pankhurst")
    page.keyboard.press("3")
    expect(page.get_by_role("group", name="Action 1").get_by_label("What")).to_be_focused()
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    page.keyboard.type("No more today.")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("s")
    expect(heading(page)).to_have_text("Iris Doe")
    page.keyboard.press("a")
    expect(heading(page)).to_contain_text("Meeting of")


def test_a_shared_screen_shows_who_is_in_the_room_and_nobody_else_of_the_agenda(meeting, open_page):
    page = begin(meeting, open_page)
    switch_on(page)
    page.keyboard.press("v")
    expect(page.get_by_role("link", name="Stop presenting")).to_be_visible()
    expect(page.locator("main")).to_contain_text(f"In the room: {meeting['coordinator'].name}.")
    expect(page.locator("main")).to_contain_text("The person was told.")
    for other in ("Keith", "Iris"):
        expect(page.locator("body")).not_to_contain_text(other)
    check_page(page, "present-with-keys")
    page.keyboard.press("a")
    expect(page.get_by_role("link", name="Stop presenting")).to_be_visible()
    page.keyboard.press("n")
    expect(heading(page)).to_contain_text("Keith Pankhurst")
    page.keyboard.press("v")
    expect(page.get_by_role("link", name="Agenda")).to_be_visible()


def test_one_key_does_not_take_unsaved_words_away(meeting, open_page):
    page = begin(meeting, open_page)
    switch_on(page)
    page.keyboard.press("1")
    page.keyboard.type("Breathless again.")
    page.evaluate("document.activeElement.blur()")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Discussion")).to_have_value("Breathless again.")
    assert asked == ["beforeunload"]
    assert heading(page).inner_text() == "Margaret Ashdown"


def test_without_scripts_there_is_no_button_and_the_page_is_whole(meeting, open_page):
    page = begin(meeting, open_page, java_script_enabled=False)
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_have_count(0)
    page.get_by_role("textbox", name="Discussion").fill("Breathless again.")
    page.get_by_role("button", name="Save and next").click()
    expect(heading(page)).to_have_text("Keith Pankhurst")
    page.get_by_role("link", name="Previous case").click()
    expect(heading(page)).to_have_text("Margaret Ashdown")
