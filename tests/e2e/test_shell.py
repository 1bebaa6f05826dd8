"""Signing in and out, getting lost, and every component, in a real browser."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from tests import builders
from tests.e2e.browser import PASSWORD, check_page, sign_in


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


def test_components(page, transactional_db, settings):
    settings.ROOT_URLCONF = "tests.e2e.gallery"
    page.goto("/gallery")
    check_page(page, "components")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Enter a real date")).to_have_count(0)
    check_page(page, "components-refused")


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
