"""Who to see first and whether it works, in a real browser: every state, with and without room, at both widths."""

from datetime import date

import pytest
from playwright.sync_api import expect

from localcare.caseload import actions, evaluating, evaluations
from localcare.caseload.models import EffectEstimate
from tests import builders
from tests.caseload.conftest import Lists
from tests.caseload.test_evaluations import PLAN
from tests.e2e.browser import check_page, sign_in_as

FOUND = {
    "people_reached": 90, "people_not": 80, "with_reached": 40, "with_not": 50, "rate_reached": 0.8, "rate_not": 1.0,
    "ratio": 0.8, "ratio_low": 0.6, "ratio_high": 1.07, "difference": -0.2, "difference_low": -0.5,
    "difference_high": 0.1,
}  # fmt: skip


@pytest.fixture
def area(transactional_db):
    return builders.area()


def test_who_to_see_first(page, area):
    lists, coordinator = Lists(), area.viewer("care_coordinator", "C1")
    for n in range(6):
        lists.add(builders.patient(family=f"Person{n}"), risk=0.5 - n / 100)
    sign_in_as(page, coordinator.user_id)
    page.goto("/lists/first/")
    expect(page.locator("main")).to_contain_text("Say first how many the team can take.")
    check_page(page, "first-no-room")
    actions.set_room(places_a_month=3, starts=date(2017, 4, 3), by=coordinator)
    page.goto("/lists/first/")
    expect(page.locator("tbody tr")).to_have_count(3)
    check_page(page, "first-cluster")
    sign_in_as(page, area.viewer("gp", "G1").user_id)
    page.goto("/lists/G1/first/")
    check_page(page, "first-practice")
    page.get_by_role("button", name="Show these people").click()
    check_page(page, "first-reason")


def test_does_it_work(page, area):
    lists, coordinator = Lists(), area.viewer("care_coordinator", "C1")
    for n in range(45):
        lists.add(builders.patient(family=f"Person{n}"), risk=0.5 - n / 100)
    actions.set_room(places_a_month=3, starts=date(2017, 4, 3), by=coordinator)
    analyst = area.viewer("analyst", "99J")
    sign_in_as(page, analyst.user_id)
    for name in ("lists/effect", "lists/effect/C1", "lists/effect/C1/evaluation"):
        page.goto(f"/{name}/")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        check_page(page, name.replace("/", "-"))
    page.get_by_role("button", name="Record and fix the order").click()
    expect(page.get_by_role("alert")).to_be_visible()
    check_page(page, "evaluation-errors")
    made = evaluating.record(team=area.teams["C1"], plan=PLAN, confirmed=True, by=analyst)
    page.goto("/lists/effect/C1/")
    expect(page.locator("main")).to_contain_text("Not started")
    check_page(page, "effect-not-started")
    effects = {"admissions": FOUND, "attendances": None, "nights": FOUND, "pounds": FOUND}
    told = {"method": "randomised", "effects": effects, "until": "2017-04-01", "reached": 40, "taken_on": 20}
    EffectEstimate.objects.create(
        team=area.teams["C1"], evaluation=made, run="r", edition="e", as_at=date(2017, 4, 1),
        made_at=made.recorded_at, state="estimated", outcomes=told,
    )  # fmt: skip
    page.goto("/lists/effect/C1/")
    expect(page.locator("tbody tr")).to_have_count(4)
    check_page(page, "effect-estimated")
    page.goto("/lists/effect/C1/evaluation/stop/")
    check_page(page, "effect-stop")
    evaluating.stop(evaluation_id=evaluations.running(area.teams["C1"].id).pk, reason="No money.", by=analyst)
    page.goto("/lists/effect/C1/")
    expect(page.locator("main")).to_contain_text("Stopped")
    check_page(page, "effect-stopped")
