"""Two people open in two windows of one browser: the later stops with a choice, and the one that loses is covered."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from localcare.base import clock
from localcare.careplans import actions as careplans
from localcare.mdt import actions as mdt
from localcare.patients.models import SamePerson
from localcare.tasks import actions as tasks
from localcare.tasks import owners
from tests import builders
from tests.e2e.browser import check_page, sign_in_as

pytestmark = pytest.mark.django_db(transaction=True)
OF_MARGARET = "Margaret Ashdown is open in another window"
OF_KEITH = "Keith Pankhurst is open in another window"


@pytest.fixture
def place(transactional_db):
    area = builders.area()
    margaret, keith = builders.patient(), builders.patient(family="Pankhurst", given="Keith")
    for person in (margaret, keith):
        builders.relate(person, area.teams["C1"])
    return {"area": area, "nurse": area.viewer("community_nurse", "C1"), "margaret": margaret, "keith": keith}


@pytest.fixture
def windows(place, open_page):
    """Opens one window more of the nurse's browser at an address."""
    first = open_page()
    sign_in_as(first, place["nurse"].user_id)
    used: list[Page] = []

    def opened(address: str) -> Page:
        page = first.context.new_page() if used else first
        used.append(page)
        page.set_default_timeout(15_000)
        page.goto(address)
        return page

    return opened


def of(person) -> str:
    return f"/people/{person.id}/"


def test_the_later_stops_and_stays_while_the_other_is_covered_with_its_words(place, windows):
    hers = windows(f"/my-work/new/{place['margaret'].id}/")
    hers.get_by_label("What is to be done?").fill("Ring her daughter")
    his = windows(of(place["keith"]))
    choice = his.get_by_role("dialog", name=OF_MARGARET)
    expect(choice).to_be_visible()
    expect(choice.get_by_role("heading")).to_be_focused()
    check_page(his, "one-person-choice")
    for _ in "abc":
        his.keyboard.press("Escape")
        expect(choice).to_be_visible()
    choice.get_by_role("button", name="Stay with Keith Pankhurst here, and close the other").click()
    expect(choice).to_be_hidden()
    cover = hers.get_by_role("dialog", name=OF_KEITH)
    expect(cover).to_be_visible()
    check_page(hers, "one-person-covered")
    hers.keyboard.press("Escape")
    hers.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_role("button", name="Go on with Margaret Ashdown here, and close the other").click()
    expect(hers.get_by_label("What is to be done?")).to_have_value("Ring her daughter")
    expect(his.get_by_role("dialog", name=OF_MARGARET)).to_be_visible()
    for page in (hers, his):
        # htmx remembers at which address it is; nothing else is kept.
        assert page.evaluate("[Object.keys(localStorage), Object.keys(sessionStorage)]") == [
            [],
            ["htmx-current-path-for-history"],
        ]
        assert page.evaluate("indexedDB.databases()") == []


def test_going_back_leads_to_the_first_person(place, windows):
    windows(of(place["margaret"]))
    his = windows(of(place["keith"]))
    his.get_by_role("button", name="Go back to Margaret Ashdown").click()
    expect(his.locator(".lc-banner__name")).to_have_text("ASHDOWN, Margaret")
    expect(his.get_by_role("dialog")).to_have_count(0)


def test_every_page_about_a_person_counts_and_lists_do_not(place, windows):
    nurse, keith = place["nurse"], place["keith"]
    coordinator = place["area"].viewer("care_coordinator", "C1")
    plan = careplans.start_plan(patient_id=keith.id, by=nurse)
    mine = owners.myself(nurse)
    task = tasks.give(title="Weigh him", owner=mine, due_on=clock.today(), by=nurse, patient_id=keith.id)
    meeting = mdt.plan_meeting(starts_at=clock.now() + timedelta(hours=4), minutes=60, by=coordinator)
    case = mdt.add_case(meeting_id=meeting.pk, patient_id=keith.id, reason="Falls", told="person", by=coordinator)
    windows(of(place["margaret"]))
    later = windows("/my-work/")
    for address in ("/my-work/", "/my-work/visits/", "/caseload/", f"/meetings/{meeting.pk}/", "/"):
        later.goto(address)
        expect(later.get_by_role("dialog")).to_have_count(0)
    of_keith = f"/people/{keith.id}/unplanned/"
    for address in (
        of(keith),
        of_keith,
        f"/plans/{plan.id}/",
        f"/plans/{plan.id}/write/what_matters/",
        f"/my-work/{task.pk}/",
        f"/meetings/{meeting.pk}/case/{case.pk}/",
    ):
        later.goto(address)
        expect(later.get_by_role("dialog", name=OF_MARGARET)).to_be_visible()
    later.goto(f"/meetings/{meeting.pk}/case/{case.pk}/?present=1")
    expect(later.get_by_role("dialog", name="Somebody else is open in another window")).to_be_visible()
    expect(later.locator("body")).not_to_contain_text("Ashdown")


def test_the_choices_of_a_person_count(place, windows, open_page):
    gp = place["area"].viewer("gp", "G1")
    page = open_page()
    sign_in_as(page, gp.user_id)
    page.goto(of(place["margaret"]))
    later = page.context.new_page()
    later.goto(f"/people/{place['keith'].id}/choices/")
    expect(later.get_by_role("dialog", name=OF_MARGARET)).to_be_visible()


def test_the_same_person_twice_is_not_stopped_nor_are_linked_records(place, windows):
    twin = builders.patient(given="Maggie")
    builders.relate(twin, place["area"].teams["C1"])
    SamePerson.objects.create(patient=place["margaret"], same_as=twin, starts=clock.today(), reason="same person")
    first = windows(of(place["margaret"]))
    for address in (of(place["margaret"]), of(twin)):
        second = windows(address)
        expect(second.locator(".lc-banner__name")).to_be_visible()
        third = windows(of(place["keith"]))
        # Keith's window has an answer by now, so Margaret's others had their time too.
        expect(third.get_by_role("dialog")).to_be_visible()
        expect(second.get_by_role("dialog")).to_have_count(0)
        third.close()
    expect(first.get_by_role("dialog")).to_have_count(0)


def test_windows_of_somebody_else_are_told_nothing(place, windows):
    hers = windows(of(place["margaret"]))
    other = place["area"].viewer("therapist", "C1")
    sign_in_as(hers, other.user_id)
    his = windows(of(place["keith"]))
    twice = windows(of(place["margaret"]))
    expect(twice.get_by_role("dialog", name=OF_KEITH)).to_be_visible()
    expect(his.get_by_role("dialog")).to_have_count(0)
