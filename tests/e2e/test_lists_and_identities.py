"""Journeys: somebody named and accepted; who somebody is, asked and released; a choice recorded; the Guardian reads."""

import pytest
from playwright.sync_api import expect

from localcare.access import actions as access
from localcare.access import queries as gate
from localcare.access.types import ChoiceKind
from tests import builders
from tests.caseload.conftest import Lists, pseudonym
from tests.e2e.browser import check_page, sign_in_as


@pytest.fixture
def area(transactional_db):
    return builders.area()


@pytest.fixture
def lists(area):
    """Thirty people on the list of the practice G1, one gone since the run before."""
    made = Lists()
    for number in range(30):
        made.add(builders.patient(family=f"Person{number}", given="Given"), age=60 + number)
    made.gone(builders.patient(family="Gone"))
    return made


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_somebody_named_by_a_nurse_is_accepted_by_a_gp(open_page, area, lists, scripts):
    checked = check_page if scripts else lambda *_: None
    builders.patient(family="Quiet", given="Joan")
    page = open_page(java_script_enabled=scripts)
    sign_in_as(page, area.viewer("practice_nurse", "G1").user_id)
    page.goto("/lists/G1/")
    page.get_by_role("link", name="Gone").first.click()
    checked(page, "list-gone")
    page.get_by_role("link", name="Add somebody who is not on the list").click()
    checked(page, "list-add")
    page.get_by_role("textbox", name="Family name").fill("Quiet")
    for part, value in (("Day", "4"), ("Month", "3"), ("Year", "1935")):
        page.get_by_label(part, exact=True).fill(value)
    page.get_by_role("button", name="Find").last.click()
    page.get_by_label("Why should the cluster team help?").fill("Not coping since his death")
    checked(page, "list-name")
    page.get_by_role("button", name="Add to the list").click()
    expect(page.get_by_role("region", name="Named by a clinician")).to_contain_text("QUIET, Joan")
    checked(page, "list-named")
    page = open_page(java_script_enabled=scripts)
    sign_in_as(page, area.viewer("gp", "G1").user_id)
    page.goto("/lists/G1/")
    page.get_by_role("link", name="Accept Joan Quiet").click()
    page.get_by_label("The person", exact=True).check()
    page.get_by_role("button", name="Accept").click()
    expect(page.locator(".lc-notice")).to_contain_text("Joan Quiet is on the cluster team's caseload.")
    checked(page, "list-hidden-counts")
    page.get_by_role("button", name="Show this page").click()
    page.get_by_label("To decide who the cluster team should help").check()
    page.get_by_role("button", name="Show this page").click()
    for name, words in (
        ("Already known", "The hospice visits"),
        ("Not suitable", "Lives in a home"),
        ("Person declined", "No"),
    ):
        page.get_by_role("link", name=name).first.click()
        checked(page, f"list-{name.lower().replace(' ', '-')}")
        page.get_by_role("textbox").last.fill(words)
        page.locator("main button").last.click()
    page.get_by_role("link", name="Show those decided about").click()
    expect(page.locator("main")).to_contain_text("Already known")
    checked(page, "list-decided")


def test_who_somebody_is_asked_released_seen_and_read_by_the_guardian(open_page, area, lists):
    coordinator, guardian = area.viewer("care_coordinator", "C1"), area.viewer("caldicott_guardian", "99J")
    page = open_page()
    sign_in_as(page, coordinator.user_id)
    page.goto("/lists/G1/")
    check_page(page, "list-outside")
    page.get_by_role("link", name="Ask who").first.click()
    check_page(page, "identity-ask")
    page.get_by_label("Why do you need to know who this is?").fill("An ambulance crew found them")
    page.get_by_role("button", name="Ask").click()
    check_page(page, "identities-mine")
    second = open_page()
    sign_in_as(second, guardian.user_id)
    second.goto("/identities/")
    check_page(second, "identities-waiting")
    second.get_by_role("region", name="Waiting for you").get_by_role("link").first.click()
    second.get_by_role("button", name="Release").click()
    expect(second.get_by_role("alert")).to_contain_text("There is a problem")
    check_page(second, "identity-decide")
    second.get_by_label("Why?").fill("Their safety")
    second.get_by_role("button", name="Release").click()
    expect(second.locator(".lc-notice")).to_contain_text("Released to")
    page.goto("/identities/")
    page.get_by_role("link", name="See who").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Given Person")
    check_page(page, "identity")
    second.goto("/oversight/identities/")
    expect(second.locator("main")).to_contain_text("An ambulance crew found them")
    expect(second.locator("main")).not_to_contain_text("Given Person")
    check_page(second, "guardian")


def test_a_choice_is_recorded_with_its_effect_shown_first(open_page, area, lists):
    person, gp = builders.patient(family="Quiet", given="Joan"), area.viewer("gp", "G1")
    lists.add(person)
    page = open_page()
    sign_in_as(page, gp.user_id)
    page.goto(f"/people/{person.id}/choices/")
    check_page(page, "choices")
    page.get_by_role("link", name="Change Objection to risk stratification").click()
    expect(page.get_by_role("table", name="What each answer does")).to_contain_text("off the practice's list")
    page.get_by_label("Objects", exact=True).check()
    page.get_by_role("button", name="Save").click()
    check_page(page, "choice-refused")
    page.get_by_label("The person", exact=True).check()
    page.get_by_label("How do you know?").fill("Told me today")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".lc-notice")).to_contain_text("objects. It holds from now.")
    check_page(page, "choices-changed")
    assert gate.choices_of([person.id])[ChoiceKind.RISK_STRATIFICATION].value == "yes"
    page.goto("/lists/G1/")
    expect(page.locator("main")).to_contain_text("Hidden: 1 chose not to be on lists.")
    assert pseudonym(person)


def test_pages_with_nothing_on_them(open_page, area):
    page = open_page()
    sign_in_as(page, area.viewer("caldicott_guardian", "99J").user_id)
    for name in ("oversight/identities", "identities"):
        page.goto(f"/{name}/")
        check_page(page, f"{name.replace('/', '-')}-empty")
    stranger = area.viewer("community_nurse", "C2")
    for _ in range(3):
        access.declare_emergency(patient_id=builders.patient().id, reason="Collapsed", by=stranger)
    page.goto("/oversight/identities/")
    expect(page.get_by_role("region", name="Unusual")).to_contain_text("3 emergency accesses")
    check_page(page, "guardian-unusual")
