"""Signing in and out, getting lost, and every component, in a real browser."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests import builders
from tests.e2e.browser import PASSWORD, check_page, keep_picture, sign_in, sign_in_as

# Every input and link of the page, focused one by one: those then covered by the person's banner.
FOCUSED_UNDER_THE_BANNER = """() => {
  const bottom = document.querySelector(".lc-banner").getBoundingClientRect().height;
  return [...document.querySelectorAll("main a, main button, main input")].filter(e => {
    e.focus(); e.scrollIntoView({block: "nearest"});
    return document.activeElement === e && e.getBoundingClientRect().top < bottom;
  }).map(e => e.outerHTML.slice(0, 100));
}"""


@pytest.fixture
def coordinator(transactional_db):
    viewer = builders.area().viewer("care_coordinator", "C1")
    user = get_user_model().objects.get(pk=viewer.user_id)
    user.username = "coordinator"
    user.set_password(PASSWORD)
    user.save()
    return viewer


def test_sign_in_and_out(page, coordinator):
    page.goto("/account/login/")
    check_page(page, "sign-in")
    sign_in(page, "coordinator", "not the password")
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    expect(page.get_by_label("User name")).to_have_value("coordinator")
    check_page(page, "sign-in-refused")
    sign_in(page, "coordinator")
    page.goto("/account/")
    expect(page.locator(".lc-header__post")).to_contain_text("Care co-ordinator")
    check_page(page, "account")
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_sign_in_without_scripts(plain_page, coordinator):
    sign_in(plain_page, "coordinator")
    plain_page.goto("/account/")
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Your account")


@pytest.mark.parametrize("path", ["help", "made", "accessibility", "account/signup/", "no-such-page"])
def test_pages_open_to_everybody(page, transactional_db, path):
    page.goto(f"/{path}")
    check_page(page, path.strip("/").replace("/", "-"))


@pytest.mark.parametrize("path", ["2fa/", "password/change/", "logout/"])
def test_pages_of_an_account(page, coordinator, path):
    sign_in(page, "coordinator")
    page.goto(f"/account/{path}")
    check_page(page, path.strip("/").replace("/", "-"))


def test_second_step_is_turned_on(page, coordinator):
    sign_in(page, "coordinator")
    page.goto("/account/2fa/")
    page.get_by_role("button", name="Turn them on").click()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("img", name="Square code that holds the secret below")).to_be_visible()
    check_page(page, "2fa-turn-on")


def test_components(page, coordinator, settings):
    settings.ROOT_URLCONF = "tests.e2e.gallery"
    sign_in_as(page, coordinator.user_id)
    page.goto("/caseload/index/")
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link")).to_have_text(["Today", "Caseload", "Meetings", "Population"])
    expect(navigation.locator("[aria-current=page]")).to_have_text("Caseload")
    check_page(page, "components")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Enter a real date")).to_have_count(0)
    check_page(page, "components-refused")
    page.emulate_media(media="print")
    keep_picture(page, "components-print")


def test_a_keyboard_alone_reaches_the_page_and_sees_where_it_is(page, coordinator, settings):
    settings.ROOT_URLCONF = "tests.e2e.gallery"
    sign_in_as(page, coordinator.user_id)
    page.goto("/gallery")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#maincontent")).to_be_focused()
    hidden = page.evaluate(FOCUSED_UNDER_THE_BANNER)
    assert not hidden


def test_components_without_scripts(plain_page, coordinator, settings):
    settings.ROOT_URLCONF = "tests.e2e.gallery"
    sign_in_as(plain_page, coordinator.user_id)
    plain_page.goto("/gallery")
    plain_page.get_by_text("Show as table").click()
    expect(plain_page.get_by_role("cell", name="£3,320")).to_be_visible()
    plain_page.get_by_role("button", name="Save").click()
    expect(plain_page.get_by_role("link", name="Not answered: By when?")).to_be_visible()
    keep_picture(plain_page, "components-without-scripts")


def test_a_form_keeps_answers_and_saving_is_told(page, transactional_db, settings):
    settings.ROOT_URLCONF = "tests.e2e.gallery"
    page.goto("/gallery")
    page.get_by_label("What is to be done?").fill("Ring the ward")
    page.get_by_label("Day").fill("31")
    page.get_by_label("Month").fill("2")
    page.get_by_label("Year").fill("2017")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Enter a real date").click()
    expect(page.get_by_label("Day")).to_be_focused()
    expect(page.get_by_label("Day")).to_have_value("31")
    expect(page.get_by_label("What is to be done?")).to_have_value("Ring the ward")
    page.get_by_label("Month").fill("3")
    page.get_by_label("Community nurse").check()
    page.get_by_label("Where?").select_option("At home")
    page.get_by_label("The person has been told").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_contain_text("Task given, due 31 March 2017.")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    check_page(page, "components-saved")
